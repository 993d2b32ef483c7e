// Package report reads figures out of the books and checks that the books add up. It changes nothing.
package report

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Report answers for one lab. It is safe for concurrent use.
type Report struct{ store *store.Store }

// New builds a Report.
func New(s *store.Store) *Report { return &Report{store: s} }

// Audit lists what does not add up: every ledger, lot, kit and delivery invariant. An empty list is a clean audit.
func (r *Report) Audit(ctx context.Context) (found []fab.Reason, err error) {
	err = r.store.View(ctx, func(tx *store.Tx) error {
		found, err = tx.Audit()
		return err
	})
	return found, err
}

// Figures are the totals of a lab.
type Figures struct {
	PrintedGood int64 `json:"printed_good"` // pieces off the printers, as counted by their makers
	PrintedBad  int64 `json:"printed_bad"`
	Plates      int64 `json:"plates"`   // attempts of a printer that ended well
	Attempts    int64 `json:"attempts"` // of printers, however they ended
	Lines       int64 `json:"lines"`    // file lines that agents report as executed
	Resends     int64 `json:"resends"`
}

// Figures adds up what the printers did.
func (r *Report) Figures(ctx context.Context) (f Figures, err error) {
	err = r.store.View(ctx, func(tx *store.Tx) error {
		attempts, err := tx.Attempts()
		if err != nil {
			return err
		}
		lots, err := tx.Lots()
		if err != nil {
			return err
		}
		made := map[fab.AttemptID]fab.Lot{}
		for _, lot := range lots {
			made[lot.AttemptID] = lot
		}
		for _, a := range attempts {
			if a.PlateID == "" {
				continue
			}
			f.Attempts++
			f.Lines += a.Lines
			f.Resends += a.Resends
			lot, counted := made[a.ID]
			if !counted {
				continue
			}
			f.Plates++
			f.PrintedGood += lot.Declared
			f.PrintedBad += lot.Bad
		}
		return nil
	})
	return f, err
}
