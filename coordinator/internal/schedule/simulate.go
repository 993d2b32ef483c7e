package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// simulate hands out every job that may run, in the order of urgency, each to the worker that would finish it first.
func (p *planner) simulate() {
	p.order()
	free := p.freeTimes()
	for _, j := range p.jobs {
		if j.held.Code != "" {
			continue
		}
		first, second := best(j.fits.fits, free)
		if first >= 0 {
			j.on = p.candidate(j.fits.fits[first], free)
			if second >= 0 {
				j.next = p.candidate(j.fits.fits[second], free)
			}
			p.occupy(free, j.fits.fits[first])
		}
	}
}

// never marks a worker that is not counted on in a list of free times.
const never = time.Duration(-1)

// freeTimes lists when each worker could start, from now on.
func (p *planner) freeTimes() []time.Duration {
	free := make([]time.Duration, len(p.workers))
	for i, w := range p.workers {
		free[i] = max(0, w.free.Sub(p.now))
		if w.state == off {
			free[i] = never
		}
	}
	return free
}

// best finds the fit that would finish first and the one after it, or -1. Of equals the one that starts first is taken,
// then the one with the lower id.
func best(fits []fit, free []time.Duration) (first, second int) {
	first, second = -1, -1
	sooner := func(i, than int) bool {
		a, b := free[fits[i].w.index], free[fits[than].w.index]
		return a+fits[i].takes < b+fits[than].takes || a+fits[i].takes == b+fits[than].takes && a < b
	}
	for i := range fits {
		switch {
		case free[fits[i].w.index] == never:
		case first < 0 || sooner(i, first):
			first, second = i, first
		case second < 0 || sooner(i, second):
			second = i
		}
	}
	return first, second
}

func (p *planner) candidate(f fit, free []time.Duration) *candidate {
	start := p.now.Add(free[f.w.index])
	return &candidate{fit: f, start: start, finish: start.Add(f.takes)}
}

// occupy takes the worker's time for a job, and gives the time at which the job ends.
func (p *planner) occupy(free []time.Duration, f fit) (end time.Duration) {
	end = free[f.w.index] + f.takes
	free[f.w.index] = end
	if f.w.Kind == fab.WorkerPrinter {
		free[f.w.index] += p.Settings.Clear
	}
	return end
}

// order sorts the jobs by the urgency of their batch: least slack, then priority, then age. Slack is the time between
// the end of the batch, had it all workers for itself, and its due date.
func (p *planner) order() {
	slack := map[fab.BatchID]time.Duration{}
	queues := map[fab.BatchID][]*job{}
	for _, j := range p.jobs {
		queues[j.BatchID] = append(queues[j.BatchID], j)
	}
	for id, queue := range queues {
		slices.SortStableFunc(queue, inLine)
		slack[id] = p.batches[id].DueAt.Sub(p.alone(queue))
	}
	slices.SortStableFunc(p.jobs, func(x, y *job) int {
		a, b := p.batches[x.BatchID], p.batches[y.BatchID]
		return cmp.Or(cmp.Compare(slack[a.ID], slack[b.ID]), cmp.Compare(b.Priority, a.Priority),
			a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID), inLine(x, y))
	})
}

// inLine is the order inside of a batch.
func inLine(x, y *job) int {
	return cmp.Or(cmp.Compare(x.before, y.before), cmp.Compare(y.fits.fastest, x.fits.fastest), cmp.Compare(x.ID, y.ID))
}

// alone is when the jobs that may run would end if there were no others.
func (p *planner) alone(queue []*job) time.Time {
	var end time.Duration
	free := p.freeTimes()
	for _, j := range queue {
		if j.held.Code != "" {
			continue
		}
		if first, _ := best(j.fits.fits, free); first >= 0 {
			end = max(end, p.occupy(free, j.fits.fits[first]))
		}
	}
	return p.now.Add(end)
}
