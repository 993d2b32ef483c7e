package delivery

import (
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// load puts the packed boxes of a request into the vehicle. A recalled box, and a version that only testers may get,
// stay in the lab.
func load(tx *store.Tx, r fab.Run, s fab.Stop, only []fab.BoxID) error {
	boxes, err := tx.BoxesOf(s.RequestID)
	if err != nil {
		return err
	}
	var lines []fab.NoteLine
	for _, b := range boxes {
		if b.Status != fab.BoxPacked || len(only) > 0 && !slices.Contains(only, b.ID) {
			continue
		}
		if b.Recalled {
			return fab.Refuse(fab.Conflict, "box_recalled", "stop", "box", b.Code)
		}
		b.Status, b.StopID = fab.BoxLoaded, s.ID
		more, err := moveBox(tx, b, fab.TheHub, r.VehicleID, "loaded")
		if err != nil {
			return err
		}
		lines = append(lines, more...)
	}
	if len(lines) == 0 {
		return fab.Refuse(fab.Conflict, "no_box_packed", "stop")
	}
	no, err := tx.Next("delivery-note")
	if err != nil {
		return err
	}
	return tx.AddNote(&fab.DeliveryNote{ID: store.NewID[fab.NoteID](tx), No: no, StopID: s.ID, RequestID: s.RequestID, Lines: lines, CreatedAt: tx.Now()})
}

// moveBox stores a box and moves its kits through the ledger; it returns the lines for the paper.
func moveBox(tx *store.Tx, b fab.Box, from, to fab.LocationID, why string) ([]fab.NoteLine, error) {
	if err := tx.SetBox(&b); err != nil {
		return nil, err
	}
	kits, err := tx.KitsIn(b.ID)
	if err != nil {
		return nil, err
	}
	var lines []fab.NoteLine
	for _, k := range kits {
		design, err := tx.Design(k.DesignID)
		if err != nil {
			return nil, err
		}
		if why == "loaded" {
			if err := mayLeave(tx, design, k); err != nil {
				return nil, err
			}
		}
		err = tx.Post(fab.StockMove{Item: fab.KitItem(k.Product), Source: string(k.ID), From: from, To: to, Quantity: k.Quantity, Why: why, Subject: string(b.ID)})
		if err != nil {
			return nil, err
		}
		lots, err := tx.CodesIn(k.ID)
		if err != nil {
			return nil, err
		}
		lines = append(lines, fab.NoteLine{Product: k.Product, Quantity: k.Quantity, Box: b.Code, Lots: lots, Supplied: k.Supplied})
	}
	return lines, nil
}

// mayLeave looks at a kit once more before it leaves the lab: a version may be withdrawn, or a trial closed, since it was
// packed.
func mayLeave(tx *store.Tx, design fab.DesignVersion, k fab.Kit) error {
	r, err := tx.Request(k.RequestID)
	if err != nil {
		return err
	}
	if err := fab.MayServe(design, r.TrialID, r.TrialID, "stop"); err != nil {
		return err
	}
	inside, err := tx.KitLots(k.ID)
	if err != nil {
		return err
	}
	for _, kl := range inside {
		lot, err := tx.Lot(kl.LotID)
		if err != nil {
			return err
		}
		made, err := tx.Design(lot.DesignID)
		if err != nil {
			return err
		}
		if err := fab.MayServe(made, lot.TrialID, r.TrialID, "stop"); err != nil {
			return err
		}
	}
	return nil
}

// loadSpool puts a spool that a maker gets into the vehicle.
func loadSpool(tx *store.Tx, r fab.Run, s fab.Stop, drop Drop) error {
	spool, err := tx.Spool(drop.Spool)
	if err != nil {
		return err
	}
	if spool.Recalled {
		return fab.Refuse(fab.Conflict, "spool_recalled", "stop", "spool", spool.Code)
	}
	g := fab.StopGoods{ID: store.NewID[fab.StopGoodsID](tx), StopID: s.ID, Item: fab.MaterialItem(spool.Filament), Source: string(spool.ID)}
	if g.Quantity, err = tx.BalanceOf(fab.TheHub, g.Item, g.Source); err != nil {
		return err
	}
	if g.Quantity == 0 {
		return fab.Refuse(fab.Conflict, "spool_not_here", "stop", "spool", spool.Code)
	}
	if err := tx.AddStopGoods(&g); err != nil {
		return err
	}
	return moveGoods(tx, s, []fab.StopGoods{g}, fab.TheHub, r.VehicleID, "sent")
}

// moveGoods moves what a run leaves at a stop through the ledger.
func moveGoods(tx *store.Tx, s fab.Stop, goods []fab.StopGoods, from, to fab.LocationID, why string) error {
	for _, g := range goods {
		err := tx.Post(fab.StockMove{Item: g.Item, Source: g.Source, From: from, To: to, Quantity: g.Quantity, Why: why, Subject: string(s.ID)})
		if err != nil {
			return err
		}
	}
	return nil
}

// fits refuses more boxes than the vehicle takes.
func fits(tx *store.Tx, r fab.Run) error {
	if r.Capacity == 0 {
		return nil
	}
	stops, err := tx.Stops(r.ID)
	if err != nil {
		return err
	}
	n := 0
	for _, s := range stops {
		boxes, err := tx.BoxesAt(s.ID)
		if err != nil {
			return err
		}
		for _, b := range boxes {
			if b.Status == fab.BoxLoaded {
				n++
			}
		}
	}
	if int64(n) > r.Capacity {
		return fab.Refuse(fab.Invalid, "vehicle_full", "capacity", "n", n, "max", r.Capacity)
	}
	return nil
}
