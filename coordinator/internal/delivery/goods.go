package delivery

import (
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// split tells the boxes that are named from those that come back; nil names all.
func split(boxes []fab.Box, codes []string) (given, back []fab.Box, err error) {
	for _, b := range boxes {
		if codes == nil || slices.Contains(codes, b.Code) {
			given = append(given, b)
		} else {
			back = append(back, b)
		}
	}
	if len(given) == 0 || codes != nil && len(given) != len(codes) {
		return nil, nil, fab.Refuse(fab.Invalid, "boxes_missing", "box")
	}
	return given, back, nil
}

func handOver(tx *store.Tx, run fab.Run, v StopView, given, back []fab.Box) error {
	place, err := facilityPlace(tx, v.Facility)
	if err != nil {
		return err
	}
	for _, b := range given {
		b.Status = fab.BoxDelivered
		if _, err := moveBox(tx, b, run.VehicleID, place, "delivered"); err != nil {
			return err
		}
	}
	if err := returnBoxes(tx, run, back); err != nil {
		return err
	}
	return closeRequest(tx, v.Stop.RequestID)
}

// takeAboard puts all that waits at a maker's into the vehicle. What somebody who left had is forgotten with it.
func takeAboard(tx *store.Tx, run fab.Run, v StopView) error {
	at, err := tx.Balances(v.Maker.LocationID)
	if err != nil || v.Maker.LocationID == fab.TheHub {
		return err
	}
	for _, b := range at {
		kind, _ := b.Item.Split()
		if kind != "part" && (kind != "material" || v.Maker.Status != fab.MakerGone) {
			continue
		}
		if kind == "part" {
			lot, err := tx.Lot(fab.LotID(b.Source))
			if err != nil {
				return err
			}
			if lot.Under() {
				continue
			}
		}
		out, err := tx.OutAt(b) // to be worked on there, or counted when it comes back
		if err != nil {
			return err
		}
		if b.Quantity -= out; b.Quantity <= 0 {
			continue
		}
		err = tx.Post(fab.StockMove{Item: b.Item, Source: b.Source, From: b.Location, To: run.VehicleID, Quantity: b.Quantity, Why: "collected", Subject: string(v.Stop.ID)})
		if err != nil {
			return err
		}
		if kind == "material" { // it is counted like a gift that nobody opened: at the hub as it is
			err = tx.Post(fab.StockMove{Item: b.Item, Source: b.Source, From: run.VehicleID, To: fab.TheHub, Quantity: b.Quantity, Why: "returned", Subject: string(v.Stop.ID)})
			if err != nil {
				return err
			}
		}
	}
	return forget(tx, v.Stop.FetchID)
}

// forget drops name, place and number of somebody who left: they were kept for this stop.
func forget(tx *store.Tx, id fab.FetchID) error {
	if id == "" {
		return nil
	}
	f, err := tx.Fetch(id)
	if err != nil {
		return err
	}
	f.Name, f.Place, f.Phone, f.DoneAt = "", "", "", tx.Now()
	return tx.SetFetch(&f)
}

// bringBack brings back to the hub what is aboard for a stop.
func bringBack(tx *store.Tx, run fab.Run, s fab.Stop) error {
	boxes, err := tx.BoxesAt(s.ID)
	if err != nil {
		return err
	}
	if err := returnBoxes(tx, run, boxes); err != nil {
		return err
	}
	goods, err := tx.StopGoods(s.ID)
	if err != nil {
		return err
	}
	return moveGoods(tx, s, goods, run.VehicleID, fab.TheHub, "returned")
}

func returnBoxes(tx *store.Tx, run fab.Run, boxes []fab.Box) error {
	for _, b := range boxes {
		b.Status, b.StopID = fab.BoxPacked, ""
		if _, err := moveBox(tx, b, run.VehicleID, fab.TheHub, "returned"); err != nil {
			return err
		}
	}
	return nil
}

func facilityPlace(tx *store.Tx, f fab.Facility) (fab.LocationID, error) {
	id := fab.PlaceOf(fab.LocationFacility, string(f.ID))
	if _, err := tx.Location(id); fab.ClassOf(err) != fab.NotFound {
		return id, err
	}
	return id, tx.AddLocation(&fab.Location{ID: id, Kind: fab.LocationFacility, Name: f.Name, CreatedAt: tx.Now()})
}

// closeRequest ends a request once every line is delivered.
func closeRequest(tx *store.Tx, id fab.RequestID) error {
	r, err := tx.Request(id)
	if err != nil {
		return err
	}
	progress, err := tx.Progress(id)
	if err != nil {
		return err
	}
	for _, p := range progress {
		if p.Delivered < p.Promised {
			return nil
		}
	}
	if r.Status != fab.RequestApproved {
		return nil
	}
	r.Status, r.ClosedAt = fab.RequestDelivered, tx.Now()
	if err := tx.SetRequest(&r); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "request_delivered", Subject: string(id), Request: id, Args: fab.Args{"ref": r.Ref}})
}
