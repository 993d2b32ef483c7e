package production

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Accept takes an offer of hand work, to be handed in as usual: see fab.Worker.HandInBefore.
func (p *Production) Accept(ctx context.Context, id fab.AttemptID, by fab.MakerID) error {
	return p.AcceptUntil(ctx, id, by, time.Time{})
}

// AcceptUntil takes an offer of hand work and says until when it is handed in: after now, within fab.MaxDays. The zero
// time is as Accept has it.
func (p *Production) AcceptUntil(ctx context.Context, id fab.AttemptID, by fab.MakerID, handIn time.Time) error {
	return p.answer(ctx, id, by, fab.AttemptLeased, "offer_accepted", handIn)
}

// Decline turns an offer down; the work goes to somebody else.
func (p *Production) Decline(ctx context.Context, id fab.AttemptID, by fab.MakerID) error {
	return p.answer(ctx, id, by, fab.AttemptDeclined, "offer_declined", time.Time{})
}

func (p *Production) answer(ctx context.Context, id fab.AttemptID, by fab.MakerID, to fab.AttemptStatus, code string, handIn time.Time) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		a, err := tx.Attempt(id)
		if err != nil {
			return err
		}
		w, err := tx.Worker(a.WorkerID)
		if err != nil {
			return err
		}
		if by != "" && w.MakerID != by {
			return fab.Refuse(fab.Forbidden, "not_yours", "")
		}
		if a.Status == to {
			return nil
		}
		if a.Status != fab.AttemptOffered {
			return fab.Refuse(fab.Conflict, "offer_over", "")
		}
		a.Status = to
		if to == fab.AttemptLeased {
			if a.LeaseUntil, err = handInOf(tx, a, w, handIn); err != nil {
				return err
			}
			a.StartedAt = tx.Now()
		} else {
			a.EndedAt = tx.Now()
			if err := release(tx, a, w); err != nil {
				return err
			}
		}
		if err := tx.SetAttempt(&a); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: code, Subject: string(a.ID), Worker: w.ID, Args: fab.Args{"worker": w.Name, "part": a.Part, "copies": a.Copies}})
	})
}

// handInOf is until when hands keep work: the day they said, or else as usual.
func handInOf(tx *store.Tx, a fab.Attempt, w fab.Worker, said time.Time) (time.Time, error) {
	if !said.IsZero() {
		if !said.After(tx.Now()) || said.After(tx.Now().AddDate(0, 0, fab.MaxDays+1)) {
			return said, fab.Refuse(fab.Invalid, "hand_in_wrong", "hand_in", "max", fab.MaxDays)
		}
		return said, nil
	}
	b, err := tx.Batch(a.BatchID)
	return w.HandInBefore(tx.Now(), b.DueAt), err
}

// release lets the job wait again and frees the hands.
func release(tx *store.Tx, a fab.Attempt, w fab.Worker) error {
	j, err := tx.Job(a.JobID)
	if err != nil {
		return err
	}
	if j.AttemptID == a.ID {
		j.Status, j.AttemptID = fab.JobWaiting, ""
		if ok, err := tx.SwapJob(&j); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
	}
	if w.AttemptID != a.ID {
		return nil
	}
	w.AttemptID = ""
	if ok, err := tx.SwapWorker(&w); err != nil || !ok {
		return fab.OrOvertaken(err)
	}
	return nil
}
