package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// Ensure that the set-up link makes the first account once and signs it in.
func TestSetup(t *testing.T) {
	l := newLab(t, nil)
	token, err := l.identity.SetupLink(t.Context())
	require.NoError(t, err)
	path := "/setup/" + token
	b := l.browser()
	f := b.page(path).form(t, path)
	a := b.post(path, merged(f, url.Values{"login": {"admin"}, "name": {"Atelier"}, "password": {"court"}}))
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	back := a.form(t, path)
	require.Equal(t, "admin", back.Get("login"))
	require.Empty(t, back.Get("password"), "a password is never written into a page")
	require.NotContains(t, a.body, "court\"")
	require.Equal(t, "/desk", b.sends(path, merged(f, url.Values{"login": {"admin"}, "name": {"Atelier"}, "password": {password}})))
	require.Equal(t, http.StatusOK, b.get("/api/v1/audit").status)
	require.Equal(t, http.StatusNotFound, l.browser().get(path).status, "the link served")
}

// Ensure that a wrong password and an unknown name are answered alike, that a session ends when it is ended, and that
// next leads nowhere else.
func TestSignIn(t *testing.T) {
	l := newLab(t, nil)
	l.member("coordinator")
	b := l.browser()
	wrong := b.post("/signin", url.Values{"login": {"coordinator"}, "password": {"wrong"}, "next": {"/desk/requests"}})
	unknown := b.post("/signin", url.Values{"login": {"nobody"}, "password": {"wrong"}, "next": {"/desk/requests"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Equal(t, wrong.main(), unknown.main())
	require.Equal(t, "/desk/requests", wrong.form(t, "/signin").Get("next"))
	require.Empty(t, wrong.form(t, "/signin").Get("password"))

	b = l.browser()
	require.Equal(t, "/desk/requests?show=all", b.sends("/signin", url.Values{"login": {" Coordinator "}, "password": {password}, "next": {"/desk/requests?show=all"}}))
	for _, elsewhere := range []string{"https://evil.example/", "//evil.example", `/\evil.example`} {
		require.Equal(t, "/desk", b.sends("/signin", url.Values{"login": {"coordinator"}, "password": {password}, "next": {elsewhere}}), elsewhere)
	}
	site, err := url.Parse(l.server.URL)
	require.NoError(t, err)
	kept := b.client.Jar.Cookies(site)
	require.Equal(t, "/desk", b.get("/signin").header.Get("Location"), "who is signed in has no need to")
	require.Equal(t, "/", b.sends("/signout", url.Values{}))
	b.client.Jar.SetCookies(site, kept)
	require.Equal(t, http.StatusUnauthorized, b.get("/api/v1/audit").status, "a cookie kept from before is worth nothing")
}

// Ensure that passwords are tried slowly: on one name by its form, on many by address.
func TestSignInIsSlow(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	var a answer
	for n := 0; n < 60 && a.status != http.StatusTooManyRequests; n++ { // a slow machine is granted some on the way
		a = b.post("/signin", url.Values{"login": {fmt.Sprintf("somebody%d", n)}, "password": {"x"}})
	}
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.NotContains(t, a.body, `action="/signin"`, "the address has to wait, whatever the name")
}

// Ensure that the session's cookie is out of reach of scripts and other hosts.
func TestSessionCookie(t *testing.T) {
	l := newLab(t, nil)
	l.member("coordinator")
	a := l.browser().post("/signin", url.Values{"login": {"coordinator"}, "password": {password}})
	cookie := a.header.Get("Set-Cookie")
	for _, want := range []string{"mailleur-session=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		require.Contains(t, cookie, want)
	}

	secure := secondLab(t, func(c *web.Config) { c.TLS = true })
	secure.member("coordinator")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://lab.example/signin", strings.NewReader(url.Values{"login": {"coordinator"}, "password": {password}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	secure.site.Handler().ServeHTTP(w, r)
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.True(t, strings.HasPrefix(w.Header().Get("Set-Cookie"), "__Host-session="))
	require.Contains(t, w.Header().Get("Set-Cookie"), "Secure")
	require.Contains(t, w.Header().Get("Strict-Transport-Security"), "max-age=")
}

// member makes a coordinator who knows the password.
func (l *lab) member(login string) {
	l.t.Helper()
	_, err := l.identity.Create(l.t.Context(), identity.NewAccount{Login: login, Name: "Compte", Password: password, Roles: []string{fab.RoleCoordinator}})
	require.NoError(l.t, err)
}
