package store

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Setbacks counts what came between since a window was told of a request.
func (tx *Tx) Setbacks(r fab.Request) (s fab.Setbacks, err error) {
	all, err := tx.Batches(fab.BatchOpen, fab.BatchPaused, fab.BatchDone)
	if err != nil {
		return s, err
	}
	var own, others []fab.Batch
	for _, b := range all {
		switch {
		case b.RequestID == r.ID:
			own = append(own, b)
		case b.Status == fab.BatchOpen && b.CreatedAt.After(r.ToldAt):
			others = append(others, b)
		}
	}
	for _, b := range own {
		s.Paused = s.Paused || b.Status == fab.BatchPaused
		s.Changed = s.Changed || b.MovedAt.After(r.ToldAt)
		again, err := tx.again(b, r.ToldAt)
		if err != nil {
			return s, err
		}
		s.Again += again
		if s.Material, err = tx.lacksMaterial(b, s.Material); err != nil {
			return s, err
		}
	}
	for _, other := range others {
		if slices.ContainsFunc(own, func(b fab.Batch) bool { return b.Status == fab.BatchOpen && before(other, b) }) {
			s.Urgent++
		}
	}
	s.Away, err = tx.away(r.ToldAt)
	return s, err
}

// before reports whether a batch is due sooner than another, or as soon with a higher priority.
func before(a, b fab.Batch) bool {
	switch {
	case a.DueAt.IsZero() || b.DueAt.IsZero():
		return b.DueAt.IsZero() && !a.DueAt.IsZero() || a.DueAt.IsZero() == b.DueAt.IsZero() && a.Priority > b.Priority
	}
	return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(b.Priority, a.Priority)) < 0
}

// again counts the pieces of a batch that were lost since: counted bad, or of an attempt that began and came to nothing.
func (tx *Tx) again(b fab.Batch, since time.Time) (n int64, err error) {
	lots, err := tx.LotsOf(b.ID)
	if err != nil {
		return 0, err
	}
	for _, l := range lots {
		if l.CreatedAt.After(since) || l.SettledAt.After(since) {
			n += l.Bad
		}
	}
	attempts, err := tx.AttemptsOf(b.ID)
	for _, a := range attempts {
		if (a.Status == fab.AttemptFailed || a.Status == fab.AttemptLost) && !a.StartedAt.IsZero() && a.EndedAt.After(since) {
			n += a.Copies
		}
	}
	return n, err
}

func (tx *Tx) lacksMaterial(b fab.Batch, known bool) (bool, error) {
	if known {
		return true, nil
	}
	jobs, err := tx.JobsOf(b.ID)
	return slices.ContainsFunc(jobs, func(j fab.Job) bool { return j.Status == fab.JobWaiting && j.Wait.Code == waitMaterial }), err
}

// waitMaterial is what the planner says of a job that lacks material.
const waitMaterial = "wait_material"

// away counts the printers that were there then and are not now: silent since, taken out, or held.
func (tx *Tx) away(since time.Time) (n int64, err error) {
	workers, err := tx.Workers()
	if err != nil {
		return 0, err
	}
	agents, err := tx.Agents()
	silent := map[fab.AgentID]bool{}
	for _, a := range agents {
		silent[a.ID] = !a.Online && a.SeenAt.After(since)
	}
	for _, w := range workers {
		held := w.Hold.Code != "" && w.HeldAt.After(since)
		if w.Streamed() && !w.CreatedAt.After(since) && (held || w.RetiredAt.After(since) || !w.Retired() && silent[w.AgentID]) {
			n++
		}
	}
	return n, err
}
