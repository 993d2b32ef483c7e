package local

import (
	"net/http"
	"net/http/httptest"
	"testing"
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
