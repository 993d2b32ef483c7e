package dispatch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that the first window after an approval is kept, that later forecasts leave it alone, and that one that leaves it
// says what would bring the date back.
func TestAPromiseIsKeptInTheBooks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 20, 2).withHands()
		asked := l.asks("asked", 20)
		loop := l.loop(dispatch.Config{})
		require.NoError(t, loop.Foresee(t.Context()))
		require.False(t, l.request("asked").Told(), "nobody approved it")

		time.Sleep(time.Second)
		l.update(func(tx *store.Tx) error {
			asked.Status, asked.ApprovedAt = fab.RequestApproved, tx.Now()
			l.batch.Quantity, l.batch.RequestID, l.batch.DueAt = 20, "asked", tx.Now().Add(240*time.Hour)
			require.NoError(t, tx.SetRequest(&asked))
			return tx.SetBatch(&l.batch)
		})
		require.NoError(t, loop.Foresee(t.Context()))
		told := l.request("asked")
		o := loop.Promised("asked")
		require.True(t, o.Known())
		require.Equal(t, o.From.Unix(), told.ToldFrom.Unix())
		require.Equal(t, o.To.Unix(), told.ToldTo.Unix())
		require.Empty(t, o.Fix)

		l.update(func(tx *store.Tx) error {
			w, err := tx.Worker("printer-1")
			require.NoError(t, err)
			w.RetiredAt = tx.Now()
			_, err = tx.SwapWorker(&w)
			return err
		})
		time.Sleep(72 * time.Hour)
		require.NoError(t, loop.Foresee(t.Context()))
		require.Equal(t, told.ToldTo, l.request("asked").ToldTo)
		require.True(t, told.Slips(loop.Promised("asked")))
		require.False(t, loop.Promised("asked").Late(), "its date is far")
	})
}

func (l *lab) request(id fab.RequestID) (r fab.Request) {
	require.NoError(l, l.store.View(l.Context(), func(tx *store.Tx) (err error) { r, err = tx.Request(id); return err }))
	return r
}
