package delivery

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Close ends a run before its last stop: what is aboard for the open stops comes back to the hub. Who closes a run that is
// over already reads since when.
func (d *Delivery) Close(ctx context.Context, id fab.RunID, by fab.AccountID) error {
	return d.change(ctx, id, func(tx *store.Tx, run fab.Run, stops []fab.Stop) error {
		for _, s := range openOf(stops) {
			if err := unvisited(tx, run, s, fab.StopNotVisited); err != nil {
				return err
			}
		}
		run.Status, run.FinishedAt, run.ClosedBy = fab.RunDone, tx.Now(), by
		return tx.SetRun(&run)
	})
}

// Link makes one more link that opens a run for its driver.
func (d *Delivery) Link(ctx context.Context, id fab.RunID) (token string, err error) {
	err = d.change(ctx, id, func(tx *store.Tx, run fab.Run, _ []fab.Stop) error {
		token, err = tx.NewLink(fab.LinkRun, string(id), run.Day.Add(linkFor))
		return err
	})
	return token, err
}

// unvisited closes a stop that nobody will pass by.
func unvisited(tx *store.Tx, run fab.Run, s fab.Stop, why string) error {
	if err := bringBack(tx, run, s); err != nil {
		return err
	}
	return closeStop(tx, s, fab.StopFailed, fab.Mark{Why: why, HappenedAt: tx.Now()}, "stop_failed")
}

// Late is a report that contradicts the books, for the desk to look at.
type Late struct {
	Mark     fab.Mark
	Run      fab.Run
	Stop     StopView
	CanTrust bool // the boxes that it names are here, so that the books can be put right
}

// LateMarks reads the reports that contradict the books.
func (d *Delivery) LateMarks(ctx context.Context) (list []Late, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		list = nil
		marks, err := tx.LateMarks()
		if err != nil {
			return err
		}
		for _, m := range marks {
			one, err := lateMark(tx, m)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

func lateMark(tx *store.Tx, m fab.Mark) (l Late, err error) {
	l.Mark = m
	s, err := tx.Stop(m.StopID)
	if err != nil {
		return l, err
	}
	if l.Run, err = tx.Run(s.RunID); err != nil {
		return l, err
	}
	if l.Stop, err = viewStop(tx, s); err != nil {
		return l, err
	}
	_, elsewhere := claimed(tx, l.Stop, m)
	l.CanTrust = elsewhere == nil
	return l, nil
}

// claimed are the boxes that a late report says were handed over, if they lie at the hub.
func claimed(tx *store.Tx, v StopView, m fab.Mark) (boxes []fab.Box, err error) {
	if m.Act != fab.MarkDeliver || v.Stop.Status != fab.StopFailed {
		return nil, fab.Refuse(fab.Conflict, "mark_not_taken", "")
	}
	all, err := tx.BoxesOf(v.Stop.RequestID)
	if err != nil {
		return nil, err
	}
	codes := m.Boxes
	if codes == nil {
		for _, line := range v.Note.Lines {
			codes = append(codes, line.Box)
		}
	}
	wanted := map[string]bool{}
	for _, code := range codes {
		wanted[code] = true
	}
	for _, b := range all {
		if !wanted[b.Code] {
			continue
		}
		if b.Status != fab.BoxPacked {
			return nil, fab.Refuse(fab.Conflict, "box_elsewhere", "box", "box", b.Code)
		}
		boxes = append(boxes, b)
	}
	if len(boxes) == 0 {
		return nil, fab.Refuse(fab.Conflict, "mark_not_taken", "")
	}
	return boxes, nil
}

// Settle ends a contradiction between a report and the books. With trust the driver was right: the boxes are delivered as
// the report says. Without it the books stay as they are.
func (d *Delivery) Settle(ctx context.Context, key string, trust bool, by fab.AccountID) error {
	return d.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Mark(key)
		if err != nil {
			return err
		}
		if m.Outcome != fab.MarkLate || !m.SettledAt.IsZero() {
			return fab.Refuse(fab.Conflict, "mark_settled", "")
		}
		if trust {
			if err := correct(tx, m); err != nil {
				return err
			}
		}
		m.SettledAt, m.By = tx.Now(), by
		return tx.SetMark(&m)
	})
}

// correct puts into the books what a late report says.
func correct(tx *store.Tx, m fab.Mark) error {
	s, err := tx.Stop(m.StopID)
	if err != nil {
		return err
	}
	v, err := viewStop(tx, s)
	if err != nil {
		return err
	}
	boxes, err := claimed(tx, v, m)
	if err != nil {
		return err
	}
	place, err := facilityPlace(tx, v.Facility)
	if err != nil {
		return err
	}
	for _, b := range boxes {
		b.Status, b.StopID = fab.BoxDelivered, s.ID
		if _, err := moveBox(tx, b, fab.TheHub, place, "delivered"); err != nil {
			return err
		}
	}
	if err := prove(tx, m); err != nil {
		return err
	}
	status := fab.StopDone
	if m.Boxes != nil && len(boxes) < len(v.Note.Lines) {
		status = fab.StopPartly
	}
	m.Why = ""
	if err := closeStop(tx, s, status, m, "delivered"); err != nil {
		return err
	}
	return closeRequest(tx, s.RequestID)
}
