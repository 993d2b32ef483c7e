package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that forms are printed with codes and keyed in many at a time: those that are right are taken, those that are not
// come back with what was typed and what is wrong, and a code that was keyed in before is said.
func TestPrintedFormsAreKeyedInManyAtATime(t *testing.T) {
	w := newWorkshop(t)
	a := w.desk.post("/desk/forms/print", url.Values{"form_kind": {fab.BlankRequest}, "count": {"2"}})
	codes := w.printedForms(a)
	require.Len(t, codes, 2)
	w.desk.paper(strings.TrimSuffix(a.header.Get("Location"), "/paper"), fab.FormatReference(codes[0]), fab.FormatReference(codes[1]), "Établissement", "Visière anti-projection")
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/forms/AAAAAAAA/paper").status)
	require.Contains(t, w.desk.post("/desk/forms/print", url.Values{"form_kind": {fab.BlankRequest}, "count": {"x"}}).main(), "Entre un et 50")
	day := time.Now().Add(72 * time.Hour).Format(time.DateOnly)
	line := func(n, code, town string) url.Values {
		return url.Values{
			"code_" + n: {code}, "facility_" + n: {"EHPAD " + n}, "kind_" + n: {fab.FacilityCareHome}, "town_" + n: {town}, "contact_" + n: {"Accueil"}, "phone_" + n: {"03 00 00 00 00"},
			"qty_visor_" + n: {"４"}, "need_by_" + n: {day},
		}
	}
	both := with(line("1", codes[0], "Rue"), line("3", codes[1], ""))
	a = w.desk.post("/desk/forms/key", both)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.main(), "Formulaire 3 Donnez la commune")
	require.Equal(t, "EHPAD 3", a.form(t, "/desk/forms/key").Get("facility_3"))
	require.Empty(t, a.form(t, "/desk/forms/key").Get("facility_1"), "what was taken is not asked again")
	require.Len(t, w.requests(), 1)
	require.Contains(t, w.desk.post("/desk/forms/key", line("1", codes[0], "Rue")).main(), "déjà saisi")
	w.desk.does("/desk/forms/key", line("1", codes[1], "Rue"), "Une demande est enregistrée")
	require.Len(t, w.requests(), 2)
	w.desk.does("/desk/forms/key", url.Values{}, "Rien n’était rempli")
}

// printedForms are the codes of the forms that were just made.
func (w *workshop) printedForms(a answer) []string {
	w.t.Helper()
	require.Equal(w.t, http.StatusSeeOther, a.status)
	at := strings.TrimSuffix(strings.TrimPrefix(a.header.Get("Location"), "/desk/forms/"), "/paper")
	return strings.Split(at, ".")
}

// Ensure that the code on an empty form opens the line in which it is keyed in, on the desk's telephone; that slips and sheets
// are taken many at a time, that what is wrong comes back, and that a code counts once.
func TestSlipsAreKeyedInManyAtATime(t *testing.T) {
	w, _, bag := bagsOf(t)
	w.adoptMask()
	w.approved("mask", "10")
	sewing := w.plan(w.sewing)
	require.NoError(t, w.production.Accept(t.Context(), sewing.ID, w.sewer.ID))
	print := func(kind, n string) []string {
		return w.printedForms(w.desk.post("/desk/forms/print", url.Values{"form_kind": {kind}, "count": {n}}))
	}
	slips, sheets, requests := print(fab.BlankBag, "2"), print(fab.BlankHandIn, "1"), print(fab.BlankRequest, "1")
	w.desk.paper("/desk/forms/"+strings.Join(slips, "."), fab.FormatReference(slips[0]), "Fait par", "malade à la maison")
	require.Equal(t, "/desk/slips?code="+fab.FormatReference(slips[0]), w.desk.get("/q/"+slips[0]).header.Get("Location"))
	require.Equal(t, "/desk/forms?code="+fab.FormatReference(requests[0]), w.desk.get("/q/"+requests[0]).header.Get("Location"))
	page := w.desk.page("/desk/slips?code=" + fab.FormatReference(slips[0]))
	require.Equal(t, fab.FormatReference(slips[0]), page.form(t, "/desk/slips").Get("code_1"))
	require.Contains(t, w.browser().page("/q/"+slips[0]).main(), "à remplir à la main")

	line := func(n, code, work, good string) url.Values {
		return url.Values{"code_" + n: {code}, "work_" + n: {work}, "good_" + n: {good}}
	}
	for code, says := range map[string]string{"": "huit signes", "AAAA-AAAA": "jamais", requests[0]: "autre papier (Demande)"} {
		require.Contains(t, w.desk.post("/desk/slips", line("1", code, "l:"+string(bag.ID), "2")).main(), says, code)
	}
	for good, says := range map[string]string{"x": "nombre entier", "-1": "négatif", "": "combien de pièces", "999": "plus que les"} {
		require.Contains(t, w.desk.post("/desk/slips", line("1", sheets[0], "a:"+string(sewing.ID), good)).main(), says, good)
	}
	require.Contains(t, w.desk.post("/desk/slips", line("1", slips[0], "", "2")).main(), "Choisissez le travail")
	require.Contains(t, w.desk.post("/desk/slips", line("1", sheets[0], "l:"+string(bag.ID), "2")).main(), "Choisissez le travail", "a sheet is about work")
	require.Equal(t, http.StatusUnprocessableEntity, w.desk.post("/desk/slips", line("1", slips[0], "a:nobody", "2")).status)

	short := with(line("3", slips[0], "l:"+string(bag.ID), "2"), url.Values{"counted_3": {"1"}})
	both := with(line("1", sheets[0], "a:"+string(sewing.ID), "2"), short)
	a := w.desk.post("/desk/slips", both)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.main(), "Papier 3 Dites pourquoi")
	require.Empty(t, a.form(t, "/desk/slips").Get("code_1"), "what was taken is not asked again")
	w.desk.does("/desk/slips", with(short, url.Values{"reason_3": {"miscounted"}}), "Un papier est enregistré")
	require.Contains(t, w.desk.post("/desk/slips", with(short, url.Values{"reason_3": {"miscounted"}})).main(), "déjà saisi : c’est le sachet "+bag.Code)
	require.Equal(t, "/desk/bags/"+bag.Code, w.desk.get("/q/"+slips[0]).header.Get("Location"), "what became of it")
	w.desk.does("/desk/slips", url.Values{}, "Rien n’était rempli")
	w.sound()
}
