package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddRun stores a new run with its stops.
func (tx *Tx) AddRun(r *fab.Run, stops []fab.Stop) error {
	if err := add(tx, "run", r); err != nil {
		return err
	}
	return tx.AddStops(stops)
}

// AddStops stores new stops of a run.
func (tx *Tx) AddStops(stops []fab.Stop) error {
	if len(stops) == 0 {
		return nil
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

// LatestRuns reads the runs that went out to places, the newest first, at most limit: hand-overs at the counter are none.
func (tx *Tx) LatestRuns(limit int) ([]fab.Run, error) {
	return many[fab.Run](tx, "runs", func(q query) query { return q.Where("counter = ?", false).Order("id DESC").Limit(int64(limit)) })
}

// SetStop stores a changed stop.
func (tx *Tx) SetStop(s *fab.Stop) error { return set(tx, "stop", s) }

// Stop reads one stop.
func (tx *Tx) Stop(id fab.StopID) (fab.Stop, error) { return byID[fab.Stop](tx, "stop", id) }

// Stops reads the stops of a run in their order.
func (tx *Tx) Stops(id fab.RunID) ([]fab.Stop, error) {
	return many[fab.Stop](tx, "stops", func(q query) query { return q.Where("run_id = ?", string(id)).Order("seq", "no") })
}

// OpenStops reads the stops of all runs that nobody reported yet.
func (tx *Tx) OpenStops() ([]fab.Stop, error) {
	return many[fab.Stop](tx, "stops", func(q query) query { return q.Where("status = ?", string(fab.StopOpen)).Order("id") })
}

// AddStopGoods stores what a run leaves at a stop.
func (tx *Tx) AddStopGoods(g *fab.StopGoods) error { return add(tx, "goods of a stop", g) }

// StopGoods reads what a run leaves at a stop beside boxes.
func (tx *Tx) StopGoods(id fab.StopID) ([]fab.StopGoods, error) {
	return many[fab.StopGoods](tx, "goods of a stop", func(q query) query { return q.Where("stop_id = ?", string(id)).Order("id") })
}

// AddFetch stores what somebody who left still has.
func (tx *Tx) AddFetch(f *fab.Fetch) error { return add(tx, "things to fetch", f) }

// SetFetch stores a changed one.
func (tx *Tx) SetFetch(f *fab.Fetch) error { return set(tx, "things to fetch", f) }

// Fetch reads what one person who left still has.
func (tx *Tx) Fetch(id fab.FetchID) (fab.Fetch, error) {
	return byID[fab.Fetch](tx, "things to fetch", id)
}

// OpenFetches reads what people who left still have, oldest first.
func (tx *Tx) OpenFetches() ([]fab.Fetch, error) {
	return many[fab.Fetch](tx, "things to fetch", func(q query) query { return q.Where("done_at IS NULL").Order("id") })
}

// AddMark stores a report about a stop.
func (tx *Tx) AddMark(m *fab.Mark) error { return add(tx, "report", m) }

// SetMark stores a changed report.
func (tx *Tx) SetMark(m *fab.Mark) error { return set(tx, "report", m) }

// Mark reads the report with this key; NotFound when it never came.
func (tx *Tx) Mark(key string) (fab.Mark, error) {
	return one[fab.Mark](tx, "report", func(q query) query { return q.Where("key = ?", key) })
}

// MarksOf reads the reports about a stop in the order in which they came.
func (tx *Tx) MarksOf(id fab.StopID) ([]fab.Mark, error) {
	return many[fab.Mark](tx, "reports", func(q query) query { return q.Where("stop_id = ?", string(id)).Order("at", "key") })
}

// LateMarks reads the reports that contradict the books and that nobody looked at, oldest first.
func (tx *Tx) LateMarks() ([]fab.Mark, error) {
	return many[fab.Mark](tx, "reports", func(q query) query {
		return q.Where("outcome = ?", fab.MarkLate).Where("settled_at IS NULL").Order("at", "key")
	})
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

// TownCentre is about where a town is: the mean position of the establishments of the register in it; false when the
// register names none. Millionths of a degree.
func (tx *Tx) TownCentre(town, postcode string) (latE6, lonE6 int64, known bool, err error) {
	var mean struct {
		N   int64 `bun:"n"`
		Lat int64 `bun:"lat"`
		Lon int64 `bun:"lon"`
	}
	if town = fab.Folded(town); town == "" {
		return 0, 0, false, nil
	}
	q := tx.db.NewSelect().Model((*fab.RegisterPlace)(nil)).ColumnExpr("COUNT(*) AS n, CAST(COALESCE(AVG(lat_e6), 0) AS bigint) AS lat, CAST(COALESCE(AVG(lon_e6), 0) AS bigint) AS lon").
		Where("lat_e6 <> 0").Where("words LIKE ?", "% "+town)
	if postcode != "" {
		q = q.Where("postcode = ?", postcode)
	}
	if err := q.Scan(context.Background(), &mean); err != nil {
		return 0, 0, false, fmt.Errorf("read register: %w", err)
	}
	return mean.Lat, mean.Lon, mean.N > 0, nil
}
