package web_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// shipped is a lab with one box of four visors on a run that is planned, one bag that is still at its maker's, and who has
// to do with them.
type shipped struct {
	*workshop
	run      fab.Run
	driver   string // path of the driver's link
	box      fab.Box
	in, away fab.Lot
}

func newShipped(t *testing.T) *shipped {
	t.Helper()
	w := &shipped{workshop: newWorkshop(t)}
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	w.account("aiguille", w.sewer.ID, fab.RoleMaker)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "4")
	w.printed(4)
	w.in, w.away = w.lots()[0], w.lots()[1]
	at := "/desk/bags/" + w.in.Code + "/settle"
	w.desk.does(at, with(w.desk.page("/desk/deliveries").form(t, at), url.Values{"kit": {"yes"}}), "2 kits sont prêts")
	_, err := w.supply.Pack(t.Context(), w.request.ID)
	require.NoError(t, err)
	page := w.desk.page("/desk/deliveries")
	a := w.desk.does("/desk/runs", with(page.form(t, "/desk/runs"), url.Values{"driver": {"Mouette"}, "lot": {w.away.Code}}), "T-001")
	for _, n := range find(a.doc, "a") {
		if href := attr(n, "href"); strings.Contains(href, "/run/") {
			w.driver = href[len(w.server.URL):]
		}
	}
	w.view(func(tx *store.Tx) error {
		boxes, err := tx.Boxes()
		require.NoError(t, err)
		runs, err := tx.Runs()
		w.box, w.run = boxes[0], runs[0]
		return err
	})
	return w
}

// paper reads a paper on the screen and as a PDF: both must be there, and say these things.
func (b *browser) paper(path string, says ...string) {
	b.l.t.Helper()
	a := b.page(path + "/paper")
	require.Contains(b.l.t, a.body, path+"/paper.pdf")
	file := b.get(path + "/paper.pdf")
	require.Equal(b.l.t, http.StatusOK, file.status, path)
	require.Equal(b.l.t, "application/pdf", file.header.Get("Content-Type"))
	require.Regexp(b.l.t, `^inline; filename="[0-9A-Za-z-]+\.pdf"$`, file.header.Get("Content-Disposition"))
	name := filepath.Join(b.l.t.TempDir(), "paper.pdf")
	require.NoError(b.l.t, os.WriteFile(name, []byte(file.body), 0o600))
	printed := strings.Join(strings.Fields(strings.Join(testkit.PDFText(b.l.t, name), " ")), " ")
	for _, one := range says {
		require.Contains(b.l.t, a.main(), one, path)
		require.Contains(b.l.t, spaces.ReplaceAllString(printed, " "), one, path)
	}
}

// Ensure that each paper is there for those whose it is, on the screen and as a PDF, with what it is about.
func TestPapers(t *testing.T) {
	w := newShipped(t)
	box, run := "/desk/boxes/"+string(w.box.ID), "/desk/runs/"+string(w.run.ID)
	w.desk.paper(box, "B-001", "EHPAD Les Tilleuls (fictif), Rue", "2 × Visière anti-projection", w.in.Code)
	w.desk.paper(box+"/kits", "Visière anti-projection", "B-001", w.in.Code)
	w.desk.paper(box+"/sheet", "Visière anti-projection", "EHPAD Les Tilleuls (fictif)")
	w.desk.paper("/desk/bags/"+w.away.Code, w.away.Code, "2 × Bandeau", "Tortue", "Filament PETG", "F-001", "malade à la maison")
	w.desk.paper("/desk/requests/"+string(w.request.ID)+"/picking", "Il en manque encore 2")
	w.desk.paper(run, "T-001", "Mouette", "B-001", w.away.Code, "Note de déplacement bénévole", "12 rue des Dunes")
	w.desk.paper(run+"/notes", "BL-0001", "EHPAD Les Tilleuls (fictif)", "à rapporter signé")

	driver, requester := w.browser(), w.browser()
	driver.paper(w.driver, "T-001", "B-001")
	driver.paper(w.driver+"/stop/2", "Bon de livraison BL-0001", "2 sur 2", "12 rue des Dunes")
	require.Equal(t, http.StatusNotFound, driver.get(w.driver+"/stop/1/paper").status, "bags have no delivery note")
	requester.paper("/track/"+w.track+"/note/1", "Bon de livraison BL-0001")
	require.Equal(t, http.StatusNotFound, requester.get("/track/"+w.track+"/note/2/paper").status)
	driver.sends(w.driver+"/stop/2/deliver", url.Values{"receiver": {"Léa Œuf"}, "reservations": {"Une visière rayée"}})
	requester.paper("/track/"+w.track+"/note/1", "Reçu par Léa Œuf", "Une visière rayée")

	w.signed("tortue").paper("/maker/bags/"+w.in.Code, w.in.Code, "Tortue")
	require.Equal(t, http.StatusNotFound, w.signed("aiguille").get("/maker/bags/"+w.in.Code+"/paper").status, "another's bag")
	w.browser().paper("/notice/visor", "Visière anti-projection")
	require.Equal(t, http.StatusNotFound, w.browser().get("/notice/nothing/paper").status)
	w.desk.header.Set("Accept-Language", "en")
	w.desk.paper(box, "Splash visor", "Packed on")
}

