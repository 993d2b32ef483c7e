package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// prototype is the next version of the visor, which nobody has tried.
func (w *workshop) prototype() (d fab.DesignVersion) {
	w.t.Helper()
	old := w.visor()
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		d = old
		d.ID, d.Version, d.Hash, d.Status, d.TrialledAt = "prototype", "2", "v2", fab.DesignPrototype, time.Time{}
		return tx.AddDesign(&d)
	}))
	return d
}

func (w *workshop) testers(trial string) (list []fab.Tester) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) { list, err = tx.Testers(fab.TrialID(trial)); return err })
	return list
}

// arrive plays the way of the pieces to a tester.
func (w *workshop) arrive(who fab.Tester) {
	w.t.Helper()
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		b := fab.Box{ID: store.NewID[fab.BoxID](tx), Code: "B-" + string(who.ID), RequestID: who.RequestID, Status: fab.BoxDelivered, CreatedAt: tx.Now()}
		k := fab.Kit{ID: store.NewID[fab.KitID](tx), RequestID: who.RequestID, Product: "visor", DesignID: "prototype", Quantity: who.Quantity, BoxID: b.ID, CreatedAt: tx.Now()}
		return errors.Join(tx.AddBox(&b), tx.AddKit(&k, nil))
	}))
}

func someNurse() url.Values {
	return url.Values{"kind": {"care"}, "function": {"infirmière"}, "place": {"EHPAD Les Tilleuls"}, "town": {"Rue"}, "contact": {"03 00 00 00 00"}, "count": {"2"}}
}

// Ensure that a trial goes from its plan over the tester's own page to the decision, that its labels say prototype in both
// languages, and that the place of a tester is shown with consent only.
func TestATrialOnItsPages(t *testing.T) {
	w := sliced(t)
	d := w.prototype()
	version := "/desk/products/" + string(d.ID)
	require.Contains(t, w.desk.page(version).main(), "Un prototype ne quitte l’atelier que pour un essai")
	a := w.desk.post(version+"/trials", url.Values{"question": {"Tient-elle une journée ?"}})
	require.Equal(t, http.StatusSeeOther, a.status)
	trial := a.header.Get("Location")
	id := strings.TrimPrefix(trial, "/desk/trials/")
	w.desk.refuses(trial+"/testers", with(someNurse(), url.Values{"function": {""}, "count": {"beaucoup"}}), "Écrivez sa fonction")
	w.desk.does(trial+"/testers", someNurse(), "infirmière, EHPAD Les Tilleuls")
	w.desk.refuses(trial+"/start", url.Values{"day": {"hier"}}, "Écrivez une date")
	w.desk.does(trial+"/start", url.Values{"day": {w.site.Now().Add(72 * time.Hour).Format("2006-01-02")}}, "L’essai est lancé")
	labels := w.desk.page(trial + "/labels").main()
	for _, part := range []string{"E-001", "pour essai seulement, pas pour le soin", "for trial only, not for care", "2 / 2"} {
		require.Contains(t, labels, part)
	}
	who := w.testers(id)[0]
	a = w.desk.post("/desk/testers/"+string(who.ID)+"/link", url.Values{})
	require.Equal(t, http.StatusOK, a.status)
	link := a.body[strings.Index(a.body, "/trial/"):]
	link = link[:strings.IndexByte(link, '"')]

	nurse := w.browser()
	require.Contains(t, nurse.page(link).main(), "C’est un prototype")
	require.Equal(t, "noindex, nofollow", nurse.get(link).header.Get("X-Robots-Tag"))
	nurse.refuses(link, url.Values{"use": {"4"}}, "Rien n’est encore livré")
	w.arrive(who)
	nurse.refuses(link, url.Values{"use": {"beaucoup"}}, "Choisissez une note")
	nurse.does(link, url.Values{"use": {"4"}, "cleaning": {"5"}, "remark": {"<b>serrée</b>"}}, "votre réponse est enregistrée")
	page := w.desk.page(version).main()
	require.Contains(t, page, "<b>serrée</b>", "as text")
	require.Contains(t, page, "infirmière")
	require.NotContains(t, page, "Tilleuls", "no name without consent")
	nurse.does(link, url.Values{"use": {"4"}, "consent": {"yes"}}, "votre réponse est enregistrée")
	require.Contains(t, w.desk.page(version).main(), "infirmière, EHPAD Les Tilleuls")

	old := w.desk.page(version + "/trialled")
	require.Contains(t, old.main(), "Essayé par des soignants")
	w.desk.does(version+"/trialled", url.Values{"claim": {fab.ClaimTriedByCare}, "replace": {string(w.visor().ID)}, "batches": {"yes"}}, "notée comme essayée")
	require.Equal(t, "2", w.visor().Version)
	require.Contains(t, w.desk.page(version).main(), "Essayé par des soignants")

	w.desk.does(trial+"/close", url.Values{}, "L’essai est terminé")
	require.Contains(t, nurse.page(link).main(), "Cet essai est terminé")
	require.NotContains(t, w.desk.page(trial).main(), "03 00 00 00 00", "how to reach a tester is forgotten")
	w.desk.does(version+"/words", url.Values{"notice_fr": {"# Visière"}, "notice_en": {"# Visor"}}, "avec la date d’aujourd’hui")
	w.desk.refuses(version+"/words", url.Values{"notice_fr": {"Elle protège."}, "notice_en": {"# Visor"}}, "ne peut pas être dit")
}

