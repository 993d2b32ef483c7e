package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// joins is the form of somebody who wants to take part, as typed.
func joins(name string, change url.Values) url.Values {
	return merged(url.Values{"name": {name}, "postcode": {"80120"}, "email": {strings.ToLower(name) + "@example.org"}, "skills": {"printer", "sew"}, "consent": {"yes"}}, change)
}

func (l *lab) makers() (all []fab.Maker) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { all, err = tx.Makers(); return err })
	return all
}

var linkTo = regexp.MustCompile(`http://[^/]+(/(?:enter|join)/[A-Za-z0-9_-]{20,})`)

// linkOn is the link that a page shows once.
func linkOn(t *testing.T, a answer) string {
	t.Helper()
	require.Equal(t, http.StatusOK, a.status)
	found := linkTo.FindStringSubmatch(a.body)
	require.NotNil(t, found, text(a.doc))
	return found[1]
}

// Ensure that somebody joins in one form, waits, is taken in with a word and a link, and then has hands, a page, and a
// printer, all without a password.
func TestJoiningWithApproval(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	desk, b := l.signed("desk"), l.browser()
	require.Contains(t, b.page("/").body, `href="/join"`)
	b.page("/join").form(t, "/join")
	require.Equal(t, "/join/sent", b.sends("/join", joins("Courlis", url.Values{"note": {"Je suis là le soir."}})))
	require.Contains(t, b.page("/join/sent").main(), "L’atelier vous répond bientôt")
	require.Equal(t, http.StatusSeeOther, b.get("/maker").status, "nobody is signed in")

	waiting := desk.page("/desk/people")
	require.Contains(t, waiting.main(), "1 personne veut participer")
	require.Contains(t, waiting.main(), "Courlis , 80120")
	m := l.makers()[0]
	require.Empty(t, l.workersOf(m), "nothing is planned for who is not in yet")
	path := "/desk/people/" + string(m.ID)
	require.Contains(t, desk.page(path).main(), "Je suis là le soir.")
	enter := linkOn(t, desk.post(path+"/approve", url.Values{"word": {"Deux PETG vous attendent."}}))
	require.Equal(t, http.StatusConflict, desk.post(path+"/approve", url.Values{}).status, "once")
	require.NotContains(t, desk.page(path).body, enter)

	b.page(enter)
	require.Equal(t, http.StatusOK, b.get(enter).status, "looking does not use it up")
	require.Equal(t, "/maker/me", b.sends(enter, url.Values{}))
	require.Equal(t, http.StatusNotFound, l.browser().post(enter, url.Values{}).status, "it served")
	next := b.page("/maker/me")
	require.Contains(t, next.main(), "Deux PETG vous attendent.")
	require.Contains(t, b.post("/maker/me/enrol-code", url.Values{}).main(), "printer-agent enrol")
	b.sends("/maker/printers", printerTyped("Galet", nil))
	require.Len(t, l.workersOf(m), 2, "hands and a printer")

	b.sends("/maker/me/password", url.Values{"password": {password}})
	require.Equal(t, "/maker", l.browser().sends("/signin", url.Values{"login": {"courlis@example.org"}, "password": {password}}))
	require.Equal(t, http.StatusOK, b.get("/maker/me").status)
}

// Ensure that who was invited is in at once, that the invitation serves one person, and that it is no way to more.
func TestAnInvitationSkipsTheWait(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	invite := linkOn(t, l.signed("desk").post("/desk/people/invite", url.Values{}))
	b := l.browser()
	b.page(invite).form(t, invite)
	require.Equal(t, "/maker/me", b.sends(invite, joins("Sterne", url.Values{"roles": {"coordinator"}, "role": {"administrator"}, "maker_id": {"x"}})))
	require.Equal(t, http.StatusForbidden, b.get("/desk/people").status)
	require.Equal(t, http.StatusForbidden, b.post("/desk/people/invite", url.Values{}).status)
	require.Equal(t, http.StatusNotFound, l.browser().get(invite).status)
	require.Equal(t, http.StatusNotFound, l.browser().post(invite, joins("Goéland", nil)).status)
	require.Equal(t, []string{fab.RoleMaker}, l.accountBy("sterne@example.org").Roles)
	require.Len(t, l.makers(), 1)
}

