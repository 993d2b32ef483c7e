package ui

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

func render(t *testing.T, page Page) string {
	t.Helper()
	r, err := New()
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, r.Render(&out, page))
	return out.String()
}

// Whatever a person typed comes back as text, never as markup.
func TestWhatIsTypedIsEscaped(t *testing.T) {
	hostile := `"><script>alert(1)</script>`
	page := render(t, Ask{Frame: Frame{Lang: "fr"}, Step: AskWho, Form: Form{Values: url.Values{FieldFacility: {hostile}, FieldNote: {hostile}}}})
	require.NotContains(t, page, "<script>alert")
	require.Contains(t, page, "&lt;script&gt;alert")
}

// A refused form keeps what was typed on this and on the other steps, and its
// summary leads to the field by the same words.
func TestARefusedFormKeepsWhatWasTyped(t *testing.T) {
	page := render(t, Ask{Frame: Frame{Lang: "en"}, Step: AskWho, Form: Form{
		Values: url.Values{FieldTown: {"Rue"}, FieldQuantity + "visor": {"24"}},
		Errors: fab.Errors{fab.Refuse(fab.Invalid, "facility_missing", FieldFacility)}}})
	require.Contains(t, page, `name="qty_visor" value="24"`)
	require.Contains(t, page, `value="Rue"`)
	require.Contains(t, page, `<a href="#facility">Give the name of the place.</a>`)
	require.Contains(t, page, `aria-describedby="facility-hint facility-error" aria-invalid="true"`)
	require.Contains(t, page, "<title>Error: For which place?")
}

// Nothing of the steps is lost or sent twice: each field stands once in the form.
func TestEachFieldOfTheRequestTravelsOnce(t *testing.T) {
	values := url.Values{FieldQuantity + "visor": {"24"}, FieldFacility: {"x"}, FieldNeedBy: {"2026-11-26"}, FieldNote: {"y"}}
	products := []Offered{{Code: "visor", Name: "Visor"}}
	for _, step := range []string{AskWhat, AskWho, AskWhen, AskCheck} {
		page := render(t, Ask{Frame: Frame{Lang: "en"}, Step: step, Products: products, Form: Form{Values: values, Key: "k"}})
		for name := range values {
			require.Equal(t, 1, strings.Count(page, `name="`+name+`"`), "%s on %s", name, step)
		}
		require.Equal(t, 1, strings.Count(page, `name="key" value="k"`))
	}
}

func TestStaticFilesKeepForEver(t *testing.T) {
	r, err := New()
	require.NoError(t, err)
	for _, name := range []string{"app.css", "live.js", "mark.svg"} {
		address := r.Assets().URL(name)
		require.NotEmpty(t, address, name)
		w := httptest.NewRecorder()
		r.Assets().ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		require.Equal(t, http.StatusOK, w.Code)
		require.Contains(t, w.Header().Get("Cache-Control"), "immutable")
		require.NotEmpty(t, w.Header().Get("Content-Type"), name)
	}
	w := httptest.NewRecorder()
	r.Assets().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/static/../ui.go", nil))
	require.Equal(t, http.StatusNotFound, w.Code)
}

// A public page with its style is read on a slow line.
func TestPublicPagesStaySmall(t *testing.T) {
	r, err := New()
	require.NoError(t, err)
	page := render(t, Home{Frame: Frame{Lang: "fr"}})
	total := len(page)
	for _, name := range r.Assets().Names() {
		if plain := strings.SplitN(name, ".", 2)[0]; plain == "driver" || plain == "worker" {
			continue // the pages of a run alone load them
		}
		content, known := r.Assets().File(name)
		require.True(t, known, name)
		total += len(content)
	}
	require.Less(t, total, 60_000, "bytes of a first visit, before compression")
}

func TestTheThreadOfARequest(t *testing.T) {
	day := time.Date(2026, 11, 23, 7, 5, 0, 0, time.UTC)
	track := Track{Status: fab.RequestReceived, Received: day, Lines: []TrackLine{{Code: "visor", Asked: 24}}}
	require.Equal(t, []string{"here", "ahead", "ahead", "ahead", "ahead"}, states(track.Stations()))
	require.Equal(t, "received", track.News())

	track.Status, track.Approved, track.Gathered = fab.RequestApproved, day, true
	track.Lines[0].Promised, track.Lines[0].Made = 24, 15
	require.Equal(t, []string{"done", "done", "here", "ahead", "ahead"}, states(track.Stations()))

	track.Lines[0].Made, track.Packed, track.OnWay = 24, true, true
	require.Equal(t, []string{"done", "done", "done", "done", "here"}, states(track.Stations()))
	require.Equal(t, "on_way", track.News())

	track.Status, track.Delivered = fab.RequestDelivered, day
	require.Equal(t, []string{"done", "done", "done", "done", "done"}, states(track.Stations()))

	track.Status, track.Delivered = fab.RequestCancelled, time.Time{}
	require.Equal(t, []string{"done", "stop"}, states(track.Stations()))
}

func states(all []Station) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.State
	}
	return out
}

// What a live page hears is what it would read after a reload.
func TestTelemetryMatchesTheTile(t *testing.T) {
	now := time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC)
	tile := Tile{ID: "w3", Name: "Orange", State: StatePrinting, Job: Goods{Name: "visor-band", N: 3}, Percent: 42, Left: 70 * time.Minute, Ends: now.Add(70 * time.Minute),
		Hot: true, NozzleMilli: 239600, NozzleTo: 240000, BedMilli: 85000, BedTo: 85000, Seen: now.Add(-time.Second), Base: "/desk/printers"}
	page := render(t, Wall{Frame: Frame{Lang: "fr", Now: now, Nav: &Nav{Current: NavProduction}}, Tiles: []Tile{tile}})
	for _, m := range Telemetry("fr", now, tile) {
		require.Contains(t, page, `data-live-key="`+m.ID+`"`)
		if m.Text != "" {
			require.Contains(t, page, m.Text)
		}
	}
	require.Contains(t, page, `id="`+TileID("w3")+`"`)
}
