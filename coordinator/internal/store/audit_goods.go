package store

// kitHolds is what the moves say that kit k holds of one kind of item.
func kitHolds(kind string) string {
	return "SELECT COALESCE(SUM(CASE WHEN m.why = 'unpacked' THEN -m.quantity ELSE m.quantity END), 0) FROM stock_moves m WHERE m.subject = k.id AND m.item LIKE '" + kind + ":%'"
}

// goodsRules follow the pieces from the attempt to the kit.
var goodsRules = [...]rule{
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
	{"audit_lot_over", `
		SELECT l.code AS name, l.declared AS have, a.copies AS want FROM lots l JOIN attempts a ON a.id = l.attempt_id WHERE l.declared > a.copies`},
	{"audit_lot_origin", `
		SELECT l.code AS name, 0 AS have, 1 AS want FROM lots l JOIN attempts a ON a.id = l.attempt_id
		WHERE a.worker_id <> l.worker_id OR a.batch_id <> l.batch_id OR a.part <> l.part OR COALESCE(a.spool_id, '') <> COALESCE(l.spool_id, '')`},
	{"audit_lot_inspected", `
		SELECT l.code AS name, l.good AS have, MAX(i.good) AS want FROM lots l JOIN inspections i ON i.lot_id = l.id
		GROUP BY l.id, l.code, l.good, l.settled_at HAVING MAX(i.good) <> l.good OR COUNT(*) > 1 OR l.settled_at IS NULL`},
	{"audit_attempt_uncounted", `
		SELECT a.id AS name, 0 AS have, 1 AS want FROM attempts a WHERE a.status = 'done' AND NOT EXISTS (SELECT 1 FROM lots l WHERE l.attempt_id = a.id)`},
	{"audit_job_without_attempt", `
		SELECT j.id AS name, 0 AS have, 1 AS want FROM jobs j WHERE j.status = 'leased'
			AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.id = j.attempt_id AND a.status IN ('offered', 'leased', 'printing', 'to_count'))`},
	{"audit_kit_parts", `
		SELECT k.id AS name, COALESCE(SUM(kl.quantity), 0) AS have, (` + kitHolds("part") + `) AS want
		FROM kits k LEFT JOIN kit_lots kl ON kl.kit_id = k.id GROUP BY k.id
		HAVING COALESCE(SUM(kl.quantity), 0) <> (` + kitHolds("part") + `)`},
	{"audit_kit_rested", `
		SELECT l.code || ' ' || k.id AS name, kl.quantity AS have, 0 AS want FROM kit_lots kl JOIN kits k ON k.id = kl.kit_id JOIN lots l ON l.id = kl.lot_id
		WHERE l.rests_until > k.created_at AND kl.quantity > 0`},
	{"audit_kit_made", `
		SELECT k.id AS name, k.quantity AS have, COALESCE(SUM(CASE WHEN m.from_location = 'outside-made' THEN m.quantity ELSE -m.quantity END), 0) AS want FROM kits k
		LEFT JOIN stock_moves m ON m.subject = k.id AND (m.from_location = 'outside-made' OR m.to_location = 'outside-made')
		GROUP BY k.id, k.quantity HAVING k.quantity <> COALESCE(SUM(CASE WHEN m.from_location = 'outside-made' THEN m.quantity ELSE -m.quantity END), 0)`},
	{"audit_kit_empty", `
		SELECT k.id AS name, (` + kitHolds("material") + `) AS have, 0 AS want FROM kits k
		WHERE k.quantity = 0 AND ((` + kitHolds("material") + `) <> 0 OR k.box_id IS NOT NULL)`},
	{"audit_kit_supplied", `
		SELECT k.id || ' ' || m.item AS name, SUM(m.quantity) AS have, 0 AS want FROM kits k JOIN stock_moves m ON m.subject = k.id AND m.item LIKE 'material:%'
		WHERE k.supplied LIKE '%"' || SUBSTR(m.item, 10) || '"%' GROUP BY k.id, m.item`},
	{"audit_kit_request", `
		SELECT b.code AS name, SUM(k.quantity) AS have, 0 AS want FROM kits k JOIN boxes b ON b.id = k.box_id WHERE b.request_id <> k.request_id GROUP BY b.code`},
	{"audit_trial_left", `
		SELECT l.code || ' ' || r.ref AS name, SUM(kl.quantity) AS have, 0 AS want FROM kit_lots kl JOIN kits k ON k.id = kl.kit_id
		JOIN lots l ON l.id = kl.lot_id JOIN requests r ON r.id = k.request_id
		WHERE COALESCE(l.trial_id, '') <> COALESCE(r.trial_id, '') GROUP BY l.code, r.ref`},
	{"audit_over_delivered", `
		SELECT r.ref AS name, SUM(k.quantity) AS have, l.promised AS want FROM request_lines l JOIN requests r ON r.id = l.request_id
		JOIN kits k ON k.request_id = l.request_id AND k.product = l.product
		GROUP BY l.id, r.ref, l.promised HAVING SUM(k.quantity) > l.promised`},
	{"audit_spool_leak", `
		SELECT l.code || ' ' || s.code AS name, l.declared AS have, 0 AS want FROM lots l JOIN spools s ON s.id = l.spool_id WHERE s.recalled AND l.status <> 'blocked'`},
	{"audit_design_leak", `
		SELECT l.code || ' ' || d.product || ' ' || d.version AS name, l.declared AS have, 0 AS want FROM lots l JOIN design_versions d ON d.id = l.design_id
		WHERE d.dangerous AND l.status <> 'blocked'`},
}