func (l *lab) accountBy(login string) (a fab.Account) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { a, err = tx.AccountByLogin(login); return err })
	return a
}

// Ensure that registering makes nobody more than somebody who waits: no role, no sign-in, no printer, and whoever the lab
// knows already is neither told so nor entered twice.
func TestRegisteringIsNoWayIn(t *testing.T) {
	l := newLab(t, nil)
	l.member("chef@example.org")
	b := l.browser()
	b.sends("/join", joins("Courlis", url.Values{"roles": {"coordinator"}, "role": {"administrator"}, "status": {""}, "password": {password}}))
	a := l.accountBy("courlis@example.org")
	require.Empty(t, a.Roles)
	refused := b.post("/signin", url.Values{"login": {"courlis@example.org"}, "password": {password}})
	require.Contains(t, refused.main(), "n’a pas encore répondu")
	require.Equal(t, http.StatusSeeOther, b.get("/desk").status)
	session := l.signed("courlis@example.org")
	for _, path := range []string{"/maker", "/maker/me", "/maker/printers/new", "/desk", "/desk/people"} {
		require.Equal(t, http.StatusForbidden, session.get(path).status, path)
	}
	require.Equal(t, "/join/sent", b.sends("/join", joins("Courlis", nil)))
	require.Equal(t, "/join/sent", b.sends("/join", joins("Voleur", url.Values{"email": {"chef@example.org"}, "password": {"another password"}})))
	require.Len(t, l.makers(), 1, "known people are not entered twice")
	require.Equal(t, "/desk", l.browser().sends("/signin", url.Values{"login": {"chef@example.org"}, "password": {password}}), "and nobody's password changes")
}

// Ensure that what is missing is said in its field, and that too many registrations from one place are slowed down.
func TestAWrongRegistrationIsRefused(t *testing.T) {
	l := newLab(t, nil)
	for field, wrong := range map[string]url.Values{
		"name": {"name": {" "}}, "town": {"postcode": {""}}, "phone": {"email": {""}}, "email": {"email": {"a@b.example\r\nBcc: c@d.example"}},
		"skills": {"skills": {"fly"}}, "consent": {"consent": {""}}, "password": {"password": {"short"}}, "note": {"note": {strings.Repeat("a", 501)}}, "postcode": {"postcode": {"<b>"}},
	} {
		site := secondLab(t, nil)
		a := site.browser().post("/join", joins("Courlis", wrong))
		require.Equal(t, http.StatusUnprocessableEntity, a.status, field)
		require.Contains(t, a.body, `id="`+field+`-error"`, field)
		require.NotContains(t, a.body, "short")
		require.Empty(t, site.makers())
	}
	b, slow := l.browser(), 0
	for n := range 12 {
		if b.post("/join", joins(fmt.Sprint("Courlis", n), nil)).status == http.StatusTooManyRequests {
			slow++
		}
	}
	require.Equal(t, 6, slow)
	require.Len(t, l.makers(), 6)
}

