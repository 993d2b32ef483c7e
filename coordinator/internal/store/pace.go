package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Pace reads what was learned of a worker at a part; all zero but the key when nothing was yet.
func (tx *Tx) Pace(worker fab.WorkerID, product, part string) (fab.Pace, error) {
	rows, err := many[fab.Pace](tx, "pace", func(q query) query {
		return q.Where("worker_id = ?", string(worker)).Where("product = ?", product).Where("part = ?", part)
	})
	if err != nil || len(rows) == 0 {
		return fab.Pace{WorkerID: worker, Product: product, Part: part}, err
	}
	return rows[0], nil
}

// SetPace stores a pace, new or changed, as of now.
func (tx *Tx) SetPace(p *fab.Pace) error {
	p.UpdatedAt = tx.now
	_, err := tx.db.NewInsert().Model(p).On("CONFLICT (worker_id, product, part) DO UPDATE").
		Set("factor_pm = EXCLUDED.factor_pm").Set("good = EXCLUDED.good").Set("bad = EXCLUDED.bad").
		Set("jobs = EXCLUDED.jobs").Set("updated_at = EXCLUDED.updated_at").Exec(context.Background())
	if err != nil {
		return fmt.Errorf("store pace: %w", err)
	}
	return nil
}

// Paces reads all paces, by worker, product and part.
func (tx *Tx) Paces() ([]fab.Pace, error) {
	return many[fab.Pace](tx, "paces", func(q query) query { return q.Order("worker_id", "product", "part") })
}

// PacesOf reads the paces of a worker, by product and part.
func (tx *Tx) PacesOf(id fab.WorkerID) ([]fab.Pace, error) {
	return many[fab.Pace](tx, "paces", func(q query) query {
		return q.Where("worker_id = ?", string(id)).Order("product", "part")
	})
}

// failed counts a plate that did not end well against the machine that it was on: all its pieces are bad.
func (tx *Tx) failed(a fab.Attempt, w *fab.Worker) error {
	b, err := tx.Batch(a.BatchID)
	if err != nil {
		return err
	}
	pace, err := tx.Pace(w.ID, b.Product, a.Part)
	if err != nil {
		return err
	}
	w.BadPieces += a.Copies
	pace.Bad += a.Copies
	if err := tx.SetPace(&pace); err != nil {
		return err
	}
	return tx.Judge(w)
}
