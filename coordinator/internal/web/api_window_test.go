package web_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// Ensure that the API tells the same windows as the pages: the bound and the batches to coordinators only.
func TestTheAPITellsWindows(t *testing.T) {
	w := newWorkshop(t)
	w.approved("mask", "10")
	require.NoError(t, w.loop.Foresee(t.Context()))
	o := w.loop.Promised(w.request.ID)
	require.True(t, o.Known())
	read := func(b *browser, path string) (got web.RequestProgress) {
		a := b.get(path)
		require.Equal(t, http.StatusOK, a.status, a.body)
		require.NoError(t, json.Unmarshal([]byte(a.body), &got))
		return got
	}
	path := "/api/v1/requests/" + w.request.Ref
	got := read(w.desk, path)
	require.True(t, o.From.Equal(*got.Window.Earliest) && o.To.Equal(*got.Window.Likely) && o.Bound.Equal(*got.Window.Bound))
	require.True(t, o.To.Truncate(time.Microsecond).Equal(*got.Told.Likely))
	require.Len(t, got.Batches, 1)
	require.True(t, o.To.Equal(*got.Batches[0].Window.Likely))

	holder := w.browser()
	holder.header.Set("Authorization", "Bearer "+w.track)
	mine := read(holder, path)
	require.Equal(t, got.Window.Likely, mine.Window.Likely)
	require.Nil(t, mine.Window.Bound)
	require.Empty(t, mine.Batches)

	var all struct{ Batches []web.BatchWindow }
	require.NoError(t, json.Unmarshal([]byte(w.desk.get("/api/v1/batches").body), &all))
	require.Equal(t, got.Batches, all.Batches)
	require.Equal(t, http.StatusUnauthorized, w.browser().get("/api/v1/batches").status)
	require.NoError(t, w.production.Pause(t.Context(), w.batches(w.request.ID)[0].ID))
	require.NoError(t, w.loop.Foresee(t.Context()))
	require.Equal(t, "wait_paused", read(w.desk, path).Window.Why)
}
