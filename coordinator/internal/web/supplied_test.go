package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that who asks may add the film itself: the choice goes through all steps of the form, is shown before sending and
// kept; nonsense is refused on its step.
func TestAskWithOnesOwnFilm(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	all := typed()
	all.Set("step", "check")
	all.Set("go", "send")
	all.Set("key", b.page("/ask").form(t, "/ask").Get("key"))
	a := b.post("/ask", with(all, url.Values{"supply_visor": {"gold"}}))
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.main(), "n’en prend pas")
	f := with(b.page("/ask").form(t, "/ask"), url.Values{"qty_visor": {"24"}, "supply_visor": {"film-a4"}, "go": {"who"}})
	who := b.post("/ask", f)
	require.Equal(t, []string{"film-a4"}, who.form(t, "/ask")["supply_visor"])
	check := b.post("/ask", with(all, url.Values{"supply_visor": {"film-a4"}, "step": {"when"}, "go": {"check"}}))
	require.Contains(t, check.main(), "Vous ajoutez : ")
	b.sends("/ask", with(check.form(t, "/ask"), url.Values{"go": {"send"}}))
	l.view(func(tx *store.Tx) error {
		requests, err := tx.Requests()
		require.NoError(t, err)
		lines, err := tx.RequestLines(requests[0].ID)
		require.Equal(t, []string{"film-a4"}, lines[0].Supplied)
		return err
	})
}

// Ensure that a lab without film closes kits for a place that adds it, and that the box label, the product labels, the
// picking list and the delivery note all say so.
func TestSuppliedFilmIsOnThePapers(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "2")
	w.approved("visor", "4")
	at := "/desk/requests/" + string(w.request.ID)
	page := w.desk.page(at)
	f := page.form(t, at+"/supply")
	w.desk.refuses(at+"/supply", with(f, url.Values{"supply_visor": {"", "gold"}}), "n’en prend pas")
	w.desk.does(at+"/supply", with(f, url.Values{"supply_visor": {"", "film-a4"}}), "C’est noté")
	require.Equal(t, []string{"", "film-a4"}, w.desk.page(at).form(t, at+"/supply")["supply_visor"])
	w.printed(4)
	w.desk.paper(at+"/picking", "À fournir par l’établissement")
	w.desk.does("/desk/table", url.Values{"maker": {string(w.maker.ID)}}, "1 boîte est prête")
	w.view(func(tx *store.Tx) error {
		boxes, err := tx.BoxesOf(w.request.ID)
		box := "/desk/boxes/" + string(boxes[0].ID)
		w.desk.paper(box, "4 × Visière", "À fournir par l’établissement")
		w.desk.paper(box+"/kits", "À fournir par l’établissement")
		return err
	})
	form := with(w.desk.page("/desk/deliveries").form(t, "/desk/runs"), url.Values{"driver": {"Mouette"}})
	w.desk.does("/desk/runs", form, "T-001")
	w.desk.paper(at+"/note/1", "À fournir par l’établissement")
	w.soundNow()
}
