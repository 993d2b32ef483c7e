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

// Ensure that a printer whose maker paused it until a day gets nothing before and work after, and that a retired one gets
// none at all.
func TestAPausedPrinterComesBackByItselfAndARetiredOneNever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 2, 2)
		l.update(func(tx *store.Tx) error {
			for i, w := range l.workers {
				if i == 0 {
					w.PausedUntil = tx.Now().Add(48 * time.Hour)
				} else {
					w.RetiredAt = tx.Now()
				}
				ok, err := tx.SwapWorker(&w)
				require.True(t, ok)
				require.NoError(t, err)
			}
			return nil
		})
		loop := l.loop(dispatch.Config{})
		l.step(loop)
		require.Empty(t, l.attempts())
		require.Equal(t, "idle_resting", loop.Idle(l.workers[0].ID).Code)
		time.Sleep(49 * time.Hour)
		l.step(loop)
		attempts := l.attempts(fab.AttemptLeased)
		require.Len(t, attempts, 1)
		require.Equal(t, l.workers[0].ID, attempts[0].WorkerID)
	})
}
