package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/ui"
)

// Ensure that every page carries the headers that keep it to itself, and loads nothing from elsewhere.
func TestHeaders(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	for _, path := range []string{"/", "/ask", "/give", "/signin", "/nowhere"} {
		a := b.get(path)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			require.Equal(t, want, a.header.Get(name), path)
		}
		csp := a.header.Get("Content-Security-Policy")
		require.Contains(t, csp, "default-src 'none'")
		require.Contains(t, csp, "frame-ancestors 'none'")
		require.NotContains(t, csp, "unsafe")
		require.Empty(t, a.header.Get("Server"))
		for _, name := range []string{"link", "script", "img"} {
			for _, n := range find(a.doc, name) {
				for _, from := range []string{attr(n, "href"), attr(n, "src")} {
					require.True(t, from == "" || strings.HasPrefix(from, "/"), "%s loads %s", path, from)
				}
			}
		}
	}
}

// Ensure that a live page allows its own script and no other.
func TestNonce(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	gift := b.sends("/give", merged(b.page("/give").form(t, "/give"), typedGift()))
	first, second := b.page(gift), b.page(gift)
	nonce := attr(find(first.doc, "script")[0], "nonce")
	require.NotEmpty(t, nonce)
	require.Contains(t, first.header.Get("Content-Security-Policy"), "script-src 'nonce-"+nonce+"'")
	require.NotEqual(t, nonce, attr(find(second.doc, "script")[0], "nonce"))
}

// Ensure that static files and pictures may be kept for ever, and that other files of the lab are no pictures.
func TestAssets(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	home := b.page("/")
	css := ""
	for _, n := range find(home.doc, "link") {
		if attr(n, "rel") == "stylesheet" {
			css = attr(n, "href")
		}
	}
	a := b.get(css)
	require.Equal(t, http.StatusOK, a.status)
	require.Contains(t, a.header.Get("Cache-Control"), "immutable")
	require.Contains(t, a.header.Get("Content-Type"), "text/css")
	require.Equal(t, http.StatusNotFound, b.get("/static/nothing.css").status)

	picture := attr(find(home.doc, "img")[0], "src")
	a = b.get(picture)
	require.Equal(t, http.StatusOK, a.status)
	require.Equal(t, "image/png", a.header.Get("Content-Type"))
	require.True(t, strings.HasPrefix(a.body, "\x89PNG"))
	b.header.Set("If-None-Match", a.header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, b.get(picture).status)
	b.header.Del("If-None-Match")

	secret, err := l.store.PutBlob(t.Context(), []byte("signature"), "image/png")
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, b.get("/picture/"+secret.Hash+".png").status, "a signature is nobody's to see")
	require.Equal(t, "ok\n", b.get("/healthz").body)
}

// Ensure that the language follows the browser, then the choice, and falls back to French.
func TestLanguages(t *testing.T) {
	l := newLab(t, nil)
	for header, want := range map[string]string{"": "fr", "en-GB,en;q=0.9": "en", "fr-CA": "fr", "xx": "fr", "de,en;q=0.5": "en", "de": "fr", ";;;": "fr"} {
		b := l.browser()
		b.header.Set("Accept-Language", header)
		require.Equal(t, want, attr(find(b.page("/").doc, "html")[0], "lang"), header)
	}
	b := l.browser()
	a := b.get("/lang/en?back=" + url.QueryEscape("/give?material=film-a4"))
	require.Equal(t, "/give?material=film-a4", a.header.Get("Location"))
	for _, path := range []string{"/", "/ask", "/give", "/signin", "/nowhere"} {
		a := b.get(path)
		require.Equal(t, "en", attr(find(a.doc, "html")[0], "lang"))
		require.NotContains(t, a.main(), "Visière")
	}
	require.Equal(t, "/", b.get("/lang/fr?back=//evil.example").header.Get("Location"))
	require.Equal(t, http.StatusNotFound, b.get("/lang/..%2f..").status)
}