// Ensure that the pieces of a trial go the usual way to its tester, by forms alone, and that somebody who asked before gets
// none of them, however the kits, boxes and runs are tried.
func TestATrialGoesTheUsualWayAndNoOther(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	d := w.prototype()
	ordinary := w.approved("visor", "2")
	require.NoError(t, w.production.Pause(t.Context(), ordinary.ID))
	trial := w.desk.post("/desk/products/"+string(d.ID)+"/trials", url.Values{}).header.Get("Location")
	w.desk.does(trial+"/testers", someNurse(), "infirmière")
	w.desk.does(trial+"/start", url.Values{"day": {w.site.Now().Add(72 * time.Hour).Format("2006-01-02")}}, "L’essai est lancé")
	who := w.testers(strings.TrimPrefix(trial, "/desk/trials/"))[0]
	require.Contains(t, w.desk.page("/desk/production").main(), "Essai E-001")
	w.printed(2)
	for _, lot := range w.lots() {
		w.desk.does("/desk/bags/"+lot.Code+"/settle", url.Values{"good": {"2"}, "bad": {"0"}}, "est compté")
	}
	kits := func(id fab.RequestID) url.Values {
		return url.Values{"request": {string(id)}, "product": {"visor"}, "count": {"1"}}
	}
	w.desk.refuses("/desk/kits", kits(w.request.ID), "Il n’y a pas de quoi")
	w.desk.refuses("/desk/boxes", kits(w.request.ID), "rien à mettre en boîte")
	w.desk.does("/desk/kits", with(kits(who.RequestID), url.Values{"count": {"2"}}), "2 kits sont prêts")
	w.desk.does("/desk/boxes", kits(who.RequestID), "1 boîte est prête")
	run := w.desk.page("/desk/deliveries").form(t, "/desk/runs")
	a := w.desk.does("/desk/runs", with(run, url.Values{"driver": {"Mouette"}}), "La tournée T-001 est prête")
	link := a.body[strings.Index(a.body, "/run/"):]
	w.browser().sends(link[:strings.IndexByte(link, '"')]+"/stop/1/deliver", url.Values{"receiver": {"Accueil"}})
	token, err := w.production.TesterLink(t.Context(), who.ID)
	require.NoError(t, err)
	w.browser().does("/trial/"+token, url.Values{"use": {"5"}}, "votre réponse est enregistrée")
	w.until("the maker is asked", func(tx *store.Tx) bool {
		asked, err := tx.TestersBy(w.lots()[0].MakerID)
		require.NoError(t, err)
		return len(asked) == 1
	})
	w.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(t, found)
		return err
	})
}

// Ensure that makers judge what they made and nothing else, on a page of their own.
func TestMakersJudgeWhatTheyMade(t *testing.T) {
	w := sliced(t)
	d := w.prototype()
	var mine fab.Tester
	require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error {
		trial := fab.Trial{ID: "trial", Code: "E-001", DesignID: d.ID, Status: fab.TrialRunning, CreatedAt: tx.Now()}
		mine = fab.Tester{ID: "mine", TrialID: trial.ID, Kind: fab.TesterMaker, MakerID: w.maker.ID, CreatedAt: tx.Now()}
		theirs := fab.Tester{ID: "theirs", TrialID: trial.ID, Kind: fab.TesterMaker, MakerID: w.sewer.ID, CreatedAt: tx.Now()}
		return errors.Join(tx.AddTrial(&trial), tx.AddTester(&mine), tx.AddTester(&theirs))
	}))
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	maker := w.signed("tortue")
	require.Contains(t, maker.page("/maker").body, `href="/maker/trials/mine"`)
	maker.does("/maker/trials/mine", url.Values{"making": {"3"}}, "votre réponse est enregistrée")
	require.NotContains(t, maker.page("/maker").body, "/maker/trials/mine")
	for _, path := range []string{"/maker/trials/theirs", "/maker/trials/nobody"} {
		require.Equal(t, http.StatusNotFound, maker.get(path).status, path)
		require.Equal(t, http.StatusNotFound, maker.post(path, url.Values{"making": {"5"}}).status, path)
	}
	require.Equal(t, http.StatusNotFound, w.browser().get("/trial/mine").status, "an identifier is no link")
	require.Equal(t, http.StatusNotFound, w.browser().post("/trial/theirs", url.Values{"use": {"5"}}).status)
	for _, path := range []string{"/desk/trials/trial", "/desk/trials/trial/labels", "/desk/products/prototype/withdraw", "/desk/products/prototype/words", "/desk/products/prototype/trialled", "/desk/recalls/x"} {
		require.Equal(t, http.StatusForbidden, maker.get(path).status, path)
	}
	for _, path := range []string{"/desk/trials/trial/close", "/desk/trials/trial/testers", "/desk/trials/trial/start", "/desk/testers/theirs/link", "/desk/testers/theirs/drop", "/desk/products/prototype/words", "/desk/products/prototype/trials"} {
		require.Equal(t, http.StatusForbidden, maker.post(path, url.Values{}).status, path)
	}
	require.False(t, w.testers("trial")[1].Answered())
}

// Ensure that withdrawing says what it reaches before it happens, and that a dangerous version leads to its recall.
func TestWithdrawingAsksWhy(t *testing.T) {
	w := sliced(t)
	d := w.visor()
	page := "/desk/products/" + string(d.ID)
	before := w.desk.page(page + "/withdraw").main()
	require.Contains(t, before, "Elle est dangereuse")
	require.Contains(t, before, "On ne peut pas revenir en arrière")
	w.desk.refuses(page+"/withdraw", url.Values{}, "Dites pourquoi")
	a := w.desk.post(page+"/withdraw", url.Values{"reason": {"dangerous"}})
	require.Contains(t, a.header.Get("Location"), "/desk/recalls/")
	require.Contains(t, w.desk.page(a.header.Get("Location")).main(), "est rappelé")
	require.Contains(t, w.desk.page(page).body, a.header.Get("Location"))
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/recalls/nothing").status)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/products/nothing/withdraw").status)
}