// Ensure that codes lead to the address that the lab is known by, and to the one it was asked under where it has none.
func TestCodesLeadToThePublicAddress(t *testing.T) {
	l := newLab(t, nil)
	here := strings.TrimPrefix(l.server.URL, "http://")
	l.browser().paper("/notice/visor", here+"/q/")
	known := secondLab(t, func(c *web.Config) { c.Public = "https://atelier.example/" })
	require.Contains(t, known.browser().page("/notice/visor/paper").main(), " atelier.example/q/P-visor")
}

// Ensure that the pages lead to their papers, and that no such link leads nowhere.
func TestPagesLeadToTheirPapers(t *testing.T) {
	w := newShipped(t)
	for path, want := range map[string]int{
		"/desk/deliveries": 4, "/desk/requests/" + string(w.request.ID): 2, "/desk/products/" + string(w.box0Design()): 0, "/track/" + w.track: 1,
		"/desk/runs/" + string(w.run.ID): 2, "/desk/runs/" + string(w.run.ID) + "/stop/2": 1, "/desk/runs/" + string(w.run.ID) + "/stop/1": 0,
		w.driver: 1, w.driver + "/stop/2": 1,
	} {
		w.desk.followsPapers(path, want)
	}
	w.signed("tortue").followsPapers("/maker", 1)
	require.NoError(t, w.production.Withdraw(t.Context(), w.box0Design(), true, ""))
	w.view(func(tx *store.Tx) error {
		recalls, err := tx.Recalls()
		require.NoError(t, err)
		w.desk.followsPapers("/desk/recalls/"+string(recalls[0].ID), 1)
		return nil
	})
}

// followsPapers opens every paper that a page leads to, of which there are so many at least.
func (b *browser) followsPapers(path string, want int) {
	b.l.t.Helper()
	found := 0
	for _, n := range find(b.page(path).doc, "a") {
		if href := attr(n, "href"); strings.HasSuffix(href, "/paper") {
			found++
			b.page(href)
		}
	}
	require.GreaterOrEqual(b.l.t, found, want, path)
}

// Ensure that a paper of the desk is nobody else's, and that the note of one request is not read with the link of another.
func TestPapersAreNotForOthers(t *testing.T) {
	w := newShipped(t)
	first := w.track
	w.ask("hook", "3")
	require.NotEqual(t, first, w.track)
	require.Equal(t, http.StatusNotFound, w.browser().get("/track/"+w.track+"/note/1/paper").status)
	for _, path := range []string{"/desk/boxes/" + string(w.box.ID), "/desk/runs/" + string(w.run.ID), "/desk/bags/" + w.in.Code} {
		for _, end := range []string{"/paper", "/paper.pdf"} {
			require.Equal(t, http.StatusSeeOther, w.browser().get(path+end).status)
			require.Equal(t, http.StatusForbidden, w.signed("tortue").get(path+end).status)
		}
	}
}

// Ensure that a recall makes a letter to the place that has a box of it, and none while everything is at the lab.
func TestRecallLetters(t *testing.T) {
	w := newShipped(t)
	require.NoError(t, w.production.Withdraw(t.Context(), w.box0Design(), true, ""))
	var recall fab.Recall
	w.view(func(tx *store.Tx) error {
		all, err := tx.Recalls()
		recall = all[0]
		return err
	})
	path := "/desk/recalls/" + string(recall.ID)
	w.desk.paper(path, "EHPAD Les Tilleuls (fictif)", "12 rue des Dunes", "B-001", w.in.Code, "03 00 00 00 00")
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/recalls/nothing/paper").status)
}

