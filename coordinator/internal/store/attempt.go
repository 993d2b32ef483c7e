package store

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddAttempt stores a new attempt.
func (tx *Tx) AddAttempt(a *fab.Attempt) error { return add(tx, "attempt", a) }

// SetAttempt stores a changed attempt.
func (tx *Tx) SetAttempt(a *fab.Attempt) error { return set(tx, "attempt", a) }

// Attempt reads one attempt.
func (tx *Tx) Attempt(id fab.AttemptID) (fab.Attempt, error) {
	return byID[fab.Attempt](tx, "attempt", id)
}

// Attempts reads the attempts in these statuses, or all when none is given, oldest first.
func (tx *Tx) Attempts(statuses ...fab.AttemptStatus) ([]fab.Attempt, error) {
	return many[fab.Attempt](tx, "attempts", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// weighed is for how long after an attempt its filament may still leave the ledger. It is looked for at every change of
// the books, so it takes a moment; a bound keeps a season's attempts from being read each time.
const weighed = 7 * 24 * time.Hour

// AttemptsUnweighed reads the attempts of the last days that ran on a spool and are over, of which no filament has left
// the ledger. A scale that the spool was put on since knew of them.
func (tx *Tx) AttemptsUnweighed() ([]fab.Attempt, error) {
	over := []fab.AttemptStatus{fab.AttemptToCount, fab.AttemptDone, fab.AttemptFailed, fab.AttemptStopped}
	return many[fab.Attempt](tx, "attempts", func(q query) query {
		return q.Where("ended_at > ?", tx.now.Add(-weighed)).Where("spool_id IS NOT NULL").Where("plate_id IS NOT NULL").Where("status IN (?)", in(over)).
			Where("started_at IS NOT NULL OR lines > 0").
			Where("NOT EXISTS (SELECT 1 FROM stock_moves m WHERE m.subject = attempt.id AND m.why = 'printed')").
			Where("NOT EXISTS (SELECT 1 FROM weighings w WHERE w.spool_id = attempt.spool_id AND w.at >= attempt.ended_at)").Order("id")
	})
}

// AttemptsOf reads the attempts of a batch, oldest first.
func (tx *Tx) AttemptsOf(id fab.BatchID) ([]fab.Attempt, error) {
	return many[fab.Attempt](tx, "attempts", func(q query) query { return q.Where("batch_id = ?", string(id)).Order("id") })
}

// AttemptsAt reads the attempts of a job, oldest first.
func (tx *Tx) AttemptsAt(id fab.JobID) ([]fab.Attempt, error) {
	return many[fab.Attempt](tx, "attempts", func(q query) query { return q.Where("job_id = ?", string(id)).Order("id") })
}

// HandAttempts reads the hand work that was taken on and not brought yet, the lost included, oldest first. What was lost
// long ago is nobody's call any more.
func (tx *Tx) HandAttempts() ([]fab.Attempt, error) {
	return many[fab.Attempt](tx, "attempts", func(q query) query {
		return q.Where("worker_id IN (SELECT id FROM workers WHERE agent_id IS NULL)").Where("started_at IS NOT NULL").
			Where("status = ? OR status = ? AND ended_at > ?", string(fab.AttemptLeased), string(fab.AttemptLost), tx.now.AddDate(0, 0, -fab.MaxDays)).Order("id")
	})
}
