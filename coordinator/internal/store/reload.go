package store

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddReload stores a question for another filament. A printer has one open at most.
func (tx *Tx) AddReload(r *fab.Reload) error { return add(tx, "question for a filament", r) }

// SetReload stores where a question stands now.
func (tx *Tx) SetReload(r *fab.Reload) error { return set(tx, "question for a filament", r) }

// Reload reads one question.
func (tx *Tx) Reload(id fab.ReloadID) (fab.Reload, error) {
	return byID[fab.Reload](tx, "question for a filament", id)
}

// OpenReloads reads the questions that wait for an answer or for the filament to be loaded, oldest first.
func (tx *Tx) OpenReloads() ([]fab.Reload, error) {
	return many[fab.Reload](tx, "questions for filaments", func(q query) query {
		return q.Where("status IN (?)", in([]fab.ReloadStatus{fab.ReloadAsked, fab.ReloadYes})).Order("id")
	})
}

// ReloadsSince reads the questions that were asked after t, oldest first.
func (tx *Tx) ReloadsSince(t time.Time) ([]fab.Reload, error) {
	return many[fab.Reload](tx, "questions for filaments", func(q query) query { return q.Where("created_at > ?", t).Order("id") })
}
