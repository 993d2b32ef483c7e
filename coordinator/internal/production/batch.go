package production

import (
	"context"
	"regexp"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Pause holds the rest of a batch back: what is on printers and in hands goes on.
func (p *Production) Pause(ctx context.Context, id fab.BatchID) error {
	return p.turnBatch(ctx, id, fab.BatchPaused, "batch_paused")
}

// Resume lets a paused batch go on.
func (p *Production) Resume(ctx context.Context, id fab.BatchID) error {
	return p.turnBatch(ctx, id, fab.BatchOpen, "batch_resumed")
}

func (p *Production) turnBatch(ctx context.Context, id fab.BatchID, to fab.BatchStatus, code string) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		b, err := tx.Batch(id)
		if err != nil || b.Status == to {
			return err
		}
		if err := fab.BatchTable.Move("batch", b.Status, to); err != nil {
			return err
		}
		b.Status = to
		if err := tx.SetBatch(&b); err != nil {
			return err
		}
		return note(tx, b, code, "quantity", b.Quantity)
	})
}

// Cancel gives a batch up. Work on a printer goes on, and what comes of it goes to stock.
func (p *Production) Cancel(ctx context.Context, id fab.BatchID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		b, err := tx.Batch(id)
		if err != nil || b.Status == fab.BatchCancelled {
			return err
		}
		if err := fab.BatchTable.Move("batch", b.Status, fab.BatchCancelled); err != nil {
			return err
		}
		return cancelBatch(tx, b)
	})
}

// The bounds of Batch.Priority as a person may set it.
const (
	MinPriority = -1
	MaxPriority = 2
)

// BatchOrder is a batch that a coordinator opens by hand.
type BatchOrder struct {
	ID       fab.BatchID // made with the form, so that a form sent twice opens one batch
	Design   fab.DesignVersionID
	Quantity int64
	DueAt    time.Time
	Priority int64
	Request  fab.RequestID // an approved request that it is for; "" for stock
}

// idShape is how every identifier looks: this one comes from a form.
var idShape = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// OpenBatch opens a batch by hand, of a version that may leave the lab.
func (p *Production) OpenBatch(ctx context.Context, o BatchOrder) (b fab.Batch, err error) {
	if !idShape.MatchString(string(o.ID)) {
		return b, fab.Refuse(fab.Invalid, "form_expired", "key")
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		if b, err = tx.Batch(o.ID); err == nil {
			return nil
		} else if fab.ClassOf(err) != fab.NotFound {
			return err
		}
		design, err := tx.Design(o.Design)
		if err != nil {
			return fab.Refuse(fab.Invalid, "design_missing", "design")
		}
		if err := checkOrder(tx, o, design); err != nil {
			return err
		}
		b = fab.Batch{ID: o.ID, RequestID: o.Request, DesignID: design.ID, Product: design.Product, Quantity: o.Quantity, DueAt: o.DueAt,
			Priority: o.Priority, Status: fab.BatchOpen, CreatedAt: tx.Now()}
		if err := tx.AddBatch(&b); err != nil {
			return err
		}
		return note(tx, b, "batch_opened", "quantity", b.Quantity)
	})
	return b, err
}

func checkOrder(tx *store.Tx, o BatchOrder, design fab.DesignVersion) error {
	errs := checkBatch(BatchChange{o.Quantity, o.DueAt, o.Priority}, tx.Now())
	if design.Given {
		errs = append(errs, fab.Refuse(fab.Conflict, "design_given", "design"))
	}
	if design.Status != fab.DesignTrialled {
		errs = append(errs, fab.Refuse(fab.Conflict, "design_not_trialled", "design"))
	}
	if o.Request != "" {
		r, err := tx.Request(o.Request)
		if err != nil || r.Status != fab.RequestApproved || r.TrialID != "" {
			errs = append(errs, fab.Refuse(fab.Conflict, "request_not_open", "request"))
		}
	}
	return errs.Or()
}

// BatchChange is what may be changed of a batch while it runs.
type BatchChange struct {
	Quantity int64
	DueAt    time.Time
	Priority int64
}

