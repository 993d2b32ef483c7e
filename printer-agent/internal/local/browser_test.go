package local

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// browser starts the machine's Chromium with an empty profile, 320 pixels wide; it ends with the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("install package chromium")
	}
	profile, err := os.MkdirTemp("", "mailleur-local-")
	require.NoError(t, err)
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.UserDataDir(profile), chromedp.WindowSize(320, 900),
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

// complaints collects errors of scripts and whatever the security policy blocked.
func complaints(t *testing.T, tab context.Context) func() []string {
	t.Helper()
	var guard sync.Mutex
	var all []string
	require.NoError(t, chromedp.Listen(tab, func(event any) {
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
	}))
	return func() []string {
		guard.Lock()
		defer guard.Unlock()
		return slices.Clone(all)
	}
}

func waitFor(t *testing.T, tab context.Context, expression string) {
	t.Helper()
	require.Eventually(t, func() bool { // a page that is left while it is asked gives an error
		so, err := chromedp.Run(tab, chromedp.Evaluate[bool](expression))
		return err == nil && so
	}, 15*time.Second, 20*time.Millisecond, expression)
}

// A maker enters by the link, sees the print move, and stops it: the first press asks nothing of the printer, the second
// asks once.
func TestAMakerEntersWatchesAndStops(t *testing.T) {
	f := newFake()
	s := newServer(t, nil, f)
	var guard sync.Mutex
	var posts []string
	inner := s.handler
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			guard.Lock()
			posts = append(posts, r.URL.Path)
			guard.Unlock()
		}
		inner.ServeHTTP(w, r)
	})
	sent := func() []string {
		guard.Lock()
		defer guard.Unlock()
		return slices.Clone(posts)
	}
	address, _ := served(t, s)
	tab := browser(t)
	wrong := complaints(t, tab)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(strings.Replace(Link(address, testKey), "127.0.0.1", "localhost", 1))))
	waitFor(t, tab, `location.pathname === '/printer/tortue' && !location.search`)
	waitFor(t, tab, `document.documentElement.scrollWidth <= innerWidth`)
	waitFor(t, tab, `document.querySelector('.files img') !== null`)

	f.change(printing)
	waitFor(t, tab, `document.querySelector('#m-now progress') !== null && document.querySelector('#m-heat').children.length === 0`)
	f.change(func(v *View) { v.Job = &Running{Name: "hook.gcode", Own: true, Percent: 43} })
	waitFor(t, tab, `document.querySelector('[data-live-key="m.bar"]').value === 43`)

	require.NoError(t, chromedp.Do(tab, chromedp.Click(`.m-stop > summary`)))
	waitFor(t, tab, `document.querySelector('.m-stop').open`)
	require.Empty(t, sent(), "nothing is sent before it is confirmed")
	require.NoError(t, chromedp.Do(tab, chromedp.Click(`.m-stop .alarm`)))
	waitFor(t, tab, `document.querySelector('#m-ask .notice.done') !== null`)
	require.Equal(t, []string{"/printer/tortue/stop"}, sent())
	require.Equal(t, []string{"stop"}, f.told())
	require.Empty(t, wrong())
}
