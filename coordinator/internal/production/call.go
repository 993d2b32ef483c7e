package production

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// GiveBack ends overdue hand work after a call: it will not be made, and goes to somebody else. Said twice, it has one
// effect.
func (p *Production) GiveBack(ctx context.Context, id fab.AttemptID) error {
	return p.afterCall(ctx, id, "work_given_back", time.Time{}, (*fab.Attempt).GiveBack)
}

// Postpone notes a later date that was said on the phone: after now, at most fab.MaxDays ahead.
func (p *Production) Postpone(ctx context.Context, id fab.AttemptID, until time.Time) error {
	if until.IsZero() {
		return fab.Refuse(fab.Invalid, "call_date", "day", "days", fab.MaxDays)
	}
	return p.afterCall(ctx, id, "work_postponed", until, func(a *fab.Attempt, j *fab.Job, w *fab.Worker, _ time.Time) { a.Postpone(until, j, w) })
}

// Reminded notes that the maker of hand work was reminded of its day, so that nobody does it again. Said twice, or of work
// that is not in hand any more, it has no effect.
func (p *Production) Reminded(ctx context.Context, id fab.AttemptID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		a, err := tx.Attempt(id)
		if err != nil {
			return err
		}
		w, err := tx.Worker(a.WorkerID)
		if err != nil || w.Streamed() || a.Status != fab.AttemptLeased || !a.RemindedAt.IsZero() {
			return err
		}
		a.RemindedAt = tx.Now()
		if err := tx.SetAttempt(&a); err != nil {
			return err
		}
		return tx.NoteAttempt("work_reminded", a, w)
	})
}

func (p *Production) afterCall(ctx context.Context, id fab.AttemptID, said string, until time.Time, rule func(*fab.Attempt, *fab.Job, *fab.Worker, time.Time)) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		a, err := tx.Attempt(id)
		if err != nil {
			return err
		}
		w, err := tx.Worker(a.WorkerID)
		switch {
		case err != nil:
			return err
		case !until.IsZero() && (!until.After(tx.Now()) || until.After(tx.Now().AddDate(0, 0, fab.MaxDays+1))):
			return fab.Refuse(fab.Invalid, "call_date", "day", "days", fab.MaxDays)
		case a.End.Code == fab.EndedGivenBack:
			return nil
		case w.Streamed() || !a.Overdue(tx.Now()):
			return fab.Refuse(fab.Conflict, "call_over", "")
		}
		err = tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { rule(a, j, w, tx.Now()) })
		if err != nil {
			return err
		}
		if until.IsZero() {
			return tx.NoteAttempt(said, a, w)
		}
		return tx.NoteAttempt(said, a, w, "until", until)
	})
}
