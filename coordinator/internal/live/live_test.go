package live_test

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/live"
)

// browser opens a stream on a server of its own and returns the lines that arrive.
func browser(t *testing.T, hub *live.Hub, topics ...string) (lines *bufio.Scanner, header http.Header) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hub.Serve(w, r, topics...) }))
	server.Config.WriteTimeout, server.Config.ReadTimeout = 50*time.Millisecond, 50*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	require.Equal(t, http.StatusOK, res.StatusCode)
	return bufio.NewScanner(res.Body), res.Header
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

// Ensure that a browser hears its topics and no other, also after the deadlines that pages have.
func TestStreamCarriesItsTopics(t *testing.T) {
	hub := live.New(slog.New(slog.DiscardHandler))
	lines, header := browser(t, hub, "wall", "request:1")
	require.Contains(t, header.Get("Content-Type"), "text/event-stream")
	require.Equal(t, "no", header.Get("X-Accel-Buffering"))
	require.Equal(t, 1, hub.Readers())
	select { // longer than both deadlines of the server
	case <-time.After(150 * time.Millisecond):
	case <-t.Context().Done():
	}
	hub.Publish("request:2", map[string]string{"id": "other"})
	hub.Publish("request:1", []map[string]string{{"id": "main", "text": "a\nb"}})
	hub.Publish("wall", map[string]string{"id": "tile"})
	require.JSONEq(t, `[{"id":"main","text":"a\nb"}]`, next(t, lines))
	require.JSONEq(t, `{"id":"tile"}`, next(t, lines))
}

// stuck is a browser that takes nothing: every write waits until the test ends.
type stuck struct {
	header  http.Header
	release chan struct{}
}

func (s *stuck) Header() http.Header         { return s.header }
func (s *stuck) WriteHeader(int)             {}
func (s *stuck) Flush()                      {}
func (s *stuck) Write(p []byte) (int, error) { <-s.release; return len(p), nil }

// Ensure that a browser that does not read is let go while publishing never waits.
func TestSlowBrowserIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := live.New(slog.New(slog.DiscardHandler))
		w := &stuck{header: http.Header{}, release: make(chan struct{})}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		var done sync.WaitGroup
		done.Go(func() { hub.Serve(w, r, "wall") })
		synctest.Wait()
		require.Equal(t, 1, hub.Readers())
		for range 65 {
			hub.Publish("wall", 1)
		}
		require.Zero(t, hub.Readers())
		close(w.release)
		done.Wait()
	})
}

// Ensure that a quiet stream is kept open by comments, and that the end of the hub ends it.
func TestPingsAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := live.New(slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { require.NoError(t, hub.Run(ctx)) })
		w := httptest.NewRecorder()
		done.Go(func() { hub.Serve(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), "wall") })
		time.Sleep(31 * time.Second)
		cancel()
		done.Wait()
		require.True(t, strings.HasPrefix(w.Body.String(), "retry: 2000\n"))
		require.Equal(t, 2, strings.Count(w.Body.String(), ": ping\n\n"))
		refused := httptest.NewRecorder()
		hub.Serve(refused, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), "wall")
		require.Equal(t, http.StatusServiceUnavailable, refused.Code, "nobody joins a hub that ended")
	})
}