// Ensure that who leaves is gone: from the pages, from what was noted, and as a way in; that the work stays counted; and that
// where something is still to fetch there, name and place are kept until a driver has it.
func TestLeavingErasesThePerson(t *testing.T) {
	w := newWorkshop(t)
	l := w.lab
	w.account("Aiguille", w.sewer.ID, fab.RoleMaker)
	b := w.signed("Aiguille")
	w.approved("mask", "5")
	attempt := w.plan(w.sewing)
	b.sends("/maker/offers/"+string(attempt.ID)+"/accept", url.Values{})
	require.Equal(t, "/maker/me", b.sends("/maker/me/leave", url.Values{"consent": {"yes"}}))
	require.Contains(t, b.page("/maker/me").main(), "travail en cours")
	b.sends("/maker/work/"+string(attempt.ID)+"/handin", url.Values{"good": {fmt.Sprint(attempt.Copies)}, "bad": {"0"}})
	require.Equal(t, "/", b.sends("/maker/me/leave", url.Values{"consent": {"yes"}}))
	require.Equal(t, http.StatusSeeOther, b.get("/maker").status)
	l.view(func(tx *store.Tx) error {
		changes, err := tx.ChangesAfter(0, 1000)
		require.NoError(t, err)
		for _, c := range changes {
			require.NotContains(t, fmt.Sprint(c.Args), "Aiguille")
		}
		lots, err := tx.Lots()
		require.NoError(t, err)
		require.Equal(t, w.sewer.ID, lots[0].MakerID)
		m, err := tx.Maker(w.sewer.ID)
		require.Equal(t, []any{fab.MakerGone, "", ""}, []any{m.Status, m.Phone, m.Town})
		require.Regexp(t, "^M-[0-9A-F]{5}$", m.Name)
		return err
	})
	page := w.desk.page("/desk/deliveries")
	require.Contains(t, page.main(), "personnes parties Aiguille")
	require.NotContains(t, page.body, `name="lot"`, "the bag is not listed twice")
	f := page.form(t, "/desk/runs")
	for _, n := range find(page.doc, "input") {
		if attr(n, "name") == "fetch" {
			f["fetch"] = []string{attr(n, "value")}
		}
	}
	f.Set("driver", "Une voisine")
	a := w.desk.does("/desk/runs", f, "La tournée")
	for _, n := range find(a.doc, "a") {
		if href := attr(n, "href"); strings.Contains(href, "/run/") {
			driver := w.browser()
			require.Contains(t, driver.page(href[len(w.server.URL):]+"/stop/1").main(), "Aiguille")
			driver.sends(href[len(w.server.URL):]+"/stop/1/collect", url.Values{})
		}
	}
	for _, path := range []string{"/desk/people", "/desk/deliveries", "/desk/production"} {
		require.NotContains(t, w.desk.page(path).body, "Aiguille", path)
	}
	require.Contains(t, w.desk.page("/desk/people/"+string(w.sewer.ID)).main(), "Est parti")
	require.Equal(t, http.StatusConflict, w.desk.post("/desk/people/"+string(w.sewer.ID)+"/approve", url.Values{}).status)
}

// Ensure that who takes work by hand says until when, that this is kept, and that no day in the past or far away is taken.
func TestHandWorkIsTakenUntilADay(t *testing.T) {
	w := newWorkshop(t)
	w.account("Aiguille", w.sewer.ID, fab.RoleMaker)
	b := w.signed("Aiguille")
	w.approved("mask", "5")
	attempt := w.plan(w.sewing)
	path := "/maker/offers/" + string(attempt.ID) + "/accept"
	usual := b.page("/maker").form(t, path).Get("hand_in")
	require.Equal(t, time.Now().AddDate(0, 0, 3).Format(time.DateOnly), usual, "not after the batch")
	for _, day := range []string{"2020-04-03", time.Now().AddDate(1, 0, 0).Format(time.DateOnly), "bientôt"} {
		a := b.post(path, url.Values{"hand_in": {day}})
		require.Equal(t, http.StatusUnprocessableEntity, a.status, day)
		require.Contains(t, a.body, `href="#hand_in-`+string(attempt.ID))
	}
	said := time.Now().AddDate(0, 0, 8)
	b.sends(path, url.Values{"hand_in": {said.Format(time.DateOnly)}})
	require.Contains(t, b.page("/maker").main(), "à rendre ")
	w.view(func(tx *store.Tx) error {
		a, err := tx.Attempt(attempt.ID)
		require.Equal(t, fab.AttemptLeased, a.Status)
		require.WithinDuration(t, said, a.LeaseUntil, 26*time.Hour)
		require.True(t, a.LeaseUntil.After(said))
		return err
	})
}

