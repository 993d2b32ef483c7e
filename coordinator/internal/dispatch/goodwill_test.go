package dispatch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a slow printer which the books show without work for a week gets the plate that a fast one would have got,
// with the reason, and not again two days later.
func TestASlowPrinterGetsAPlateAWeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 1, 2)
		loop := l.loop(dispatch.Config{})
		l.update(func(tx *store.Tx) error {
			slow := l.workers[1]
			slow.TimeFactorPM = 4000
			ok, err := tx.SwapWorker(&slow)
			require.True(t, ok)
			return err
		})
		for round, want := range []fab.WorkerID{"printer-0", "printer-0", "printer-1", "printer-0"} {
			l.step(loop)
			live := l.attempts(fab.AttemptLeased)
			require.Len(t, live, 1)
			require.Equal(t, want, live[0].WorkerID, "round %d", round)
			require.Equal(t, round == 2, live[0].Why.Code == schedule.WhyGoodwill)
			l.end(live[0])
			time.Sleep(time.Duration([]int{5, 3, 2, 0}[round]) * 24 * time.Hour)
			l.update(func(tx *store.Tx) error {
				l.batch.DueAt = tx.Now().Add(99 * time.Hour)
				if err := tx.SetBatch(&l.batch); err != nil {
					return err
				}
				return tx.AddJobs([]fab.Job{{ID: fab.JobID("next-" + string(live[0].ID)), BatchID: "batch", Part: "band", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting, CreatedAt: tx.Now()}})
			})
		}
	})
}

// end ends an attempt well, as if its pieces were counted and the bed cleared.
func (l *lab) end(a fab.Attempt) {
	l.Helper()
	l.update(func(tx *store.Tx) error {
		return tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) {
			a.Status, a.StartedAt, a.EndedAt = fab.AttemptDone, tx.Now(), tx.Now()
			j.Status, j.AttemptID, w.AttemptID = fab.JobDone, "", ""
		})
	})
}
