package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a requester chooses a time that the desk opened, that the desk sees who comes, hands the box out once, and
// takes bad pieces back: by forms alone.
func TestPickupAtTheHub(t *testing.T) {
	w := newWorkshop(t)
	request, token := w.ready(8)
	requester, track := w.browser(), "/track/"+token
	require.NotContains(t, requester.page(track).main(), "Venir le chercher", "no slot is open")
	day := time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	w.desk.refuses("/desk/counter/slots", url.Values{"day": {day}, "from": {"15:00"}, "to": {"14:00"}, "capacity": {"1"}}, "La fin vient après le début")
	w.desk.does("/desk/counter/slots", url.Values{"day": {day}, "from": {"14:00"}, "to": {"15:00"}, "capacity": {"1"}}, "Le créneau est ouvert")
	require.Contains(t, requester.page(track).main(), "Venir le chercher")
	slot := ""
	for _, n := range find(requester.page(track+"/pickup").doc, "input") {
		if attr(n, "name") == "slot" {
			slot = attr(n, "value")
		}
	}
	a := requester.post(track+"/pickup", url.Values{})
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	for range 2 {
		require.Equal(t, track, requester.sends(track+"/pickup", url.Values{"slot": {slot}}))
	}
	require.Contains(t, requester.page(track).main(), "Vous venez le chercher")
	page := w.desk.page("/desk/counter")
	require.Contains(t, page.main(), "0 place libre sur 1 EHPAD Les Tilleuls")

	f := page.form(t, "/desk/counter/give")
	require.Equal(t, string(request.ID), f.Get("request"))
	w.desk.refuses("/desk/counter/give", f, "Écrivez le nom")
	f.Set("receiver", "Une infirmière")
	w.desk.does("/desk/counter/give", f, "Remis")
	w.desk.does("/desk/counter/give", f, "Remis")
	require.Contains(t, requester.page(track).main(), "Votre livraison est arrivée")
	require.NotContains(t, w.desk.page("/desk/deliveries").main(), "G-001", "the counter is no tour")

	back := url.Values{"box": {"b-001"}, "count": {"2"}, "reason": {"cracked"}}
	w.desk.refuses("/desk/counter/back", with(back, url.Values{"count": {"9"}}), "C’est plus que")
	w.desk.refuses("/desk/counter/back", with(back, url.Values{"count": {"x"}}), "nombre entier")
	w.desk.does("/desk/counter/back", back, "notées avec leur lot")
	w.view(func(tx *store.Tx) error {
		defects, err := tx.DefectsOf(request.ID)
		require.Equal(t, []any{1, int64(2), "cracked"}, []any{len(defects), defects[0].Quantity, defects[0].Why})
		require.Equal(t, fab.RequestID(request.ID), defects[0].RequestID)
		return err
	})
}
