package labsim

import (
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

// Policy gives out work.
type Policy interface {
	Name() string
	Plan(w *world) schedule.Plan
}

// Ours is the lab's own planner. With Over a batch has a few plates more than it lacks, by the yield that was learned, so
// that a plate that fails at the end is no new wait.
type Ours struct{ Over bool }

// Name is what reports call it.
func (o Ours) Name() string {
	if o.Over {
		return "mailleur"
	}
	return "mailleur without overage"
}

// Plan asks the very function that dispatches.
func (Ours) Plan(w *world) schedule.Plan { return schedule.Make(w.Snapshot(), w.time()) }

// Pull is a plain queue, as print farms have: whoever is free takes what is next, by due date or by age.
type Pull struct{ ByDue bool }

// Name is what reports call it.
func (p Pull) Name() string {
	if p.ByDue {
		return "pull by due date"
	}
	return "pull"
}

// Plan gives every free printer the next job that it can make.
func (p Pull) Plan(w *world) (plan schedule.Plan) {
	due := map[fab.BatchID]time.Time{}
	for _, b := range w.batches {
		due[b.ID] = b.DueAt
		if !p.ByDue {
			due[b.ID] = b.CreatedAt
		}
	}
	var waiting []*fab.Job
	for i := range w.jobs {
		if w.jobs[i].Status == fab.JobWaiting {
			waiting = append(waiting, &w.jobs[i])
		}
	}
	slices.SortStableFunc(waiting, func(a, b *fab.Job) int { return due[a.BatchID].Compare(due[b.BatchID]) })
	for k := range w.workers {
		if !w.idle(k) || there(w.lab, k, w.now) > w.now {
			continue
		}
		i := slices.IndexFunc(waiting, func(j *fab.Job) bool { return w.lab.Printers[k].Real[w.product(j)] > 0 })
		if i >= 0 {
			plan.Assign = append(plan.Assign, schedule.Assignment{Job: waiting[i].ID, Worker: w.workers[k].ID})
			waiting = slices.Delete(waiting, i, i+1)
		}
	}
	return plan
}

// Shares deals the plates out at the start, as spreadsheets did: the same to each, or in proportion to declared speed.
// What a printer that fell silent had left is dealt out again a day later.
type Shares struct {
	Proportional bool

	owner map[fab.JobID]int
	told  map[int]bool
}

// Name is what reports call it.
func (s *Shares) Name() string {
	if s.Proportional {
		return "shares by speed"
	}
	return "equal shares"
}

// Plan gives every free printer the next job of its own share.
func (s *Shares) Plan(w *world) (plan schedule.Plan) {
	if s.owner == nil {
		s.owner, s.told = map[fab.JobID]int{}, map[int]bool{}
	}
	var open []*fab.Job
	for i := range w.jobs {
		j := &w.jobs[i]
		if j.Status != fab.JobWaiting {
			continue
		}
		owner, dealt := s.owner[j.ID]
		if dealt && s.lost(w, owner) {
			dealt = false
		}
		if !dealt {
			open = append(open, j)
		}
	}
	s.deal(w, open)
	taken := map[int]bool{}
	for i := range w.jobs {
		j := &w.jobs[i]
		k, dealt := s.owner[j.ID]
		if dealt && j.Status == fab.JobWaiting && !taken[k] && w.idle(k) && there(w.lab, k, w.now) <= w.now {
			taken[k] = true
			plan.Assign = append(plan.Assign, schedule.Assignment{Job: j.ID, Worker: w.workers[k].ID})
		}
	}
	return plan
}

// lost reports whether it is known that a printer fell silent.
func (s *Shares) lost(w *world, k int) bool {
	return w.gone[k] && w.now >= w.lab.Printers[k].Drops+24*time.Hour
}

// deal gives each job to the printer that has the least to do, counted in plates or in time.
func (s *Shares) deal(w *world, jobs []*fab.Job) {
	if len(jobs) == 0 {
		return
	}
	load := make([]float64, len(w.workers))
	for id, k := range s.owner {
		if j := w.job(id); j.Status == fab.JobWaiting {
			load[k] += s.weight(w, k, j)
		}
	}
	for _, j := range jobs {
		best := -1
		for k := range w.workers {
			if s.lost(w, k) || w.lab.Printers[k].Real[w.product(j)] == 0 {
				continue
			}
			if best < 0 || load[k]+s.weight(w, k, j) < load[best]+s.weight(w, best, j) {
				best = k
			}
		}
		if best >= 0 {
			s.owner[j.ID] = best
			load[best] += s.weight(w, best, j)
		}
	}
}

func (s *Shares) weight(w *world, k int, j *fab.Job) float64 {
	if !s.Proportional {
		return 1
	}
	return float64(w.lab.Printers[k].Declared[w.product(j)] + w.lab.Clear)
}
