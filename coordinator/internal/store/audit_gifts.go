package store

// giftRules hold the goods that nobody knows, which may never go to care.
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
	{"audit_blocked_gift", `
		SELECT d.ref AS name, d.received AS have, COALESCE(SUM(b.quantity), 0) AS want FROM donations d LEFT JOIN blocked_lots b ON b.donation_id = d.id
		WHERE d.material = '' AND d.device = '' GROUP BY d.id, d.ref, d.received HAVING d.received <> COALESCE(SUM(b.quantity), 0)`},
}