// Ensure that a driver is sent to where a maker's bags are, with that person's telephone and no more of the place than its
// town; that a maker chooses the workshop or home alone; and that a wrong place or contact is refused.
func TestBagsAreFetchedWhereTheyAre(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	desk := l.signed("desk")
	host, _ := l.volunteer("Sterne")
	m, b := l.volunteer("Galet")
	path := "/desk/people/" + string(m.ID)
	for id, phone := range map[fab.MakerID]string{host.ID: "03 00 00 00 07", m.ID: "03 00 00 00 08"} {
		at := "/desk/people/" + string(id)
		desk.sends(at, merged(desk.page(at).form(t, at), url.Values{"phone": {phone}, "town": {"Quend"}, "postcode": {"80120"}}))
	}
	desk.sends(path, merged(desk.page(path).form(t, path), url.Values{"collect": {string(host.LocationID)}}))
	require.Contains(t, desk.page(path).main(), "80120 Quend")
	planned, err := l.delivery.Plan(t.Context(), delivery.NewRun{Driver: "Une voisine", Phone: "0300000000", Day: time.Now().Format(time.DateOnly), NewStops: delivery.NewStops{Makers: []fab.MakerID{m.ID}}})
	require.NoError(t, err)
	stop := l.browser().page("/run/" + planned.Token + "/stop/1")
	require.Contains(t, stop.main(), "Sterne (Galet)")
	require.Contains(t, stop.body, "tel:0300000007")
	require.NotContains(t, stop.body, "80120")

	mine := b.page("/maker/me").form(t, "/maker/me")
	require.Equal(t, string(host.LocationID), mine.Get("collect"))
	b.sends("/maker/me", merged(mine, url.Values{"collect": {"hub"}, "name": {"Caillou"}}))
	require.NotContains(t, b.page("/maker/me").body, string(host.LocationID), "other people's homes are not listed")
	for field, wrong := range map[string]url.Values{"collect": {"collect": {"outside-used"}}, "phone": {"phone": {""}}, "name": {"name": {""}}, "town": {"town": {""}, "postcode": {""}}} {
		a := b.post("/maker/me", merged(mine, wrong))
		require.Equal(t, http.StatusUnprocessableEntity, a.status, field)
		require.Contains(t, a.body, `id="`+field+`-error"`)
	}
	require.Equal(t, http.StatusForbidden, b.post("/desk/people/"+string(host.ID)+"/erase", url.Values{"consent": {"yes"}}).status)
}

// Ensure that a link to come in is for makers only: whoever may do more has to know a password.
func TestNoLinkOpensTheDesk(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	m, err := l.identity.AddMaker(t.Context(), identity.NewMaker{Name: "Chef", Town: "Rue"})
	require.NoError(t, err)
	l.account("chef", m.ID, fab.RoleMaker, fab.RoleAdmin)
	desk := l.signed("desk")
	path := "/desk/people/" + string(m.ID)
	require.Equal(t, path, desk.sends(path+"/link", url.Values{}))
	require.Contains(t, desk.page(path).main(), "seulement avec un mot de passe")
	plain, err := l.identity.AddMaker(t.Context(), identity.NewMaker{Name: "Galet", Town: "Rue"})
	require.NoError(t, err)
	first := linkOn(t, desk.post("/desk/people/"+string(plain.ID)+"/link", url.Values{}))
	second := linkOn(t, desk.post("/desk/people/"+string(plain.ID)+"/link", url.Values{}))
	require.Equal(t, http.StatusNotFound, l.browser().post(first, url.Values{}).status, "a new link ends the one before")
	b := l.browser()
	b.sends(second, url.Values{})
	require.Equal(t, http.StatusForbidden, b.get("/desk").status)
}
