package store

// ledgerRules hold the moves against the balances, against what they are about, and against the counts of people.
var ledgerRules = [...]rule{
	{"audit_balance_differs", `
		SELECT location || ' ' || item || ' ' || source AS name, SUM(kept) AS have, SUM(moved) AS want FROM (
			SELECT location, item, source, quantity AS kept, 0 AS moved FROM balances
			UNION ALL
			SELECT to_location, item, source, 0, quantity FROM stock_moves
			UNION ALL
			SELECT from_location, item, source, 0, -quantity FROM stock_moves) AS b
		GROUP BY location, item, source HAVING SUM(kept) <> SUM(moved)`},
	{"audit_items_not_zero", `
		SELECT item || ' ' || source AS name, SUM(quantity) AS have, 0 AS want FROM balances GROUP BY item, source HAVING SUM(quantity) <> 0`},
	{"audit_stock_negative", `
		SELECT location || ' ' || item || ' ' || source AS name, quantity AS have, 0 AS want FROM balances WHERE quantity < 0 AND location NOT LIKE 'outside-%'`},
	{"audit_outside_sign", `
		SELECT location || ' ' || item || ' ' || source AS name, quantity AS have, 0 AS want FROM balances
		WHERE location IN ('outside-given', 'outside-made') AND quantity > 0 OR location IN ('outside-used', 'outside-scrapped') AND quantity < 0`},
	{"audit_reserved", `
		SELECT location || ' ' || item || ' ' || source AS name, SUM(kept) AS have, SUM(asked) AS want FROM (
			SELECT location, item, source, reserved AS kept, 0 AS asked FROM balances WHERE reserved <> 0
			UNION ALL
			SELECT location, item, source, 0, quantity FROM reservations WHERE quantity > 0) AS r
		GROUP BY location, item, source HAVING SUM(kept) <> SUM(asked)`},
	{"audit_reserved_over", `
		SELECT location || ' ' || item || ' ' || source AS name, reserved AS have, quantity AS want FROM balances WHERE reserved > 0 AND reserved > quantity`},
	{"audit_reservation_closed", `
		SELECT r.ref AS name, SUM(v.quantity) AS have, 0 AS want FROM reservations v JOIN requests r ON r.id = v.request_id
		WHERE v.quantity > 0 AND r.status <> 'approved' GROUP BY r.ref`},
	{"audit_move_unit", `
		SELECT m.item || ' ' || m.id || ' ' || m.unit AS name, m.quantity AS have, 0 AS want FROM stock_moves m
		LEFT JOIN materials a ON 'material:' || a.code = m.item
		WHERE m.unit <> COALESCE(a.unit, 'piece') OR a.code IS NULL AND m.item LIKE 'material:%'`},
	{"audit_move_source", `
		SELECT m.item || ' ' || m.source AS name, SUM(m.quantity) AS have, 0 AS want FROM stock_moves m
		WHERE m.item LIKE 'part:%' AND NOT EXISTS (SELECT 1 FROM lots l WHERE l.id = m.source)
			OR m.item LIKE 'kit:%' AND NOT EXISTS (SELECT 1 FROM kits k WHERE k.id = m.source)
			OR m.why = 'received' AND NOT EXISTS (SELECT 1 FROM donations d WHERE d.id = m.source) AND NOT EXISTS (SELECT 1 FROM spools s WHERE s.id = m.source)
				AND NOT EXISTS (SELECT 1 FROM devices v WHERE v.id = m.source)
		GROUP BY m.item, m.source`},
	{"audit_source_item", `
		SELECT l.code || ' ' || m.item AS name, SUM(m.quantity) AS have, 0 AS want FROM stock_moves m JOIN lots l ON l.id = m.source
		WHERE m.item <> 'part:' || l.part GROUP BY l.code, m.item
		UNION ALL
		SELECT k.id || ' ' || m.item, SUM(m.quantity), 0 FROM stock_moves m JOIN kits k ON k.id = m.source
		WHERE m.item <> 'kit:' || k.product GROUP BY k.id, m.item
		UNION ALL
		SELECT s.code || ' ' || m.item, SUM(m.quantity), 0 FROM stock_moves m JOIN spools s ON s.id = m.source
		WHERE m.item <> 'material:' || s.filament GROUP BY s.code, m.item`},
	{"audit_move_subject", `
		SELECT m.why || ' ' || m.item || ' ' || m.id AS name, m.quantity AS have, 0 AS want FROM stock_moves m
		WHERE m.why IN ('printed', 'made') AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.id = m.subject)
			OR m.why IN ('kitted', 'unpacked') AND NOT EXISTS (SELECT 1 FROM kits k WHERE k.id = m.subject)
			OR m.why IN ('loaded', 'delivered', 'handed_back') AND NOT EXISTS (SELECT 1 FROM boxes b WHERE b.id = m.subject)
			OR m.why IN ('found', 'lost') AND NOT EXISTS (SELECT 1 FROM stock_takes t WHERE t.id = m.subject)
			OR m.why IN ('lighter', 'heavier') AND NOT EXISTS (SELECT 1 FROM weighings w WHERE w.id = m.subject)`},
	{"audit_undone", `
		SELECT r.item || ' ' || r.id AS name, r.quantity AS have, COALESCE(m.quantity, 0) AS want FROM stock_moves r LEFT JOIN stock_moves m ON m.id = r.reverses
		WHERE r.reverses IS NOT NULL AND (m.id IS NULL OR m.quantity <> r.quantity OR m.item <> r.item OR m.source <> r.source
			OR m.from_location <> r.to_location OR m.to_location <> r.from_location)`},
	{"audit_undone_twice", `
		SELECT reverses AS name, COUNT(*) AS have, 1 AS want FROM stock_moves WHERE reverses IS NOT NULL GROUP BY reverses HAVING COUNT(*) > 1`},
	{"audit_stock_take", `
		SELECT l.item || ' ' || l.source AS name, l.counted - l.booked AS have, COALESCE(SUM(CASE WHEN m.why = 'found' THEN m.quantity ELSE -m.quantity END), 0) AS want
		FROM stock_take_lines l LEFT JOIN stock_moves m ON m.subject = l.stock_take_id AND m.item = l.item AND m.source = l.source
		GROUP BY l.stock_take_id, l.item, l.source, l.counted, l.booked
		HAVING l.counted - l.booked <> COALESCE(SUM(CASE WHEN m.why = 'found' THEN m.quantity ELSE -m.quantity END), 0)`},
	{"audit_weighing", `
		SELECT s.code AS name, w.gross_mg - w.tare_mg - w.booked_mg AS have, COALESCE(SUM(CASE WHEN m.why = 'heavier' THEN m.quantity ELSE -m.quantity END), 0) AS want
		FROM weighings w JOIN spools s ON s.id = w.spool_id LEFT JOIN stock_moves m ON m.subject = w.id
		GROUP BY w.id, s.code, w.gross_mg, w.tare_mg, w.booked_mg
		HAVING w.gross_mg - w.tare_mg - w.booked_mg <> COALESCE(SUM(CASE WHEN m.why = 'heavier' THEN m.quantity ELSE -m.quantity END), 0)`},
	{"audit_spool_came", `
		SELECT s.code AS name, s.initial_mg AS have, COALESCE(SUM(CASE WHEN m.from_location = 'outside-given' THEN m.quantity ELSE -m.quantity END), 0) AS want
		FROM spools s LEFT JOIN stock_moves m ON m.source = s.id AND (m.from_location = 'outside-given' OR m.to_location = 'outside-given')
		GROUP BY s.id, s.code, s.initial_mg
		HAVING s.initial_mg <> COALESCE(SUM(CASE WHEN m.from_location = 'outside-given' THEN m.quantity ELSE -m.quantity END), 0)`},
	{"audit_gift_received", `
		SELECT d.ref AS name, d.received AS have, COALESCE(SUM(m.quantity), 0) AS want FROM donations d
		LEFT JOIN stock_moves m ON m.subject = d.id AND m.why = 'received'
		WHERE d.material <> '' OR d.device <> ''
		GROUP BY d.id, d.ref, d.received HAVING d.received <> COALESCE(SUM(m.quantity), 0)`},
	{"audit_gift_status", `
		SELECT ref || ' ' || status AS name, received AS have, pledged AS want FROM donations
		WHERE status = 'refused' AND received > 0 OR status = 'received' AND received = 0 OR status = 'pledged' AND received >= pledged
			OR status = 'received' AND received < pledged AND why <> 'not_coming'`},
	{"audit_gift_material", `
		SELECT d.ref || ' ' || m.item AS name, SUM(m.quantity) AS have, 0 AS want FROM donations d JOIN stock_moves m ON m.subject = d.id AND m.why = 'received'
		WHERE m.item <> CASE WHEN d.device <> '' THEN 'device:' || d.device ELSE 'material:' || d.material END GROUP BY d.ref, m.item`},
	{"audit_filament_twice", `
		SELECT subject AS name, COUNT(*) AS have, 1 AS want FROM stock_moves WHERE why = 'printed' GROUP BY subject HAVING COUNT(*) > 1`},
	{"audit_filament_more", `
		SELECT a.id AS name, m.quantity AS have, p.filament_mg AS want FROM stock_moves m JOIN attempts a ON a.id = m.subject JOIN plates p ON p.id = a.plate_id
		WHERE m.why = 'printed' AND m.quantity > p.filament_mg`},
	{"audit_filament_spool", `
		SELECT a.id || ' ' || m.source AS name, m.quantity AS have, 0 AS want FROM stock_moves m JOIN attempts a ON a.id = m.subject
		WHERE m.why = 'printed' AND m.source <> COALESCE(a.spool_id, '')`},
}
