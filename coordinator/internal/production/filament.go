package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// UseFilament takes out of the ledger what attempts took that ended since. Run does so again and again; it works once for
// each attempt, whoever asks and however often.
func (p *Production) UseFilament(ctx context.Context) error { return p.store.Update(ctx, useFilament) }

// useFilament takes out of the ledger what ended attempts took from their spools, once each: all of the plate when it
// ended well, else the share of the lines that ran. A spool that is recorded as nearly empty gives what it has.
func useFilament(tx *store.Tx) error {
	attempts, err := tx.AttemptsUnweighed()
	if err != nil {
		return err
	}
	for _, a := range attempts {
		if err := takeFilament(tx, a); err != nil {
			return err
		}
	}
	return nil
}

func takeFilament(tx *store.Tx, a fab.Attempt) error {
	plate, err := tx.Plate(a.PlateID)
	if err != nil {
		return err
	}
	mg := plate.FilamentMG
	if a.Status != fab.AttemptToCount && a.Status != fab.AttemptDone && plate.Lines > 0 {
		mg = plate.FilamentMG * min(a.Lines, plate.Lines) / plate.Lines
	}
	spool, err := tx.Spool(a.SpoolID)
	if err != nil {
		return err
	}
	item := fab.MaterialItem(spool.Filament)
	places, err := tx.HoldingSource(item, string(spool.ID))
	if err != nil {
		return err
	}
	for _, at := range places {
		if mg = min(mg, at.Quantity); mg > 0 {
			return tx.Post(fab.StockMove{Item: item, Source: string(spool.ID), From: at.Location, To: fab.OutsideUsed, Quantity: mg, Why: "printed", Subject: string(a.ID)})
		}
	}
	return nil
}
