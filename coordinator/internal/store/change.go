package store

import (
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Note records that something happened, for timelines and open pages. Seq and At are filled in.
func (tx *Tx) Note(c fab.Change) error {
	c.At = tx.now
	if err := add(tx, "change", &c); err != nil {
		return err
	}
	tx.changes = append(tx.changes, c)
	return nil
}

// Tell lets watchers hear of something that is not worth a line in any timeline. It is not stored, and Seq stays zero.
func (tx *Tx) Tell(c fab.Change) {
	c.At = tx.now
	tx.changes = append(tx.changes, c)
}

// NoteAttempt records what happened to an attempt of w, with the names of its worker and part beside pairs of argument
// and value.
func (tx *Tx) NoteAttempt(code string, a fab.Attempt, w fab.Worker, pairs ...any) error {
	b, err := tx.Batch(a.BatchID)
	if err != nil {
		return fmt.Errorf("note %s: %w", code, err)
	}
	args := fab.Because(code, append(pairs, "worker", w.Name, "part", a.Part, "copies", a.Copies)...).Args
	return tx.Note(fab.Change{Code: code, Subject: string(a.ID), Request: b.RequestID, Worker: w.ID, Args: args})
}

// NoteReload notes what became of a question for another filament.
func (tx *Tx) NoteReload(code string, r fab.Reload, w fab.Worker) error {
	return tx.Note(fab.Change{Code: code, Subject: string(r.ID), Worker: w.ID, Args: fab.Args{"worker": w.Name, "filament": r.Filament, "plates": r.Plates}})
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
