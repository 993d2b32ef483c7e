package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// SetMaker stores a changed maker.
func (tx *Tx) SetMaker(m *fab.Maker) error { return set(tx, "maker", m) }

// SetLocation stores a changed place.
func (tx *Tx) SetLocation(l *fab.Location) error { return set(tx, "location", l) }

// MakerAt reads the maker whose own place this is.
func (tx *Tx) MakerAt(id fab.LocationID) (fab.Maker, error) {
	return one[fab.Maker](tx, "maker", func(q query) query { return q.Where("location_id = ?", string(id)).Order("id") })
}

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
		OR EXISTS (SELECT 1 FROM plates WHERE worker_id = ?0) OR EXISTS (SELECT 1 FROM reloads WHERE worker_id = ?0)`, string(id)).Scan(context.Background(), &used)
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

// ForgetName writes another name over a person's, wherever reasons and changes mention it as somebody's or something's name.
func (tx *Tx) ForgetName(old, neutral string) error {
	for _, at := range [...][2]string{{"changes", "args"}, {"attempts", "why"}, {"attempts", "end_reason"}, {"jobs", "wait"}} {
		for _, key := range [...]string{"worker", "name", "other", "slow", "printer"} {
			from, to, err := pairs(key, old, neutral)
			if err != nil {
				return err
			}
			column := bun.Ident(at[1])
			_, err = tx.db.NewRaw("UPDATE ? SET ? = REPLACE(?, ?, ?) WHERE REPLACE(?, ?, ?) <> ?", bun.Ident(at[0]), column, column, from, to, column, from, to, column).
				Exec(context.Background())
			if err != nil {
				return fmt.Errorf("forget a name in %s: %w", at[0], err)
			}
		}
	}
	return nil
}

// pairs writes a key with each of two values as they stand in JSON.
func pairs(key, old, neutral string) (from, to string, err error) {
	a, errA := json.Marshal(old)
	b, errB := json.Marshal(neutral)
	return `"` + key + `":` + string(a), `"` + key + `":` + string(b), errors.Join(errA, errB)
}
