package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// recallColumn is the column of a lot that names what is recalled.
func recallColumn(what string) (string, error) {
	columns := map[string]string{
		fab.RecallSpool: "spool_id", fab.RecallLot: "id", fab.RecallDesign: "design_id", fab.RecallWorker: "worker_id", fab.RecallMaker: "maker_id",
	}
	if name, ok := columns[what]; ok {
		return name, nil
	}
	return "", fab.Refuse(fab.Invalid, "recall_unknown", "what", "what", what)
}

// touched selects the lots of a recall, with those that were put together of them or of what is recalled: whoever was
// handed pieces of a lot may have used any of them. It takes the subject twice.
func touched(column string) string {
	return `RECURSIVE touched (id) AS (
		SELECT id FROM lots WHERE ` + column + ` = ?
		UNION
		SELECT l.id FROM handouts h JOIN lots l ON l.attempt_id = h.attempt_id WHERE h.source = ?
		UNION
		SELECT l.id FROM touched t JOIN handouts h ON h.source = t.id JOIN lots l ON l.attempt_id = h.attempt_id)`
}

// LotsTouched reads the lots of a recall, see touched.
func (tx *Tx) LotsTouched(what, subject string) ([]fab.Lot, error) {
	name, err := recallColumn(what)
	if err != nil {
		return nil, err
	}
	return many[fab.Lot](tx, "lots", func(q query) query {
		return q.Where("id IN (WITH "+touched(name)+" SELECT id FROM touched)", subject, subject).Order("id")
	})
}

// LotsBy reads the lots made from, by or after something: see the codes of fab.Recall.
func (tx *Tx) LotsBy(what, subject string) ([]fab.Lot, error) {
	name, err := recallColumn(what)
	if err != nil {
		return nil, err
	}
	return many[fab.Lot](tx, "lots", func(q query) query { return q.Where(name+" = ?", subject).Order("id") })
}

