package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// rule is a question whose every answer is a fault: rows of a name and two figures that should agree.
type rule struct {
	code string
	sql  string
}

type fault struct {
	Name string `bun:"name"`
	Have int64  `bun:"have"`
	Want int64  `bun:"want"`
}

// rules are the invariants of the books. Each query lists what breaks one.
var rules = [...]rule{
	{"audit_balance_differs", `
		SELECT b.location || ' ' || b.item || ' ' || b.source AS name, b.quantity AS have,
			COALESCE((SELECT SUM(CASE WHEN m.to_location = b.location THEN m.quantity ELSE -m.quantity END) FROM stock_moves m
				WHERE m.item = b.item AND m.source = b.source AND (m.to_location = b.location OR m.from_location = b.location)), 0) AS want
		FROM balances b
		WHERE b.quantity <> COALESCE((SELECT SUM(CASE WHEN m.to_location = b.location THEN m.quantity ELSE -m.quantity END) FROM stock_moves m
				WHERE m.item = b.item AND m.source = b.source AND (m.to_location = b.location OR m.from_location = b.location)), 0)`},
	{"audit_items_not_zero", `
		SELECT item || ' ' || source AS name, SUM(quantity) AS have, 0 AS want FROM balances GROUP BY item, source HAVING SUM(quantity) <> 0`},
	{"audit_stock_negative", `
		SELECT location || ' ' || item AS name, quantity AS have, 0 AS want FROM balances WHERE quantity < 0 AND location NOT LIKE 'outside-%'`},
	{"audit_lot_made", `
		SELECT l.code AS name, l.declared AS have, COALESCE(SUM(m.quantity), 0) AS want FROM lots l
		LEFT JOIN stock_moves m ON m.source = l.id AND m.why = 'made'
		GROUP BY l.id, l.code, l.declared HAVING l.declared <> COALESCE(SUM(m.quantity), 0)`},
	{"audit_lot_settled", `
		SELECT l.code AS name, l.good AS have, COALESCE(SUM(m.quantity), 0) AS want FROM lots l
		LEFT JOIN stock_moves m ON m.source = l.id AND m.to_location = 'hub' AND m.why IN ('settled', 'counted_over')
		WHERE l.settled_at IS NOT NULL
		GROUP BY l.id, l.code, l.good HAVING l.good <> COALESCE(SUM(m.quantity), 0)`},
	{"audit_lot_twice", `
		SELECT attempt_id AS name, COUNT(*) AS have, 1 AS want FROM lots GROUP BY attempt_id HAVING COUNT(*) > 1`},
	{"audit_lot_given", `
		SELECT l.code || ' ' || s.batch_id AS name, SUM(s.quantity) AS have, 0 AS want FROM (
			SELECT id AS lot_id, batch_id, good AS quantity FROM lots WHERE settled_at IS NOT NULL
			UNION ALL
			SELECT lot_id, from_batch, -quantity FROM lot_gives
			UNION ALL
			SELECT lot_id, to_batch, quantity FROM lot_gives) AS s JOIN lots l ON l.id = s.lot_id
		GROUP BY l.id, l.code, s.batch_id HAVING SUM(s.quantity) < 0`},
	{"audit_attempt_uncounted", `
		SELECT a.id AS name, 0 AS have, 1 AS want FROM attempts a WHERE a.status = 'done' AND NOT EXISTS (SELECT 1 FROM lots l WHERE l.attempt_id = a.id)`},
	{"audit_job_without_attempt", `
		SELECT j.id AS name, 0 AS have, 1 AS want FROM jobs j WHERE j.status = 'leased'
			AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.id = j.attempt_id AND a.status IN ('offered', 'leased', 'printing', 'to_count'))`},
	{"audit_kit_parts", `
		SELECT k.id AS name, COALESCE(SUM(kl.quantity), 0) AS have,
			(SELECT COALESCE(SUM(m.quantity), 0) FROM stock_moves m WHERE m.subject = k.id AND m.item LIKE 'part:%') AS want
		FROM kits k LEFT JOIN kit_lots kl ON kl.kit_id = k.id GROUP BY k.id
		HAVING COALESCE(SUM(kl.quantity), 0) <> (SELECT COALESCE(SUM(m.quantity), 0) FROM stock_moves m WHERE m.subject = k.id AND m.item LIKE 'part:%')`},
	{"audit_delivered", `
		SELECT b.code AS name, COALESCE(SUM(k.quantity), 0) AS have,
			(SELECT COALESCE(SUM(m.quantity), 0) FROM stock_moves m WHERE m.subject = b.id AND m.why = 'delivered') AS want
		FROM boxes b JOIN kits k ON k.box_id = b.id WHERE b.status = 'delivered' GROUP BY b.id, b.code
		HAVING COALESCE(SUM(k.quantity), 0) <> (SELECT COALESCE(SUM(m.quantity), 0) FROM stock_moves m WHERE m.subject = b.id AND m.why = 'delivered')`},
	{"audit_delivery_unproved", `
		SELECT s.id AS name, 0 AS have, 1 AS want FROM stops s WHERE s.kind = 'deliver' AND s.status IN ('done', 'partly')
			AND NOT EXISTS (SELECT 1 FROM proofs p WHERE p.stop_id = s.id)`},
	{"audit_gift_received", `
		SELECT d.ref AS name, d.received AS have, COALESCE(SUM(m.quantity), 0) AS want FROM donations d
		LEFT JOIN stock_moves m ON m.subject = d.id AND m.why = 'received'
		GROUP BY d.id, d.ref, d.received HAVING d.received <> COALESCE(SUM(m.quantity), 0)`},
	{"audit_filament_twice", `
		SELECT subject AS name, COUNT(*) AS have, 1 AS want FROM stock_moves WHERE why = 'printed' GROUP BY subject HAVING COUNT(*) > 1`},
	{"audit_trial_left", `
		SELECT l.code || ' ' || r.ref AS name, SUM(kl.quantity) AS have, 0 AS want FROM kit_lots kl JOIN kits k ON k.id = kl.kit_id
		JOIN lots l ON l.id = kl.lot_id JOIN requests r ON r.id = k.request_id
		WHERE COALESCE(l.trial_id, '') <> COALESCE(r.trial_id, '') GROUP BY l.code, r.ref`},
	{"audit_over_delivered", `
		SELECT r.ref AS name, SUM(k.quantity) AS have, l.promised AS want FROM request_lines l JOIN requests r ON r.id = l.request_id
		JOIN kits k ON k.request_id = l.request_id AND k.product = l.product
		GROUP BY l.id, r.ref, l.promised HAVING SUM(k.quantity) > l.promised`},
}

// Audit lists everything in the books that does not add up; nothing when they do.
func (tx *Tx) Audit() ([]fab.Reason, error) {
	var found []fab.Reason
	for _, r := range rules {
		var faults []fault
		if err := tx.db.NewRaw(r.sql).Scan(context.Background(), &faults); err != nil {
			return nil, fmt.Errorf("audit %s: %w", r.code, err)
		}
		for _, f := range faults {
			found = append(found, fab.Because(r.code, "name", f.Name, "have", f.Have, "want", f.Want))
		}
	}
	return found, nil
}
