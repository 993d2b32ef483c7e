package labsim

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// booked is our policy that keeps the same lab in a real database as well. Whenever it plans, what happened in the lab since
// is written down there, a dispatch loop takes a step, and what that gave out must be what the policy gives out.
type booked struct {
	Ours
	t     *testing.T
	ctx   context.Context //nolint:containedctx // of one test
	store *store.Store
	loop  *dispatch.Loop

	live map[fab.WorkerID]fab.Attempt // what each printer was last given
	whys map[string]int
	seq  int64 // of the last change that was looked at
}

// Plan compares.
func (b *booked) Plan(w *world) schedule.Plan {
	if b.live == nil {
		b.furnish(w)
	}
	time.Sleep(time.Until(w.time()))
	b.update(func(tx *store.Tx) error { b.catchUp(tx, w); return nil })
	require.NoError(b.t, b.loop.Step(b.ctx))
	plan := b.Ours.Plan(w)
	var want []string
	for _, a := range plan.Assign {
		want = append(want, choice(a.Job, a.Worker, a.Plate, a.Copies, a.Why))
	}
	require.Equal(b.t, want, b.gave(), "at %s", w.now)
	return plan
}

func choice(j fab.JobID, w fab.WorkerID, p fab.PlateID, copies int64, why fab.Reason) string {
	return fmt.Sprint(j, " ", w, " ", p, " ", copies, " ", why.Code, " ", why.Args["other"], " ", why.Args["days"])
}

func (b *booked) update(fn func(tx *store.Tx) error) {
	b.t.Helper()
	require.NoError(b.t, b.store.Update(b.ctx, fn))
}

// gave lists what the step gave out, in the order in which it was committed.
func (b *booked) gave() (list []string) {
	require.NoError(b.t, b.store.View(b.ctx, func(tx *store.Tx) error {
		changes, err := tx.ChangesAfter(b.seq, 10_000)
		for _, c := range changes {
			if b.seq = c.Seq; c.Code != "attempt_leased" {
				continue
			}
			a, err := tx.Attempt(fab.AttemptID(c.Subject))
			require.NoError(b.t, err)
			b.live[a.WorkerID] = a
			b.whys[a.Why.Code]++
			list = append(list, choice(a.JobID, a.WorkerID, a.PlateID, a.Copies, a.Why))
		}
		return err
	}))
	return list
}

// furnish puts the lab's printers, designs and plates into the books.
func (b *booked) furnish(w *world) {
	b.live, b.whys = map[fab.WorkerID]fab.Attempt{}, map[string]int{}
	settings := w.lab.settings()
	b.loop = dispatch.New(dispatch.Config{Store: b.store, Log: slog.New(slog.DiscardHandler), Times: &settings, Zone: w.lab.Zone, Silence: 10_000 * time.Hour})
	b.update(func(tx *store.Tx) error {
		now := w.lab.Start
		require.NoError(b.t, tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, CreatedAt: now}))
		require.NoError(b.t, tx.AddMaker(&fab.Maker{ID: "maker", LocationID: "home", CreatedAt: now}))
		for _, a := range w.agents {
			a.MakerID, a.TokenHash, a.CreatedAt = "maker", string(a.ID), now
			require.NoError(b.t, tx.AddAgent(&a))
		}
		for _, d := range w.designs {
			d.Hash, d.CreatedAt = string(d.ID), now
			require.NoError(b.t, tx.AddDesign(&d))
		}
		for _, p := range w.plates {
			p.CreatedAt = now
			require.NoError(b.t, tx.AddPlate(&p))
		}
		for i, row := range w.workers {
			row.MakerID, row.Key, row.UpdatedAt, row.PausedUntil = "maker", row.Name, now, now.Add(w.lab.Printers[i].Busy)
			require.NoError(b.t, tx.AddWorker(&row))
		}
		return nil
	})
}

// catchUp writes down what happened since the last plan: requests that came in, prints that ended, beds that were cleared,
// printers that fell silent. What jobs were cut into is checked by the pieces and gets the lab's names.
func (b *booked) catchUp(tx *store.Tx, w *world) {
	for i := range w.agents {
		if a, err := tx.Agent(w.agents[i].ID); a.Online != w.agents[i].Online {
			require.NoError(b.t, err)
			a.Online = w.agents[i].Online
			require.NoError(b.t, tx.SetAgent(&a))
		}
	}
	for i := range w.batches {
		if _, err := tx.Batch(w.batches[i].ID); fab.ClassOf(err) == fab.NotFound {
			row := w.batches[i]
			row.Product = w.designs[w.productOf(row.ID)].Product
			require.NoError(b.t, tx.AddBatch(&row))
		}
	}
	for i := range w.workers {
		b.worker(tx, w, &w.workers[i])
	}
	b.jobs(tx, w)
}

// worker brings one printer up to date, and ends what it was at if it is at nothing.
func (b *booked) worker(tx *store.Tx, w *world, is *fab.Worker) {
	row, err := tx.Worker(is.ID)
	require.NoError(b.t, err)
	if is.AttemptID == "" && row.AttemptID != "" {
		a := b.live[is.ID]
		at, ended := w.left[is.ID]
		if !ended || at.Before(a.CreatedAt) {
			at = w.time() // it was lost
		}
		j := w.job(a.JobID)
		a.Status, a.StartedAt, a.EndedAt = fab.AttemptFailed, a.CreatedAt, at
		if j.Status == fab.JobDone {
			a.Status = fab.AttemptDone
			d := w.designs[w.product(j)].ID
			require.NoError(b.t, tx.AddLot(&fab.Lot{ID: store.NewID[fab.LotID](tx), Code: string(a.ID), AttemptID: a.ID, BatchID: a.BatchID, DesignID: d, Part: a.Part,
				WorkerID: is.ID, MakerID: "maker", Declared: a.Copies, Status: fab.LotMade, CreatedAt: at}))
		}
		require.NoError(b.t, tx.SetAttempt(&a))
		job, err := tx.Job(a.JobID)
		require.NoError(b.t, err)
		job.Status, job.AttemptID = j.Status, ""
		ok, err := tx.SwapJob(&job)
		require.NoError(b.t, err)
		require.True(b.t, ok)
		row.AttemptID = ""
	}
	row.State, row.PlateClear, row.TimeFactorPM, row.GoodPieces, row.BadPieces = is.State, is.PlateClear, is.TimeFactorPM, is.GoodPieces, is.BadPieces
	ok, err := tx.SwapWorker(&row)
	require.NoError(b.t, err)
	require.True(b.t, ok)
}

