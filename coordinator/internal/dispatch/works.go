package dispatch

import (
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// readWorks reads what lies at the hub for works, less what those who have such work on offer or in hand wait for. It reads
// nothing for a lab whose batches have no works.
func readWorks(tx *store.Tx, s *schedule.Snapshot) (err error) {
	if !slices.ContainsFunc(s.Batches, func(b fab.Batch) bool { return len(b.Works) > 0 }) {
		return nil
	}
	if s.AtHub, err = tx.FreeForWork(); err != nil {
		return err
	}
	ids := make([]fab.AttemptID, len(s.Attempts))
	for i, a := range s.Attempts {
		ids[i] = a.ID
	}
	bare, err := tx.WithoutHandout(ids)
	if err != nil {
		return err
	}
	boms := map[fab.BatchID]fab.BOM{}
	for _, b := range s.Batches {
		at := slices.IndexFunc(s.Designs, func(d fab.DesignVersion) bool { return d.ID == b.DesignID })
		boms[b.ID] = s.Designs[at].BOM
	}
	for _, a := range s.Attempts {
		if work, is := boms[a.BatchID].Work(a.Part); is && bare[a.ID] {
			fab.Split(a.Copies, boms[a.BatchID].Recipes(work.Of, work.Code), s.AtHub)
		}
	}
	return nil
}
