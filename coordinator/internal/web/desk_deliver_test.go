package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a bag is counted at the hub, kits are made in the same step, a box is packed, a run is planned whose link
// is shown once, and the driver's link works: from the bag to the signature by forms alone.
func TestDeliveries(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "4")
	w.printed(4)
	first, second := w.lots()[0], w.lots()[1]
	page := w.desk.page("/desk/deliveries")
	require.Contains(t, page.main(), "2 sachets à compter")

	at := "/desk/bags/" + first.Code + "/settle"
	a := w.desk.refuses(at, with(page.form(t, at), url.Values{"good": {"1"}}), "Dites pourquoi")
	require.Equal(t, "1", a.form(t, at).Get("good"))
	w.desk.refuses(at, with(page.form(t, at), url.Values{"good": {""}}), "nombre entier")
	w.desk.does(at, with(page.form(t, at), url.Values{"kit": {"yes"}}), "2 kits sont prêts")
	w.desk.refuses(at, page.form(t, at), "déjà compté")
	at = "/desk/bags/" + second.Code + "/settle"
	w.desk.does(at, url.Values{"good": {"2"}, "bad": {"0"}}, "est compté")

	request := url.Values{"request": {string(w.request.ID)}, "product": {"visor"}}
	require.Equal(t, "2", w.desk.page("/desk/deliveries").form(t, "/desk/kits").Get("count"))
	w.desk.refuses("/desk/kits", with(request, url.Values{"count": {"9"}}), "Il n’y a pas de quoi")
	w.desk.refuses("/desk/kits", with(request, url.Values{"count": {"x"}}), "nombre entier")
	w.desk.does("/desk/kits", with(request, url.Values{"count": {"2"}}), "2 kits sont prêts")
	w.desk.does("/desk/boxes", request, "1 boîte est prête")
	w.desk.refuses("/desk/boxes", request, "rien à mettre en boîte")
	require.Contains(t, w.desk.page("/desk/deliveries").main(), "B-001 EHPAD Les Tilleuls (fictif), Rue 4 visières")
	w.runTo(t)
}

// runTo plans a run for the box that is packed, and drives it.
func (w *workshop) runTo(t *testing.T) {
	t.Helper()
	page := w.desk.page("/desk/deliveries")
	f := with(page.form(t, "/desk/runs"), url.Values{"phone": {"03 00 00 00 02"}})
	a := w.desk.refuses("/desk/runs", f, "Dites qui conduit")
	require.Equal(t, "03 00 00 00 02", a.form(t, "/desk/runs").Get("phone"))
	empty := with(f, url.Values{"driver": {"Mouette"}})
	empty.Del("box")
	w.desk.refuses("/desk/runs", empty, "au moins un arrêt")
	w.desk.refuses("/desk/runs", with(f, url.Values{"driver": {"Mouette"}, "day": {"hier"}}), "Écrivez une date")
	a = w.desk.does("/desk/runs", with(f, url.Values{"driver": {"Mouette"}}), "La tournée T-001 est prête")
	link := ""
	for _, n := range find(a.doc, "a") {
		if strings.Contains(attr(n, "href"), "/run/") {
			link = attr(n, "href")
		}
	}
	require.NotEmpty(t, link)
	require.NotContains(t, w.desk.page("/desk/deliveries").body, link, "shown once")
	driver, path := w.browser(), link[len(w.server.URL):]
	require.Contains(t, driver.page(path).main(), "EHPAD Les Tilleuls")
	require.Contains(t, w.desk.page("/desk/requests").main(), "En route")
	driver.sends(path+"/stop/1/deliver", url.Values{"receiver": {"Accueil"}})
	require.Contains(t, w.desk.page("/desk/requests?show=done").main(), "Livré")
	require.Contains(t, w.desk.page("/desk/deliveries").main(), "1 arrêt fait sur 1")
}

// Ensure that bags at their makers' are collected on a run, and that they are counted when they came.
func TestCollectBags(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "4")
	w.printed(4)
	require.NotContains(t, text(w.desk.page("/desk/requests").doc), "Livraisons 2", "nothing came in yet")
	f := w.desk.page("/desk/deliveries").form(t, "/desk/runs")
	a := w.desk.does("/desk/runs", with(f, url.Values{"driver": {"Mouette"}, "lot": {w.lots()[0].Code}}), "T-001")
	require.Contains(t, a.main(), "0 arrêt fait sur 1")
	for _, n := range find(a.doc, "a") {
		if href := attr(n, "href"); strings.Contains(href, "/run/") {
			w.browser().sends(href[len(w.server.URL):]+"/stop/1/collect", url.Values{})
		}
	}
	require.Contains(t, text(w.desk.page("/desk/requests").doc), "Livraisons 2 à traiter", "both bags of the maker came along")
}

