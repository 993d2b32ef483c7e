package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
)

// seeing stands for a telephone: a camera that films a sheet, and a browser that reads the square code on it.
const seeing = `<script nonce="n">
const sheet = document.createElement("canvas");
const pen = sheet.getContext("2d");
setInterval(() => pen.fillRect(0, 0, Math.random() * 9, 9), 50);
Object.defineProperty(navigator, "mediaDevices", {value: {getUserMedia: async () => sheet.captureStream(5)}});
window.BarcodeDetector = class { async detect() { return [{rawValue: location.origin + "/q/V-118"}]; } };
</script>`

// Ensure that the camera button leads from a square code to its bag under the lab's security policy, and that the camera is on
// again for the next bag; and that a browser which cannot read codes shows no such button.
func TestTheCameraReadsABag(t *testing.T) {
	renderer, err := ui.New()
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle(ui.StaticPrefix, renderer.Assets())
	bags := func(w http.ResponseWriter, script string) {
		p := ui.Bags{Frame: still(desk("fr", ui.NavDeliveries, "/desk/bags"))}
		p.Nonce = "n"
		var page bytes.Buffer
		_ = renderer.Render(&page, p)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-n'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'")
		w.Header().Set("Permissions-Policy", "camera=(self)")
		_, _ = w.Write([]byte(strings.Replace(page.String(), "<head>", "<head>"+script, 1)))
	}
	mux.HandleFunc("GET /plain", func(w http.ResponseWriter, _ *http.Request) { bags(w, "") })
	mux.HandleFunc("GET /desk/bags", func(w http.ResponseWriter, _ *http.Request) { bags(w, seeing) })
	opened, counted := make(chan struct{}, 8), false
	mux.HandleFunc("GET /q/V-118", func(w http.ResponseWriter, r *http.Request) {
		opened <- struct{}{}
		if !counted { // and the next bag is asked for
			counted = true
			http.Redirect(w, r, "/desk/bags", http.StatusSeeOther)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<title>bag</title><p>V-118</p>`))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tab := browser(t)
	wrong := complaints(t, tab)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/plain")))
	waitFor(t, tab, `document.querySelectorAll('#find button').length === 1`)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/desk/bags")))
	waitFor(t, tab, `document.querySelectorAll('#find button').length === 2`)
	require.NoError(t, chromedp.Do(tab, chromedp.Click("#find button[type=button]")))
	reached(t, opened)
	reached(t, opened)
	require.Empty(t, wrong())
}

func reached(t *testing.T, opened <-chan struct{}) {
	t.Helper()
	select {
	case <-opened:
	case <-time.After(20 * time.Second):
		t.Fatal("the bag was not opened")
	}
}
