package supply

import (
	"cmp"
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Closed is what one press assembled and packed.
type Closed struct {
	Products int64 // assembled
	Boxes    []fab.Box
}

// CloseAll assembles every product that open requests wait for and that can be made whole now, what is needed first first.
// With pack, what is assembled and in no box goes into boxes too. There may be nothing to do.
func (s *Supply) CloseAll(ctx context.Context, pack bool, by fab.AccountID) (c Closed, err error) {
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		c = Closed{}
		lines, err := openLines(tx)
		if err != nil {
			return err
		}
		lines = firstNeeded(lines)
		for _, l := range lines {
			n, err := closeLine(tx, l, by)
			if err != nil {
				return err
			}
			c.Products += n
		}
		if !pack {
			return nil
		}
		c.Boxes, err = packAll(tx, lines)
		return err
	})
	return c, err
}

// openLine is a line of an approved request.
type openLine struct {
	request fab.Request
	line    fab.RequestLine
}

// openLines are the lines of approved requests, in the order of these.
func openLines(tx *store.Tx) (list []openLine, err error) {
	requests, err := tx.Requests(fab.RequestApproved)
	if err != nil {
		return nil, err
	}
	lines, err := tx.OpenLines()
	if err != nil {
		return nil, err
	}
	of := map[fab.RequestID][]fab.RequestLine{}
	for _, l := range lines {
		of[l.RequestID] = append(of[l.RequestID], l)
	}
	for _, r := range requests {
		for _, l := range of[r.ID] {
			list = append(list, openLine{r, l})
		}
	}
	return list, nil
}

// firstNeeded are the same lines, what is needed first first.
func firstNeeded(lines []openLine) []openLine {
	return slices.SortedStableFunc(slices.Values(lines), func(a, b openLine) int {
		return cmp.Or(a.request.NeedBy.Compare(b.request.NeedBy), cmp.Compare(a.request.ID, b.request.ID))
	})
}

func closeLine(tx *store.Tx, l openLine, by fab.AccountID) (int64, error) {
	can, err := closable(tx, l.request, l.line)
	if err != nil || can.Now <= 0 {
		return 0, err
	}
	_, err = makeKits(tx, l.request.ID, l.line.Product, can.Now, by)
	return can.Now, err
}

func packAll(tx *store.Tx, lines []openLine) (boxes []fab.Box, err error) {
	done := map[fab.RequestID]bool{}
	for _, l := range lines {
		if done[l.request.ID] {
			continue
		}
		done[l.request.ID] = true
		more, err := pack(tx, l.request.ID)
		if err != nil {
			return nil, err
		}
		boxes = append(boxes, more...)
	}
	return boxes, nil
}