// Ensure that a fault inside shows an apology with a reference, and nothing of what went wrong.
func TestFault(t *testing.T) {
	l := newLab(t, func(c *web.Config) { c.Demo = broken{} })
	a := l.browser().get("/")
	require.Equal(t, http.StatusInternalServerError, a.status)
	require.NotContains(t, a.body, "the bar is broken")
}

// broken is a demo whose strip fails on every page but the apology.
type broken struct{ web.Demo }

func (broken) Bar(r *http.Request, _ string) ui.DemoBar {
	if r.URL.Path == "/" && r.Header.Get("Seen") == "" {
		r.Header.Set("Seen", "1")
		panic("the bar is broken")
	}
	return ui.DemoBar{}
}

// Ensure that a change is heard by the pages it concerns, as a message that live.js understands.
func TestLive(t *testing.T) {
	l := newLab(t, nil)
	l.account("coordinator", "", fab.RoleCoordinator)
	b := l.browser()
	f := merged(b.page("/ask").form(t, "/ask"), typed())
	f.Set("go", "send")
	receipt := b.page(b.sends("/ask", f))
	_, track, _ := strings.Cut(receipt.body, l.server.URL+"/track/")
	track, _, _ = strings.Cut(track, `"`)
	page := b.page("/track/" + track)
	url := attr(find(page.doc, "main")[0], "data-live")
	require.Equal(t, "/track/"+track+"/live", url)
	lines := b.stream(url)
	desk := l.signed("coordinator").stream("/desk/live")

	var id fab.RequestID
	l.view(func(tx *store.Tx) error {
		rows, err := tx.Requests()
		id = rows[0].ID
		return err
	})
	require.NoError(t, l.intake.Approve(t.Context(), id))
	require.JSONEq(t, `[{"id":"main","swap":true}]`, next(t, lines))
	require.JSONEq(t, `[{"id":"main","swap":true},{"id":"entries","swap":true}]`, next(t, desk), "with the counters of the navigation")
}

// Ensure that the wall hears temperatures in its own language, progress only while a print runs, and that it takes the
// whole tile afresh when a printer does something else than before.
func TestLiveWall(t *testing.T) {
	l := newLab(t, nil)
	l.account("coordinator", "", fab.RoleCoordinator)
	wall := l.signed("coordinator").stream("/desk/live?on=wall")
	l.site.PrinterSaid("w1", web.Telemetry{State: "printing", Percent: 42, Left: time.Hour, NozzleMilli: 240_000, NozzleTo: 240_000, At: time.Now()})
	l.site.PrinterSaid("w1", web.Telemetry{State: "to_clear", NozzleMilli: 31_000, At: time.Now()})
	l.site.PrinterSaid("w1", web.Telemetry{State: "to_clear", NozzleMilli: 30_000, At: time.Now()})
	running := next(t, wall)
	require.Contains(t, running, `"p.w1.bar","attrs":{"value":"42"}`)
	require.Contains(t, running, "Imprime")
	require.JSONEq(t, `[{"id":"tile-w1","swap":true},{"id":"entries","swap":true}]`, next(t, wall))
	idle := next(t, wall)
	require.Contains(t, idle, "p.w1.nozzle")
	require.NotContains(t, idle, "p.w1.state")
}

// stream opens an event stream and waits until it is open.
func (b *browser) stream(path string) *bufio.Scanner {
	b.l.t.Helper()
	ctx, cancel := context.WithCancel(b.l.t.Context())
	b.l.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.l.server.URL+path, nil)
	require.NoError(b.l.t, err)
	res, err := b.client.Do(req)
	require.NoError(b.l.t, err)
	b.l.t.Cleanup(func() { _ = res.Body.Close() })
	require.Equal(b.l.t, http.StatusOK, res.StatusCode)
	return bufio.NewScanner(res.Body)
}

func next(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			return data
		}
	}
	require.FailNow(t, "the stream ended")
	return ""
}
