package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Inspection is one count of a bag at the hub.
type Inspection struct {
	Lot    fab.LotID
	Good   int64
	Bad    int64
	Reason string // one of fab.CountReasons; fab.CountAsLabelled when the count is as on the label
	By     fab.AccountID

	Checked    bool   // gone through with the version's check list
	Exceptions string // what was noted against it, at most fab.MaxException characters
}

// Settle receives a bag at the hub: good pieces go to stock, bad ones are scrapped, and what the label promised beyond
// is written off, so that the batch prints it again. What is there beyond the label is taken too. Settling twice is refused.
func (p *Production) Settle(ctx context.Context, in Inspection) error {
	return p.store.Update(ctx, func(tx *store.Tx) error { return receive(tx, in) })
}

func receive(tx *store.Tx, in Inspection) error {
	lot, err := tx.Lot(in.Lot)
	if err != nil {
		return err
	}
	if err := checkInspection(lot, in); err != nil {
		return err
	}
	if err := moveSettled(tx, lot, in); err != nil {
		return err
	}
	return settle(tx, lot, in)
}

func checkInspection(lot fab.Lot, in Inspection) error {
	switch {
	case lot.Status == fab.LotBlocked:
		return fab.Refuse(fab.Conflict, "lot_blocked", "lot", "lot", lot.Code)
	case !lot.SettledAt.IsZero():
		return fab.Refuse(fab.Conflict, "lot_settled", "lot", "lot", lot.Code)
	}
	if errs := fab.CheckLength("exceptions", in.Exceptions, fab.MaxException, ""); errs != nil {
		return errs
	}
	return in.count(lot).Check(in.Reason)
}

func (in Inspection) count(lot fab.Lot) fab.BagCount {
	return fab.BagCount{Label: lot.Declared, Good: in.Good, Bad: in.Bad}
}

// moveSettled moves what the ledger believes to be in the bag out of wherever it is.
func moveSettled(tx *store.Tx, lot fab.Lot, in Inspection) error {
	item := fab.PartItem(lot.Part)
	holding, err := tx.HoldingSource(item, string(lot.ID))
	if err != nil {
		return err
	}
	good, bad := in.Good, in.Bad
	move := func(from, to fab.LocationID, quantity int64, why string) error {
		if quantity <= 0 || from == to {
			return nil
		}
		return tx.Post(fab.StockMove{Item: item, Source: string(lot.ID), From: from, To: to, Quantity: quantity, Why: why, Subject: string(lot.ID), By: in.By})
	}
	for _, at := range holding {
		left := at.Quantity
		g := min(good, left)
		b := min(bad, left-g)
		good, bad, left = good-g, bad-b, left-g-b
		for _, err := range []error{
			move(at.Location, fab.TheHub, g, "settled"),
			move(at.Location, fab.OutsideScrapped, b, "scrapped"),
			move(at.Location, fab.OutsideMissing, left, "counted_short"),
		} {
			if err != nil {
				return err
			}
		}
	}
	return move(fab.OutsideMade, fab.TheHub, good, "counted_over")
}

func settle(tx *store.Tx, lot fab.Lot, in Inspection) error {
	i := fab.Inspection{ID: store.NewID[fab.InspectionID](tx), LotID: lot.ID, Good: in.Good, Bad: in.Bad, Reason: in.Reason, By: in.By, At: tx.Now()}
	if err := noteChecks(tx, lot, in, &i); err != nil {
		return err
	}
	if err := tx.AddInspection(&i); err != nil {
		return err
	}
	declared := lot.Declared
	lot.Good, lot.Status, lot.SettledAt = in.Good, fab.LotReady, tx.Now()
	lot.Bad += in.Bad
	rest, err := restOf(tx, lot)
	if err != nil {
		return err
	}
	if rest > 0 {
		lot.RestsUntil = tx.Now().Add(rest)
	}
	if err := tx.SetLot(&lot); err != nil {
		return err
	}
	if err := unlearn(tx, lot, min(in.Bad, declared)); err != nil {
		return err
	}
	b, err := tx.Batch(lot.BatchID)
	if err != nil {
		return err
	}
	code := "lot_settled"
	switch {
	case in.Good > declared:
		code = "lot_settled_more"
	case in.Good < declared:
		code = "lot_settled_differs"
	}
	return tx.Note(fab.Change{Code: code, Subject: string(lot.ID), Request: b.RequestID, Worker: lot.WorkerID,
		Args: fab.Args{"lot": lot.Code, "part": lot.Part, "good": in.Good, "bad": in.Bad, "declared": declared, "reason": in.Reason}})
}

// unlearn counts pieces as bad after all that their maker took for good. Who does not count well or keep them clean is not
// the machine, but nobody knows better.
func unlearn(tx *store.Tx, lot fab.Lot, bad int64) error {
	if bad == 0 {
		return nil
	}
	b, err := tx.Batch(lot.BatchID)
	if err != nil {
		return err
	}
	w, err := tx.Worker(lot.WorkerID)
	if err != nil {
		return err
	}
	pace, err := tx.Pace(w.ID, b.Product, lot.Part)
	if err != nil {
		return err
	}
	w.GoodPieces, w.BadPieces = max(0, w.GoodPieces-bad), w.BadPieces+bad
	pace.Good, pace.Bad = max(0, pace.Good-bad), pace.Bad+bad
	if err := tx.SetPace(&pace); err != nil {
		return err
	}
	if err := tx.Judge(&w); err != nil {
		return err
	}
	if ok, err := tx.SwapWorker(&w); err != nil || !ok {
		return fab.OrOvertaken(err)
	}
	return nil
}
