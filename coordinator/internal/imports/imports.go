// Package imports takes in what a lab has already: the national register of establishments, and its own lists of makers,
// places and stock as spreadsheets write them. What a person chose to import is one act, shown before and undone after.
package imports

import (
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Imports answers for one lab. It is safe for concurrent use.
type Imports struct {
	store *store.Store
	// Hours reads hours as people write them in a language of theirs; nil takes what fab.Hours takes.
	Hours func(typed string) fab.Hours
}

// New builds an Imports.
func New(s *store.Store) *Imports { return &Imports{store: s} }
