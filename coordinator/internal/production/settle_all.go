package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// SettleAll receives many bags at once, as Settle does each: all of them, or none when one is refused. The field of a
// refusal ends in a dash and the code of its bag.
func (p *Production) SettleAll(ctx context.Context, list []Inspection) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		var errs fab.Errors
		for _, in := range list {
			lot, err := tx.Lot(in.Lot)
			if err != nil {
				return err
			}
			refused, ok := fab.RefusalsOf(checkInspection(lot, in))
			if !ok {
				continue
			}
			for _, e := range refused {
				of := *e
				of.Field += "-" + lot.Code
				errs = append(errs, &of)
			}
		}
		if err := errs.Or(); err != nil {
			return err
		}
		for _, in := range list {
			if err := receive(tx, in); err != nil {
				return err
			}
		}
		return nil
	})
}
