package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

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

// LooseKits reads the kits that are in no box and not taken apart, oldest first.
func (tx *Tx) LooseKits() ([]fab.Kit, error) {
	return many[fab.Kit](tx, "kits", func(q query) query { return q.Where("box_id IS NULL").Where("quantity > 0").Order("id") })
}

// KitsOf reads the kits made for a request.
func (tx *Tx) KitsOf(id fab.RequestID) ([]fab.Kit, error) {
	return many[fab.Kit](tx, "kits", func(q query) query { return q.Where("request_id = ?", string(id)).Order("id") })
}

// KitsIn reads the kits in a box.
func (tx *Tx) KitsIn(id fab.BoxID) ([]fab.Kit, error) {
	return many[fab.Kit](tx, "kits", func(q query) query { return q.Where("box_id = ?", string(id)).Order("id") })
}

// LotCodesIn reads what stands on the bags of which there are pieces in a box, and on its devices.
func (tx *Tx) LotCodesIn(id fab.BoxID) (codes []string, err error) {
	err = tx.db.NewRaw(`SELECT l.code FROM kits k JOIN kit_lots kl ON kl.kit_id = k.id JOIN lots l ON l.id = kl.lot_id
		WHERE k.box_id = ?0 UNION SELECT v.code FROM kits k JOIN devices v ON v.kit_id = k.id WHERE k.box_id = ?0 ORDER BY code`, string(id)).Scan(context.Background(), &codes)
	if err != nil {
		return nil, fmt.Errorf("read lots of a box: %w", err)
	}
	return codes, nil
}

// Delivered counts the products that arrived, and the towns they went to.
func (tx *Tx) Delivered() (pieces, towns int64, err error) {
	var sum struct{ Pieces, Towns int64 }
	err = tx.db.NewRaw(`SELECT COALESCE(SUM(n.quantity), 0) AS pieces, COUNT(DISTINCT f.town) AS towns
		FROM (SELECT b.request_id, SUM(k.quantity) AS quantity FROM boxes b JOIN kits k ON k.box_id = b.id WHERE b.status = ? GROUP BY b.request_id) AS n
		JOIN requests r ON r.id = n.request_id JOIN facilities f ON f.id = r.facility_id`, string(fab.BoxDelivered)).Scan(context.Background(), &sum)
	if err != nil {
		return 0, 0, fmt.Errorf("count what arrived: %w", err)
	}
	return sum.Pieces, sum.Towns, nil
}

// KitAway is a kit and where it went.
type KitAway struct {
	ID        fab.KitID
	Product   string
	DesignID  fab.DesignVersionID
	Quantity  int64
	BoxStatus fab.BoxStatus // "" in no box
	Town      string        // of who asked for it
}

// KitsWith reads the kits that something of a source went into, also inside what people put together.
func (tx *Tx) KitsWith(source string) (map[fab.KitID]KitAway, error) {
	var rows []KitAway
	err := tx.db.NewRaw(`SELECT k.id, k.product, k.design_id, k.quantity, COALESCE(b.status, '') AS box_status, f.town
		FROM (SELECT subject FROM stock_moves WHERE source = ? AND why = 'kitted'
			UNION
			SELECT kl.kit_id FROM kit_lots kl WHERE kl.lot_id IN (WITH RECURSIVE holds (id) AS (
				SELECT l.id FROM handouts h JOIN lots l ON l.attempt_id = h.attempt_id WHERE h.source = ? AND h.used > 0
				UNION
				SELECT l.id FROM holds t JOIN handouts h ON h.source = t.id AND h.used > 0 JOIN lots l ON l.attempt_id = h.attempt_id) SELECT id FROM holds)) AS m JOIN kits k ON k.id = m.subject
		JOIN requests r ON r.id = k.request_id JOIN facilities f ON f.id = r.facility_id LEFT JOIN boxes b ON b.id = k.box_id`, source, source).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("read kits with a source: %w", err)
	}
	kits := make(map[fab.KitID]KitAway, len(rows))
	for _, k := range rows {
		kits[k.ID] = k
	}
	return kits, nil
}

// KitLots reads the lots inside a kit.
func (tx *Tx) KitLots(id fab.KitID) ([]fab.KitLot, error) {
	return many[fab.KitLot](tx, "kit lots", func(q query) query { return q.Where("kit_id = ?", string(id)).Order("lot_id") })
}

// KitsHolding reads how many pieces of a lot each kit holds.
func (tx *Tx) KitsHolding(id fab.LotID) ([]fab.KitLot, error) {
	return many[fab.KitLot](tx, "kit lots", func(q query) query { return q.Where("lot_id = ?", string(id)).Order("kit_id") })
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

// LatestBoxes reads the boxes in a status, the newest first, at most limit.
func (tx *Tx) LatestBoxes(status fab.BoxStatus, limit int) ([]fab.Box, error) {
	return many[fab.Box](tx, "boxes", func(q query) query {
		return q.Where("status = ?", string(status)).Order("id DESC").Limit(int64(limit))
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
