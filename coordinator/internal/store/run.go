package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddRun stores a new run with its stops.
func (tx *Tx) AddRun(r *fab.Run, stops []fab.Stop) error {
	if err := add(tx, "run", r); err != nil || len(stops) == 0 {
		return err
	}
	return add(tx, "stops", &stops)
}

// SetRun stores a changed run.
func (tx *Tx) SetRun(r *fab.Run) error { return set(tx, "run", r) }

// Run reads one run.
func (tx *Tx) Run(id fab.RunID) (fab.Run, error) { return byID[fab.Run](tx, "run", id) }

// Runs reads all runs, newest first.
func (tx *Tx) Runs() ([]fab.Run, error) {
	return many[fab.Run](tx, "runs", func(q query) query { return q.Order("id DESC") })
}

// SetStop stores a changed stop.
func (tx *Tx) SetStop(s *fab.Stop) error { return set(tx, "stop", s) }

// Stop reads one stop.
func (tx *Tx) Stop(id fab.StopID) (fab.Stop, error) { return byID[fab.Stop](tx, "stop", id) }

// Stops reads the stops of a run in their order.
func (tx *Tx) Stops(id fab.RunID) ([]fab.Stop, error) {
	return many[fab.Stop](tx, "stops", func(q query) query { return q.Where("run_id = ?", string(id)).Order("seq") })
}

// AddNote stores a delivery note.
func (tx *Tx) AddNote(n *fab.DeliveryNote) error { return add(tx, "delivery note", n) }

// NoteOf reads the delivery note of a stop.
func (tx *Tx) NoteOf(id fab.StopID) (fab.DeliveryNote, error) {
	return one[fab.DeliveryNote](tx, "delivery note", func(q query) query { return q.Where("stop_id = ?", string(id)) })
}

// AddProof stores a proof of delivery.
func (tx *Tx) AddProof(p *fab.Proof) error { return add(tx, "proof", p) }

// Proofs reads the proofs of a stop.
func (tx *Tx) Proofs(id fab.StopID) ([]fab.Proof, error) {
	return many[fab.Proof](tx, "proofs", func(q query) query { return q.Where("stop_id = ?", string(id)).Order("id") })
}