func checkBatch(c BatchChange, now time.Time) (errs fab.Errors) {
	switch {
	case c.Quantity < 1:
		errs = append(errs, fab.Refuse(fab.Invalid, "quantity_not_positive", "quantity", "quantity", c.Quantity))
	case c.Quantity > fab.MaxAsked:
		errs = append(errs, fab.Refuse(fab.Invalid, "too_many", "quantity", "max", fab.MaxAsked))
	}
	switch {
	case c.DueAt.IsZero():
		errs = append(errs, fab.Refuse(fab.Invalid, "date_missing", "due"))
	case c.DueAt.After(now.Add(fab.FarthestDue)):
		errs = append(errs, fab.Refuse(fab.Invalid, "date_too_far", "due"))
	}
	if c.Priority < MinPriority || c.Priority > MaxPriority {
		errs = append(errs, fab.Refuse(fab.Invalid, "priority_unknown", "priority"))
	}
	return errs
}

// Change changes the number, the date and the priority of a batch. More is made, or less: what waits and is needed no more
// is dropped, what is under way goes to stock. Of a request's batch the promise follows, up to what was asked; it cannot
// fall below what is packed already.
func (p *Production) Change(ctx context.Context, id fab.BatchID, c BatchChange) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		b, err := changeable(tx, id, c)
		if err != nil {
			return err
		}
		b.DueAt, b.Priority = c.DueAt, c.Priority
		if b.Quantity != c.Quantity {
			if err := tx.ResizeBatch(&b, c.Quantity); err != nil {
				return err
			}
		}
		if err := tx.SetBatch(&b); err != nil {
			return err
		}
		return note(tx, b, "batch_changed", "quantity", b.Quantity, "due", b.DueAt)
	})
}

func changeable(tx *store.Tx, id fab.BatchID, c BatchChange) (b fab.Batch, err error) {
	if b, err = tx.Batch(id); err != nil {
		return b, err
	}
	if b.Status == fab.BatchCancelled {
		return b, fab.Refuse(fab.Conflict, "batch_over", "")
	}
	if err := checkBatch(c, tx.Now()).Or(); err != nil {
		return b, err
	}
	if c.Quantity == b.Quantity {
		return b, nil
	}
	packed, err := tx.Packed(b)
	if err == nil && c.Quantity < packed {
		err = fab.Refuse(fab.Conflict, "batch_below_packed", "quantity", "packed", packed)
	}
	return b, err
}

// Effect is what a change of number would do now. Plates stands for plates and portions of hand work.
type Effect struct {
	From, To int64 // products
	More     int64 // plates that would be added
	Fewer    int64 // waiting plates that would be dropped
	Running  int64 // pieces under way of which nobody would be in need: they go to stock
	Over     int64 // good pieces that would be over: they are stock
}

// Foresee tells what a change would do, and refuses what Change would refuse. It changes nothing.
func (p *Production) Foresee(ctx context.Context, id fab.BatchID, c BatchChange) (e Effect, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		b, err := changeable(tx, id, c)
		if err != nil {
			return err
		}
		e.From, e.To = b.Quantity, c.Quantity
		know, err := readKnown(tx)
		if err != nil {
			return err
		}
		design, err := know.design(tx, b.DesignID)
		if err != nil {
			return err
		}
		jobs, err := tx.JobsOf(id)
		if err != nil {
			return err
		}
		b.Quantity = c.Quantity
		counts, err := tx.PartCounts(b, design.BOM)
		for _, count := range counts {
			part, _ := design.BOM.Part(count.Part)
			e.foresee(count, part, know.wanted(b.Product, part, count), jobs)
		}
		return err
	})
	return e, err
}

func (e *Effect) foresee(c fab.PartCount, part fab.Part, wanted int64, jobs []fab.Job) {
	open, under := c.Open, int64(0)
	for _, j := range jobs {
		switch {
		case j.Part != c.Part || j.RelayID != "":
		case j.Status == fab.JobLeased:
			under += j.Copies
		case j.Status == fab.JobWaiting && open-j.Copies >= wanted:
			open -= j.Copies
			e.Fewer++
		}
	}
	e.More += int64(len(part.Portions(wanted - c.Open)))
	e.Over += max(0, c.Good-c.Needed)
	e.Running += max(0, under-c.Lack())
}