func (w *shipped) box0Design() (id fab.DesignVersionID) {
	w.view(func(tx *store.Tx) error {
		kits, err := tx.KitsIn(w.box.ID)
		id = kits[0].DesignID
		return err
	})
	return id
}

// Ensure that a code leads everybody who scans it to the page that is right for him or her, and strangers to what is
// public.
func TestScan(t *testing.T) {
	w := newShipped(t)
	driver, requester, maker, other := w.browser(), w.browser(), w.signed("tortue"), w.signed("aiguille")
	driver.page(w.driver)
	requester.page("/track/" + w.track)
	for _, one := range []struct {
		who  *browser
		code string
		to   string // "" for the public page
	}{
		{w.desk, "B-001", "/desk/boxes/" + string(w.box.ID)},
		{w.desk, w.away.Code, "/desk/bags/" + w.away.Code},
		{w.desk, strings.ToLower(w.in.Code), "/desk/bags/" + w.in.Code},
		{w.desk, "T-001", "/desk/runs/" + string(w.run.ID)},
		{w.desk, "BL-0001", "/desk/requests/" + string(w.request.ID)},
		{w.desk, "F-001", "/desk/materials"},
		{w.desk, fab.FormatReference(w.request.Ref), "/desk/requests/" + string(w.request.ID)},
		{w.desk, "P-visor", "/desk/products/" + string(w.box0Design())},
		{driver, "T-001", w.driver}, {driver, "B-001", w.driver + "/stop/2"}, {driver, "BL-0001", w.driver + "/stop/2"},
		{driver, w.away.Code, w.driver + "/stop/1"}, {driver, w.in.Code, ""}, {driver, "F-001", ""},
		{requester, "B-001", "/track/" + w.track}, {requester, "BL-0001", "/track/" + w.track}, {requester, w.in.Code, ""}, {requester, "T-001", ""},
		{maker, w.in.Code, "/maker/bags/" + w.in.Code + "/paper"}, {maker, "B-001", ""}, {other, w.in.Code, ""},
		{w.browser(), "B-001", ""}, {w.browser(), w.in.Code, ""}, {w.browser(), "T-001", ""}, {w.browser(), "BL-0001", ""}, {w.browser(), "F-001", ""}, {w.browser(), "P-visor", ""},
	} {
		a := one.who.get("/q/" + one.code)
		if one.to != "" {
			require.Equal(t, http.StatusSeeOther, a.status, one.code)
			require.Equal(t, one.to, a.header.Get("Location"), one.code)
			continue
		}
		require.Equal(t, http.StatusOK, a.status, one.code)
		for _, private := range []string{"Tilleuls", "Rue", "Tortue", "Mouette", "Dunes", w.request.Ref, "/run/", "/track/", "/desk/"} {
			require.NotContains(t, a.main(), private, one.code)
			require.NotContains(t, a.body[strings.Index(a.body, "<main"):], private, one.code)
		}
		require.Contains(t, a.main(), "03 00 00 00 00", "the lab's number")
	}
	for _, code := range []string{"B-999", "V-999", "BL-9999", "BL-99999999999999999999", "P-nothing", "ZZZZ", "%F0%9F%98%80", "AAAA-AAAA", "..%2f..%2fetc"} {
		require.Equal(t, http.StatusNotFound, w.browser().get("/q/"+code).status, code)
	}
}

// Ensure that who scans a recalled thing is told so, whoever it is that is not known.
func TestScanRecalled(t *testing.T) {
	w := newShipped(t)
	require.Contains(t, w.browser().page("/q/B-001").main(), "Visière anti-projection")
	require.NoError(t, w.production.Withdraw(t.Context(), w.box0Design(), true, ""))
	for _, code := range []string{"B-001", w.in.Code, w.away.Code} {
		a := w.browser().page("/q/" + code)
		require.Contains(t, a.main(), "Ne vous en servez pas")
		require.NotContains(t, a.body, "/notice/")
	}
}

// Ensure that a link that ran out, and one that never was, make nobody a driver or a requester.
func TestScanWithAnOldLink(t *testing.T) {
	w := newShipped(t)
	b := w.browser()
	u, err := url.Parse(w.server.URL)
	require.NoError(t, err)
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "mailleur-run", Value: "nothing"}, {Name: "mailleur-track", Value: "nothing"}, {Name: "mailleur-sent", Value: "x"}})
	require.Equal(t, http.StatusOK, b.get("/q/B-001").status)
}
