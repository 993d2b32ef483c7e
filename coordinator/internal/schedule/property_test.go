package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// anyLab draws a lab with several designs, batches, machines and hands in all kinds of states.
func anyLab(t *rapid.T) Snapshot {
	pick := func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
	s := lab()
	s.Batches, s.Plates, s.Stock["film"] = nil, nil, int64(pick("film", 60))
	models := []string{"ender3", "mk3s", "delta"}
	for i, m := range models {
		p := plate(m, int64(600*(i+1)+pick("seconds", 5000)))
		p.Status = []fab.PlateStatus{fab.PlateReady, fab.PlateReady, fab.PlatePending, fab.PlateImpossible}[pick("plate", 4)]
		s.Plates = append(s.Plates, p)
	}
	for b := range 1 + pick("batches", 4) {
		id := fab.BatchID(fmt.Sprintf("b%d", b))
		s.Batches = append(s.Batches, fab.Batch{ID: id, DesignID: "d-visor", Quantity: int64(1 + pick("quantity", 30)), DueAt: now.Add(time.Duration(pick("due", 100)) * time.Hour),
			Status: []fab.BatchStatus{fab.BatchOpen, fab.BatchOpen, fab.BatchPaused}[pick("batch", 3)]})
		s.Made[id] = Made{Good: map[string]int64{"band": int64(pick("good", 10))}, Kitted: int64(pick("kitted", 5))}
		bands(&s, id, pick("jobs", 20))
	}
	for i := range pick("workers", 15) {
		w := printer(fab.WorkerID(fmt.Sprintf("w%02d", i)), int64(250+pick("factor", 3750)))
		w.Model = models[pick("model", 3)]
		w.GoodPieces, w.BadPieces = int64(pick("gp", 100)), int64(pick("bp", 20))
		switch pick("state", 8) {
		case 0:
			w = printing(&s, w, time.Duration(pick("since", 300))*time.Minute)
		case 1:
			w.PlateClear, s.Left[w.ID] = false, now.Add(-time.Duration(pick("left", 200))*time.Minute)
		case 2:
			w.State = "offline"
		case 3:
			w.Paused = true
		case 4:
			w.Kind, w.AgentID, w.Steps, w.Quota = fab.WorkerHand, "", []string{"print"}, 10
		}
		s.Workers = append(s.Workers, w)
	}
	return s
}

// Ensure, for any lab: no worker gets two jobs and no job is given twice; only waiting jobs of open batches go to ready
// workers with a fitting plate; every other waiting job and idle worker has a reason; an idle worker that fits a job
// which may run is never left without one for no reason; the order of the rows does not matter.
func TestPlansAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyLab(t)
		plan := Make(s, now)
		jobs, workers := map[fab.JobID]bool{}, map[fab.WorkerID]bool{}
		for _, a := range plan.Assign {
			require.False(t, jobs[a.Job] || workers[a.Worker])
			jobs[a.Job], workers[a.Worker] = true, true
			sound(t, s, a)
			require.NotContains(t, plan.Jobs, a.Job)
			require.NotContains(t, plan.Workers, a.Worker)
		}
		for _, j := range s.Jobs {
			require.True(t, jobs[j.ID] || plan.Jobs[j.ID].Code != "", "job %s has no reason", j.ID)
			require.NotContains(t, []string{WaitNoPrinter, WaitSlicing}, fitsSomebody(s, j, plan.Jobs[j.ID].Code))
		}
		for _, w := range s.Workers {
			require.True(t, workers[w.ID] || w.AttemptID != "" || plan.Workers[w.ID].Code != "", "worker %s has no reason", w.ID)
		}
		shuffled := s
		shuffled.Jobs, shuffled.Workers, shuffled.Batches = slices.Clone(s.Jobs), slices.Clone(s.Workers), slices.Clone(s.Batches)
		slices.Reverse(shuffled.Jobs)
		slices.Reverse(shuffled.Workers)
		slices.Reverse(shuffled.Batches)
		require.Empty(t, cmp.Diff(plan, Make(shuffled, now)))
	})
}

func sound(t *rapid.T, s Snapshot, a Assignment) {
	j := s.Jobs[slices.IndexFunc(s.Jobs, func(j fab.Job) bool { return j.ID == a.Job })]
	w := s.Workers[slices.IndexFunc(s.Workers, func(w fab.Worker) bool { return w.ID == a.Worker })]
	b := s.Batches[slices.IndexFunc(s.Batches, func(b fab.Batch) bool { return b.ID == j.BatchID })]
	p := s.Plates[slices.IndexFunc(s.Plates, func(p fab.Plate) bool { return p.ID == a.Plate })]
	require.Equal(t, fab.BatchOpen, b.Status)
	require.Equal(t, fab.PlateReady, p.Status)
	require.Equal(t, w.Model, p.Model)
	require.Empty(t, w.AttemptID)
	require.False(t, w.Paused)
	require.True(t, !w.Streamed() || w.PlateClear && w.State == "ready")
	require.NotEmpty(t, a.Why.Code)
	require.True(t, a.Finish.After(now))
	week, err := w.ClearHours.Week("hours")
	require.NoError(t, err)
	there := fab.Intervals(week, now, now.Add(time.Minute), time.UTC)
	require.True(t, len(week) == 0 || len(there) > 0 && there[0].From.Equal(now), "nobody is there at %s", w.ID)
}

