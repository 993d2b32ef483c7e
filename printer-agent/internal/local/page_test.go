package local

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkPage draws the whole page of a printer: what an open page costs a small machine every ten seconds.
func BenchmarkPage(b *testing.B) {
	s, err := New(Options{Key: testKey, Fleet: fakeFleet{newFake().machine("tortue")}, Now: noon, Log: discard()})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r := withHost(httptest.NewRequest(http.MethodGet, "/printer/tortue", nil))
		r.Header.Set("X-Api-Key", testKey)
		w := httptest.NewRecorder()
		if s.Handler().ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}

// BenchmarkNew starts the server: what the page costs at the start of the agent.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(Options{Key: testKey, Fleet: fakeFleet{}, Now: noon, Log: discard()}); err != nil {
			b.Fatal(err)
		}
	}
}

// The card of the bench test is drawn afresh as the test goes on: nothing in it is folded, since what a person has unfolded
// is left alone.
func TestTheBenchTestIsNeverFolded(t *testing.T) {
	f := newFake()
	for _, b := range []Bench{
		{Offered: true, May: true},
		{Offered: true, Running: true, Doing: Reason{Code: "guard.bench_step_move"}, Question: Reason{Code: "guard.bench_ask_moved"}},
		{Offered: true, Required: true, Last: Reason{Code: "guard.bench_not_seen"}, At: noon()},
	} {
		f.change(func(v *View) { v.Bench = b })
		_, card, _ := strings.Cut(enter(t, newServer(t, nil, f)).get("/printer/tortue").Body.String(), `id="m-bench"`)
		card, _, _ = strings.Cut(card, `id="m-chain"`)
		require.Contains(t, card, "Bench test")
		require.NotContains(t, card, "<details")
	}
}
