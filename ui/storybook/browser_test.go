package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
)

// browser starts the machine's Chromium with an empty profile; it ends with the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("install package chromium")
	}
	profile, err := os.MkdirTemp("", "mailleur-ui-")
	require.NoError(t, err)
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.UserDataDir(profile),
		chromedp.DisableGPU, chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has no sandbox for root
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(func() {
		stop()
		_ = os.RemoveAll(profile)
	})
	tab, _ := chromedp.NewContext(allocator, chromedp.WithErrorf(t.Logf))
	limited, cancel := context.WithTimeout(tab, time.Minute)
	t.Cleanup(cancel)
	return limited
}

// complaints collects what the browser complains about: errors of scripts, blocked
// or missing resources. The list is complete for a page once a later command returned.
func complaints(t *testing.T, tab context.Context) func() []string {
	t.Helper()
	var guard sync.Mutex
	var all []string
	err := chromedp.Listen(tab, func(event any) {
		guard.Lock()
		defer guard.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			all = append(all, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError {
				all = append(all, e.Entry.Text+" "+e.Entry.URL)
			}
		}
	})
	require.NoError(t, err)
	return func() []string {
		guard.Lock()
		defer guard.Unlock()
		return slices.Clone(all)
	}
}

// misfits looks into every frame of a page and lists, by story, what makes it scroll
// sideways and what a thumb would miss.
const misfits = `Object.fromEntries([...document.querySelectorAll('iframe')].map(f => {
	const d = f.contentDocument, w = f.contentWindow.innerWidth;
	const brief = e => e.outerHTML.slice(0, 80);
	const wide = d.documentElement.scrollWidth <= w ? [] : [...d.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > w + 0.5).map(brief).slice(0, 5);
	const small = [...d.querySelectorAll('a.button,button,summary,.option,.chips a,.entries a,.back a,select,textarea,input:not([type=hidden]):not([type=radio]):not([type=checkbox])')]
		.filter(e => e.getClientRects().length && !e.matches('.default') && e.getBoundingClientRect().height < 43.5).map(brief);
	const read = d.querySelector('h1') ? [] : ['nothing was drawn'];
	return [f.title, [...read, ...wide, ...small]];
}).filter(([, found]) => found.length))`

// Every page fits the narrowest telephone without scrolling sideways, and what is to
// be pressed is big enough.
func TestPagesFitASmallTelephone(t *testing.T) {
	renderer, err := ui.New()
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", handler(renderer))
	quiet := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	mux.HandleFunc("GET /live", quiet)
	mux.HandleFunc("GET /printer/{key}/live", quiet)
	mux.HandleFunc("GET /run/{token}/worker.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Header().Set("Service-Worker-Allowed", "/run/")
	})
	mux.HandleFunc("GET /all", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for _, s := range stories() {
			fmt.Fprintf(w, `<iframe width="320" height="800" title="%s" src="/fr/%s"></iframe>`, s.name, s.name)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tab := browser(t)
	wrong := complaints(t, tab)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/all")))
	found, err := chromedp.Run(tab, chromedp.Evaluate[map[string][]string](misfits))
	require.NoError(t, err)
	require.Empty(t, found)
	require.Empty(t, wrong())
}

// A live page takes new words and figures in place, reads an element again when told
// to, and says when the connection is lost.
func TestLivePagesFollowTheEvents(t *testing.T) {
	renderer, err := ui.New()
	require.NoError(t, err)
	events := make(chan []ui.Message)
	page := wall("fr")
	page.Frame.Live = "/live"
	mux := http.NewServeMux()
	mux.Handle(ui.StaticPrefix, renderer.Assets())
	mux.HandleFunc("GET /wall", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'")
		_ = renderer.Render(w, page)
	})
	mux.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) { stream(w, r, events) })
	server := httptest.NewServer(mux)
	tab := browser(t)
	wrong := complaints(t, tab)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(server.URL+"/wall")))

	tile := page.Tiles[2]
	tile.Percent, tile.NozzleMilli = 43, 239_000
	events <- ui.Telemetry("fr", now(), tile)
	waitFor(t, tab, `document.querySelector('[data-live-key="p.w3.bar"]').value === 43`)
	waitFor(t, tab, `document.querySelector('[data-live-key="p.w3.nozzle"]').textContent === '239\u00a0/\u00a0240\u00a0°C'`)
	waitFor(t, tab, `document.querySelector('[data-live-key="p.w3.state"]').textContent === 'Imprime 43\u00a0%'`)

	page.Tiles[2].State, page.Tiles[2].Ended = ui.StatePlate, now()
	events <- []ui.Message{ui.Fresh(ui.TileID("w3"))}
	waitFor(t, tab, `document.getElementById('tile-w3').classList.contains('call')`)
	require.Empty(t, wrong())

	close(events)
	server.CloseClientConnections()
	waitFor(t, tab, `document.querySelector('.live-lost') !== null`)
}

func stream(w http.ResponseWriter, r *http.Request, events <-chan []ui.Message) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	flusher, _ := w.(http.Flusher)
	flusher.Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case messages, open := <-events:
			if !open {
				return
			}
			data, _ := json.Marshal(messages)
			fmt.Fprintf(w, "data: %s\n\n", data)
			flusher.Flush()
		}
	}
}

func waitFor(t *testing.T, tab context.Context, expression string) {
	t.Helper()
	limited, cancel := context.WithTimeout(tab, 10*time.Second)
	defer cancel()
	_, err := chromedp.Run(limited, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond)))
	require.NoError(t, err, expression)
}
