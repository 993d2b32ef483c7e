package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// Ensure that overdue hand work is a call on the desk with a number to ring, that a date which is over is refused beside
// its field, and that a later date, or giving back, ends the call.
func TestOverdueHandWorkIsCalledAbout(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	maker, _ := l.volunteer("Sterne")
	require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
		designs, err := tx.Designs()
		require.NoError(t, err)
		now := tx.Now()
		require.NoError(t, tx.AddBatch(&fab.Batch{ID: "batch", DesignID: designs[0].ID, Product: designs[0].Product, Quantity: 9, Status: fab.BatchPaused, DueAt: now, CreatedAt: now}))
		part := designs[0].BOM.Parts[0].Code
		for _, id := range []string{"a1", "a2"} {
			w := fab.Worker{ID: fab.WorkerID("w" + id), Kind: fab.WorkerHand, Name: "Sterne", MakerID: maker.ID, AttemptID: fab.AttemptID(id), CreatedAt: now, UpdatedAt: now}
			require.NoError(t, tx.AddWorker(&w))
			require.NoError(t, tx.AddJobs([]fab.Job{{ID: fab.JobID("j" + id), BatchID: "batch", Part: part, How: fab.ByHand, Copies: 3, Status: fab.JobLeased, AttemptID: fab.AttemptID(id), CreatedAt: now}}))
			require.NoError(t, tx.AddAttempt(&fab.Attempt{ID: fab.AttemptID(id), JobID: fab.JobID("j" + id), BatchID: "batch", WorkerID: w.ID, Part: part, Copies: 3, No: 1,
				Status: fab.AttemptLeased, StartedAt: now.AddDate(0, 0, -9), LeaseUntil: now.AddDate(0, 0, -2), CreatedAt: now}))
		}
		return nil
	}))
	b := l.signed("desk")
	require.Contains(t, b.page("/desk/people").body, `href="/desk/calls"`)
	require.Contains(t, b.page("/desk/calls").body, "Sterne")
	wrong := b.post("/desk/calls/a1/later", url.Values{ui.FieldDay: {"2020-01-01"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.body, `href="#day-a1"`)
	require.Equal(t, "/desk/calls", b.sends("/desk/calls/a1/later", url.Values{ui.FieldDay: {time.Now().AddDate(0, 0, 5).Format(time.DateOnly)}}))
	require.NotContains(t, b.page("/desk/calls").body, "call-a1")
	require.Equal(t, "/desk/calls", b.sends("/desk/calls/a2/back", url.Values{}))
	require.NotContains(t, b.page("/desk/calls").body, "call-a2")
	require.NotContains(t, b.page("/desk/people").body, `href="/desk/calls"`)
}
