package store

import "github.com/mailleur/mailleur/coordinator/fab"

// Note records that something happened, for timelines and open pages. Seq and At are filled in.
func (tx *Tx) Note(c fab.Change) error {
	c.At = tx.now
	if err := add(tx, "change", &c); err != nil {
		return err
	}
	tx.changes = append(tx.changes, c)
	return nil
}

// ChangesAfter reads the changes past seq, oldest first, at most limit.
func (tx *Tx) ChangesAfter(seq int64, limit int) ([]fab.Change, error) {
	return many[fab.Change](tx, "changes", func(q query) query {
		return q.Where("seq > ?", seq).Order("seq").Limit(int64(limit))
	})
}

// LatestChanges reads the newest changes, newest first.
func (tx *Tx) LatestChanges(limit int) ([]fab.Change, error) {
	return many[fab.Change](tx, "changes", func(q query) query { return q.Order("seq DESC").Limit(int64(limit)) })
}

// ChangesOf reads what happened to a request, oldest first.
func (tx *Tx) ChangesOf(id fab.RequestID) ([]fab.Change, error) {
	return many[fab.Change](tx, "changes", func(q query) query { return q.Where("request_id = ?", string(id)).Order("seq") })
}