// jobs gives the jobs of the books the names that they have in the lab.
func (b *booked) jobs(tx *store.Tx, w *world) {
	rows, err := tx.Jobs(fab.JobWaiting)
	require.NoError(b.t, err)
	here, named := map[fab.BatchID]int64{}, map[fab.JobID]bool{}
	for _, row := range rows {
		here[row.BatchID] += row.Copies
		if j := w.job(row.ID); j != nil {
			require.Equal(b.t, j.Copies, row.Copies, "%s was cut otherwise", row.ID)
			named[row.ID] = true
			continue
		}
		row.Status = fab.JobCancelled
		_, err := tx.SwapJob(&row)
		require.NoError(b.t, err)
	}
	there, fresh := map[fab.BatchID]int64{}, []fab.Job(nil)
	for _, j := range w.jobs {
		if j.Status != fab.JobWaiting {
			continue
		}
		there[j.BatchID] += j.Copies
		if !named[j.ID] {
			j.CreatedAt = w.lab.Start
			fresh = append(fresh, j)
		}
	}
	for id, n := range here {
		require.Equal(b.t, there[id], n, "open pieces of %s", id)
	}
	if len(fresh) > 0 {
		require.NoError(b.t, tx.AddJobs(fresh))
	}
}

// whole cuts the times of a lab to seconds, as plates keep them.
func whole(l Lab) Lab {
	l.Start = time.Now().UTC()
	for i := range l.Printers {
		p := &l.Printers[i]
		if p.Busy = p.Busy.Truncate(time.Second); p.Drops >= 0 {
			p.Drops = p.Drops.Truncate(time.Second)
		}
		for k := range p.Real {
			p.Real[k] = p.Real[k].Truncate(time.Second)
		}
		p.Declared = append([]time.Duration(nil), p.Declared...)
		for k := range p.Declared {
			p.Declared[k] = p.Declared[k].Truncate(time.Second)
		}
	}
	for i := range l.Products {
		p := &l.Products[i]
		p.Arrives, p.Due = p.Arrives.Truncate(time.Second), p.Due.Truncate(time.Second)
	}
	return l
}

// Ensure that what is measured on virtual labs is what a real lab does: the same lab in a database, given out by the loop
// that dispatches, has the same jobs go to the same printers on the same plates in the same order, for the same reasons,
// with failures, silence, hours, wrong estimates, several products, sizes of plate, piles and goodwill.
func TestTheBooksGiveOutWhatTheLabDoes(t *testing.T) {
	whys := bookedLabs(t, 0, 1)
	for _, code := range []string{schedule.WhyEarliest, schedule.WhyPile, schedule.WhySmaller, schedule.WhyGoodwill} {
		require.Positive(t, whys[code], "no lab led to %s", code)
	}
}

// bookedLabs plays labs of every family in a database, for the seeds from first and below end, and counts the reasons.
func bookedLabs(t *testing.T, first, end uint64) (whys map[string]int) {
	t.Helper()
	hours, evenings := fab.Hours("07:30-22:30"), fab.Hours("mo-fr 18:00-22:00; sa,su 09:00-22:00")
	whys = map[string]int{}
	for name, draw := range map[string]func(seed uint64) Lab{
		"one product": OneProduct,
		"troubled": func(seed uint64) Lab {
			return Visors(seed, Options{Printers: 5, Plates: 16, Fail: true, Drop: 0.2, Wrong: 0.35})
		},
		"two products": func(seed uint64) Lab {
			return TwoProducts(seed, Options{Printers: 4, Plates: 14, Fail: true, Wrong: 0.3, Hours: hours})
		},
		"piles": func(seed uint64) Lab {
			return Visors(seed, Options{Printers: 5, Plates: 20, Fail: true, Wrong: 0.3, Hours: evenings, Sizes: []int64{1, 4, 8}, Piles: true})
		},
		"quiet": func(seed uint64) Lab {
			l := Quiet(seed, hours)
			l.Products = l.Products[:5]
			for i := range l.Printers {
				l.Printers[i].Real, l.Printers[i].Declared = l.Printers[i].Real[:5], l.Printers[i].Declared[:5]
			}
			return l
		},
	} {
		for seed := first; seed < end; seed++ {
			synctest.Test(t, func(t *testing.T) {
				s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "lab.db"), slog.New(slog.DiscardHandler))
				require.NoError(t, err)
				defer func() { require.NoError(t, s.Close()) }()
				l := whole(draw(seed))
				b := &booked{t: t, ctx: t.Context(), store: s}
				o, err := Play(&l, b)
				require.NoError(t, err)
				require.True(t, o.Finished, "%s, seed %d", name, seed)
				require.NotEmpty(t, b.whys)
				for code, n := range b.whys {
					whys[code] += n
				}
			})
		}
	}
	return whys
}
