package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// HandBack is hand work that its maker gives back: what was made of it counts, the rest goes to somebody else.
type HandBack struct {
	Attempt   fab.AttemptID
	Good, Bad int64       // made of it so far; none of what is printed, whose plates stay whole
	By        fab.MakerID // whose it must be; "" for the desk
	Why       string      // of the bad ones, as in Unloading
}

// HandBack takes hand work back that was accepted, in full or in part. What was made becomes a lot as usual, the rest waits
// again at once, and nothing is learned from that it was not made. The lot is zero when nothing was made. Said twice, it
// has one effect.
func (p *Production) HandBack(ctx context.Context, h HandBack) (lot fab.Lot, err error) {
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		a, err := tx.Attempt(h.Attempt)
		if err != nil {
			return err
		}
		w, err := tx.Worker(a.WorkerID)
		if err != nil {
			return err
		}
		if h.By != "" && w.MakerID != h.By {
			return fab.Refuse(fab.Forbidden, "not_yours", "")
		}
		if a.End.Code == fab.EndedGivenBack {
			lot, err = lotOf(tx, a)
			return err
		}
		if err := checkHandBack(a, w, h); err != nil {
			return err
		}
		lot, err = p.handBack(tx, a, w, h)
		return err
	})
	return lot, err
}

// lotOf is what came of an attempt; the zero lot when nothing did.
func lotOf(tx *store.Tx, a fab.Attempt) (fab.Lot, error) {
	lot, err := tx.LotByAttempt(a.ID)
	if fab.ClassOf(err) == fab.NotFound {
		return fab.Lot{}, nil
	}
	return lot, err
}

func checkHandBack(a fab.Attempt, w fab.Worker, h HandBack) error {
	held := (a.Status == fab.AttemptLeased || a.Status == fab.AttemptLost) && !a.StartedAt.IsZero()
	made := h.Good + h.Bad
	switch {
	case w.Streamed() || !held:
		return fab.Refuse(fab.Conflict, "hand_back_over", "")
	case h.Good < 0 || h.Bad < 0:
		return fab.Refuse(fab.Invalid, "count_negative", "made")
	case h.Good > a.Copies || h.Bad > a.Copies || made > a.Copies:
		return fab.Refuse(fab.Invalid, "count_too_many", "made", "copies", a.Copies)
	case made == a.Copies:
		return fab.Refuse(fab.Invalid, "hand_back_nothing", "made", "copies", a.Copies)
	case made > 0 && a.PlateID != "":
		return fab.Refuse(fab.Invalid, "hand_back_plate", "made")
	}
	return checkWhy(h.Why)
}

func (p *Production) handBack(tx *store.Tx, a fab.Attempt, w fab.Worker, h HandBack) (lot fab.Lot, err error) {
	rest := a.Copies - h.Good - h.Bad
	back := a
	back.Copies = rest
	if h.Good+h.Bad == 0 {
		err = tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { a.GiveBack(j, w, tx.Now()) })
	} else {
		lot, err = p.handBackPart(tx, a, h)
	}
	if err != nil {
		return lot, err
	}
	return lot, tx.NoteAttempt("work_given_back", back, w)
}

// handBackPart cuts the attempt, and its job if nobody else has it by now, down to what was made.
func (p *Production) handBackPart(tx *store.Tx, a fab.Attempt, h HandBack) (lot fab.Lot, err error) {
	j, err := tx.Job(a.JobID)
	if err != nil {
		return lot, err
	}
	made := h.Good + h.Bad
	if j.Status == fab.JobWaiting || j.AttemptID == a.ID {
		rest := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: j.BatchID, Part: j.Part, How: j.How, Copies: j.Copies - made, Status: fab.JobWaiting, CreatedAt: tx.Now()}
		j.Copies = made
		if ok, err := tx.SwapJob(&j); err != nil || !ok {
			return lot, fab.OrOvertaken(err)
		}
		if err := tx.AddJobs([]fab.Job{rest}); err != nil {
			return lot, err
		}
	}
	a.Copies = made
	lot = fab.Lot{Declared: h.Good, Bad: h.Bad}
	if h.Bad > 0 {
		lot.BadWhy = h.Why
	}
	if lot, err = p.count(tx, a, lot); err != nil {
		return lot, err
	}
	if a, err = tx.Attempt(a.ID); err != nil {
		return lot, err
	}
	a.End = fab.Because(fab.EndedGivenBack)
	return lot, tx.SetAttempt(&a)
}
