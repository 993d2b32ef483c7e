package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddBatch stores a new batch.
func (tx *Tx) AddBatch(b *fab.Batch) error { return add(tx, "batch", b) }

// SetBatch stores a changed batch.
func (tx *Tx) SetBatch(b *fab.Batch) error { return set(tx, "batch", b) }

// Batch reads one batch.
func (tx *Tx) Batch(id fab.BatchID) (fab.Batch, error) { return byID[fab.Batch](tx, "batch", id) }

// Batches reads the batches in these statuses, or all when none is given, oldest first.
func (tx *Tx) Batches(statuses ...fab.BatchStatus) ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// CountBatches counts the batches in each status.
func (tx *Tx) CountBatches() (map[fab.BatchStatus]int, error) {
	return countBy[fab.BatchStatus](tx, "batches")
}

// ClosedBatches reads the batches that are over, the newest first, at most limit.
func (tx *Tx) ClosedBatches(limit int) ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query {
		return q.Where("status NOT IN (?)", in([]fab.BatchStatus{fab.BatchOpen, fab.BatchPaused})).Order("id DESC").Limit(int64(limit))
	})
}

// BatchesOf reads the batches made for a request.
func (tx *Tx) BatchesOf(id fab.RequestID) ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query { return q.Where("request_id = ?", string(id)).Order("id") })
}

// BatchesToClose reads the open and paused batches whose request was cancelled or whose version is dangerous, oldest first.
func (tx *Tx) BatchesToClose() ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query {
		return q.Where("status IN (?)", in([]fab.BatchStatus{fab.BatchOpen, fab.BatchPaused})).
			Where("request_id IN (SELECT id FROM requests WHERE status = ?) OR design_id IN (SELECT id FROM design_versions WHERE dangerous = ?)",
				string(fab.RequestCancelled), true).Order("id")
	})
}

// BatchesToSupply reads the batches that may lack jobs, oldest first: those that are open, and those that are done for a
// request that is not delivered yet.
func (tx *Tx) BatchesToSupply() ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query {
		return q.Where("status = ? OR status = ? AND (request_id IS NULL OR request_id IN (SELECT id FROM requests WHERE status = ?))",
			string(fab.BatchOpen), string(fab.BatchDone), string(fab.RequestApproved)).Order("id")
	})
}

// Tally is what is made of each part of some batches, and under way.
type Tally map[fab.BatchID]map[string]fab.PartCount

// Tally counts for these batches, per part, what is good, bad, on open jobs, and with partners, who still owe it. Good is what the hub counted, or what the
// maker declared while the hub has not counted; blocked lots count as nothing. What a batch gave to others is no more its
// own, unless it was made to stock: that is what it was made for.
func (tx *Tx) Tally(ids []fab.BatchID) (Tally, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []struct {
		BatchID               fab.BatchID
		Part                  string
		Good, Bad, Open, Away int64
	}
	err := tx.db.NewRaw(`
		SELECT batch_id, part, SUM(good) AS good, SUM(bad) AS bad, SUM(open) AS open, SUM(away) AS away FROM (
			SELECT batch_id, part, CASE status WHEN 'made' THEN declared WHEN 'ready' THEN good ELSE 0 END AS good, bad, 0 AS open, 0 AS away
			FROM lots WHERE batch_id IN (?)
			UNION ALL
			SELECT g.to_batch, l.part, g.quantity, 0, 0, 0 FROM lot_gives g JOIN lots l ON l.id = g.lot_id WHERE g.to_batch IN (?) AND l.status <> 'blocked'
			UNION ALL
			SELECT g.from_batch, l.part, -g.quantity, 0, 0, 0 FROM lot_gives g JOIN lots l ON l.id = g.lot_id JOIN batches b ON b.id = g.from_batch
			WHERE g.from_batch IN (?) AND l.status <> 'blocked' AND b.request_id IS NOT NULL
			UNION ALL
			SELECT batch_id, part, 0, 0, copies, 0 FROM jobs WHERE batch_id IN (?) AND status IN ('waiting', 'leased') AND relay_id IS NULL
			UNION ALL
			SELECT r.batch_id, p.part, 0, 0, 0, p.pieces - p.sent FROM relays r JOIN relay_parts p ON p.relay_id = r.id
			WHERE r.batch_id IN (?) AND r.status = 'accepted' AND p.pieces > p.sent) AS pieces
		GROUP BY batch_id, part`, in(ids), in(ids), in(ids), in(ids), in(ids)).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count pieces of batches: %w", err)
	}
	tally := Tally{}
	for _, r := range rows {
		if tally[r.BatchID] == nil {
			tally[r.BatchID] = map[string]fab.PartCount{}
		}
		tally[r.BatchID][r.Part] = fab.PartCount{Part: r.Part, Good: r.Good, Bad: r.Bad, Open: r.Open, Away: r.Away}
	}
	inside, err := tx.insides(ids)
	for _, r := range inside {
		tally.putInside(r)
	}
	return tally, err
}

// PartCounts is the Tally of one batch.
func (tx *Tx) PartCounts(b fab.Batch, bom fab.BOM) ([]fab.PartCount, error) {
	tally, err := tx.Tally([]fab.BatchID{b.ID})
	return tally.Counts(b, bom), err
}

// Packed counts the products of a batch's request that are in kits already; none for a batch to stock.
func (tx *Tx) Packed(b fab.Batch) (n int64, err error) {
	if b.RequestID == "" {
		return 0, nil
	}
	kits, err := tx.KitsOf(b.RequestID)
	for _, k := range kits {
		if k.Product == b.Product {
			n += k.Quantity
		}
	}
	return n, err
}

// ResizeBatch gives a batch another number, above zero. The promise of its request follows, between what is packed and
// what was asked.
func (tx *Tx) ResizeBatch(b *fab.Batch, quantity int64) error {
	b.Quantity = quantity
	if err := tx.SetBatch(b); err != nil || b.RequestID == "" {
		return err
	}
	batches, err := tx.BatchesOf(b.RequestID)
	if err != nil {
		return err
	}
	made := int64(0)
	for _, other := range batches {
		if other.Product == b.Product && other.Status != fab.BatchCancelled {
			made += other.Quantity
		}
	}
	packed, err := tx.Packed(*b)
	if err != nil {
		return err
	}
	lines, err := tx.RequestLines(b.RequestID)
	for _, l := range lines {
		if l.Product == b.Product && err == nil {
			l.Promised = min(l.Asked, max(made, packed))
			err = tx.SetRequestLine(&l)
		}
	}
	return err
}
