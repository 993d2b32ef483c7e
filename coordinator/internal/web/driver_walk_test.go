package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// kits are how many visors of a request lie at a place.
func (l *lab) kits(id fab.RequestID, place fab.LocationID) (n int64) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		at, err := tx.Balances(place)
		require.NoError(l.t, err)
		for _, b := range at {
			if kind, _ := b.Item.Split(); kind != "kit" {
				continue
			}
			k, err := tx.Kit(fab.KitID(b.Source))
			require.NoError(l.t, err)
			if k.RequestID == id {
				n += b.Quantity
			}
		}
		return nil
	})
	return n
}

// Ensure that a driver who cannot hand over everything says so in three presses, from the list of stops: nobody there, refused
// and in part. What was not handed over is at the hub again, goes out with the next run, and is delivered then.
func TestADriverBringsThingsBack(t *testing.T) {
	w := newWorkshop(t)
	request, _ := w.ready(16, 8)
	facility := fab.PlaceOf(fab.LocationFacility, string(request.FacilityID))
	driver := w.browser()
	goes := func(act string, more url.Values) (run string) {
		t.Helper()
		run = w.drive(request)
		require.Equal(t, int64(0), w.kits(request.ID, fab.TheHub), "all of it is aboard")
		first := "" // first press
		for _, a := range find(driver.page(run).doc, "a") {
			if strings.Contains(attr(a, "class"), "primary") {
				first = attr(a, "href")
			}
		}
		require.Equal(t, run+"/stop/1", first)
		form := driver.page(first).form(t, first+"/"+act) // second press, and what it asks for
		require.Equal(t, run, driver.sends(first+"/"+act, with(form, more)))
		require.Contains(t, driver.page(run).main(), "Tournée terminée")
		w.sound()
		return run
	}
	for _, why := range []string{"nobody", "refused"} {
		run := goes("failed", url.Values{"reason": {why}, "note": {"à rappeler"}})
		require.Equal(t, []int64{24, 0}, []int64{w.kits(request.ID, fab.TheHub), w.kits(request.ID, facility)})
		require.Contains(t, w.desk.page("/desk/requests/"+string(request.ID)).main(), "24")
		again := driver.post(run+"/stop/1/failed", url.Values{"reason": {why}, "key": {"again"}})
		require.Equal(t, http.StatusSeeOther, again.status, "said twice, it counts once")
		more := driver.post(run+"/stop/1/deliver", url.Values{"receiver": {"Accueil"}, "key": {"later"}})
		require.Equal(t, http.StatusConflict, more.status)
		require.Contains(t, more.main(), "L’atelier regarde les deux récits")
	}
	var boxes []fab.Box
	w.view(func(tx *store.Tx) (err error) { boxes, err = tx.BoxesOf(request.ID); return err })
	goes("partly", url.Values{"receiver": {"Mme Martin"}, "box": {boxes[0].Code}, "reservations": {"un carton mouillé"}})
	given := w.kits(request.ID, facility)
	require.Contains(t, []int64{8, 16}, given)
	require.Equal(t, 24-given, w.kits(request.ID, fab.TheHub))
	goes("deliver", url.Values{"receiver": {"Mme Martin"}})
	require.Equal(t, int64(24), w.kits(request.ID, facility))
	w.view(func(tx *store.Tx) error {
		r, err := tx.Request(request.ID)
		require.Equal(t, fab.RequestDelivered, r.Status)
		return err
	})
}
