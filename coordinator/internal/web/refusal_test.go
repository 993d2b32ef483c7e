package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// Ensure that each wrong field of the request form is named on its own step, that what was typed comes back, and that
// nothing is stored.
func TestAskRefusals(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	cases := map[string]struct{ field, value string }{
		"not a number":      {"qty_visor", "dix"},
		"too many":          {"qty_visor", "999999"},
		"negative":          {"qty_hook", "-3"},
		"unknown product":   {"qty_crown", "3"},
		"no place":          {"facility", " "},
		"place too long":    {"facility", strings.Repeat("é", 121)},
		"unknown kind":      {"kind", "castle"},
		"no town":           {"town", ""},
		"nobody to call":    {"contact", ""},
		"no phone":          {"phone", "03 00"},
		"letters for phone": {"phone", "appelez-moi"},
		"half an address":   {"email", "accueil@"},
		"no date":           {"need_by", ""},
		"no such date":      {"need_by", "2026-02-31"},
		"past":              {"need_by", "2020-04-03"},
		"far away":          {"need_by", "2099-01-01"},
		"note too long":     {"note", strings.Repeat("x", 20_000)},
	}
	for name, bad := range cases {
		t.Run(name, func(t *testing.T) {
			f := merged(b.page("/ask").form(t, "/ask"), typed())
			f.Set(bad.field, bad.value)
			f.Set("go", "send")
			a := b.post("/ask", f)
			require.Equal(t, http.StatusUnprocessableEntity, a.status)
			require.Contains(t, text(find(a.doc, "title")[0]), "Erreur")
			if bad.field != "qty_crown" { // a product without a field on the page
				require.Contains(t, a.body, `href="#`+bad.field+`"`, "the summary leads to the field")
				require.Contains(t, a.body, bad.field+"-error")
			}
			back := a.form(t, "/ask")
			for field, values := range f {
				if field != "go" && field != "step" && values[0] != "" && values[0] != "castle" && field != "qty_crown" {
					require.Equal(t, strings.TrimSpace(values[0]), strings.TrimSpace(back.Get(field)), field)
				}
			}
			l.view(func(tx *store.Tx) error {
				rows, err := tx.Requests()
				require.Empty(t, rows)
				return err
			})
		})
	}
}

// Ensure that a step is checked when it is left forwards, and that going back asks for nothing.
func TestAskSteps(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	empty := b.page("/ask").form(t, "/ask")
	empty.Set("go", "who")
	a := b.post("/ask", empty)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.main(), "De quoi avez-vous besoin", "the step that is wrong is shown")
	key := empty.Get("key")
	require.Equal(t, key, a.form(t, "/ask").Get("key"), "it is still the same form")
	f := merged(a.form(t, "/ask"), url.Values{"qty_visor": {"24"}, "step": {"who"}, "go": {"what"}, "town": {"Rue"}})
	a = b.post("/ask", f)
	require.Equal(t, http.StatusOK, a.status, "going back checks nothing")
	require.Equal(t, "Rue", a.form(t, "/ask").Get("town"))
	require.Contains(t, b.post("/ask", url.Values{"go": {"nonsense"}}).main(), "De quoi avez-vous besoin")
}

// Ensure that the gift form names what is wrong and keeps what was typed.
func TestGiveRefusals(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	good := url.Values{"material": {"film-a4"}, "count": {"50"}, "donor": {"Papeterie"}, "town": {"Abbeville"}, "phone": {"0300000000"}, "email": {""}}
	for name, bad := range map[string]struct{ field, value string }{
		"nothing chosen": {"material", ""},
		"unknown":        {"material", "gold"},
		"no number":      {"count", "beaucoup"},
		"nothing":        {"count", "0"},
		"too much":       {"count", "99999999999"},
		"nobody":         {"donor", ""},
		"nowhere":        {"town", ""},
		"no way to call": {"phone", ""},
		"half an e-mail": {"email", "x@"},
	} {
		t.Run(name, func(t *testing.T) {
			f := merged(b.page("/give").form(t, "/give"), good)
			f.Set(bad.field, bad.value)
			a := b.post("/give", f)
			require.Equal(t, http.StatusUnprocessableEntity, a.status)
			require.Contains(t, a.body, `href="#`+bad.field+`"`)
			require.Equal(t, f.Get("donor"), a.form(t, "/give").Get("donor"))
			l.view(func(tx *store.Tx) error {
				rows, err := tx.Donations()
				require.Empty(t, rows)
				return err
			})
			good = typedGift()
		})
	}
}

func typedGift() url.Values {
	return url.Values{"material": {"film-a4"}, "count": {"50"}, "donor": {"Papeterie"}, "town": {"Abbeville"}, "phone": {"0300000000"}, "email": {""}, "consent": {"yes"}}
}

// Ensure that wrong and foreign links all get the same neutral page, whatever is behind them.
func TestWrongLinks(t *testing.T) {
	l := newLab(t, func(c *web.Config) { c.PostsPerMinute = 500 })
	b := l.browser()
	gift := b.sends("/give", merged(b.page("/give").form(t, "/give"), typedGift()))
	token := strings.TrimPrefix(gift, "/gift/")
	want := b.get("/track/nonsense").main()
	for _, path := range []string{
		"/track/" + token, "/run/" + token, "/run/" + token + "/stop/1", "/setup/" + token, "/gift/" + token[1:], "/gift/" + token + ".",
		"/track/" + token + "/live", "/track/" + token + "/cancel", "/gift/" + strings.Repeat("x", 2000), "/nowhere", "/desk/nowhere", "/ask/sent/AAAAAAAB",
	} {
		a := b.get(path)
		require.Equal(t, http.StatusNotFound, a.status, path)
		require.Equal(t, want, a.main(), path)
	}
	require.Equal(t, http.StatusNotFound, b.post("/track/"+token+"/confirm", url.Values{}).status)
}

