package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Slip is a bag slip or a hand-in sheet that was filled in by hand, as somebody keys it in.
type Slip struct {
	Code      string        // printed on it, as typed
	Attempt   fab.AttemptID // the work that it is about
	Lot       fab.LotID     // or, of a bag slip, the bag, whose maker counted it already
	Good, Bad int64         // as written
	Counted   int64         // good pieces that are in the bag at the hub; of a hand-in sheet nothing
	Reason    string        // one of fab.CountReasons; fab.CountAsLabelled when the bag is as written
	By        fab.AccountID
}

// KeySlip takes a slip into the books: the work becomes a lot, and the bag of a bag slip is counted at once. Fewer pieces than
// the work was for give the rest back. Each code counts once: one that was keyed in before is refused with the lot it became.
func (p *Production) KeySlip(ctx context.Context, s Slip) (lot fab.Lot, err error) {
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		blank, err := tx.BlankToKey(s.Code, fab.BlankBag, fab.BlankHandIn)
		if err != nil {
			return err
		}
		if lot, err = p.slipLot(tx, s, blank.Kind); err != nil {
			return err
		}
		if blank.Kind == fab.BlankBag && lot.Declared > 0 {
			if err := receive(tx, Inspection{Lot: lot.ID, Good: s.Counted, Reason: s.Reason, By: s.By}); err != nil {
				return err
			}
		}
		blank.Subject, blank.KeyedAt = string(lot.ID), tx.Now()
		return tx.SetBlankForm(&blank)
	})
	return lot, err
}

// slipLot is the lot that a slip is about, made of its work unless its maker counted that already.
func (p *Production) slipLot(tx *store.Tx, s Slip, kind string) (lot fab.Lot, err error) {
	switch {
	case s.Lot != "" && kind == fab.BlankBag:
		return tx.Lot(s.Lot)
	case s.Attempt == "":
		return lot, fab.Refuse(fab.Invalid, "slip_work_missing", "work")
	case s.Good < 0 || s.Bad < 0:
		return lot, fab.Refuse(fab.Invalid, "count_negative", "good")
	case s.Good == 0 && s.Bad == 0:
		return lot, fab.Refuse(fab.Invalid, "slip_empty", "good")
	}
	a, err := tx.Attempt(s.Attempt)
	if err != nil {
		return lot, err
	}
	if s.Good < a.Copies && s.Bad < a.Copies-s.Good {
		return p.slipPart(tx, a, s)
	}
	return p.unload(tx, Unloading{Attempt: s.Attempt, Good: s.Good, Bad: s.Bad}, "")
}

// slipPart takes what was made of a work and gives the rest back.
func (p *Production) slipPart(tx *store.Tx, a fab.Attempt, s Slip) (lot fab.Lot, err error) {
	w, err := tx.Worker(a.WorkerID)
	if err != nil {
		return lot, err
	}
	h := HandBack{Attempt: a.ID, Good: s.Good, Bad: s.Bad}
	if err := checkHandBack(a, w, h); err != nil {
		return lot, err
	}
	return p.handBack(tx, a, w, h)
}
