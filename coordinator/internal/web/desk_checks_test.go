package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that the coordinator writes a check list, that it is shown to who counts and printed, that what was said of it is
// kept with the list as it was then, and that a product that came back as bad stands with its bag, batch and version.
func TestCheckLists(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "4")
	w.printed(4)
	first, second := w.lots()[0], w.lots()[1]
	at := "/desk/products/" + string(first.DesignID) + "/checks"
	f := w.desk.page(at).form(t, at)
	typed := with(f, url.Values{"fr-0": {"Ni fendu ni décollé"}, "en-0": {"Not cracked"}, "part-0": {"visor-band"},
		"fr-2": {"Film net"}, "en-2": {"Clear film"}, "min-2": {"200"}, "max-2": {"210,5"}})
	a := w.desk.refuses(at, with(typed, url.Values{"en-0": {""}}), "en français et en anglais")
	require.Equal(t, "Ni fendu ni décollé", a.form(t, at).Get("fr-0"))
	w.desk.refuses(at, with(typed, url.Values{"max-2": {"large"}}), "limites en millimètres")
	w.desk.refuses(at, with(typed, url.Values{"min-2": {"300"}}), "limites en millimètres")
	a = w.desk.does(at, typed, "La liste est enregistrée")
	require.Contains(t, a.main(), "Film net (200")
	require.Equal(t, "210.5", w.desk.page(at).form(t, at).Get("max-1"), "empty lines are gone")
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/products/nothing/checks", typed).status)

	require.Contains(t, w.desk.page("/desk/bags/"+first.Code).main(), "Ni fendu ni décollé")
	require.Contains(t, w.desk.page("/desk/table").main(), "Film net")
	w.desk.does("/desk/table", url.Values{"lot": {first.Code}, "checked": {"yes"}, "exceptions": {"2 avec des fils, coupés"}}, "1 boîte est prête")
	w.desk.paper("/desk/requests/"+string(w.request.ID)+"/picking", "Il en manque encore 2")
	w.desk.does(at, url.Values{}, "La liste est enregistrée")
	w.view(func(tx *store.Tx) error {
		in, err := tx.InspectionOf(first.ID)
		require.True(t, in.Checked)
		require.Len(t, in.Checks, 1, "those of the band, as they were then")
		d, _ := tx.Design(first.DesignID)
		require.Equal(t, []fab.Check{}, d.Checks)
		return err
	})
	require.Contains(t, w.desk.page("/desk/bags/"+first.Code).main(), "Sauf : 2 avec des fils, coupés")
	w.desk.does("/desk/table", url.Values{"lot": {second.Code}}, "1 boîte est prête")
	require.NotContains(t, w.desk.page("/desk/bags/"+second.Code).main(), "Contrôlé selon la liste")

	require.NoError(t, w.delivery.Give(t.Context(), delivery.HandOut{Request: w.request.ID, Receiver: "Accueil", Key: "k"}))
	require.NoError(t, w.delivery.ComeBack(t.Context(), delivery.BadPieces{Box: "B-001", Quantity: 1, Why: "cracked", Said: "au pli"}))
	require.Contains(t, w.desk.page("/desk/bags/"+first.Code).main(), "au pli")
	require.Contains(t, w.desk.page("/desk/production/"+string(first.BatchID)).main(), "1 est revenu abîmé")
	require.Contains(t, w.desk.page("/desk/products/"+string(first.DesignID)).main(), "Revenu abîmé")
}

// Ensure that the picking list says what to look at.
func TestPickingListHasTheCheckList(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "2")
	w.printed(2)
	lot := w.lots()[0]
	at := "/desk/products/" + string(lot.DesignID) + "/checks"
	w.desk.does(at, url.Values{"fr-0": {"Film net"}, "en-0": {"Clear film"}}, "enregistrée")
	w.desk.does("/desk/bags/"+lot.Code+"/settle", url.Values{"good": {"2"}, "bad": {"0"}}, "est compté")
	w.desk.paper("/desk/requests/"+string(w.request.ID)+"/picking", "Contrôler : Visière", "Film net")
}
