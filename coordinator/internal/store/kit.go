package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddKit stores a new kit with the lots inside it.
func (tx *Tx) AddKit(k *fab.Kit, lots []fab.KitLot) error {
	if err := add(tx, "kit", k); err != nil || len(lots) == 0 {
		return err
	}
	return add(tx, "kit lots", &lots)
}

// SetKit stores a changed kit.
func (tx *Tx) SetKit(k *fab.Kit) error { return set(tx, "kit", k) }

// Kit reads one kit.
func (tx *Tx) Kit(id fab.KitID) (fab.Kit, error) { return byID[fab.Kit](tx, "kit", id) }

// Kits reads all kits, oldest first.
func (tx *Tx) Kits() ([]fab.Kit, error) { return many[fab.Kit](tx, "kits", all) }

// KitsOf reads the kits made for a request.
func (tx *Tx) KitsOf(id fab.RequestID) ([]fab.Kit, error) {
	return many[fab.Kit](tx, "kits", func(q query) query { return q.Where("request_id = ?", string(id)).Order("id") })
}

// KitsIn reads the kits in a box.
func (tx *Tx) KitsIn(id fab.BoxID) ([]fab.Kit, error) {
	return many[fab.Kit](tx, "kits", func(q query) query { return q.Where("box_id = ?", string(id)).Order("id") })
}

// KitLots reads the lots inside a kit.
func (tx *Tx) KitLots(id fab.KitID) ([]fab.KitLot, error) {
	return many[fab.KitLot](tx, "kit lots", func(q query) query { return q.Where("kit_id = ?", string(id)).Order("lot_id") })
}

// AddBox stores a new box.
func (tx *Tx) AddBox(b *fab.Box) error { return add(tx, "box", b) }

// SetBox stores a changed box.
func (tx *Tx) SetBox(b *fab.Box) error { return set(tx, "box", b) }

// Box reads one box.
func (tx *Tx) Box(id fab.BoxID) (fab.Box, error) { return byID[fab.Box](tx, "box", id) }

// Boxes reads the boxes in these statuses, or all when none is given.
func (tx *Tx) Boxes(statuses ...fab.BoxStatus) ([]fab.Box, error) {
	return many[fab.Box](tx, "boxes", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// BoxesOf reads the boxes of a request.
func (tx *Tx) BoxesOf(id fab.RequestID) ([]fab.Box, error) {
	return many[fab.Box](tx, "boxes", func(q query) query { return q.Where("request_id = ?", string(id)).Order("id") })
}

// BoxesAt reads the boxes of a stop.
func (tx *Tx) BoxesAt(id fab.StopID) ([]fab.Box, error) {
	return many[fab.Box](tx, "boxes", func(q query) query { return q.Where("stop_id = ?", string(id)).Order("id") })
}
