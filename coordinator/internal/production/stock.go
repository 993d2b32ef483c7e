package production

import (
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// takeStock gives open batches of requests the good pieces of their version that lie at the hub and that nobody needs,
// before anything is made for them: what is over of other batches, what was given up, and what was made to stock. What
// goes first is what is due first.
func takeStock(tx *store.Tx) error {
	lacking, err := lackingBatches(tx)
	if err != nil || len(lacking) == 0 {
		return err
	}
	shelves := map[fab.DesignVersionID]*shelf{}
	for _, l := range lacking {
		s := shelves[l.batch.DesignID]
		if s == nil {
			if s, err = readShelf(tx, l.batch.DesignID); err != nil {
				return err
			}
			shelves[l.batch.DesignID] = s
		}
		if err := s.fill(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// lack is a batch and the pieces that it lacks, by part.
type lack struct {
	batch  fab.Batch
	pieces map[string]int64
}

func lackingBatches(tx *store.Tx) (out []lack, err error) {
	open, err := tx.Batches(fab.BatchOpen)
	if err != nil {
		return nil, err
	}
	stale, err := tx.StaleBatches()
	if err != nil {
		return nil, err
	}
	open = slices.DeleteFunc(open, func(b fab.Batch) bool { return b.RequestID == "" || b.TrialID != "" || slices.Contains(stale, b.ID) })
	counts, err := countsOf(tx, open)
	if err != nil {
		return nil, err
	}
	for _, b := range open {
		l := lack{b, map[string]int64{}}
		for _, c := range counts[b.ID] {
			if lacks := c.Lack(); lacks > 0 {
				l.pieces[c.Part] = lacks
			}
		}
		if len(l.pieces) > 0 {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b lack) int { return a.batch.DueAt.Compare(b.batch.DueAt) })
	return out, nil
}

// tallyOf counts what there is of batches.
func tallyOf(tx *store.Tx, batches []fab.Batch) (store.Tally, error) {
	ids := make([]fab.BatchID, len(batches))
	for i, b := range batches {
		ids[i] = b.ID
	}
	return tx.Tally(ids)
}

// countsOf counts the parts of batches.
func countsOf(tx *store.Tx, batches []fab.Batch) (map[fab.BatchID][]fab.PartCount, error) {
	tally, err := tallyOf(tx, batches)
	if err != nil {
		return nil, err
	}
	know := known{designs: map[fab.DesignVersionID]fab.DesignVersion{}}
	counts := map[fab.BatchID][]fab.PartCount{}
	for _, b := range batches {
		design, err := know.design(tx, b.DesignID)
		if err != nil {
			return nil, err
		}
		counts[b.ID] = tally.Counts(b, design.BOM)
	}
	return counts, nil
}

// shelf is what lies at the hub of one version, and how much of it each batch can spare.
type shelf struct {
	shares []store.Share
	spare  map[fab.BatchID]map[string]int64
	left   map[fab.LotID]int64 // at the hub, not given away yet
}

func readShelf(tx *store.Tx, id fab.DesignVersionID) (*shelf, error) {
	s := &shelf{spare: map[fab.BatchID]map[string]int64{}, left: map[fab.LotID]int64{}}
	var err error
	if s.shares, err = tx.Shares(id); err != nil {
		return nil, err
	}
	var holders []fab.Batch
	for _, share := range s.shares {
		s.left[share.LotID] = share.AtHub
		if s.spare[share.BatchID] == nil {
			b, err := tx.Batch(share.BatchID)
			if err != nil {
				return nil, err
			}
			holders, s.spare[b.ID] = append(holders, b), map[string]int64{}
		}
	}
	counts, err := countsOf(tx, holders)
	if err != nil {
		return nil, err
	}
	for _, b := range holders {
		over, err := isOver(tx, b)
		if err != nil {
			return nil, err
		}
		for _, c := range counts[b.ID] {
			if s.spare[b.ID][c.Part] = c.Good; !over {
				s.spare[b.ID][c.Part] = max(0, c.Good-c.Needed)
			}
		}
	}
	for _, share := range s.shares {
		if s.spare[share.BatchID][share.Part] == 0 {
			s.left[share.LotID] -= share.Quantity // somebody needs them
		}
	}
	return s, nil
}

// isOver reports whether a batch needs nothing any more: it was given up, is done for stock, or all that was promised is
// delivered. What it has left is there for others.
func isOver(tx *store.Tx, b fab.Batch) (bool, error) {
	if b.Status == fab.BatchCancelled || b.Status == fab.BatchDone && b.RequestID == "" {
		return true, nil
	}
	if b.Status != fab.BatchDone {
		return false, nil
	}
	r, err := tx.Request(b.RequestID)
	return r.Status == fab.RequestDelivered, err
}

// fill gives a batch what it lacks of what lies there, the oldest lots first.
func (s *shelf) fill(tx *store.Tx, l lack) error {
	var total int64
	for i := range s.shares {
		share := &s.shares[i]
		n := min(l.pieces[share.Part], share.Quantity, s.left[share.LotID], s.spare[share.BatchID][share.Part])
		if n <= 0 || share.BatchID == l.batch.ID {
			continue
		}
		give := fab.LotGive{ID: store.NewID[fab.GiveID](tx), LotID: share.LotID, From: share.BatchID, To: l.batch.ID, Quantity: n, At: tx.Now()}
		if err := tx.AddGive(&give); err != nil {
			return err
		}
		share.Quantity -= n
		s.left[share.LotID] -= n
		s.spare[share.BatchID][share.Part] -= n
		l.pieces[share.Part] -= n
		total += n
	}
	if total == 0 {
		return nil
	}
	return note(tx, l.batch, "batch_from_stock", "pieces", total)
}
