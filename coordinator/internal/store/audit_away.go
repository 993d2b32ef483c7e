package store

// stayed is what was delivered of box b and did not come back as good.
const stayed = `SELECT COALESCE(SUM(CASE WHEN m.why = 'delivered' THEN m.quantity ELSE -m.quantity END), 0) FROM stock_moves m
	WHERE m.subject = b.id AND m.why IN ('delivered', 'handed_back')`

// awayRules follow the boxes out of the door.
var awayRules = [...]rule{
	{"audit_delivered", `
		SELECT b.code AS name, COALESCE(SUM(k.quantity), 0) AS have, (` + stayed + `) AS want
		FROM boxes b LEFT JOIN kits k ON k.box_id = b.id WHERE b.status IN ('delivered', 'returned') GROUP BY b.id, b.code
		HAVING COALESCE(SUM(k.quantity), 0) <> (` + stayed + `)`},
	{"audit_delivery_unproved", `
		SELECT s.id AS name, 0 AS have, 1 AS want FROM stops s WHERE s.kind = 'deliver' AND s.status IN ('done', 'partly')
			AND NOT EXISTS (SELECT 1 FROM proofs p WHERE p.stop_id = s.id)`},
	{"audit_box_here", `
		SELECT b.code AS name, SUM(k.quantity) AS have, COALESCE(SUM(h.quantity), 0) AS want FROM boxes b JOIN kits k ON k.box_id = b.id
		LEFT JOIN balances h ON h.location = 'hub' AND h.item = 'kit:' || k.product AND h.source = k.id
		WHERE b.status = 'packed' GROUP BY b.id, b.code HAVING SUM(k.quantity) <> COALESCE(SUM(h.quantity), 0)`},
	{"audit_box_loaded", `
		SELECT b.code AS name, SUM(k.quantity) AS have, COALESCE(SUM(h.quantity), 0) AS want FROM boxes b JOIN kits k ON k.box_id = b.id
		LEFT JOIN stops s ON s.id = b.stop_id LEFT JOIN runs r ON r.id = s.run_id
		LEFT JOIN balances h ON h.location = r.vehicle_id AND h.item = 'kit:' || k.product AND h.source = k.id
		WHERE b.status = 'loaded' GROUP BY b.id, b.code HAVING SUM(k.quantity) <> COALESCE(SUM(h.quantity), 0)`},
	{"audit_box_still_here", `
		SELECT b.code || ' ' || h.location AS name, SUM(h.quantity) AS have, 0 AS want FROM boxes b JOIN kits k ON k.box_id = b.id
		JOIN balances h ON h.item = 'kit:' || k.product AND h.source = k.id AND h.quantity > 0
		JOIN locations l ON l.id = h.location AND l.kind IN ('hub', 'vehicle')
		WHERE b.status = 'delivered' GROUP BY b.code, h.location`},
	{"audit_box_unmarked", `
		SELECT b.code || ' ' || l.code AS name, SUM(kl.quantity) AS have, 0 AS want FROM boxes b JOIN kits k ON k.box_id = b.id JOIN kit_lots kl ON kl.kit_id = k.id
		JOIN lots l ON l.id = kl.lot_id WHERE l.status = 'blocked' AND NOT b.recalled GROUP BY b.code, l.code`},
	{"audit_request_closed", `
		SELECT r.ref AS name, (SELECT COALESCE(SUM(k.quantity), 0) FROM kits k JOIN boxes b ON b.id = k.box_id
			WHERE b.status = 'delivered' AND k.request_id = l.request_id AND k.product = l.product) AS have, l.promised AS want
		FROM requests r JOIN request_lines l ON l.request_id = r.id
		WHERE r.status = 'delivered' AND (SELECT COALESCE(SUM(k.quantity), 0) FROM kits k JOIN boxes b ON b.id = k.box_id
			WHERE b.status IN ('delivered', 'returned') AND k.request_id = l.request_id AND k.product = l.product) < l.promised`},
	{"audit_run_open", `
		SELECT r.code AS name, COUNT(*) AS have, 0 AS want FROM runs r JOIN stops s ON s.run_id = r.id WHERE r.status = 'done' AND s.status = 'open' GROUP BY r.code`},
	{"audit_note_gap", `
		SELECT 'BL' AS name, COUNT(*) AS have, MAX(no) AS want FROM delivery_notes HAVING COUNT(*) <> COALESCE(MAX(no), 0)`},
	{"audit_counter_behind", `
		SELECT c.name AS name, c.value AS have, MAX(n.no) AS want FROM counters c JOIN delivery_notes n ON c.name = 'delivery-note'
		GROUP BY c.name, c.value HAVING c.value < MAX(n.no)`},
}