// fitsSomebody gives the code back when a ready plate of the job fits a worker.
func fitsSomebody(s Snapshot, j fab.Job, code string) string {
	for _, p := range s.Plates {
		for _, w := range s.Workers {
			if p.Part == j.Part && p.Status == fab.PlateReady && p.Model == w.Model {
				return code
			}
		}
	}
	return ""
}

// Ensure that the simulated greedy plan for one product with equal plates is the exact optimum: the smallest T in which
// the workers, each from the time it is free, make n plates. 2000 seeds.
func TestOneProductReachesTheExactOptimum(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := lab()
		s.Settings.Clear = time.Duration(r.IntN(20)) * time.Minute
		for i := range 1 + r.IntN(12) {
			w := printer(fab.WorkerID(fmt.Sprintf("w%02d", i)), int64(250+r.IntN(3750)))
			if r.IntN(3) == 0 {
				w = printing(&s, w, time.Duration(r.IntN(200))*time.Minute)
			}
			s.Workers = append(s.Workers, w)
		}
		n := 1 + r.IntN(60)
		bands(&s, "b", n)
		p := newPlanner(s, now)
		p.admit()
		best := optimum(p, n)
		free := p.freeTimes()
		require.Equal(t, best, now.Add(p.alone(p.jobs, slices.Clone(free), free)), "seed %d", seed)
		require.Equal(t, best, lastEnd(p), "seed %d", seed)
	}
}

// lastEnd is when the last job ends by the simulation.
func lastEnd(p *planner) (end time.Time) {
	p.simulate()
	for _, j := range p.jobs {
		if j.on.finish.After(end) {
			end = j.on.finish
		}
	}
	return end
}

// optimum searches the smallest T among all times at which a worker can end a plate.
func optimum(p *planner, n int) time.Time {
	var ends []time.Time
	fits := p.jobs[0].fits.fits
	for _, f := range fits {
		for k := range n {
			ends = append(ends, f.w.free.Add(f.takes*time.Duration(k+1)+p.Settings.Clear*time.Duration(k)))
		}
	}
	slices.SortFunc(ends, time.Time.Compare)
	i, _ := slices.BinarySearchFunc(ends, true, func(end time.Time, _ bool) int {
		made := 0
		for _, f := range fits {
			if whole := end.Sub(f.w.free) + p.Settings.Clear; whole > 0 {
				made += int(whole / (f.takes + p.Settings.Clear))
			}
		}
		if made >= n {
			return 0
		}
		return -1
	})
	return ends[i]
}

// Ensure that pulling job by job, as printers become free, ends when the first plan said: the guard never loses time.
func TestPullingReachesWhatThePlanSaid(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 2))
		s := lab()
		s.Settings = Settings{}
		for i := range 1 + r.IntN(6) {
			s.Workers = append(s.Workers, printer(fab.WorkerID(fmt.Sprintf("w%02d", i)), int64(250+r.IntN(3750))))
		}
		bands(&s, "b", 1+r.IntN(25))
		first := newPlanner(s, now)
		first.admit()
		require.Equal(t, lastEnd(first), pull(&s), "seed %d", seed)
	}
}

// pull runs the plans on virtual time with printers that take exactly what they are expected to, and gives the end.
func pull(s *Snapshot) time.Time {
	at, ends := now, map[fab.WorkerID]time.Time{}
	for len(s.Jobs) > 0 || len(ends) > 0 {
		for _, a := range Make(*s, at).Assign {
			i := slices.IndexFunc(s.Jobs, func(j fab.Job) bool { return j.ID == a.Job })
			s.Jobs = slices.Delete(s.Jobs, i, i+1)
			k := slices.IndexFunc(s.Workers, func(w fab.Worker) bool { return w.ID == a.Worker })
			s.Workers[k].AttemptID, ends[a.Worker] = fab.AttemptID(a.Job), a.Finish
			s.Attempts = append(s.Attempts, fab.Attempt{ID: fab.AttemptID(a.Job), PlateID: a.Plate, StartedAt: at, CreatedAt: at})
		}
		at = time.Time{}
		for _, end := range ends {
			if at.IsZero() || end.Before(at) {
				at = end
			}
		}
		for k, w := range s.Workers {
			if end, ok := ends[w.ID]; ok && end.Equal(at) {
				s.Workers[k].AttemptID = ""
				delete(ends, w.ID)
			}
		}
	}
	return at
}

// BenchmarkPlan is one decision in a lab of 200 printers and 20 open batches of 25 plates.
func BenchmarkPlan(b *testing.B) {
	s := lab()
	s.Batches = nil
	for i := range 200 {
		s.Workers = append(s.Workers, printer(fab.WorkerID(fmt.Sprintf("w%03d", i)), int64(250+(i*37)%3750)))
	}
	for i := range 20 {
		id := fab.BatchID(fmt.Sprintf("b%02d", i))
		s.Batches = append(s.Batches, fab.Batch{ID: id, DesignID: "d-visor", Quantity: 25, Status: fab.BatchOpen, DueAt: now.Add(time.Duration(i) * time.Hour)})
		bands(&s, id, 25)
	}
	for b.Loop() {
		Make(s, now)
	}
}
