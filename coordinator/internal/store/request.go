package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddRequest stores a new request with its lines.
func (tx *Tx) AddRequest(r *fab.Request, lines []fab.RequestLine) error {
	if err := add(tx, "request", r); err != nil {
		return err
	}
	return add(tx, "request lines", &lines)
}

// SetRequest stores a changed request. What is kept for it is free again once it is not open any more.
func (tx *Tx) SetRequest(r *fab.Request) error {
	if err := set(tx, "request", r); err != nil || r.Status == fab.RequestApproved {
		return err
	}
	kept, err := tx.ReservedFor(r.ID)
	if err != nil {
		return err
	}
	for _, k := range kept {
		if err := tx.Release(k, k.Quantity); err != nil {
			return err
		}
	}
	return nil
}

// Request reads one request.
func (tx *Tx) Request(id fab.RequestID) (fab.Request, error) {
	return byID[fab.Request](tx, "request", id)
}

// RequestByRef reads the request with this spoken reference.
func (tx *Tx) RequestByRef(ref string) (fab.Request, error) {
	return one[fab.Request](tx, "request", func(q query) query { return q.Where("ref = ?", ref) })
}

// RequestBySubmitKey reads the request that this form made; NotFound when it made none yet.
func (tx *Tx) RequestBySubmitKey(key string) (fab.Request, error) {
	return one[fab.Request](tx, "request", func(q query) query { return q.Where("submit_key = ?", key) })
}

// Requests reads the requests in these statuses, or all when none is given, oldest first.
func (tx *Tx) Requests(statuses ...fab.RequestStatus) ([]fab.Request, error) {
	return many[fab.Request](tx, "requests", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// CountRequests counts the requests in each status.
func (tx *Tx) CountRequests() (map[fab.RequestStatus]int, error) {
	return countBy[fab.RequestStatus](tx, "requests")
}

// ClosedRequests reads the requests that are over, the newest first, at most limit.
func (tx *Tx) ClosedRequests(limit int) ([]fab.Request, error) {
	return many[fab.Request](tx, "requests", func(q query) query {
		return q.Where("status NOT IN (?)", in([]fab.RequestStatus{fab.RequestReceived, fab.RequestApproved})).Order("id DESC").Limit(int64(limit))
	})
}

// RequestLines reads the lines of a request in the order in which they were asked.
func (tx *Tx) RequestLines(id fab.RequestID) ([]fab.RequestLine, error) {
	return many[fab.RequestLine](tx, "request lines", func(q query) query {
		return q.Where("request_id = ?", string(id)).Order("id")
	})
}

// ofOpen chooses rows of approved requests.
func ofOpen(q query) query {
	return q.Where("request_id IN (SELECT id FROM requests WHERE status = ?)", string(fab.RequestApproved)).Order("id")
}

// OpenLines reads the lines of all approved requests.
func (tx *Tx) OpenLines() ([]fab.RequestLine, error) {
	return many[fab.RequestLine](tx, "request lines", ofOpen)
}

// OpenKits reads the kits of all approved requests.
func (tx *Tx) OpenKits() ([]fab.Kit, error) { return many[fab.Kit](tx, "kits", ofOpen) }

// OpenBatches reads the batches of all approved requests.
func (tx *Tx) OpenBatches() ([]fab.Batch, error) { return many[fab.Batch](tx, "batches", ofOpen) }

// OpenReservations reads what is kept for all approved requests.
func (tx *Tx) OpenReservations() ([]fab.Reservation, error) {
	return many[fab.Reservation](tx, "reservations", func(q query) query { return ofOpen(q).Where("quantity > 0") })
}

// LinesWithoutBatch reads the lines of approved requests that promise something and have no batch, in the order in which
// they were asked. A batch given up because its version is dangerous is none; one that a coordinator gave up is. What
// testers get is made by the batch of their trial.
func (tx *Tx) LinesWithoutBatch() ([]fab.RequestLine, error) {
	return many[fab.RequestLine](tx, "request lines", func(q query) query {
		return q.Where("promised > 0").Where("request_id IN (SELECT id FROM requests WHERE status = ? AND trial_id IS NULL)", string(fab.RequestApproved)).
			Where(`NOT EXISTS (SELECT 1 FROM batches b JOIN design_versions d ON d.id = b.design_id
				WHERE b.request_id = request_line.request_id AND b.product = request_line.product AND (b.status <> ? OR d.dangerous = ?))`,
				string(fab.BatchCancelled), false).
			Where(`NOT EXISTS (SELECT 1 FROM design_versions g WHERE g.product = request_line.product AND g.given = ?)`, true).Order("id")
	})
}

// SetRequestLine stores a changed line.
func (tx *Tx) SetRequestLine(l *fab.RequestLine) error { return set(tx, "request line", l) }

// Supplied reads which materials the requesters of batches add themselves; batches of which they add none are missing.
func (tx *Tx) Supplied() (map[fab.BatchID][]string, error) {
	lines, err := many[fab.RequestLine](tx, "request lines", func(q query) query { return q.Where("supplied NOT IN ('[]', 'null')") })
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	supplied := map[fab.BatchID][]string{}
	for _, l := range lines {
		batches, err := tx.BatchesOf(l.RequestID)
		if err != nil {
			return nil, err
		}
		for _, b := range batches {
			if b.Product == l.Product {
				supplied[b.ID] = l.Supplied
			}
		}
	}
	return supplied, nil
}

// Progress counts the five quantities of each line of a request. Delivered and in transit are what boxes hold.
func (tx *Tx) Progress(id fab.RequestID) ([]fab.Progress, error) {
	var rows []fab.Progress
	err := tx.db.NewRaw(`
		SELECT l.product, l.asked, l.promised,
			COALESCE(SUM(CASE WHEN b.status = 'loaded' THEN k.quantity ELSE 0 END), 0) AS in_transit,
			COALESCE(SUM(CASE WHEN b.status = 'delivered' THEN k.quantity ELSE 0 END), 0) AS delivered
		FROM request_lines l
		LEFT JOIN kits k ON k.request_id = l.request_id AND k.product = l.product
		LEFT JOIN boxes b ON b.id = k.box_id
		WHERE l.request_id = ?
		GROUP BY l.id, l.product, l.asked, l.promised
		ORDER BY l.id`, string(id)).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count progress: %w", err)
	}
	for i := range rows {
		rows[i].InProduction = max(0, rows[i].Promised-rows[i].InTransit-rows[i].Delivered)
	}
	return rows, nil
}