// Ensure that somebody is registered with an account or not at all, and can then sign in and see his or her own page.
func TestPeople(t *testing.T) {
	w := newWorkshop(t)
	f := w.desk.page("/desk/people").form(t, "/desk/people/makers")
	typed := with(f, url.Values{"name": {"Dune"}, "town": {""}, "phone": {"03 00 00 00 03"}, "login": {"dune"}, "password": {"court"}, "steps": {"cut", "assemble"}})
	a := w.desk.refuses("/desk/people/makers", typed, "Donnez la commune")
	require.Contains(t, a.main(), "Le mot de passe doit avoir")
	back := a.form(t, "/desk/people/makers")
	require.Equal(t, "Dune", back.Get("name"))
	require.ElementsMatch(t, []string{"cut", "assemble"}, back["steps"])
	require.Empty(t, back.Get("password"))
	w.desk.refuses("/desk/people/makers", with(typed, url.Values{"town": {"Crécy"}, "password": {password}, "steps": {"fly"}}), "savoir-faire")
	w.desk.refuses("/desk/people/makers", with(typed, url.Values{"town": {"Crécy"}, "password": {password}, "login": {"desk"}}), "existe déjà")
	require.NotContains(t, w.desk.page("/desk/people").main(), "Dune", "a refused account makes nobody")
	a = w.desk.does("/desk/people/makers", with(typed, url.Values{"town": {"Crécy"}, "password": {password}}), "Dune est dans la liste")
	require.Contains(t, a.main(), "Couper")
	require.Equal(t, "/maker", w.browser().sends("/signin", url.Values{"login": {"dune"}, "password": {password}}))
	w.desk.does("/desk/people/makers", url.Values{"name": {"Galet"}, "town": {"Quend"}}, "Galet est dans la liste")
}

// Ensure that an enrolment code is shown once with what to type, that it lets one agent in, and that a revoked agent is
// shut out.
func TestEnrolCodeAndRevoke(t *testing.T) {
	w := newWorkshop(t)
	a := w.desk.post("/desk/people/"+string(w.maker.ID)+"/enrol-code", url.Values{})
	require.Equal(t, http.StatusOK, a.status)
	require.Contains(t, a.main(), "Code pour Tortue")
	require.Contains(t, a.main(), "printer-agent enrol "+w.server.URL)
	require.NotContains(t, w.desk.page("/desk/people/"+string(w.maker.ID)).main(), "Code pour")
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/people/nobody/enrol-code", url.Values{}).status)

	require.Contains(t, w.desk.page("/desk/people").main(), "En ligne")
	w.desk.does("/desk/agents/"+string(w.tortue.AgentID)+"/revoke", url.Values{}, "Le boîtier est retiré")
	require.Contains(t, w.desk.page("/desk/people").main(), "Bloqué")
	require.Contains(t, w.desk.page("/desk/printers").main(), "Hors ligne")
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/agents/nobody/revoke", url.Values{}).status)
}

// Ensure that the coordinator's first page is that of the requests, in both languages.
func TestDeskInEnglish(t *testing.T) {
	w := newWorkshop(t)
	require.Equal(t, "/desk/requests", w.desk.get("/desk").header.Get("Location"))
	w.readyPrinter()
	w.gift("film-a4", "3")
	b := w.approved("visor", "4")
	w.printed(2)
	w.pledge("petg", "200")
	w.until("the planner says why", func(tx *store.Tx) bool {
		require.NoError(t, w.loop.Step(t.Context()))
		jobs, err := tx.Jobs(fab.JobWaiting)
		require.NoError(t, err)
		return len(jobs) == 0 || jobs[0].Wait.Code != ""
	})
	w.desk.header.Set("Accept-Language", "en")
	for path, sentence := range map[string]string{
		"/desk/requests": "4 visors", "/desk/requests/new": "read", "/desk/requests/" + string(w.request.ID): "visors",
		"/desk/production": "visors", "/desk/production/" + string(b.ID): "Splash visor, 1", "/desk/printers": "Tortue",
		"/desk/materials": "1 gift", "/desk/deliveries": "1 bag", "/desk/people": "Sew",
	} {
		require.Contains(t, strings.ToLower(w.desk.page(path).main()), strings.ToLower(sentence), path)
	}
}

