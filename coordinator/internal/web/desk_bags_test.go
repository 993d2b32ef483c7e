package web_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// bagsOf is a workshop with two bags of two bands.
func bagsOf(t *testing.T) (w *workshop, first, second fab.Lot) {
	t.Helper()
	w = newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "4")
	w.printed(4)
	lots := w.lots()
	return w, lots[0], lots[1]
}

// Ensure that a bag is found by its code however it is typed, that what is no bag is named, and that an unknown code says
// what to do.
func TestBagsAreFound(t *testing.T) {
	w, first, _ := bagsOf(t)
	at := "/desk/bags/" + first.Code
	for _, typed := range []string{first.Code, " v001 ", "V 1", "v-oo1", "https://elsewhere.example/q/V-001"} {
		a := w.desk.get("/desk/bags?" + url.Values{"code": {typed}}.Encode())
		require.Equal(t, http.StatusSeeOther, a.status, typed)
		require.Equal(t, at, a.header.Get("Location"), typed)
	}
	for typed, says := range map[string]string{
		"V-999": "Aucun sachet ne porte le code V-999. Relisez-le", "<b>": "Aucun sachet ne porte le code <b>", "\x00\u202e": "Aucun sachet", w.request.Ref: "est une demande, pas un sachet", "F-001": "une bobine",
	} {
		a := w.desk.get("/desk/bags?" + url.Values{"code": {typed}}.Encode())
		require.Equal(t, http.StatusUnprocessableEntity, a.status, typed)
		require.Contains(t, a.main(), says, typed)
	}
	require.Contains(t, w.desk.page("/desk/bags").main(), "Encore chez les bénévoles")
	require.Equal(t, http.StatusOK, w.desk.page("/desk/bags/v1").status)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/bags/V-999").status)
	a := w.desk.get("/q/v1")
	require.Equal(t, at, a.header.Get("Location"), "a telephone's own camera opens the bag")
	require.Contains(t, w.desk.page("/desk/bags").header.Get("Permissions-Policy"), "camera=(self)")
	require.NotContains(t, w.desk.page("/desk/deliveries").header.Get("Permissions-Policy"), "self")
}

// Ensure that a bag that is as its label says is counted with one press, that the next is asked for, and that a second scan
// says by whom it was counted and changes nothing.
func TestABagInOnePress(t *testing.T) {
	w, first, second := bagsOf(t)
	at := "/desk/bags/" + first.Code
	page := w.desk.page(at)
	require.Contains(t, page.main(), "Les 2 y sont, toutes bonnes")
	require.Equal(t, "/desk/bags", w.desk.sends(at+"/settle", page.form(t, at+"/settle")))
	require.Contains(t, w.desk.page("/desk/bags").main(), "est compté")
	require.NotContains(t, w.desk.page("/desk/bags").main(), first.Code)
	again := w.desk.page(at).main()
	require.Contains(t, again, "Déjà compté")
	require.Regexp(t, `2 bonnes, l’étiquette dit 2\. Par \S+`, again)
	a := w.desk.post(at+"/settle", page.form(t, at+"/settle"))
	require.Equal(t, http.StatusConflict, a.status)
	require.Contains(t, a.main(), "Déjà compté")
	require.EqualValues(t, 2, w.lots()[0].Good)

	at = "/desk/bags/" + second.Code
	form := w.desk.page(at).form(t, at+"/settle")
	var done sync.WaitGroup
	status := make([]int, 4)
	for i := range status {
		done.Go(func() { status[i] = w.desk.post(at+"/settle", form).status })
	}
	done.Wait()
	require.ElementsMatch(t, []int{http.StatusSeeOther, http.StatusConflict, http.StatusConflict, http.StatusConflict}, status, "two people, one count")
}

// Ensure that the difference from the label is shown before anything is saved, that it needs a reason, and that more than
// the label says is taken as well.
func TestABagThatDiffersFromItsLabel(t *testing.T) {
	w, first, second := bagsOf(t)
	at := "/desk/bags/" + first.Code + "/settle"
	form := url.Values{"back": {"bags"}, "good": {"1"}, "bad": {"0"}}
	a := w.desk.post(at, form)
	require.Contains(t, a.main(), "1 au lieu de 2 : il en manque 1")
	require.Contains(t, a.main(), "rien n’est retenu contre elle")
	require.NotContains(t, a.main(), "problème", "it is a question, and no mistake")
	require.True(t, w.lots()[0].SettledAt.IsZero())
	for typed, says := range map[string]string{"": "nombre entier", "-1": "négatif", "1,5": "nombre entier", "99999999999999999999": "nombre entier", "22": "bien plus que les 2"} {
		w.desk.refuses(at, with(form, url.Values{"good": {typed}}), says)
	}
	w.desk.refuses(at, with(form, url.Values{"bad": {"-1"}}), "négatif")
	w.desk.refuses(at, with(form, url.Values{"reason": {"moonlight"}}), "Dites pourquoi")
	w.desk.does(at, with(form, url.Values{"reason": {"miscounted"}}), "est compté")
	require.EqualValues(t, 1, w.lots()[0].Good)
	require.NoError(t, w.production.Step(t.Context()))
	require.Contains(t, w.desk.page("/desk/bags/"+first.Code).main(), "mal compté")

	at = "/desk/bags/" + second.Code + "/settle"
	require.Contains(t, w.desk.post(at, with(form, url.Values{"good": {"3"}})).main(), "3 au lieu de 2 : 1 de plus")
	require.Contains(t, w.desk.post(at, with(form, url.Values{"good": {"1"}, "bad": {"1"}})).main(), "Le compte y est, dont 1 ratée")
	w.desk.does(at, with(form, url.Values{"good": {"3"}, "reason": {"extra"}}), "est compté")
	require.EqualValues(t, 3, w.lots()[1].Good)
	w.sound()
}
