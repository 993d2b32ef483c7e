package production

import (
	"context"

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
		return tx.Note(fab.Change{Code: code, Subject: string(b.ID), Request: b.RequestID, Args: fab.Args{"product": b.Product, "quantity": b.Quantity}})
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
