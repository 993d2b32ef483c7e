package production

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// handLease is how long hand work may take before somebody calls.
const handLease = 72 * time.Hour

// Accept takes an offer of hand work.
func (p *Production) Accept(ctx context.Context, id fab.AttemptID, by fab.MakerID) error {
	return p.answer(ctx, id, by, fab.AttemptLeased, "offer_accepted")
}

// Decline turns an offer down; the work goes to somebody else.
func (p *Production) Decline(ctx context.Context, id fab.AttemptID, by fab.MakerID) error {
	return p.answer(ctx, id, by, fab.AttemptDeclined, "offer_declined")
}

func (p *Production) answer(ctx context.Context, id fab.AttemptID, by fab.MakerID, to fab.AttemptStatus, code string) error {
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
			a.StartedAt, a.LeaseUntil = tx.Now(), tx.Now().Add(handLease)
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

// release lets the job wait again and frees the hands.
func release(tx *store.Tx, a fab.Attempt, w fab.Worker) error {
	j, err := tx.Job(a.JobID)
	if err != nil {
		return err
	}
	if j.AttemptID == a.ID {
		j.Status, j.AttemptID = fab.JobWaiting, ""
		if ok, err := tx.SwapJob(&j); err != nil || !ok {
			return orRace(err)
		}
	}
	if w.AttemptID != a.ID {
		return nil
	}
	w.AttemptID = ""
	if ok, err := tx.SwapWorker(&w); err != nil || !ok {
		return orRace(err)
	}
	return nil
}
