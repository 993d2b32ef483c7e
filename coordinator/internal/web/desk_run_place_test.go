package web_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that the page of a run says which stop is nowhere on the map and takes where it is, that a driver reads of a home
// only where it is about, and of a facility its dock, whom to ask for and when it is open.
func TestWhereAStopIs(t *testing.T) {
	w := newWorkshop(t)
	request, _ := w.ready(16)
	var maker fab.Maker
	require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Makers()
		require.NoError(t, err)
		maker = all[0]
		site := fab.FacilitySite{ID: "dock", FacilityID: request.FacilityID, Name: "Quai nord", Address: "2 rue du Port", Access: "barrière bleue", Hours: "00:00-23:59", CreatedAt: tx.Now()}
		person := fab.FacilityContact{ID: "night", FacilityID: request.FacilityID, Name: "M. Ruet", Role: "nuit", Phone: "0300000009", CreatedAt: tx.Now()}
		r, err := tx.Request(request.ID)
		require.NoError(t, err)
		r.SiteID = site.ID
		require.NoError(t, tx.AddSite(&site))
		require.NoError(t, tx.AddContact(&person))
		return tx.SetRequest(&r)
	}))
	p, err := w.delivery.Plan(t.Context(), delivery.NewRun{Driver: "Une voisine", Day: time.Now().Format(time.DateOnly), NewStops: delivery.NewStops{Requests: []fab.RequestID{request.ID}, Makers: []fab.MakerID{maker.ID}}})
	require.NoError(t, err)
	at := "/desk/runs/" + string(p.Run.ID)
	page := w.desk.page(at)
	require.Contains(t, page.main(), "2 arrêts ne sont nulle part sur la carte")
	require.Contains(t, page.main(), "Personne n’a dit d’où partent les tournées")
	w.desk.refuses(at+"/stops/1/at", url.Values{"at": {"derrière l’église"}}, "Écrivez une position")
	require.Contains(t, w.desk.does(at+"/stops/1/at", url.Values{"at": {"50.2345, 1.6543"}}, "Le lieu est noté").main(), "Un arrêt n’est nulle part")
	w.desk.does(at+"/order", url.Values{}, "nouvel ordre")
	require.Contains(t, w.desk.page(at).body, "50.234500, 1.654300")
	driver := w.browser()
	home := driver.page("/run/" + p.Token + "/stop/1").body
	require.NotContains(t, home, "50.2345")
	require.Contains(t, home, "geo:0,0?q=50.230000%2C%201.650000")
	dock := driver.page("/run/" + p.Token + "/stop/2").main()
	paper := driver.page("/run/" + p.Token + "/paper").body
	note := w.desk.page(at + "/stop/2/paper").body
	for _, said := range []string{"Quai nord", "2 rue du Port", "barrière bleue"} {
		require.Contains(t, dock, said)
		require.Contains(t, paper, said)
		require.Contains(t, note, said)
	}
	require.Contains(t, dock, "nuit : M. Ruet")
	require.Contains(t, dock, "ouvert de")
	require.Contains(t, paper, "M. Ruet")
}
