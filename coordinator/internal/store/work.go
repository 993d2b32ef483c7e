package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddHandout stores what an attempt was given.
func (tx *Tx) AddHandout(h *fab.Handout) error { return add(tx, "handout", h) }

// SetHandout stores a changed handout.
func (tx *Tx) SetHandout(h *fab.Handout) error { return set(tx, "handout", h) }

// Handouts reads what an attempt was given, oldest source first.
func (tx *Tx) Handouts(id fab.AttemptID) ([]fab.Handout, error) {
	return many[fab.Handout](tx, "handouts", func(q query) query { return q.Where("attempt_id = ?", string(id)).Order("item", "source") })
}

// HandoutsOf reads to whom pieces of a source were given, oldest attempt first.
func (tx *Tx) HandoutsOf(source string) ([]fab.Handout, error) {
	return many[fab.Handout](tx, "handouts", func(q query) query { return q.Where("source = ?", source).Order("attempt_id") })
}

// HandoutsOut reads what was handed out and is neither used nor back, oldest attempt first.
func (tx *Tx) HandoutsOut() ([]fab.Handout, error) {
	return many[fab.Handout](tx, "handouts", func(q query) query { return q.Where("quantity > used + back").Order("attempt_id", "item", "source") })
}

// OutAt is how much of a balance at the place of a maker was handed out to be worked on there.
func (tx *Tx) OutAt(b fab.Balance) (n int64, err error) {
	err = tx.db.NewRaw(`
		SELECT COALESCE(SUM(h.quantity - h.used - h.back), 0) FROM handouts h JOIN attempts a ON a.id = h.attempt_id
		JOIN workers w ON w.id = a.worker_id JOIN makers m ON m.id = w.maker_id
		WHERE h.item = ? AND h.source = ? AND m.location_id = ?`, string(b.Item), b.Source, string(b.Location)).Scan(context.Background(), &n)
	if err != nil {
		return 0, fmt.Errorf("read what is handed out: %w", err)
	}
	return n, nil
}

// mayServe are the lots that may go into anything: counted and rested, of no trial, after a version that may leave the lab.
// It takes the time.
const mayServe = `SELECT l.id FROM lots l JOIN design_versions d ON d.id = l.design_id WHERE l.status = 'ready' AND l.trial_id IS NULL
	AND (l.rests_until IS NULL OR l.rests_until <= ?)
	AND NOT d.dangerous AND (d.status = 'trialled' OR d.status = 'withdrawn' AND d.trialled_at IS NOT NULL)`

// FreeForWork counts what lies at the hub of each item, may be used, and is kept for nobody.
func (tx *Tx) FreeForWork() (map[fab.Item]int64, error) {
	var rows []fab.Balance
	err := tx.db.NewRaw(`
		SELECT item, SUM(quantity - reserved) AS quantity FROM balances
		WHERE location = 'hub' AND quantity > reserved AND (item LIKE 'material:%' OR item LIKE 'part:%' AND source IN (`+mayServe+`)) GROUP BY item`, tx.now).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count what is free at the hub: %w", err)
	}
	free := map[fab.Item]int64{}
	for _, r := range rows {
		free[r.Item] = r.Quantity
	}
	return free, nil
}

// FreeSources reads where FreeForWork of one item comes from, oldest source first.
func (tx *Tx) FreeSources(item fab.Item) ([]fab.Balance, error) {
	return many[fab.Balance](tx, "balances", func(q query) query {
		q = q.Where("item = ?", string(item)).Where("location = 'hub'").Where("quantity > reserved")
		if strings.HasPrefix(string(item), "part:") {
			q = q.Where("source IN ("+mayServe+")", tx.now)
		}
		return q.Order("source")
	})
}

// WithoutHandout tells which of these attempts were given nothing yet.
func (tx *Tx) WithoutHandout(ids []fab.AttemptID) (map[fab.AttemptID]bool, error) {
	bare := map[fab.AttemptID]bool{}
	if len(ids) == 0 {
		return bare, nil
	}
	var given []fab.AttemptID
	if err := tx.db.NewRaw("SELECT DISTINCT attempt_id FROM handouts WHERE attempt_id IN (?)", in(ids)).Scan(context.Background(), &given); err != nil {
		return nil, fmt.Errorf("read handouts: %w", err)
	}
	for _, id := range ids {
		bare[id] = true
	}
	for _, id := range given {
		delete(bare, id)
	}
	return bare, nil
}

// Tainted reports whether an attempt was given pieces of a blocked lot or of a recalled spool.
func (tx *Tx) Tainted(id fab.AttemptID) (bool, error) {
	var n int64
	err := tx.db.NewRaw(`
		SELECT COUNT(*) FROM handouts h WHERE h.attempt_id = ? AND (
			h.source IN (SELECT id FROM lots WHERE status = 'blocked') OR h.source IN (SELECT id FROM spools WHERE recalled))`, string(id)).Scan(context.Background(), &n)
	if err != nil {
		return false, fmt.Errorf("read what is inside: %w", err)
	}
	return n > 0, nil
}

// inWork is what is inside works and kits, for the Tally.
type inWork struct {
	BatchID fab.BatchID
	Kind    string // used: in other works; kitted: products; packed: works in kits
	Part    string
	Pieces  int64
}

// insides reads what the works and kits of these batches hold. What is inside kits is read only of those with works.
func (tx *Tx) insides(ids []fab.BatchID) (rows []inWork, err error) {
	err = tx.db.NewRaw(`
		SELECT a.batch_id, 'used' AS kind, l.part, SUM(h.used) AS pieces FROM handouts h JOIN attempts a ON a.id = h.attempt_id JOIN lots l ON l.id = h.source
		WHERE a.batch_id IN (?) AND h.used > 0 AND l.status <> 'blocked' GROUP BY a.batch_id, l.part
		UNION ALL
		SELECT b.id, 'kitted', '', SUM(k.quantity) FROM batches b JOIN kits k ON k.request_id = b.request_id AND k.design_id = b.design_id
		WHERE b.id IN (?) AND b.works LIKE '["%' GROUP BY b.id
		UNION ALL
		SELECT b.id, 'packed', l.part, SUM(kl.quantity) FROM batches b JOIN kits k ON k.request_id = b.request_id AND k.design_id = b.design_id
		JOIN kit_lots kl ON kl.kit_id = k.id JOIN lots l ON l.id = kl.lot_id
		WHERE b.id IN (?) AND b.works LIKE '["%' GROUP BY b.id, l.part`, in(ids), in(ids), in(ids)).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count what is inside works: %w", err)
	}
	return rows, nil
}
