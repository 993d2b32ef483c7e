package supply

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Pick is what the kits of one line of a request would take from the hub now, source by source, oldest first.
type Pick struct {
	Product  string
	Now      int64 // products that can be assembled
	Left     int64 // products that cannot yet
	Design   fab.DesignVersionID
	Takes    []fab.Balance
	Supplied []string // codes of materials that the place adds
}

// Picking reads what to take for a request. Lines that are assembled already are left out; what a line takes is not there
// for the next. Nothing is reserved.
func (s *Supply) Picking(ctx context.Context, id fab.RequestID) (list []Pick, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error {
		list = nil
		r, err := tx.Request(id)
		if err != nil {
			return err
		}
		lines, err := tx.RequestLines(id)
		if err != nil {
			return err
		}
		taken := map[fab.Balance]int64{}
		for _, l := range lines {
			c, err := closable(tx, r, l)
			if err != nil {
				return err
			}
			if c.Wanted <= 0 {
				continue
			}
			one, err := picksOf(tx, r, c, taken)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// picksOf chooses sources as MakeKits will, beyond what is taken already.
func picksOf(tx *store.Tx, r fab.Request, c Closable, taken map[fab.Balance]int64) (p Pick, err error) {
	p = Pick{Product: c.Product, Supplied: c.Supplied, Now: c.Now, Left: c.Wanted - c.Now}
	design, err := designOf(tx, r, c.Product)
	if err != nil || c.Now == 0 {
		return p, err
	}
	p.Design = design.ID
	if design.Given {
		p.Takes, err = readyDevices(tx, fab.Kit{RequestID: r.ID, Product: c.Product, Quantity: c.Now})
		return p, err
	}
	from := hub{tx: tx, trial: r.TrialID, request: r.ID, designs: versions{}}
	shares, _, err := shareOut(design.BOM.Without(c.Supplied), c.Now, from.have)
	if err != nil {
		return p, err
	}
	for _, n := range sums(shares) {
		all, err := from.pick(n, 1<<62)
		if err != nil {
			return p, err
		}
		wanted := n.perUnit
		for _, at := range all {
			key := fab.Balance{Location: at.Location, Item: at.Item, Source: at.Source}
			take := min(wanted, at.Quantity-taken[key])
			if take <= 0 {
				continue
			}
			taken[key], wanted, at.Quantity = taken[key]+take, wanted-take, take
			p.Takes = append(p.Takes, at)
		}
	}
	return p, nil
}
