package demo

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
)

// Ensure that the actors wait while the visitor plays, play on when he has opened no page for a while, and that a page
// which takes its news does not count as the visitor.
func TestTheActorsPlayOnWhenTheVisitorIsGone(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		show, err := New(Config{Agent: self, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		stage := NewStage(show, nil, 60)
		opened := httptest.NewRequest("GET", "/desk", nil)
		opened.Header.Set("Sec-Fetch-Mode", "navigate")
		news := httptest.NewRequest("GET", "/desk", nil)
		news.Header.Set("Sec-Fetch-Mode", "same-origin")

		require.False(t, stage.Bar(opened, "").Mine, "the actors begin")
		require.NoError(t, stage.Take(t.Context(), true))
		time.Sleep(patience - time.Second)
		require.True(t, stage.Bar(opened, ui.DemoMaker).Mine)
		time.Sleep(patience - time.Second)
		require.True(t, stage.Bar(news, ui.DemoMaker).Mine)
		time.Sleep(2 * time.Second)
		require.False(t, show.Mine())

		require.NoError(t, stage.Take(t.Context(), true))
		require.NoError(t, stage.Take(t.Context(), false))
		require.False(t, show.Mine(), "handed back")
	})
}
