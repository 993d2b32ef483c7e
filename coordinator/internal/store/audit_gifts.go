package store

// giftRules hold the goods that nobody knows, which may never go to care, and the devices, which go there wiped.
var giftRules = [...]rule{
	{"audit_blocked_came", `
		SELECT b.code AS name, b.quantity AS have, COALESCE(SUM(m.quantity), 0) AS want FROM blocked_lots b
		LEFT JOIN stock_moves m ON m.source = b.id AND m.item = 'blocked:goods' AND m.from_location = 'outside-given'
		GROUP BY b.id, b.code, b.quantity HAVING b.quantity <> COALESCE(SUM(m.quantity), 0)`},
	{"audit_blocked_here", `
		SELECT b.code || ' ' || b.status AS name, COALESCE(SUM(h.quantity), 0) AS have, CASE WHEN b.status = 'blocked' THEN b.quantity ELSE 0 END AS want
		FROM blocked_lots b LEFT JOIN balances h ON h.source = b.id AND h.item = 'blocked:goods' AND h.location = 'hub'
		GROUP BY b.id, b.code, b.status, b.quantity
		HAVING COALESCE(SUM(h.quantity), 0) <> CASE WHEN b.status = 'blocked' THEN b.quantity ELSE 0 END`},
	{"audit_blocked_taken", `
		SELECT m.why || ' ' || m.item || ' ' || m.source AS name, SUM(m.quantity) AS have, 0 AS want FROM stock_moves m
		WHERE (m.item LIKE 'blocked:%' AND m.to_location NOT IN ('hub', 'outside-given', 'outside-scrapped'))
			OR (m.item NOT LIKE 'blocked:%' AND EXISTS (SELECT 1 FROM blocked_lots b WHERE b.id = m.source))
		GROUP BY m.why, m.item, m.source`},
	{"audit_blocked_became", `
		SELECT b.code || ' ' || b.material AS name, b.became AS have, COALESCE(SUM(m.quantity), 0) AS want FROM blocked_lots b
		LEFT JOIN donations d ON d.id = b.donation_id
		LEFT JOIN stock_moves m ON m.subject = b.id AND m.why = 'identified' AND m.item = 'material:' || b.material AND m.from_location = 'outside-given'
		WHERE b.status = 'identified' AND COALESCE(d.material, '') <> b.material
		GROUP BY b.id, b.code, b.material, b.became HAVING b.became <> COALESCE(SUM(m.quantity), 0)`},
	{"audit_device_here", `
		SELECT v.code || ' ' || v.status AS name, COALESCE(SUM(h.quantity), 0) AS have, CASE WHEN v.status = 'here' THEN 1 ELSE 0 END AS want
		FROM devices v LEFT JOIN balances h ON h.source = v.id AND h.item = 'device:' || v.kind AND h.location NOT LIKE 'outside-%'
		GROUP BY v.id, v.code, v.status HAVING COALESCE(SUM(h.quantity), 0) <> CASE WHEN v.status = 'here' THEN 1 ELSE 0 END`},
	{"audit_device_wiped", `
		SELECT code AS name, 0 AS have, 1 AS want FROM devices WHERE status = 'given' AND wiped_at IS NULL`},
	{"audit_device_kit", `
		SELECT k.id || ' ' || k.product AS name, k.quantity AS have, COUNT(v.id) AS want FROM kits k JOIN design_versions d ON d.id = k.design_id AND d.given
		LEFT JOIN devices v ON v.kit_id = k.id AND v.status = 'given' AND v.kind = k.product
		GROUP BY k.id, k.product, k.quantity HAVING k.quantity <> COUNT(v.id)`},
	{"audit_blocked_gift", `
		SELECT d.ref AS name, d.received AS have, COALESCE(SUM(b.quantity), 0) AS want FROM donations d LEFT JOIN blocked_lots b ON b.donation_id = d.id
		WHERE d.material = '' AND d.device = '' GROUP BY d.id, d.ref, d.received HAVING d.received <> COALESCE(SUM(b.quantity), 0)`},
}
