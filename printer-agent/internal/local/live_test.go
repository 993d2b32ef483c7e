package local

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
)

func watching(s *Server, f *fake) *watcher {
	m := f.machine("tortue")
	v := m.State.View()
	return &watcher{s: s, m: m, lang: "en", plotted: s.now(), mark: shapeOf(v, v.here(s.now()), m.Files.List()), told: map[string]ui.Message{}}
}

func ids(messages []ui.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.ID)
	}
	return all
}

// Figures are told when they change and not again; a new state draws the parts afresh; the plot and the camera's picture
// come every ten seconds.
func TestOnlyWhatChangesIsTold(t *testing.T) {
	now := noon()
	f := newFake()
	s := newServer(t, func(o *Options) { o.Now = func() time.Time { return now } }, f)
	w := watching(s, f)
	require.Contains(t, ids(w.news()), "m.nozzle")
	require.Empty(t, w.news())

	f.change(func(v *View) { v.Heaters = []Heater{{Code: "nozzle", Known: true, Milli: 30_000}, {Code: "bed"}} })
	require.Equal(t, []ui.Message{{ID: "m.nozzle", Text: "30\u00a0°C"}, {ID: "m.bed", Text: "—"}}, w.news())

	f.change(printing)
	news := w.news()
	require.Equal(t, parts(), ids(news))
	require.True(t, news[0].Swap)
	require.Contains(t, ids(w.news()), "m.bar")

	f.change(func(v *View) { v.Prompt = &Prompt{ID: "p1"} })
	require.Equal(t, parts(), ids(w.news()))
	w.news()
	now = now.Add(plotEvery)
	require.Contains(t, ids(w.news()), ui.PartPlot)
	require.NotContains(t, ids(w.news()), ui.PartPlot)
}

// The end of somebody's promise to be there shows on the page without anything else happening.
func TestTheEndOfBeingThereIsTold(t *testing.T) {
	now := noon()
	f := newFake()
	f.change(beside)
	s := newServer(t, func(o *Options) { o.Now = func() time.Time { return now } }, f)
	w := watching(s, f)
	w.news()
	require.Empty(t, w.news())
	now = now.Add(time.Hour)
	require.Equal(t, parts(), ids(w.news()))
	require.Contains(t, enter(t, s).get("/printer/tortue").Body.String(), "Only say that I am here")
}

// What changed between the page and its stream is told at once.
func TestAStreamThatOpensLateCatchesUp(t *testing.T) {
	f := newFake()
	s := newServer(t, nil, f)
	v := enter(t, s)
	page := v.get("/printer/tortue").Body.String()
	_, address, _ := strings.Cut(page, `data-live="`)
	address, _, _ = strings.Cut(strings.ReplaceAll(address, "&amp;", "&"), `"`)
	f.change(printing)
	host, _ := served(t, s)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+address, nil)
	require.NoError(t, err)
	r.AddCookie(&http.Cookie{Name: s.door.cookie, Value: v.cookies[s.door.cookie]})
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var messages []ui.Message
			require.NoError(t, json.Unmarshal([]byte(data), &messages))
			require.Equal(t, parts(), ids(messages))
			return
		}
	}
	t.Fatal("nothing was told")
}

// Streams are counted, so that forgotten pages cannot use up a small machine.
func TestStreamsAreCounted(t *testing.T) {
	s := newServer(t, nil, newFake())
	for range maxStreams {
		s.streams <- struct{}{}
	}
	w := enter(t, s).get("/printer/tortue/live")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	for range maxUploads {
		s.uploads <- struct{}{}
	}
	body, kind := form("file:part.gcode", someCode)
	require.Equal(t, http.StatusServiceUnavailable, send201(s, "/api/files/local", body, kind).Code)
}

// Every part that is drawn afresh is on the page in every state, so that it can appear and go.
func TestEveryPartIsAlwaysThere(t *testing.T) {
	for name, change := range map[string]func(*View){"ready": func(*View) {}, "printing": printing, "bare": func(v *View) { *v = View{State: StateOffline} }} {
		f := newFake()
		f.change(change)
		page := enter(t, newServer(t, nil, f)).get("/printer/tortue").Body.String()
		for _, part := range append(parts(), ui.PartPlot, ui.PartCamera) {
			require.Contains(t, page, `id="`+part+`"`, name)
		}
	}
}

// Several printers stand in a list, none in an empty one, a single one is shown at once.
func TestTheListOfPrinters(t *testing.T) {
	second := newFake()
	second.change(printing)
	page := enter(t, newServer(t, nil, newFake(), second)).get("/").Body.String()
	require.Contains(t, page, "/printer/tortue")
	require.Contains(t, page, "Printing 15%")
	require.Contains(t, page, "layer 12/80")
	require.Equal(t, "/printer/tortue", enter(t, newServer(t, nil, newFake())).get("/").Header().Get("Location"))
	require.Contains(t, enter(t, newServer(t, nil)).get("/").Body.String(), "No printer is set up here yet.")
	w := httptest.NewRecorder()
	r := withHost(httptest.NewRequest(http.MethodGet, "/api/version", nil))
	r.Header.Set("X-Api-Key", testKey)
	newServer(t, nil).Handler().ServeHTTP(w, r)
	require.Equal(t, http.StatusNotFound, w.Code)
}
