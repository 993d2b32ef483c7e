package dispatch_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// answer lets a person take or decline an offer.
func (w *world) answer(i int, yes bool) {
	offers := w.attempts(fab.AttemptOffered)
	if len(offers) == 0 {
		return
	}
	if id := offers[i%len(offers)].ID; yes {
		require.NoError(w, w.production.Accept(w.ctx, id, "maker"))
	} else {
		require.NoError(w, w.production.Decline(w.ctx, id, "maker"))
	}
}

// handIn lets a person bring what they took on, also after it was given up on them.
func (w *world) handIn(i int, bad int64) {
	var mine []fab.Attempt
	for _, a := range w.attempts(fab.AttemptLeased, fab.AttemptLost) {
		if a.PlateID == "" && !a.StartedAt.IsZero() {
			mine = append(mine, a)
		}
	}
	if len(mine) > 0 {
		id := mine[i%len(mine)].ID
		w.held[id] = true
		require.True(w, w.count(id, bad), "hand work counts, however late")
	}
}

// call asks about work that is overdue: it is given back, or comes later.
func (w *world) call(i int, back bool) {
	var overdue []fab.Attempt
	w.view(func(tx *store.Tx) error {
		list, err := tx.HandAttempts()
		for _, a := range list {
			if a.Overdue(tx.Now()) {
				overdue = append(overdue, a)
			}
		}
		return err
	})
	if len(overdue) == 0 {
		return
	}
	if id := overdue[i%len(overdue)].ID; back {
		require.NoError(w, w.production.GiveBack(w.ctx, id))
		require.NoError(w, w.production.GiveBack(w.ctx, id), "said twice")
	} else {
		require.NoError(w, w.production.Postpone(w.ctx, id, time.Now().Add(48*time.Hour)))
	}
}

// hold pauses, resumes or gives up a batch.
func (w *world) hold(id fab.BatchID, how int) {
	var err error
	switch how {
	case 0:
		err = w.production.Pause(w.ctx, id)
	case 1:
		err = w.production.Cancel(w.ctx, id)
	default:
		err = w.production.Resume(w.ctx, id)
	}
	if err != nil {
		require.Equal(w, fab.Conflict, fab.ClassOf(err), "%v", err)
	}
}

// recall calls a spool back, or puts another in its place.
func (w *world) recall(id fab.SpoolID, back bool) {
	if back {
		_, err := w.production.Recall(w.ctx, "spool", string(id), "brittle", "")
		require.NoError(w, err)
		return
	}
	for _, m := range w.machines {
		w.freshSpool(m, id)
	}
}

func (w *world) freshSpool(m *machine, recalled fab.SpoolID) {
	var row fab.Worker
	w.view(func(tx *store.Tx) (err error) { row, err = tx.Worker(m.worker); return err })
	if row.SpoolID == recalled && row.AttemptID == "" && m.runs == "" {
		require.NoError(w, w.production.Load(w.ctx, m.worker, ""))
	}
}

// check holds the books against what must always be so.
func (w *world) check() {
	w.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.NoError(w, err)
		require.Empty(w, found)
		attempts, err := tx.Attempts()
		require.NoError(w, err)
		lots, err := tx.Lots()
		require.NoError(w, err)
		w.checkLots(lots)
		live := map[fab.JobID]fab.AttemptID{}
		for _, a := range attempts {
			if a.Status.Live() && a.Status != fab.AttemptToCount {
				require.Empty(w, live[a.JobID], "a job with two live attempts")
				live[a.JobID] = a.ID
				row, err := tx.Worker(a.WorkerID)
				require.NoError(w, err)
				require.Equal(w, a.ID, row.AttemptID, "a live attempt that its worker does not know")
				j, err := tx.Job(a.JobID)
				require.NoError(w, err)
				require.True(w, j.AttemptID == a.ID && j.Status == fab.JobLeased, "a live attempt without its job")
			}
			if !w.seen[a.ID] {
				w.seen[a.ID] = true
				w.judge(tx, a)
			}
		}
		return nil
	})
}

// checkLots holds the lots against what people counted: the same, once each.
func (w *world) checkLots(lots []fab.Lot) {
	require.Len(w, lots, len(w.made))
	for _, lot := range lots {
		require.Equal(w, w.made[lot.AttemptID].good, lot.Declared)
		bad := w.made[lot.AttemptID].bad
		require.GreaterOrEqual(w, lot.Bad, bad)
	}
}

