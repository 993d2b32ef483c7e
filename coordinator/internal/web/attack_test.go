package web_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// lease gives a printer of the agent a plate to print whose G-code is the blob.
func (l *lab) lease(agent fab.AgentID, blob fab.Blob) (a fab.Attempt) {
	l.t.Helper()
	require.NoError(l.t, l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		printers, err := tx.WorkersBehind(agent)
		require.NoError(l.t, err)
		d, err := tx.CurrentDesign("visor")
		require.NoError(l.t, err)
		p := fab.Plate{ID: store.NewID[fab.PlateID](tx), DesignID: d.ID, Part: "visor-band", Copies: 2, Model: "ender3", NozzleUM: 400, Status: fab.PlateReady, GCodeHash: blob.Hash, GCodeBytes: blob.Size, CreatedAt: tx.Now()}
		require.NoError(l.t, tx.AddPlate(&p))
		b := fab.Batch{ID: store.NewID[fab.BatchID](tx), DesignID: d.ID, Product: "visor", Quantity: 2, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now()}
		require.NoError(l.t, tx.AddBatch(&b))
		j := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: b.ID, Part: p.Part, How: fab.ByPrint, Copies: 2, Status: fab.JobLeased, CreatedAt: tx.Now()}
		require.NoError(l.t, tx.AddJobs([]fab.Job{j}))
		a = fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: b.ID, WorkerID: printers[0].ID, PlateID: p.ID, Part: p.Part, Copies: 2, No: 1, Status: fab.AttemptLeased, LeaseUntil: tx.Now().Add(time.Hour), CreatedAt: tx.Now()}
		return tx.AddAttempt(&a)
	}))
	return a
}

// joined is an agent of its own maker, which has joined.
func (l *lab) joined(t *testing.T) *browser {
	t.Helper()
	agent := l.browser()
	a := agent.json(http.MethodPost, "/api/v1/enrol", joining(l.code(t).SecretText()))
	require.Equal(t, http.StatusOK, a.status, a.body)
	var answered wire.EnrolAnswer
	require.NoError(t, json.Unmarshal([]byte(a.body), &answered))
	agent.header.Set("Authorization", "Bearer "+answered.Token)
	return agent
}

