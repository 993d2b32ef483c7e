package production

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// hands are somebody's who can do these steps.
func (l *lab) hands(name string, steps ...string) (w fab.Worker) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		w = fab.Worker{ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerHand, Name: name, MakerID: l.maker.ID, Steps: steps, Quota: 50, TimeFactorPM: 1000,
			CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		return tx.AddWorker(&w)
	})
	return w
}

// waiting adds up the pieces of the jobs that wait.
func (l *lab) waiting() (n int64) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting)
		for _, j := range jobs {
			n += j.Copies
		}
		return err
	})
	return n
}

// Ensure that hand work which is given back in full waits again at once and counts as no failure, whoever says it twice.
func TestHandWorkIsGivenBackWhole(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		l.adopt("mask", "m1")
		w := l.hands("Sterne", "sew")
		l.request("mask", 20)
		l.keep()
		a := l.lease(w)
		require.Zero(t, l.waiting())
		_, err := l.p.HandBack(t.Context(), HandBack{Attempt: a.ID, By: "somebody else"})
		refused(t, err, fab.Forbidden, "not_yours")
		for range 2 {
			lot, err := l.p.HandBack(t.Context(), HandBack{Attempt: a.ID, By: l.maker.ID})
			require.NoError(t, err)
			require.Empty(t, lot.ID)
		}
		require.EqualValues(t, 20, l.waiting())
		after := l.worker(w.ID)
		require.Equal(t, []any{fab.AttemptID(""), int64(0), int64(0)}, []any{after.AttemptID, after.GoodPieces, after.BadPieces})
		_, err = l.p.Count(t.Context(), a.ID, 20, 0)
		refused(t, err, fab.Conflict, "state_not_allowed")
		l.keep()
		require.EqualValues(t, 20, l.waiting())
		l.sound()
	})
}

// Ensure that what was made of hand work counts and only the rest waits again, whether it was late or not.
func TestHandWorkIsGivenBackInPart(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		l.adopt("mask", "m1")
		w := l.hands("Sterne", "sew")
		l.request("mask", 20)
		l.keep()
		a := l.lease(w)
		for _, h := range []struct {
			good, bad int64
			code      string
		}{{-1, 0, "count_negative"}, {21, 0, "count_too_many"}, {1 << 62, 1 << 62, "count_too_many"}, {19, 1, "hand_back_nothing"}} {
			_, err := l.p.HandBack(t.Context(), HandBack{Attempt: a.ID, Good: h.good, Bad: h.bad})
			refused(t, err, fab.Invalid, h.code)
		}
		lot, err := l.p.HandBack(t.Context(), HandBack{Attempt: a.ID, Good: 7, Bad: 1})
		require.NoError(t, err)
		again, err := l.p.HandBack(t.Context(), HandBack{Attempt: a.ID, Good: 3})
		require.NoError(t, err)
		require.Equal(t, lot.ID, again.ID, "said twice")
		require.EqualValues(t, []int64{7, 1}, []int64{lot.Declared, lot.Bad})
		require.EqualValues(t, 12, l.waiting(), "what was spoilt is made anew by the next turn")
		l.keep()
		require.EqualValues(t, 13, l.waiting())

		late := l.lease(w)
		l.update(func(tx *store.Tx) error {
			late, err := tx.Attempt(late.ID)
			require.NoError(t, err)
			return tx.ChangeAttempt(late, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) {
				a.Lose(fab.EndedOverdue, j, w, tx.Now().Add(time.Hour))
			})
		})
		lot, err = l.p.HandBack(t.Context(), HandBack{Attempt: late.ID, Good: 2})
		require.NoError(t, err)
		require.EqualValues(t, 2, lot.Declared)
		l.keep()
		require.EqualValues(t, 11, l.waiting())
		l.sound()
	})
}
