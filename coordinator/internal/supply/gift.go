package supply

import (
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Use is what part of a gift became: products in one state for one town. Who received them is not told.
type Use struct {
	Product   string
	Products  int64 // products that hold some of the gift
	Quantity  int64 // of the gift
	Town      string
	Delivered bool
}

// Gift is what a donor's page knows.
type Gift struct {
	Donation fab.Donation
	Material fab.Material // what it is counted in; of something else that was identified, that
	Uses     []Use
	Used     int64            // over all uses
	Wasted   int64            // thrown away, or missing at a count
	Left     int64            // still in the lab
	Blocked  []fab.BlockedLot // of it, whatever became of them
	Devices  []fab.Device     // the same

	kits    map[fab.KitID]store.KitAway // that something of the source at hand went into
	designs map[fab.DesignVersionID]fab.DesignVersion
}

// Gift reads the donation behind a token and follows it through the kits to the towns.
func (s *Supply) Gift(ctx context.Context, token string) (g Gift, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkDonation, token)
		if err != nil {
			return err
		}
		if g.Donation, err = tx.Donation(fab.DonationID(link.Subject)); err != nil {
			return err
		}
		if g.Material, err = tx.MaterialOf(g.Donation); err != nil {
			return err
		}
		if g.Blocked, err = tx.BlockedOf(g.Donation.ID); err != nil {
			return err
		}
		if g.Devices, err = tx.DevicesOf(g.Donation.ID); err != nil {
			return err
		}
		return follow(tx, &g)
	})
	return g, err
}

func follow(tx *store.Tx, g *Gift) error {
	sources, err := sourcesOf(tx, g.Donation)
	if err != nil {
		return err
	}
	g.designs = map[fab.DesignVersionID]fab.DesignVersion{}
	for _, v := range g.Devices {
		sources = append(sources, string(v.ID))
	}
	for _, source := range sources {
		if g.kits, err = tx.KitsWith(source); err != nil {
			return err
		}
		moves, err := tx.Moves("source", source)
		if err != nil {
			return err
		}
		for _, m := range moves {
			if err := g.move(tx, m); err != nil {
				return err
			}
		}
		inside, err := throughWorks(tx, source)
		if err != nil {
			return err
		}
		for _, m := range append(inKits(moves), inside...) {
			if err := g.kit(tx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// move counts one move of the gift.
func (g *Gift) move(tx *store.Tx, m fab.StockMove) error {
	sign := func(place fab.LocationID) int64 {
		switch place {
		case m.To:
			return m.Quantity
		case m.From:
			return -m.Quantity
		}
		return 0
	}
	g.Used += sign(fab.OutsideUsed)
	g.Wasted += sign(fab.OutsideScrapped) + sign(fab.OutsideMissing)
	g.Left -= sign(fab.OutsideGiven) + sign(fab.OutsideUsed) + sign(fab.OutsideScrapped) + sign(fab.OutsideMissing)
	if m.Why == fab.MoveIdentified {
		return g.named(tx, m.Item)
	}
	return nil
}

// named takes the name that goods got which nobody knew.
func (g *Gift) named(tx *store.Tx, item fab.Item) (err error) {
	if kind, code := item.Split(); kind == "material" && g.Donation.Other() {
		g.Material, err = tx.Material(code)
	}
	return err
}

// inKits are the moves of a gift into kits, one for each kit, with what is in it today.
func inKits(moves []fab.StockMove) (list []fab.StockMove) {
	at := map[string]int{}
	for _, m := range moves {
		if m.Why != "kitted" && m.Why != fab.MoveUnpacked {
			continue
		}
		i, known := at[m.Subject]
		switch {
		case !known:
			at[m.Subject], list = len(list), append(list, m)
		case m.Why == fab.MoveUnpacked:
			list[i].Quantity -= m.Quantity
		default:
			list[i].Quantity += m.Quantity
		}
	}
	return slices.DeleteFunc(list, func(m fab.StockMove) bool { return m.Quantity == 0 })
}

// sourcesOf are the names under which a gift travels: its own, or those of its spools.
func sourcesOf(tx *store.Tx, d fab.Donation) ([]string, error) {
	sources := []string{string(d.ID)}
	spools, err := tx.SpoolsOf(d.ID)
	for _, s := range spools {
		sources = append(sources, string(s.ID))
	}
	return sources, err
}

func (g *Gift) kit(tx *store.Tx, m fab.StockMove) error {
	k, known := g.kits[fab.KitID(m.Subject)]
	if !known {
		return nil
	}
	design, known := g.designs[k.DesignID]
	if !known {
		var err error
		if design, err = tx.Design(k.DesignID); err != nil {
			return err
		}
		g.designs[k.DesignID] = design
	}
	use := Use{Product: k.Product, Products: k.Quantity, Quantity: m.Quantity}
	if design.Given {
		use.Products = m.Quantity
	}
	for _, need := range design.BOM.Materials {
		if fab.MaterialItem(need.Material) == m.Item && need.PerUnit > 0 {
			use.Products = (m.Quantity + need.PerUnit - 1) / need.PerUnit
		}
	}
	if k.BoxStatus != "" {
		use.Town, use.Delivered = k.Town, k.BoxStatus == fab.BoxDelivered
	}
	g.add(use)
	return nil
}

func (g *Gift) add(u Use) {
	i := slices.IndexFunc(g.Uses, func(o Use) bool {
		return o.Product == u.Product && o.Town == u.Town && o.Delivered == u.Delivered
	})
	if i < 0 {
		g.Uses = append(g.Uses, u)
		return
	}
	g.Uses[i].Products += u.Products
	g.Uses[i].Quantity += u.Quantity
}