// Ensure that a volunteer sees his or her own printers only, counts, rests and stops them, and that nobody presses the
// buttons of another's.
func TestMakersPrinters(t *testing.T) {
	w := newWorkshop(t)
	other, stranger := w.enrolled("Orange")
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	w.account("orange", stranger.ID, fab.RoleMaker)
	me, at := w.signed("tortue"), "/maker/printers/"+string(w.tortue.ID)
	require.NotContains(t, me.page("/maker").main(), "Orange")
	spool := w.spool()
	require.Contains(t, me.does(at+"/spool", url.Values{"spool": {string(spool.ID)}}, "bobine notée").main(), "Bobine F-001")
	me.does(at+"/count", url.Values{}, "plateau vidé")
	require.Contains(t, me.does(at+"/pause", url.Values{}, "pause demandée").main(), "Se repose")
	me.does(at+"/resume", url.Values{}, "reparti")
	for _, act := range []string{"pause", "resume", "stop", "count", "spool"} {
		require.Equal(t, http.StatusForbidden, me.post("/maker/printers/"+string(other.ID)+"/"+act, url.Values{"spool": {"none"}}).status, act)
	}
	w.gift("film-a4", "50")
	w.approved("visor", "2")
	w.plan(w.tortue.ID)
	w.reports(w.tortue.ID, fab.ReportStarted, "")
	me.does(at+"/pause", url.Values{}, "pause demandée")
	me.does(at+"/stop", url.Values{}, "arrêt d’urgence demandé")
	require.Subset(t, w.orders(), []string{"pause", "stop-now"})
	w.reports(w.tortue.ID, fab.ReportFinished, "")
	require.Contains(t, me.page("/maker").main(), "1 chose vous attend")
	me.refuses(at+"/count", url.Values{"good": {"5"}, "bad": {"0"}}, "C’est plus que les 2 pièces")
	me.does(at+"/count", url.Values{"good": {"2"}, "bad": {"0"}}, "plateau vidé")
	require.Contains(t, me.page("/maker").main(), "2 bonnes pièces")
}

// Ensure that hand work is offered, taken or left, worked from its pattern and handed in, by whoever it was offered to.
func TestMakersHandWork(t *testing.T) {
	w := newWorkshop(t)
	w.account("aiguille", w.sewer.ID, fab.RoleMaker)
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	me, stranger := w.signed("aiguille"), w.signed("tortue")
	w.approved("mask", "10")
	a := w.plan(w.sewing)
	page := me.page("/maker").main()
	for _, part := range []string{"On vous propose", "Masque × 10", "Coudre", "pour Rue"} {
		require.Contains(t, page, part)
	}
	at := "/maker/offers/" + string(a.ID)
	require.Equal(t, http.StatusForbidden, stranger.post(at+"/accept", url.Values{}).status)
	require.Contains(t, me.does(at+"/accept", url.Values{}, "C’est à vous").main(), "Vous avez en main")
	require.Contains(t, me.does(at+"/decline", url.Values{}, "Cette proposition est passée").main(), "Vous avez en main")

	work := "/maker/work/" + string(a.ID)
	file := me.get(work + "/file")
	require.Equal(t, "<svg/>", file.body)
	require.Contains(t, file.header.Get("Content-Disposition"), "mask.svg")
	require.Equal(t, http.StatusForbidden, stranger.get(work+"/file").status)
	require.Equal(t, http.StatusForbidden, stranger.post(work+"/handin", url.Values{"good": {"10"}}).status)
	back := me.refuses(work+"/handin", url.Values{"good": {"9"}, "bad": {"0"}}, "doivent faire 10")
	require.Equal(t, "9", back.form(t, work+"/handin").Get("good"))
	me.does(work+"/handin", url.Values{"good": {"9"}, "bad": {"1"}}, "à écrire sur le sachet")
	require.EqualValues(t, 9, w.lots()[0].Declared)
	require.Contains(t, w.desk.page("/desk/deliveries").main(), "Masque × 9")
}

// Ensure that an offer that is left goes back to the plan.
func TestMakersDecline(t *testing.T) {
	w := newWorkshop(t)
	w.account("aiguille", w.sewer.ID, fab.RoleMaker)
	w.approved("mask", "10")
	a := w.plan(w.sewing)
	w.signed("aiguille").does("/maker/offers/"+string(a.ID)+"/decline", url.Values{}, "on demande à quelqu’un d’autre")
	w.view(func(tx *store.Tx) error {
		j, err := tx.Job(a.JobID)
		require.Equal(t, fab.JobWaiting, j.Status)
		return err
	})
	require.Contains(t, w.desk.page("/desk/production").main(), "Masque × 10")
	require.WithinDuration(t, time.Now(), a.CreatedAt, time.Minute)
}

// Ensure that a run loads the boxes that were chosen and leaves the others of the same request at the hub.
func TestRunOfSomeBoxes(t *testing.T) {
	w := newWorkshop(t)
	w.ready(16, 8)
	f := w.desk.page("/desk/deliveries").form(t, "/desk/runs")
	require.Len(t, f["box"], 2, "every packed box is offered")
	page := w.desk.does("/desk/runs", with(f, url.Values{"driver": {"Mouette"}, "box": f["box"][:1]}), "T-001").main()
	require.Contains(t, page, "B-001 EHPAD Les Tilleuls, Rue 16 visières En route")
	require.Contains(t, page, "B-002 EHPAD Les Tilleuls, Rue 8 visières Prête")
	w.desk.refuses("/desk/runs", with(f, url.Values{"driver": {"Mouette"}, "box": f["box"][:1]}), "Il n’y a pas de boîte prête")
}
