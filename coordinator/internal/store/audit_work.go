package store

// workRules hold what was handed out for works against the moves, and against the bags that came of it.
var workRules = [...]rule{
	{"audit_work_given", `
		SELECT attempt_id || ' ' || item AS name, SUM(kept) AS have, SUM(moved) AS want FROM (
			SELECT h.attempt_id, h.item, h.source, h.quantity AS kept, 0 AS moved FROM handouts h JOIN attempts a ON a.id = h.attempt_id
			JOIN workers w ON w.id = a.worker_id JOIN makers m ON m.id = w.maker_id WHERE m.location_id <> 'hub'
			UNION ALL
			SELECT subject, item, source, 0, quantity FROM stock_moves WHERE why = 'handed_out') AS given
		GROUP BY attempt_id, item, source HAVING SUM(kept) <> SUM(moved)`},
	{"audit_work_used", `
		SELECT attempt_id || ' ' || item AS name, SUM(kept) AS have, SUM(moved) AS want FROM (
			SELECT attempt_id, item, source, used AS kept, 0 AS moved FROM handouts
			UNION ALL
			SELECT subject, item, source, 0, quantity FROM stock_moves WHERE why = 'assembled') AS used
		GROUP BY attempt_id, item, source HAVING SUM(kept) <> SUM(moved)`},
	{"audit_work_back", `
		SELECT attempt_id || ' ' || item AS name, SUM(kept) AS have, SUM(moved) AS want FROM (
			SELECT h.attempt_id, h.item, h.source, h.back AS kept, 0 AS moved FROM handouts h JOIN attempts a ON a.id = h.attempt_id
			JOIN workers w ON w.id = a.worker_id JOIN makers m ON m.id = w.maker_id WHERE m.location_id <> 'hub'
			UNION ALL
			SELECT subject, item, source, 0, quantity FROM stock_moves WHERE why IN ('taken_back', 'not_back')) AS back
		GROUP BY attempt_id, item, source HAVING SUM(kept) <> SUM(moved)`},
	{"audit_work_over", `
		SELECT attempt_id || ' ' || item AS name, used + back AS have, quantity AS want FROM handouts WHERE used + back > quantity OR used < 0 OR back < 0`},
	{"audit_work_empty", `
		SELECT l.code AS name, l.declared AS have, 0 AS want FROM lots l JOIN handouts h ON h.attempt_id = l.attempt_id
		GROUP BY l.id, l.code, l.declared HAVING l.declared > 0 AND SUM(h.used) = 0`},
	{"audit_work_leak", `
		SELECT l.code || ' ' || h.item AS name, l.declared AS have, 0 AS want FROM lots l JOIN handouts h ON h.attempt_id = l.attempt_id
		WHERE l.status <> 'blocked' AND (h.source IN (SELECT id FROM lots WHERE status = 'blocked') OR h.source IN (SELECT id FROM spools WHERE recalled))`},
}
