package web_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
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

// Ensure that a maker says that a bag comes and how, sees it noted, may take it back, and reads kindly what became of it; that
// the desk sees it under way, does not send a driver for it, and calls once it is late.
func TestABagOnItsWay(t *testing.T) {
	w, first, second := bagsOf(t)
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	w.account("aiguille", w.sewer.ID, fab.RoleMaker)
	maker, at := w.signed("tortue"), "/maker/bags/"+first.Code
	page := maker.page("/maker")
	require.Contains(t, page.main(), "écrivez au feutre sur le sac V-001, 2 pièces, votre prénom et la date")
	require.Contains(t, page.main(), "malade à la maison ? Attendez")
	form := page.form(t, at+"/sent")
	for field, bad := range map[string]string{"how": "pigeon", "day": "2020-01-01"} {
		a := maker.post(at+"/sent", with(form, url.Values{field: {bad}}))
		require.Equal(t, http.StatusUnprocessableEntity, a.status)
	}
	require.Equal(t, http.StatusUnprocessableEntity, maker.post(at+"/sent", with(form, url.Values{"day": {"<b>"}})).status)
	require.Equal(t, http.StatusForbidden, w.signed("aiguille").post(at+"/sent", form).status)
	require.Equal(t, http.StatusNotFound, maker.post("/maker/bags/V-999/sent", form).status)
	require.Equal(t, "/maker", maker.sends(at+"/sent", with(form, url.Values{"how": {"post"}})))
	require.Contains(t, maker.page("/maker").main(), "Par la poste · attendu")
	require.Contains(t, w.desk.page("/desk/bags").main(), "En route Bandeau × 2 V-001")
	run := w.desk.page("/desk/deliveries").form(t, "/desk/runs")
	require.NotContains(t, w.desk.page("/desk/deliveries").body, `value="V-001"`)
	require.Contains(t, w.desk.page("/desk/deliveries").body, `value="V-002"`)
	w.desk.does("/desk/runs", with(run, url.Values{"driver": {"Mouette"}, "lot": {second.Code}}), "T-001")

	require.NotContains(t, w.desk.page("/desk/calls").main(), first.Code)
	require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error {
		lot, err := tx.Lot(first.ID)
		require.NoError(t, err)
		lot.ExpectedAt = time.Now().Add(-time.Hour)
		return tx.SetLot(&lot)
	}))
	require.Contains(t, w.desk.page("/desk/bags").main(), "Attendu, pas encore là")
	require.Contains(t, w.desk.page("/desk/calls").main(), first.Code)
	require.Contains(t, w.desk.page("/desk/people").main(), "1 appel à faire")
	require.Equal(t, "/maker#bag-V-001", maker.sends(at+"/keep", url.Values{}))
	require.NotContains(t, w.desk.page("/desk/calls").main(), first.Code)

	desk := "/desk/bags/" + first.Code
	w.desk.does(desk+"/sent", w.desk.page(desk).form(t, desk+"/sent"), "est attendu")
	w.desk.does(desk+"/settle", url.Values{"back": {"bags"}, "good": {"1"}, "bad": {"0"}, "reason": {"miscounted"}}, "est compté")
	require.Contains(t, maker.page("/maker").main(), "Il y en avait 1 au lieu de 2 : cela arrive. Une est refaite, et rien n’est retenu contre vous.")
	require.Equal(t, http.StatusSeeOther, maker.post(at+"/sent", form).status, "too late is said on the page")
	w.sound()
}

// Ensure that hours of rest are a setting, that kits leave resting bags alone until they have rested, and that the pages say
// until when.
func TestBagsRestBeforeUse(t *testing.T) {
	w, first, second := bagsOf(t)
	w.desk.refuses("/desk/bags/rest", url.Values{"rest": {"x"}}, "nombre entier")
	w.desk.refuses("/desk/bags/rest", url.Values{"rest": {"9999"}}, "De 0 à 336 heures")
	w.desk.refuses("/desk/bags/rest", url.Values{"rest": {"1"}, "rest_petg": {"-1"}}, "De 0 à 336 heures")
	w.desk.does("/desk/bags/rest", url.Values{"rest": {"48"}, "rest_petg": {"72"}, "rest_moonstone": {"3"}}, "heures de repos")
	require.Equal(t, "72", w.desk.page("/desk/bags").form(t, "/desk/bags/rest").Get("rest_petg"))
	settle := func(code string) {
		w.desk.does("/desk/bags/"+code+"/settle", url.Values{"back": {"bags"}, "kit": {"yes"}, "good": {"2"}, "bad": {"0"}}, "est compté")
	}
	settle(first.Code)
	require.Contains(t, w.desk.page("/desk/bags").main(), "Repose jusqu’à")
	require.Contains(t, w.desk.page("/desk/bags/"+first.Code).main(), "Repose jusqu’à")
	require.Regexp(t, `Il manque Bandeau[^:]* : 0 là, il en faut 4\. 2 reposent encore, les premières jusqu’à`, w.desk.page("/desk/deliveries").main())
	_, err := w.supply.MakeKits(t.Context(), w.request.ID, "visor", 2, "")
	require.Equal(t, fab.Conflict, fab.ClassOf(err), "nothing rested long enough")
	w.desk.does("/desk/bags/rest", url.Values{"rest": {""}}, "heures de repos")
	settle(second.Code)
	_, err = w.supply.MakeKits(t.Context(), w.request.ID, "visor", 2, "")
	if err != nil {
		require.Equal(t, fab.Conflict, fab.ClassOf(err), "the kits were made with the bag")
	}
	w.view(func(tx *store.Tx) error {
		kits, err := tx.KitsOf(w.request.ID)
		require.NoError(t, err)
		require.Len(t, kits, 1)
		inside, err := tx.KitLots(kits[0].ID)
		require.Len(t, inside, 1)
		require.Equal(t, second.ID, inside[0].LotID)
		return err
	})
	w.sound()
}