// Ensure that somebody who tries links is slowed down, and that a good link still opens from elsewhere.
func TestGuessingIsSlow(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	gift := b.sends("/give", merged(b.page("/give").form(t, "/give"), typedGift()))
	last := 0
	for range 25 {
		last = b.get("/track/guess").status
	}
	require.Equal(t, http.StatusTooManyRequests, last)
	a := b.get(gift)
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.Equal(t, "60", a.header.Get("Retry-After"))
	require.Equal(t, http.StatusOK, b.get("/").status)
}

// Ensure that bodies that are too large, of another kind or broken are refused before anything reads them.
func TestBodies(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	require.Equal(t, http.StatusRequestEntityTooLarge, b.post("/ask", url.Values{"note": {strings.Repeat("x", 70_000)}}).status)
	for kind, body := range map[string]string{"text/plain": "qty_visor=3", "multipart/form-data; boundary=x": "--x\r\n", "application/json": "{}"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.server.URL+"/ask", strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", kind)
		require.Equal(t, http.StatusUnsupportedMediaType, b.send(req).status, kind)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.server.URL+"/ask", strings.NewReader("a=%zz"))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusBadRequest, b.send(req).status)
}

// Ensure that another site cannot send forms with this browser's cookies, and that our own forms pass in browsers old
// and new.
func TestCrossOrigin(t *testing.T) {
	l := newLab(t, nil)
	send := func(header http.Header) int {
		b := l.browser()
		b.header = header
		return b.post("/signout", url.Values{}).status
	}
	origin := l.server.URL
	require.Equal(t, http.StatusForbidden, send(http.Header{"Sec-Fetch-Site": {"cross-site"}}))
	require.Equal(t, http.StatusForbidden, send(http.Header{"Sec-Fetch-Site": {"same-site"}}))
	require.Equal(t, http.StatusForbidden, send(http.Header{"Origin": {"https://evil.example"}}))
	require.Equal(t, http.StatusForbidden, send(http.Header{"Origin": {"null"}}))
	require.Equal(t, http.StatusSeeOther, send(http.Header{"Sec-Fetch-Site": {"same-origin"}}))
	require.Equal(t, http.StatusSeeOther, send(http.Header{"Origin": {origin}}))
	require.Equal(t, http.StatusSeeOther, send(http.Header{}), "not a browser")
}

// Ensure that methods that an address does not know are refused.
func TestMethods(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	for method, path := range map[string]string{http.MethodPut: "/ask", http.MethodDelete: "/", http.MethodPost: "/healthz", http.MethodTrace: "/"} {
		a := b.do(method, path, nil)
		require.Contains(t, []int{http.StatusMethodNotAllowed, http.StatusNotFound}, a.status, method)
		require.NotEmpty(t, a.main())
	}
	require.Equal(t, http.StatusMethodNotAllowed, b.do(http.MethodPut, "/ask", nil).status)
}

// Ensure that pages of a role send strangers to sign in and refuse other accounts.
func TestRoles(t *testing.T) {
	l := newLab(t, nil)
	l.account("coordinator", "", fab.RoleCoordinator)
	maker, err := l.identity.AddMaker(t.Context(), identity.NewMaker{Name: "Tortue", Town: "Rue"})
	require.NoError(t, err)
	l.account("maker", maker.ID, fab.RoleMaker)
	l.account("nobody", "", fab.RoleMaker)

	a := l.browser().get("/desk/live")
	require.Equal(t, http.StatusSeeOther, a.status)
	require.Equal(t, "/signin?next=%2Fdesk%2Flive", a.header.Get("Location"))

	require.Equal(t, http.StatusForbidden, l.signed("maker").get("/desk/live").status)
	require.Equal(t, http.StatusForbidden, l.signed("coordinator").get("/maker/live").status)
	require.Equal(t, http.StatusForbidden, l.signed("nobody").get("/maker/live").status, "a maker without a place")
	require.Equal(t, http.StatusForbidden, l.signed("maker").get("/api/v1/audit").status)
}

const password = "une phrase assez longue"

// account makes an account that has no password yet.
func (l *lab) account(login string, maker fab.MakerID, roles ...string) fab.Account {
	l.t.Helper()
	a := fab.Account{Login: login, Name: "Compte " + login, Roles: roles, MakerID: maker}
	require.NoError(l.t, l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		a.ID, a.CreatedAt = store.NewID[fab.AccountID](tx), tx.Now()
		return tx.AddAccount(&a)
	}))
	return a
}

// signed is a browser in which the account is signed in.
func (l *lab) signed(login string) *browser {
	l.t.Helper()
	var a fab.Account
	l.view(func(tx *store.Tx) (err error) {
		a, err = tx.AccountByLogin(login)
		return err
	})
	token, err := l.identity.OpenSession(l.t.Context(), a.ID)
	require.NoError(l.t, err)
	site, err := url.Parse(l.server.URL)
	require.NoError(l.t, err)
	b := l.browser()
	b.client.Jar.SetCookies(site, []*http.Cookie{{Name: "mailleur-session", Value: token, Path: "/"}})
	return b
}
