package web_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// deadSpot is where a telephone has no network: every connection breaks.
type deadSpot struct {
	there  atomic.Bool
	posts  atomic.Int64
	behind http.Handler
}

func (d *deadSpot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d.there.Load() {
		panic(http.ErrAbortHandler)
	}
	if r.Method == http.MethodPost {
		d.posts.Add(1)
	}
	d.behind.ServeHTTP(w, r)
}

// Ensure that a driver's telephone shows the run without network once it says so, notes a delivery with a signature there,
// sends it by itself hours later, and that this happens once; and that a stop which the desk closed meanwhile is told in
// words and kept for the desk.
func TestDriverWithoutNetwork(t *testing.T) {
	l := newLab(t, nil)
	spot := &deadSpot{behind: l.server.Config.Handler}
	l.server.Config.Handler = spot
	first, _ := l.ready(16)
	second := l.another(t)
	planned, err := l.delivery.Plan(t.Context(), delivery.NewRun{Driver: "Une voisine", Day: time.Now().Format(time.DateOnly), NewStops: delivery.NewStops{Requests: []fab.RequestID{first.ID, second.ID}}})
	require.NoError(t, err)
	tab, cancel := context.WithTimeout(testkit.Chromium(t), 50*time.Second)
	t.Cleanup(cancel)
	run := l.server.URL + "/run/" + planned.Token
	sees := func(script string) {
		t.Helper()
		defer func() {
			if t.Failed() {
				said, err := chromedp.Run(tab, chromedp.Evaluate[string](`location.pathname + ' ' + document.body.innerText`))
				t.Log(script, said, err)
			}
		}()
		testkit.Eventually(t, 20*time.Second, func() bool { // a page that reads itself again ends a look at it
			ok, err := chromedp.Run(tab, chromedp.Evaluate[bool](script))
			return err == nil && ok
		})
	}
	do := func(script string) {
		t.Helper()
		_, err := chromedp.Run(tab, chromedp.Evaluate[any](script))
		require.NoError(t, err, script)
	}
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(run)))
	sees(`document.getElementById('offline-ready') !== null`)

	spot.there.Store(true)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(run+"/stop/1")))
	sees(`document.querySelector('h1') !== null && document.querySelector('h1').textContent.includes('Tilleuls') && document.querySelector('canvas.pad') !== null`)
	do(`document.querySelector('form[action$=deliver] button.primary').click()`)
	sees(`document.getElementById('offline-wrong') !== null`)
	do(`(() => {
		const pad = document.querySelector('form[action$=deliver] canvas.pad');
		document.querySelector('form[action$=deliver] details').open = true;
		const at = (type, x, y) => pad.dispatchEvent(new PointerEvent(type, {pointerId: 1, clientX: pad.getBoundingClientRect().left + x, clientY: pad.getBoundingClientRect().top + y, bubbles: true}));
		pad.setPointerCapture = () => {};
		at('pointerdown', 20, 20); at('pointermove', 90, 40); at('pointerup', 90, 40);
		document.getElementById('receiver').value = 'La cadre de santé';
		document.querySelector('form[action$=deliver] button.primary').click();
	})()`)
	sees(`document.querySelector('#offline .wait') !== null && document.getElementById('marks').hidden`)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(run+"/stop/2")))
	sees(`document.getElementById('receiver') !== null`)
	do(`document.getElementById('receiver').value = 'Un voisin'; document.querySelector('form[action$=deliver] button.primary').click()`)
	sees(`document.querySelectorAll('#offline .wait').length === 2`)
	require.Zero(t, spot.posts.Load())

	require.NoError(t, l.delivery.Fail(t.Context(), delivery.Report{Run: planned.Run.ID, By: l.someone(t), No: 2, Why: "nobody"}), "the desk keys the sheet")
	spot.there.Store(false)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(run)))
	sees(`document.querySelector('#offline .call') !== null && document.querySelector('#offline .call').textContent.includes('not done')`)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(run)))
	sees(`document.querySelector('h1').textContent.includes('finished') && document.querySelector('#offline .call') === null`)

	v, err := l.delivery.Show(t.Context(), planned.Run.ID)
	require.NoError(t, err)
	status := map[int64]delivery.StopView{}
	for _, s := range v.Stops {
		status[s.Stop.No] = s
	}
	require.Equal(t, fab.StopDone, status[1].Stop.Status)
	require.Len(t, status[1].Proofs, 2, "a name and a signature")
	require.Equal(t, "La cadre de santé", status[1].Proofs[0].Name)
	require.Equal(t, fab.StopFailed, status[2].Stop.Status)
	late, err := l.delivery.LateMarks(t.Context())
	require.NoError(t, err)
	require.Len(t, late, 1)
	require.Equal(t, "Un voisin", late[0].Mark.Receiver)
	l.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(t, found)
		return err
	})
}
