package dispatch

import (
	"context"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// takeBack ends the attempts whose lease is over, so that their jobs wait again. Nothing is held against a maker who
// did not answer: the change tells a coordinator whom to call.
func (l *Loop) takeBack(ctx context.Context) error {
	overdue, err := l.overdue(ctx)
	if err != nil || len(overdue) == 0 {
		return err
	}
	return l.Store.Update(ctx, func(tx *store.Tx) error {
		overdue, err := tx.OverdueAttempts()
		if err != nil {
			return err
		}
		for _, a := range overdue {
			if stays, err := stays(tx, a); err != nil || stays {
				if err != nil {
					return err
				}
				continue
			}
			if err := lose(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// stays reports whether overdue hand work is left where it is until somebody has called: a job is doubled once, and of a
// batch only a small part is.
func stays(tx *store.Tx, a fab.Attempt) (bool, error) {
	if !a.Overdue(tx.Now()) {
		return false, nil
	}
	w, err := tx.Worker(a.WorkerID)
	if err != nil || w.Streamed() {
		return false, err
	}
	others, err := tx.AttemptsOf(a.BatchID)
	if err != nil {
		return false, err
	}
	jobs, err := tx.JobsOf(a.BatchID)
	doubled := 0
	for _, o := range others {
		if o.Status == fab.AttemptLost && o.End.Code == fab.EndedOverdue {
			doubled++
			if o.JobID == a.JobID {
				return true, err
			}
		}
	}
	return doubled >= fab.MayDouble(len(jobs)), err
}

// grant gives every lease of a printer its full time from now.
func (l *Loop) grant(ctx context.Context) error {
	return l.Store.Update(ctx, func(tx *store.Tx) error {
		live, err := tx.Attempts(fab.AttemptLeased, fab.AttemptPrinting)
		if err != nil {
			return fmt.Errorf("grant leases: %w", err)
		}
		ids := make([]fab.AttemptID, len(live))
		for i, a := range live {
			ids[i] = a.ID
		}
		return tx.RenewLeases(ids, tx.Now().Add(l.Silence))
	})
}

// overdue looks without the lock of a writer, since most of the time there is nothing to do.
func (l *Loop) overdue(ctx context.Context) (list []fab.Attempt, err error) {
	err = l.Store.View(ctx, func(tx *store.Tx) error {
		list, err = tx.OverdueAttempts()
		return err
	})
	return list, err
}

func lose(tx *store.Tx, a fab.Attempt) error {
	reason, code := fab.EndedSilent, "attempt_lost"
	w, err := tx.Worker(a.WorkerID)
	switch {
	case err != nil:
		return err
	case a.Status == fab.AttemptOffered:
		reason, code = fab.EndedOfferLapsed, "offer_lapsed"
	case !w.Streamed():
		reason, code = fab.EndedOverdue, "work_overdue"
	}
	err = tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, worker *fab.Worker) {
		a.Lose(reason, j, worker, tx.Now())
		w = *worker
	})
	if err != nil {
		return err
	}
	return tx.NoteAttempt(code, a, w, "reason", reason)
}

// Waking is when makers read their messages: from one hour of the day to another, in the lab's zone. The zero value is
// always.
type Waking struct {
	From, To int // hours, 0 to 24, From before To
	Zone     *time.Location
}

// After is the time at which d has passed since t, counting waking time only.
func (w Waking) After(t time.Time, d time.Duration) time.Time {
	if w.Zone == nil || w.From >= w.To {
		return t.Add(d)
	}
	for local := t.In(w.Zone); ; {
		year, month, day := local.Date()
		from := time.Date(year, month, day, w.From, 0, 0, 0, w.Zone)
		to := time.Date(year, month, day, w.To, 0, 0, 0, w.Zone)
		if local.Before(from) {
			local = from
		}
		if left := to.Sub(local); left >= d {
			return local.Add(d).In(t.Location())
		} else if left > 0 {
			d -= left
		}
		local = time.Date(year, month, day+1, 0, 0, 0, 0, w.Zone)
	}
}
