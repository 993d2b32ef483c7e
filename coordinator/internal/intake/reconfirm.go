package intake

import (
	"context"
	"errors"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Reconfirm records that a request is still needed, as its requester says who holds the link. Quantities are as typed, by
// product; a product that is not named stays as it was promised. Less may be needed, not more; of nothing at all the
// request is to be cancelled.
func (i *Intake) Reconfirm(ctx context.Context, token string, quantities map[string]string) error {
	id, err := i.follow(ctx, token)
	if err != nil {
		return err
	}
	return i.reconfirm(ctx, id, quantities, "by_requester")
}

// ReconfirmFor is Reconfirm by a coordinator who asked on the phone.
func (i *Intake) ReconfirmFor(ctx context.Context, id fab.RequestID, quantities map[string]string) error {
	return i.reconfirm(ctx, id, quantities, "by_phone")
}

func (i *Intake) reconfirm(ctx context.Context, id fab.RequestID, quantities map[string]string, how string) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Request(id)
		if err != nil {
			return err
		}
		if r.Status != fab.RequestApproved {
			return fab.Refuse(fab.Conflict, "request_not_open", "")
		}
		lines, err := tx.RequestLines(id)
		if err != nil {
			return err
		}
		wanted, err := fewer(lines, quantities)
		if err != nil {
			return err
		}
		for n, l := range lines {
			if err := shrink(tx, l, wanted[n]); err != nil {
				return err
			}
		}
		r.ConfirmedAt = tx.Now()
		if err := tx.SetRequest(&r); err != nil {
			return err
		}
		return i.note(tx, r, "request_still_needed", "how", how)
	})
}

// fewer reads how much of each line is needed.
func fewer(lines []fab.RequestLine, quantities map[string]string) ([]int64, error) {
	var errs fab.Errors
	wanted, total := make([]int64, len(lines)), int64(0)
	for n, l := range lines {
		wanted[n] = l.Promised
		field := "qty_" + l.Product
		if typed, named := quantities[l.Product]; named {
			count, ok := fab.WholeNumber(typed)
			switch {
			case !ok || count < 0:
				errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", field))
				continue
			case count > wanted[n]:
				errs = append(errs, fab.Refuse(fab.Invalid, "too_many", field, "max", wanted[n]))
				continue
			}
			wanted[n] = count
		}
		total += wanted[n]
	}
	if len(errs) == 0 && total == 0 && len(lines) > 0 {
		errs = append(errs, fab.Refuse(fab.Invalid, "nothing_needed", "qty_"+lines[0].Product))
	}
	return wanted, errs.Or()
}

// shrink brings a line, and the batches that are made for it, down to what is needed: not below what is packed already. A
// batch of which nothing is needed is given up; what is made of it goes to stock.
func shrink(tx *store.Tx, l fab.RequestLine, wanted int64) error {
	over := l.Promised - wanted
	if over <= 0 {
		return nil
	}
	batches, err := tx.BatchesOf(l.RequestID)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.Product != l.Product || b.Status == fab.BatchCancelled || over <= 0 {
			continue
		}
		if packed, err := tx.Packed(b); err != nil || wanted < packed {
			return errors.Join(err, fab.Refuse(fab.Conflict, "batch_below_packed", "qty_"+l.Product, "packed", packed))
		}
		take := min(over, b.Quantity)
		over -= take
		switch {
		case take < b.Quantity:
			b.Quantity -= take
		case b.Status == fab.BatchDone: // what is made is made
			b.Quantity = 1
		default:
			b.Status = fab.BatchCancelled
		}
		if err := tx.SetBatch(&b); err != nil {
			return err
		}
	}
	l.Promised = wanted
	return tx.SetRequestLine(&l)
}