// Reach reads everything that a recall touches and where it is now: loose pieces, pieces in kits, and those that were thrown
// away or missed. It is one query, and reads no more than what was touched. Loose pieces come first, by bag, then boxes.
func (tx *Tx) Reach(what, subject string) ([]fab.Reached, error) {
	name, err := recallColumn(what)
	if err != nil {
		return nil, err
	}
	rows, err := tx.db.QueryContext(context.Background(), `
		WITH `+touched(name)+`
		SELECT t.id, t.code, t.part, t.maker_id, '', '', '', '', '', '', h.location, l.kind, h.quantity
		FROM touched CROSS JOIN lots t CROSS JOIN balances h CROSS JOIN locations l
		WHERE t.id = touched.id AND h.source = t.id AND h.item = 'part:' || t.part AND l.id = h.location AND h.quantity > 0 AND h.location NOT IN ('outside-used', 'outside-made')
		UNION ALL
		SELECT '', '', g.part, '', g.kit_id, COALESCE(b.id, ''), COALESCE(b.code, ''), COALESCE(b.status, ''), r.id, r.facility_id, g.location, l.kind, g.quantity
		FROM (SELECT k.box_id, k.request_id, CASE WHEN k.box_id IS NULL THEN k.id ELSE '' END AS kit_id, h.location, MIN(o.part) AS part,
				SUM(CASE WHEN kl.quantity < h.quantity THEN kl.quantity ELSE h.quantity END) AS quantity
			FROM touched t CROSS JOIN lots o CROSS JOIN kit_lots kl CROSS JOIN kits k CROSS JOIN balances h -- in this order on SQLite, which would begin with all kits
			WHERE o.id = t.id AND kl.lot_id = t.id AND k.id = kl.kit_id AND h.source = k.id AND h.item = 'kit:' || k.product AND h.quantity > 0 AND h.location <> 'outside-made'
			GROUP BY k.box_id, k.request_id, CASE WHEN k.box_id IS NULL THEN k.id ELSE '' END, h.location) AS g
		JOIN requests r ON r.id = g.request_id JOIN locations l ON l.id = g.location LEFT JOIN boxes b ON b.id = g.box_id
		ORDER BY 6, 1, 11`, subject, subject)
	if err != nil {
		return nil, fmt.Errorf("read what a recall reaches: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var list []fab.Reached
	for rows.Next() {
		var r fab.Reached
		err := rows.Scan(&r.LotID, &r.Lot, &r.Part, &r.MakerID, &r.KitID, &r.BoxID, &r.Box, &r.BoxStatus, &r.RequestID, &r.To, &r.Location, &r.Kind, &r.Quantity)
		if err != nil {
			return nil, fmt.Errorf("read what a recall reaches: %w", err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what a recall reaches: %w", err)
	}
	return list, nil
}

// Block keeps the lots of a recall out of kits, and marks the boxes that hold pieces of them. It returns how many of each
// it reaches.
func (tx *Tx) Block(what, subject string) (lots, boxes int64, err error) {
	name, err := recallColumn(what)
	if err != nil {
		return 0, 0, err
	}
	ctx := context.Background()
	res, err := tx.db.ExecContext(ctx, `UPDATE lots SET status = ? WHERE id IN (WITH `+touched(name)+` SELECT id FROM touched)`, string(fab.LotBlocked), subject, subject)
	if err == nil {
		lots, err = res.RowsAffected()
	}
	if err != nil {
		return 0, 0, fmt.Errorf("block lots: %w", err)
	}
	res, err = tx.db.ExecContext(ctx, `UPDATE boxes SET recalled = (1 = 1), recalled_at = COALESCE(recalled_at, ?) WHERE id IN (
		WITH `+touched(name)+` SELECT k.box_id FROM kits k JOIN kit_lots kl ON kl.kit_id = k.id JOIN touched t ON t.id = kl.lot_id)`, tx.now, subject, subject)
	if err == nil {
		boxes, err = res.RowsAffected()
	}
	if err != nil {
		return 0, 0, fmt.Errorf("mark boxes: %w", err)
	}
	return lots, boxes, nil
}

// AddRecall stores a recall.
func (tx *Tx) AddRecall(r *fab.Recall) error { return add(tx, "recall", r) }

// Recall reads one recall.
func (tx *Tx) Recall(id fab.RecallID) (fab.Recall, error) { return byID[fab.Recall](tx, "recall", id) }

// SetRecall stores a changed recall.
func (tx *Tx) SetRecall(r *fab.Recall) error { return set(tx, "recall", r) }

// AddRecallNotice stores what one recipient of a recall is told. Two of one recipient are a Conflict.
func (tx *Tx) AddRecallNotice(n *fab.RecallNotice) error { return add(tx, "recall notice", n) }

// SetRecallNotice stores a changed notice.
func (tx *Tx) SetRecallNotice(n *fab.RecallNotice) error { return set(tx, "recall notice", n) }

// RecallNotice reads one notice.
func (tx *Tx) RecallNotice(id fab.RecallNoticeID) (fab.RecallNotice, error) {
	return byID[fab.RecallNotice](tx, "recall notice", id)
}

// RecallNotices reads the notices of a recall, oldest first.
func (tx *Tx) RecallNotices(id fab.RecallID) ([]fab.RecallNotice, error) {
	return many[fab.RecallNotice](tx, "recall notices", func(q query) query { return q.Where("recall_id = ?", string(id)).Order("id") })
}

// Recalls reads all recalls, newest first.
func (tx *Tx) Recalls() ([]fab.Recall, error) {
	return many[fab.Recall](tx, "recalls", func(q query) query { return q.Order("id DESC") })
}

// BoxesRecalled reads the boxes that hold pieces of what is recalled.
func (tx *Tx) BoxesRecalled(what, subject string) ([]fab.Box, error) {
	name, err := recallColumn(what)
	if err != nil {
		return nil, err
	}
	return many[fab.Box](tx, "boxes", func(q query) query {
		return q.Where("id IN (WITH "+touched(name)+" SELECT k.box_id FROM kits k JOIN kit_lots kl ON kl.kit_id = k.id JOIN touched t ON t.id = kl.lot_id)", subject, subject).Order("id")
	})
}

// BoxesWith reads the boxes that hold pieces of any of these lots.
func (tx *Tx) BoxesWith(lots []fab.LotID) ([]fab.Box, error) {
	if len(lots) == 0 {
		return nil, nil
	}
	return many[fab.Box](tx, "boxes", func(q query) query {
		return q.Where("id IN (SELECT k.box_id FROM kits k JOIN kit_lots kl ON kl.kit_id = k.id WHERE kl.lot_id IN (?))", in(lots)).Order("id")
	})
}
