package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// SetMaker stores a changed maker.
func (tx *Tx) SetMaker(m *fab.Maker) error { return set(tx, "maker", m) }

// SetLocation stores a changed place.
func (tx *Tx) SetLocation(l *fab.Location) error { return set(tx, "location", l) }

// AccountsOf reads the accounts that belong to a maker.
func (tx *Tx) AccountsOf(id fab.MakerID) ([]fab.Account, error) {
	return many[fab.Account](tx, "accounts", func(q query) query { return q.Where("maker_id = ?", string(id)).Order("id") })
}

// EndSessionsOf signs an account out everywhere.
func (tx *Tx) EndSessionsOf(id fab.AccountID) error {
	if _, err := tx.db.NewDelete().Model((*fab.Session)(nil)).Where("account_id = ?", string(id)).Exec(context.Background()); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// EndLinks takes back the capabilities of this kind on a subject that were not used yet.
func (tx *Tx) EndLinks(kind, subject string) error {
	_, err := tx.db.NewDelete().Model((*fab.Link)(nil)).Where("kind = ?", kind).Where("subject = ?", subject).Where("used_at IS NULL").
		Exec(context.Background())
	if err != nil {
		return fmt.Errorf("end links: %w", err)
	}
	return nil
}

// WorkerUsed reports whether any attempt, plate or order names the worker.
func (tx *Tx) WorkerUsed(id fab.WorkerID) (bool, error) {
	var used bool
	err := tx.db.NewRaw(`SELECT EXISTS (SELECT 1 FROM attempts WHERE worker_id = ?0) OR EXISTS (SELECT 1 FROM commands WHERE worker_id = ?0)
		OR EXISTS (SELECT 1 FROM plates WHERE worker_id = ?0)`, string(id)).Scan(context.Background(), &used)
	if err != nil {
		return false, fmt.Errorf("look for the work of a worker: %w", err)
	}
	return used, nil
}

// DeleteWorker forgets a worker that was never used.
func (tx *Tx) DeleteWorker(id fab.WorkerID) error {
	if _, err := tx.db.NewDelete().Model((*fab.Worker)(nil)).Where("id = ?", string(id)).Exec(context.Background()); err != nil {
		return fmt.Errorf("delete worker: %w", err)
	}
	return nil
}

// MakersIn reads the makers in a status, oldest first.
func (tx *Tx) MakersIn(status fab.MakerStatus) ([]fab.Maker, error) {
	return many[fab.Maker](tx, "makers", func(q query) query { return q.Where("status = ?", string(status)).Order("id") })
}