// script is what an attacker types into every field.
const script = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{.}}`

// Ensure that what strangers type is text on every page that shows it, also in attributes and to those with more rights.
func TestNamesAreNeverMarkup(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	receipt, err := l.intake.Ask(t.Context(), intake.Form{
		Facility:   fab.Facility{Name: script, Kind: fab.FacilityCareHome, Town: script, Address: script, Access: script, Contact: script, Phone: "03 00 00 00 00"},
		Quantities: map[string]string{"visor": "2"}, NeedBy: time.Now().Add(72 * time.Hour).Format(time.DateOnly), Note: script, Channel: fab.ChannelWeb, SubmitKey: "k",
	})
	require.NoError(t, err)
	maker, err := l.identity.AddMaker(t.Context(), identity.NewMaker{Name: script, Town: script, Phone: "03 00 00 00 00", Steps: []string{"sew"}})
	require.NoError(t, err)
	secret, err := l.identity.NewEnrolment(t.Context(), maker.ID)
	require.NoError(t, err)
	hostile := joining(wire.EnrolCode{Secret: secret}.SecretText())
	hostile.Name, hostile.Version, hostile.Printers[0].Name = script, script, script
	a := l.browser().json(http.MethodPost, "/api/v1/enrol", hostile)
	require.Equal(t, http.StatusOK, a.status, a.body)
	l.view(func(tx *store.Tx) error {
		all, err := tx.Workers()
		require.NoError(t, err)
		for _, w := range all {
			l.site.PrinterSaid(w.ID, web.Telemetry{State: script, Why: fab.Because("error."+script, "what", script)})
		}
		return nil
	})
	desk, shown := l.signed("desk"), 0
	for _, path := range []string{
		"/desk/requests", "/desk/requests/" + string(receipt.Request.ID), "/desk/people", "/desk/printers", "/desk/deliveries", "/track/" + receipt.Token,
	} {
		a := desk.get(path)
		require.Equal(t, http.StatusOK, a.status, path)
		require.NotContains(t, a.body, "<script>alert", path)
		require.NotContains(t, a.body, "<img src=x", path)
		if strings.Contains(a.main(), "<script>alert(1)") {
			shown++
		}
	}
	require.GreaterOrEqual(t, shown, 4, "the names are on the pages, as text")
	for _, path := range []string{"/ask?product=", "/give?material=", "/signin?next=", "/desk?", "/desk/requests?show=", "/lang/", "/picture/", "/track/"} {
		a := desk.get(path + url.QueryEscape(script))
		require.NotContains(t, a.body, "<script>alert", path)
		require.NotContains(t, a.body, "onerror=alert(2)>", path)
	}
}

// Ensure that a token is never in the log, at its most talkative, nor sent on as a referrer to another site; not when it
// is right, wrong, or breaks something.
func TestTokensStayOutOfTheLog(t *testing.T) {
	var log lockedBuffer
	l := newLab(t, func(c *web.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	l.member("desk")
	request, track := l.ready(4)
	run := strings.TrimPrefix(l.drive(request), "/run/")
	setup := fab.NewToken(strings.NewReader(strings.Repeat("s", 32)))
	b := l.browser()
	for _, path := range []string{
		"/track/" + track, "/track/" + track + "/cancel", "/track/" + track + "/nowhere", "/run/" + run, "/run/" + run + "/stop/1", "/run/" + run + "/stop/99",
		"/setup/" + setup, "/gift/" + setup, "/signin?next=/track/" + track,
	} {
		a := b.get(path)
		require.Equal(t, "same-origin", a.header.Get("Referrer-Policy"), path)
	}
	b.post("/track/"+track+"/confirm", url.Values{})
	b.post("/setup/"+setup, url.Values{"password": {password}})
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.post("/run/"+run+"/stop/1/deliver", url.Values{})
	b.header.Set("Sec-Fetch-Site", "same-origin")
	signed := b.post("/signin", url.Values{"login": {"desk"}, "password": {password}})
	session, _, _ := strings.Cut(strings.TrimPrefix(signed.header.Get("Set-Cookie"), "mailleur-session="), ";")
	agent := l.joined(t)
	agent.get("/api/v1/blobs/" + strings.Repeat("0", 64))
	bearer := strings.TrimPrefix(agent.header.Get("Authorization"), "Bearer ")
	for name, secret := range map[string]string{"track": track, "run": run, "setup": setup, "session": session, "bearer": bearer, "password": password} {
		require.Greater(t, len(secret), 10, name)
		require.NotContains(t, log.String(), secret, name)
	}
	require.Contains(t, log.String(), "/track/:token", "the route is in the log")
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Ensure that every kind of answer carries the headers that keep it to itself: also files, streams, the API, refusals,
// and what is no page at all.
func TestHeadersOnEveryKindOfAnswer(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	desk := l.signed("desk")
	for path, status := range map[string]int{
		"/static/nothing.css": 404, "/picture/x.png": 404, "/robots.txt": 200, "/healthz": 200, "/openapi.json": 200, "/api/v1/audit": 200,
		"/api/v1/blobs/" + strings.Repeat("0", 64): 401, "/api/v1/nothing": 404, "/track/wrong": 404, "/signout": 405, "/demo": 404, "/live": 404,
	} {
		a := desk.get(path)
		require.Equal(t, status, a.status, path)
		requireGuarded(t, path, a.header)
	}
	desk.header.Set("Sec-Fetch-Site", "cross-site")
	a := desk.post("/signout", url.Values{})
	require.Equal(t, http.StatusForbidden, a.status)
	requireGuarded(t, "cross-site", a.header)

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.server.URL+"/desk/live", nil)
	require.NoError(t, err)
	res, err := desk.client.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	require.Contains(t, res.Header.Get("Content-Type"), "text/event-stream")
	requireGuarded(t, "stream", res.Header)
}

func requireGuarded(t *testing.T, what string, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		require.Equal(t, want, h.Get(name), what)
	}
	require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'", what)
	require.NotContains(t, h.Get("Content-Security-Policy"), "unsafe", what)
	require.NotEmpty(t, h.Get("Content-Type"), what)
	require.Empty(t, h.Get("Access-Control-Allow-Origin"), what)
}

// Ensure that a session is new with every sign-in, that the one before ends, that a planted one is worth nothing, and
// that a changed or closed account is so from the next click on.
func TestSessionsFollowTheAccount(t *testing.T) {
	l := newLab(t, nil)
	l.member("desk")
	site, err := url.Parse(l.server.URL)
	require.NoError(t, err)
	b := l.browser()
	planted := strings.Repeat("A", 43)
	b.client.Jar.SetCookies(site, []*http.Cookie{{Name: "mailleur-session", Value: planted, Path: "/"}})
	signIn := url.Values{"login": {"desk"}, "password": {password}}
	b.sends("/signin", signIn)
	first := b.client.Jar.Cookies(site)
	b.sends("/signin", signIn)
	require.Equal(t, http.StatusOK, b.get("/desk/requests").status)
	for name, cookies := range map[string][]*http.Cookie{"planted": {{Name: "mailleur-session", Value: planted, Path: "/"}}, "the one before": first} {
		other := l.browser()
		other.client.Jar.SetCookies(site, cookies)
		require.Equal(t, http.StatusUnauthorized, other.get("/api/v1/audit").status, name)
	}
	change := func(f func(a *fab.Account)) {
		require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
			a, err := tx.AccountByLogin("desk")
			require.NoError(t, err)
			f(&a)
			return tx.SetAccount(&a)
		}))
	}
	change(func(a *fab.Account) { a.Roles = nil })
	require.Equal(t, http.StatusForbidden, b.get("/desk/requests").status)
	change(func(a *fab.Account) { a.Roles, a.Disabled = []string{fab.RoleCoordinator}, true })
	require.Equal(t, http.StatusUnauthorized, b.get("/api/v1/audit").status)
	require.Equal(t, http.StatusUnprocessableEntity, l.browser().post("/signin", signIn).status, "a closed account cannot sign in")
}

// Ensure that forms of other sites are refused from browsers too old to say where a form comes from: by the referrer, and
// by its absence when the form would act with a session. A link's forms still work where nothing is sent along.
func TestOldBrowsersAreProtected(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	_, track := l.ready(4)
	desk := l.signed("desk")
	desk.header.Del("Sec-Fetch-Site")
	for from, status := range map[string]int{"": 403, "https://evil.example/": 403, ":": 403, l.server.URL + ".evil.example/desk": 403, l.server.URL + "/desk/people": 422} {
		desk.header.Set("Referer", from)
		require.Equal(t, status, desk.post("/desk/people/makers", url.Values{}).status, from)
	}
	b := l.browser()
	b.header.Del("Sec-Fetch-Site")
	require.NotEqual(t, http.StatusForbidden, b.post("/track/"+track+"/confirm", url.Values{}).status)
	b.header.Set("Referer", "https://evil.example/")
	require.Equal(t, http.StatusForbidden, b.post("/track/"+track+"/confirm", url.Values{}).status)
}

// Ensure that a token of one kind opens nothing of another kind, and that a spoken reference opens nothing.
func TestLinksOpenOneDoor(t *testing.T) {
	l := newLab(t, nil)
	request, track := l.ready(4)
	run := strings.TrimPrefix(l.drive(request), "/run/")
	b := l.browser()
	for _, path := range []string{
		"/run/" + track, "/gift/" + track, "/setup/" + track, "/track/" + run, "/gift/" + run, "/track/" + request.Ref, "/track/" + string(request.ID),
		"/track/" + fab.HashToken(track), "/run/" + fab.HashToken(run), "/track/%00", "/track/" + url.PathEscape("' OR 1=1 --"),
	} {
		require.Equal(t, http.StatusNotFound, b.get(path).status, path)
	}
	b.header.Set("Authorization", "Bearer "+run)
	require.Equal(t, http.StatusNotFound, b.get("/api/v1/requests/"+request.Ref).status)
	require.Equal(t, http.StatusUnauthorized, b.get("/api/v1/blobs/"+strings.Repeat("0", 64)).status)
}

// Ensure that whoever tries tokens or codes is slowed down, by whatever address of an IPv6 network, and others are not.
func TestGuessingLinksIsSlow(t *testing.T) {
	l := newLab(t, nil)
	from := func(address, method, path string) int {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(`{"code":"0123456789ABCDEF","name":"x","version":"1","printers":[{"key":"a","model":"ender3"}]}`))
		r.RemoteAddr = net.JoinHostPort(address, "4000")
		r.Header.Set("X-Forwarded-For", "203.0.113.77") // a claim that nobody asked for
		r.Header.Set("X-Real-Ip", "203.0.113.77")
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		l.site.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for n := range 20 {
		require.Equal(t, http.StatusNotFound, from(fmt.Sprintf("2001:db8::%x", n+1), http.MethodGet, "/track/guess"), n)
	}
	require.Equal(t, http.StatusTooManyRequests, from("2001:db8::ffff:1", http.MethodGet, "/track/guess"))
	require.Equal(t, http.StatusTooManyRequests, from("2001:db8::ffff:2", http.MethodPost, "/api/v1/enrol"))
	require.Equal(t, http.StatusNotFound, from("2001:db8:0:1::1", http.MethodGet, "/track/guess"))
	for range 30 {
		from("192.0.2.1", http.MethodPost, "/api/v1/enrol")
	}
	require.Equal(t, http.StatusTooManyRequests, from("192.0.2.1", http.MethodPost, "/api/v1/enrol"))
	require.Equal(t, http.StatusNotFound, from("192.0.2.2", http.MethodGet, "/track/guess"))
}

// Ensure that behind a reverse proxy each visitor is counted alone, by what the proxy says and not by what he says.
func TestBehindAProxyEachIsCountedAlone(t *testing.T) {
	l := newLab(t, func(c *web.Config) { c.Proxy = true })
	from := func(peer, forwarded string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/track/guess", nil)
		r.RemoteAddr = peer + ":4000"
		r.Header.Set("X-Forwarded-For", forwarded)
		w := httptest.NewRecorder()
		l.site.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for n := range 20 {
		require.Equal(t, http.StatusNotFound, from("127.0.0.1", fmt.Sprintf("198.51.100.%d, 192.0.2.1", n)), "the proxy adds the last")
	}
	require.Equal(t, http.StatusTooManyRequests, from("127.0.0.1", "203.0.113.9, 192.0.2.1"))
	require.Equal(t, http.StatusNotFound, from("127.0.0.1", "192.0.2.2"))
	require.Equal(t, http.StatusTooManyRequests, from("192.0.2.1", "192.0.2.3"), "somebody who is not the proxy")
}

// Ensure that paths lead to nothing but the files of the program and the pictures of the catalogue.
func TestPathsLeadNowhereElse(t *testing.T) {
	l := newLab(t, nil)
	for _, path := range []string{
		"/static/../lab.db", "/static/..%2f..%2fetc%2fpasswd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/", "/static/..", "/static/.%00.css",
		"/picture/..%2flab.db", "/picture/.png", "/picture/%2e%2e%2fx.png", "/picture/" + strings.Repeat("0", 64) + ".png", "//static/x", "/static//etc/passwd",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(l.server.URL, "http://"))
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n", path) // no client may tidy it up
		require.NoError(t, err)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err, path)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		require.GreaterOrEqual(t, res.StatusCode, 300, path)
		require.Less(t, res.StatusCode, 500, path)
		require.NotContains(t, string(body), "root:", path)
	}
}

// Ensure that no request can take more memory than it is worth: large bodies are refused for every kind of body, and odd
// kinds are not read.
func TestBodiesAreBounded(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	huge := strings.Repeat("a", 1<<20)
	require.Equal(t, http.StatusRequestEntityTooLarge, b.post("/ask", url.Values{"note": {huge}}).status)
	require.Equal(t, http.StatusRequestEntityTooLarge, b.post("/signin", url.Values{"login": {huge}}).status)
	enrol := joining("0123456789ABCDEF")
	enrol.Name = huge
	over := b.json(http.MethodPost, "/api/v1/enrol", enrol)
	require.Equal(t, http.StatusRequestEntityTooLarge, over.status)
	require.True(t, over.last, "what is left of the body must not be read as the next request")
	for _, kind := range []string{"multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/json"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.server.URL+"/ask", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"))
		require.NoError(t, err)
		req.Header.Set("Content-Type", kind)
		require.Equal(t, http.StatusUnsupportedMediaType, b.send(req).status, kind)
	}
}
