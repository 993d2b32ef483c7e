package store

import (
	"context"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddGive stores that pieces of a lot pass to another batch.
func (tx *Tx) AddGive(g *fab.LotGive) error { return add(tx, "lot give", g) }

// GivesTo reads what a batch got of others, oldest first.
func (tx *Tx) GivesTo(id fab.BatchID) ([]fab.LotGive, error) {
	return many[fab.LotGive](tx, "lot gives", func(q query) query { return q.Where("to_batch = ?", string(id)).Order("id") })
}

// Share is what one batch holds of one lot that is counted and at the hub.
type Share struct {
	LotID    fab.LotID
	BatchID  fab.BatchID
	Part     string
	Quantity int64 // good pieces that are the batch's and in no work or kit of it: of its own lot, less what it gave, with what it got
	AtHub    int64 // pieces of the lot at the hub, whoever's they are
}

// Shares reads who holds what of the lots of a version that are counted and still at the hub, oldest lot first. Pieces of a
// trial are left out: they go to its testers.
func (tx *Tx) Shares(id fab.DesignVersionID) ([]Share, error) {
	var rows []Share
	err := tx.db.NewRaw(`
		SELECT s.lot_id, s.batch_id, l.part, SUM(s.quantity) AS quantity, MAX(h.quantity) AS at_hub FROM (
			SELECT id AS lot_id, batch_id, good AS quantity FROM lots WHERE design_id = ? AND status = 'ready' AND trial_id IS NULL
			UNION ALL
			SELECT g.lot_id, g.from_batch, -g.quantity FROM lot_gives g JOIN lots o ON o.id = g.lot_id WHERE o.design_id = ? AND o.status = 'ready'
			UNION ALL
			SELECT g.lot_id, g.to_batch, g.quantity FROM lot_gives g JOIN lots o ON o.id = g.lot_id WHERE o.design_id = ? AND o.status = 'ready'
			UNION ALL
			SELECT h.source, a.batch_id, -h.used FROM handouts h JOIN attempts a ON a.id = h.attempt_id JOIN lots o ON o.id = h.source WHERE o.design_id = ?
			UNION ALL
			SELECT kl.lot_id, b.id, -kl.quantity FROM kit_lots kl JOIN kits k ON k.id = kl.kit_id
			JOIN batches b ON b.request_id = k.request_id AND b.design_id = k.design_id WHERE b.design_id = ?) AS s
		JOIN lots l ON l.id = s.lot_id
		JOIN balances h ON h.source = l.id AND h.item = 'part:' || l.part AND h.location = 'hub' AND h.quantity > 0
		GROUP BY s.lot_id, s.batch_id, l.part HAVING SUM(s.quantity) > 0 ORDER BY s.lot_id, s.batch_id`,
		string(id), string(id), string(id), string(id), string(id)).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("read shares of lots: %w", err)
	}
	return rows, nil
}

// StaleBatches reads the open batches of requests that nobody said are still needed, of which nothing was begun.
func (tx *Tx) StaleBatches() ([]fab.BatchID, error) {
	var ids []fab.BatchID
	before := tx.now.Add(-fab.FreshFor)
	err := tx.db.NewRaw(`
		SELECT b.id FROM batches b JOIN requests r ON r.id = b.request_id
		WHERE b.status = 'open' AND r.status = 'approved' AND r.created_at < ? AND (r.confirmed_at IS NULL OR r.confirmed_at < ?)
			AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.batch_id = b.id AND (a.started_at IS NOT NULL OR a.status IN ('offered', 'leased', 'printing', 'to_count')))
		ORDER BY b.id`, before, before).Scan(context.Background(), &ids)
	if err != nil {
		return nil, fmt.Errorf("read stale batches: %w", err)
	}
	return ids, nil
}

// recentPlates is how many plates of a machine are looked at: more than hold the pieces that it is judged by.
const recentPlates = 30

// Judge holds a machine whose plates of late are bad, or lets it go after a good trial, and notes so. The caller stores w.
func (tx *Tx) Judge(w *fab.Worker) error {
	if w.Kind != fab.WorkerPrinter || w.Held() {
		return nil
	}
	var plates []fab.PlateResult
	err := tx.db.NewRaw(`
		SELECT CASE WHEN l.id IS NULL THEN 0 WHEN l.settled_at IS NULL THEN l.declared ELSE l.good END AS good,
			CASE WHEN l.id IS NULL THEN a.copies ELSE l.bad END AS bad
		FROM attempts a LEFT JOIN lots l ON l.attempt_id = a.id
		WHERE a.worker_id = ? AND a.started_at IS NOT NULL AND a.ended_at > ? AND (l.id IS NOT NULL OR a.status = 'failed')
		ORDER BY a.ended_at DESC, a.id DESC LIMIT ?`, string(w.ID), w.TrustedAt, recentPlates).Scan(context.Background(), &plates)
	if err != nil {
		return fmt.Errorf("read plates of a machine: %w", err)
	}
	now := fab.Judge(w.Hold, plates)
	if now.Code == w.Hold.Code {
		return nil
	}
	w.Hold, w.HeldAt = now, tx.now
	if now.Code == "" {
		w.HeldAt, w.TrustedAt = time.Time{}, tx.now
		return tx.Note(fab.Change{Code: "worker_released", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"worker": w.Name}})
	}
	return tx.Note(fab.Change{Code: "worker_held", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"worker": w.Name}})
}
