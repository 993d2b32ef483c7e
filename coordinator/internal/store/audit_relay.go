package store

// relayRules hold what partners make against what they sent.
var relayRules = [...]rule{
	{"audit_relay_sent", `
		SELECT r.code || ' ' || p.part AS name, p.sent AS have, COALESCE(SUM(l.declared), 0) AS want FROM relay_parts p JOIN relays r ON r.id = p.relay_id
		LEFT JOIN relay_lots rl ON rl.relay_id = p.relay_id LEFT JOIN lots l ON l.id = rl.lot_id AND l.part = p.part
		GROUP BY p.relay_id, p.part, r.code, p.sent HAVING p.sent <> COALESCE(SUM(l.declared), 0)`},
	{"audit_relay_stranger", `
		SELECT l.code AS name, 0 AS have, 1 AS want FROM lots l JOIN makers m ON m.id = l.maker_id WHERE m.partner
			AND NOT EXISTS (SELECT 1 FROM relay_lots rl JOIN relays r ON r.id = rl.relay_id WHERE rl.lot_id = l.id AND r.batch_id = l.batch_id AND r.maker_id = l.maker_id)`},
	{"audit_favour_sent", `
		SELECT f.id AS name, f.quantity AS have, COALESCE(SUM(m.quantity), 0) AS want FROM favour_lots f
		LEFT JOIN stock_moves m ON m.subject = f.id AND m.why = 'relayed' AND m.source = f.lot_id
		GROUP BY f.id, f.quantity HAVING f.quantity <> COALESCE(SUM(m.quantity), 0)`},
	{"audit_relay_given", `
		SELECT r.code AS name, COUNT(*) AS have, 0 AS want FROM relays r JOIN jobs j ON j.relay_id = r.id
		WHERE j.status = 'leased' OR j.status = 'waiting' AND r.status <> 'accepted' GROUP BY r.id, r.code`},
}
