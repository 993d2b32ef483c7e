package intake_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a request of six days is asked about once more before anything of it is begun, that its requester may need
// less but not more, and that what is made follows.
func TestAnOldRequestIsConfirmedOnceMore(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		r, err := i.Ask(t.Context(), form("k"))
		require.NoError(t, err)
		require.NoError(t, i.Approve(t.Context(), r.Request.ID))
		var visors fab.Batch
		stale := func() (ids []fab.BatchID) {
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { ids, err = tx.StaleBatches(); return err }))
			return ids
		}
		require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
			d, err := tx.CurrentDesign("visor")
			require.NoError(t, err)
			visors = fab.Batch{ID: store.NewID[fab.BatchID](tx), RequestID: r.Request.ID, DesignID: d.ID, Product: "visor", Quantity: 24, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now()}
			return tx.AddBatch(&visors)
		}))
		require.Empty(t, stale())
		require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
			row, err := tx.Request(r.Request.ID)
			require.NoError(t, err)
			row.CreatedAt = tx.Now().Add(-6 * 24 * time.Hour)
			require.True(t, row.Stale(tx.Now()))
			return tx.SetRequest(&row)
		}))
		require.Equal(t, []fab.BatchID{visors.ID}, stale())
		refused := func(err error, code string) {
			t.Helper()
			refusals, ok := fab.RefusalsOf(err)
			require.True(t, ok, "%v", err)
			require.Equal(t, code, refusals[0].Code)
		}
		refused(i.Reconfirm(t.Context(), r.Token, map[string]string{"visor": "25"}), "too_many")
		refused(i.Reconfirm(t.Context(), r.Token, map[string]string{"visor": "-1"}), "not_a_number")
		refused(i.Reconfirm(t.Context(), r.Token, map[string]string{"visor": "0", "hook": "0"}), "nothing_needed")
		refused(i.Reconfirm(t.Context(), "nobody's", nil), "not_found")
		require.NotEmpty(t, stale())
		require.NoError(t, i.Reconfirm(t.Context(), r.Token, map[string]string{"visor": "10"}))
		require.Empty(t, stale())
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			b, err := tx.Batch(visors.ID)
			require.EqualValues(t, 10, b.Quantity)
			lines, failed := tx.RequestLines(r.Request.ID)
			require.NoError(t, failed)
			require.EqualValues(t, 10, min(lines[0].Promised, lines[1].Promised), "the promise follows")
			return err
		}))
		require.NoError(t, i.ReconfirmFor(t.Context(), r.Request.ID, map[string]string{"visor": "0"}))
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			b, err := tx.Batch(visors.ID)
			require.Equal(t, fab.BatchCancelled, b.Status)
			return err
		}))
		require.NoError(t, i.Cancel(t.Context(), r.Token))
		refused(i.ReconfirmFor(t.Context(), r.Request.ID, nil), "request_not_open")
	})
}
