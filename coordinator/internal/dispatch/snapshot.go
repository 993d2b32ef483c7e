package dispatch

import (
	"context"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const (
	memory      = 24 * time.Hour // how far back endings matter
	failuresIn  = time.Hour      // within which failed starts add up
	longestRest = 30 * time.Minute
)

// snapshot reads everything that the planner needs in one transaction.
func (l *Loop) snapshot(ctx context.Context) (s schedule.Snapshot, now time.Time, err error) {
	s = schedule.Snapshot{Settings: l.times, Zone: l.Zone, Made: map[fab.BatchID]schedule.Made{}}
	err = l.Store.View(ctx, func(tx *store.Tx) error {
		now = tx.Now()
		for _, read := range []func(*store.Tx, *schedule.Snapshot) error{readWorkers, readBatches, readWork} {
			if err := read(tx, &s); err != nil {
				return err
			}
		}
		if s.Capped, err = capped(tx, s.Workers, now); err != nil {
			return err
		}
		if s.Given, err = tx.LastGiven(); err != nil {
			return err
		}
		ended, err := tx.AttemptsEndedSince(now.Add(-memory))
		if err != nil {
			return err
		}
		s.Left, s.Resting = l.memories(ended, s.Workers, now)
		byHand, err := tx.HandAttempts()
		for _, a := range byHand {
			if a.Overdue(now) { // nothing new before somebody has called
				s.Resting[a.WorkerID] = now.Add(l.HandRest)
			}
		}
		for _, w := range s.Workers {
			if until := w.RestsUntil(now); until.After(s.Resting[w.ID]) {
				s.Resting[w.ID] = until
			}
		}
		return err
	})
	return s, now, err
}

func readBatches(tx *store.Tx, s *schedule.Snapshot) (err error) {
	if s.Batches, err = tx.Batches(fab.BatchOpen, fab.BatchPaused); err != nil {
		return err
	}
	if s.Stale, err = tx.StaleBatches(); err != nil {
		return err
	}
	if s.Supplied, err = tx.Supplied(); err != nil {
		return err
	}
	kitted, err := tx.Kitted()
	if err != nil {
		return err
	}
	ids := make([]fab.BatchID, len(s.Batches))
	for i, b := range s.Batches {
		ids[i] = b.ID
	}
	tally, err := tx.Tally(ids)
	if err != nil {
		return err
	}
	designs := map[fab.DesignVersionID]fab.DesignVersion{}
	for _, b := range s.Batches {
		d, known := designs[b.DesignID]
		if !known {
			if d, err = tx.Design(b.DesignID); err != nil {
				return err
			}
			plates, err := tx.Plates(b.DesignID)
			if err != nil {
				return err
			}
			designs[b.DesignID] = d
			s.Designs, s.Plates = append(s.Designs, d), append(s.Plates, plates...)
		}
		made := schedule.Made{Good: map[string]int64{}, Over: map[string]int64{}, Ready: map[string]int64{}, Kitted: kitted[b.ID]}
		for _, c := range tally.Counts(b, d.BOM) {
			part, _ := d.BOM.Part(c.Part)
			if _, work := d.BOM.Work(c.Part); work {
				made.Ready[c.Part] = c.Ready
			}
			made.Good[c.Part] = c.Good + c.Away // what a partner makes is as good as made for who plans the rest
			made.Over[c.Part] = c.Wanted(part, fab.LabYieldPM(s.Workers, s.Paces, b.Product, c.Part)) - c.Lack()
		}
		s.Made[b.ID] = made
	}
	return nil
}

func readWork(tx *store.Tx, s *schedule.Snapshot) (err error) {
	if s.Jobs, err = tx.Jobs(fab.JobWaiting, fab.JobLeased); err != nil {
		return err
	}
	if s.Attempts, err = tx.LiveAttempts(); err != nil {
		return err
	}
	if s.Reloads, err = tx.OpenReloads(); err != nil {
		return err
	}
	if s.Stock, err = tx.MaterialStock(); err != nil {
		return err
	}
	return readWorks(tx, s)
}

func readWorkers(tx *store.Tx, s *schedule.Snapshot) (err error) {
	if s.Workers, err = tx.Workers(); err != nil {
		return err
	}
	s.Workers = slices.DeleteFunc(s.Workers, fab.Worker.Retired)
	if s.Paces, err = tx.Paces(); err != nil {
		return err
	}
	if s.Agents, err = tx.Agents(); err != nil {
		return err
	}
	return readSpools(tx, s)
}

// readSpools reads which spools must not be used, and what is left of each.
func readSpools(tx *store.Tx, s *schedule.Snapshot) error {
	spools, err := tx.Spools()
	if err != nil {
		return err
	}
	for _, spool := range spools {
		if spool.Recalled {
			s.Recalled = append(s.Recalled, spool.ID)
		}
	}
	s.Spools, err = tx.SpoolsLeft()
	return err
}

// memories tells when each printer was last left, and who rests: a printer after starts that failed, for longer with
// each, and hands after an offer that was declined or not answered and
// after work that they gave back in time. Ended comes in the order of the endings.
func (l *Loop) memories(ended []fab.Attempt, workers []fab.Worker, now time.Time) (left, resting map[fab.WorkerID]time.Time) {
	left, resting = map[fab.WorkerID]time.Time{}, map[fab.WorkerID]time.Time{}
	streamed, failures := map[fab.WorkerID]bool{}, map[fab.WorkerID]int{}
	for _, w := range workers {
		streamed[w.ID] = w.Streamed()
	}
	for _, a := range ended {
		left[a.WorkerID] = a.EndedAt
		unstarted := a.StartedAt.IsZero() && a.Lines == 0
		switch {
		case a.End.Code == fab.EndedGivenBack && a.EndedAt.Before(a.LeaseUntil):
			resting[a.WorkerID] = a.EndedAt.Add(l.HandRest)
		case !unstarted:
			delete(failures, a.WorkerID)
			delete(resting, a.WorkerID)
		case a.End.Code == fab.EndedNotClear: // it waits for somebody to look, and for nothing else
		case streamed[a.WorkerID] && now.Sub(a.EndedAt) < failuresIn:
			rest := min(l.Rest<<min(failures[a.WorkerID], 10), longestRest)
			failures[a.WorkerID]++
			resting[a.WorkerID] = a.EndedAt.Add(rest)
		case !streamed[a.WorkerID] && (a.Status == fab.AttemptDeclined || a.Status == fab.AttemptLost):
			resting[a.WorkerID] = a.EndedAt.Add(l.HandRest)
		}
	}
	return left, resting
}

// week is the time over which a maker's cap counts.
const week = 7 * 24 * time.Hour

// capped tells from when on a worker may take more, of those whose makers set a cap and who have taken that much.
func capped(tx *store.Tx, workers []fab.Worker, now time.Time) (map[fab.WorkerID]time.Time, error) {
	caps := map[fab.WorkerID]int64{}
	var ids []fab.WorkerID
	for _, w := range workers {
		if w.WeekCap > 0 {
			caps[w.ID], ids = w.WeekCap, append(ids, w.ID)
		}
	}
	attempts, err := tx.AttemptsTakenSince(ids, now.Add(-week))
	taken := map[fab.WorkerID][]time.Time{}
	for _, a := range attempts {
		taken[a.WorkerID] = append(taken[a.WorkerID], a.CreatedAt)
	}
	until := map[fab.WorkerID]time.Time{}
	for id, times := range taken {
		if over := int64(len(times)) - caps[id]; over >= 0 {
			until[id] = times[over].Add(week)
		}
	}
	return until, err
}
