package store

import "github.com/mailleur/mailleur/coordinator/fab"

// BoxByCode reads the box whose label carries code.
func (tx *Tx) BoxByCode(code string) (fab.Box, error) {
	return one[fab.Box](tx, "box", func(q query) query { return q.Where("code = ?", code) })
}

// RunByCode reads the run whose sheet carries code.
func (tx *Tx) RunByCode(code string) (fab.Run, error) {
	return one[fab.Run](tx, "run", func(q query) query { return q.Where("code = ?", code) })
}

// SpoolByCode reads the spool whose label carries code.
func (tx *Tx) SpoolByCode(code string) (fab.Spool, error) {
	return one[fab.Spool](tx, "spool", func(q query) query { return q.Where("code = ?", code) })
}

// NoteByNo reads the delivery note with a number.
func (tx *Tx) NoteByNo(no int64) (fab.DeliveryNote, error) {
	return one[fab.DeliveryNote](tx, "delivery note", func(q query) query { return q.Where("no = ?", no) })
}

// NotesOf reads the delivery notes of a request, oldest first.
func (tx *Tx) NotesOf(id fab.RequestID) ([]fab.DeliveryNote, error) {
	return many[fab.DeliveryNote](tx, "delivery notes", func(q query) query { return q.Where("request_id = ?", string(id)).Order("no") })
}
