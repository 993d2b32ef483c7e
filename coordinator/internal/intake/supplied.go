package intake

import (
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Supply changes which materials the place adds itself, by product; a product that is not named is as before. What was
// assembled before stays as it is. It refuses a request that is over, and materials that the product does not take.
func (i *Intake) Supply(ctx context.Context, id fab.RequestID, supplied map[string][]string) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Request(id)
		if err != nil {
			return err
		}
		if r.Status != fab.RequestReceived && r.Status != fab.RequestApproved {
			return fab.Refuse(fab.Conflict, "request_not_open", "")
		}
		lines, err := tx.RequestLines(id)
		if err != nil {
			return err
		}
		for _, l := range lines {
			codes, named := supplied[l.Product]
			if !named {
				continue
			}
			if err := supply(tx, &l, codes); err != nil {
				return err
			}
			if err := tx.SetRequestLine(&l); err != nil {
				return err
			}
		}
		return i.note(tx, r, "request_supplied")
	})
}

// supply notes what the place adds to the products of a line.
func supply(tx *store.Tx, l *fab.RequestLine, codes []string) error {
	l.Supplied = []string{}
	if len(codes) == 0 {
		return nil
	}
	design, err := tx.CurrentDesign(l.Product)
	if err != nil {
		return err
	}
	for _, code := range codes {
		takes := slices.ContainsFunc(design.BOM.Materials, func(m fab.BOMMaterial) bool { return m.Material == code })
		if !takes {
			return fab.Refuse(fab.Invalid, "supplied_unknown", "supply_"+l.Product)
		}
		if !slices.Contains(l.Supplied, code) {
			l.Supplied = append(l.Supplied, code)
		}
	}
	return nil
}