// judge looks at an attempt that was just given out: its worker must be there, willing and able.
func (w *world) judge(tx *store.Tx, a fab.Attempt) {
	row, err := tx.Worker(a.WorkerID)
	require.NoError(w, err)
	b, err := tx.Batch(a.BatchID)
	require.NoError(w, err)
	require.Equal(w, fab.BatchOpen, b.Status)
	require.False(w, row.Paused, "work for somebody who rests")
	require.NotEmpty(w, a.Why.Code)
	if a.Part == "strap" {
		require.True(w, row.CanStep("cut"))
		require.LessOrEqual(w, a.Copies, row.Quota)
		return
	}
	plate, err := tx.Plate(a.PlateID)
	require.NoError(w, err)
	require.True(w, plate.Fits(row), "a plate for another machine")
	require.True(w, row.PlateClear && row.State == "ready", "a bed that is not clear")
	agent, err := tx.Agent(row.AgentID)
	require.NoError(w, err)
	require.True(w, agent.Online, "an agent that is away")
	if hour := tx.Now().In(w.zone).Hour(); row.ClearHours != "" {
		require.True(w, hour >= 8 && hour < 20, "nobody is there at %d o'clock", hour)
	}
	taken, err := tx.AttemptsTakenSince([]fab.WorkerID{row.ID}, tx.Now().Add(-7*24*time.Hour))
	require.NoError(w, err)
	require.True(w, row.WeekCap == 0 || int64(len(taken)) <= row.WeekCap, "more than its week")
	if a.SpoolID != "" {
		spool, err := tx.Spool(a.SpoolID)
		require.NoError(w, err)
		require.False(w, spool.Recalled)
	}
}

// comeBack ends all that stands in the way, and lets everybody work until nothing is open.
func (w *world) comeBack() {
	for _, m := range w.machines {
		w.connect(m.agent, true)
		require.NoError(w, w.production.Rest(w.ctx, m.worker, false))
	}
	for _, id := range []fab.BatchID{"batch-0", "batch-1"} {
		w.hold(id, 2)
	}
	for round := 0; ; round++ {
		require.Less(w, round, 40, "something does not end: %s", w.waits())
		w.keep()
		w.step(round)
		w.waiting()
		for _, m := range w.machines {
			w.obey(m, false)
			w.end(m, true)
			for len(m.outbox) > 0 {
				w.deliver(m, 0, false)
			}
			w.unload(m, 0)
			w.freshSpool(m, w.recalledOn(m))
		}
		for range w.attempts(fab.AttemptOffered) {
			w.answer(0, true)
		}
		for range w.attempts(fab.AttemptLeased, fab.AttemptLost) {
			w.handIn(0, 0)
		}
		w.expire()
		w.check()
		w.keep()
		if w.ended() {
			break
		}
		time.Sleep([]time.Duration{time.Minute, 20 * time.Minute, 3 * time.Hour}[min(round/4, 2)])
	}
	for id := range w.held {
		require.Contains(w, w.made, id, "pieces that were made and never counted")
	}
}

// recalledOn is the spool on a machine when it was called back.
func (w *world) recalledOn(m *machine) (id fab.SpoolID) {
	w.view(func(tx *store.Tx) error {
		row, err := tx.Worker(m.worker)
		if err != nil || row.SpoolID == "" {
			return err
		}
		spool, err := tx.Spool(row.SpoolID)
		if spool.Recalled {
			id = spool.ID
		}
		return err
	})
	return id
}

// waiting demands a reason of everything that waits right after a look.
func (w *world) waiting() {
	w.view(func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting)
		for _, j := range jobs {
			b, err := tx.Batch(j.BatchID)
			require.NoError(w, err)
			require.True(w, b.Status != fab.BatchOpen && b.Status != fab.BatchPaused || j.Wait.Code != "", "job %s of %s waits without a reason", j.ID, b.ID)
		}
		return err
	})
}

func (w *world) waits() (text string) {
	w.view(func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting, fab.JobLeased)
		for _, j := range jobs {
			text += fmt.Sprintf("job %s %s %s; ", j.Part, j.Status, j.Wait.Code)
		}
		batches, err2 := tx.Batches()
		for _, b := range batches {
			text += fmt.Sprintf("%s %s; ", b.ID, b.Status)
		}
		live, err3 := tx.LiveAttempts()
		for _, a := range live {
			text += fmt.Sprintf("%s %s; ", a.WorkerID, a.Status)
		}
		return errors.Join(err, err2, err3)
	})
	for _, m := range w.machines {
		if m.runs != "" || m.bed != "" || m.dirty {
			text += fmt.Sprintf("%s runs %q, has on its bed %q, dirty %t; ", m.worker, m.runs, m.bed, m.dirty)
		}
	}
	return text
}

// ended reports whether every batch is made or given up, and nothing is on a machine or in hands.
func (w *world) ended() bool {
	open := false
	w.view(func(tx *store.Tx) error {
		batches, err := tx.Batches(fab.BatchOpen, fab.BatchPaused)
		require.NoError(w, err)
		live, err := tx.LiveAttempts()
		open = len(batches) > 0 || len(live) > 0
		return err
	})
	for _, m := range w.machines {
		open = open || m.runs != "" || m.bed != ""
	}
	return !open
}
