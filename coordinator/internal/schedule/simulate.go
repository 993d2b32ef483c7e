package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// simulate hands out every job that may run, in the order of urgency, each to the worker that would finish it first.
// Where several kinds of job compete, the same is tried with only those workers for each kind who are worth their time,
// and the best of these plans is taken.
func (p *planner) simulate() {
	p.order()
	p.compare()
	p.resize()
}

// compare takes the best of several plans.
func (p *planner) compare() {
	bestLate, bestEnd := p.handOut(nil, 0)
	if !p.competing() {
		return
	}
	price := p.prices()
	best := p.places()
	take := func(late, end time.Duration) {
		if late < bestLate || late == bestLate && end < bestEnd {
			bestLate, bestEnd, best = late, end, p.places()
		}
	}
	for _, leeway := range leeways {
		take(p.handOut(price, leeway))
	}
	for _, beta := range betas {
		take(p.spread(price, beta))
	}
	for i, j := range p.jobs {
		j.on = best[i]
	}
	p.improve()
	p.runnersUp()
}

// runnersUp finds anew, for each job that starts now, who else would be done with it first if the jobs before it went
// where the plan has them. A search puts jobs where that is not the one that it is for.
func (p *planner) runnersUp() {
	free := p.freeTimes()
	for _, j := range p.jobs {
		if j.on == nil {
			continue
		}
		if j.on.startsNow() {
			j.next = p.runnerUp(j, free)
		}
		p.occupy(free, j.on.fit, j.on.at)
	}
}

func (p *planner) runnerUp(j *job, free []time.Duration) *candidate {
	best := -1
	var start time.Duration
	for i := range j.fits.fits {
		e, ok := look(j.fits.fits, int32(i), free) //nolint:gosec // a lab has no two billion printers
		if ok && j.fits.fits[i].w != j.on.w && (best < 0 || e.finish < start+j.fits.fits[best].takes) {
			best, start = i, e.start
		}
	}
	if best < 0 {
		return nil
	}
	return p.candidate(j.fits.fits[best], start)
}

// pairs is how many pairs of a kind of job and a worker are few enough to look for a better plan than the first.
const pairs = 60_000

// competing reports whether there are several kinds of job, and few enough workers for a search.
func (p *planner) competing() bool {
	n, kinds := 0, map[*fitting]bool{}
	for _, j := range p.jobs {
		if j.held.Code == "" && !kinds[j.fits] {
			kinds[j.fits] = true
			n += len(j.fits.fits)
		}
	}
	return len(kinds) > 1 && n <= pairs
}

// places is where each job is.
func (p *planner) places() []*candidate {
	out := make([]*candidate, len(p.jobs))
	for i, j := range p.jobs {
		out[i] = j.on
	}
	return out
}

// handOut makes one plan; with prices, of the workers that are within the leeway. It tells by how much jobs are late
// together, and when the last one ends.
func (p *planner) handOut(price []float64, leeway float64) (late, end time.Duration) {
	free := p.freeTimes()
	queues := map[*fitting]*queue{}
	for _, j := range p.jobs {
		j.on, j.next = nil, nil
		if j.held.Code != "" {
			continue
		}
		q := queues[j.fits]
		if q == nil {
			if price == nil {
				q = j.fits.queue(free)
			} else {
				q = newQueue(j.fits.affordable(price, free, leeway), free)
			}
			queues[j.fits] = q
		}
		p.place(j, q, free)
		if j.on == nil {
			continue
		}
		end = max(end, j.on.at+j.on.takes)
		late += j.late()
	}
	return late, end
}

func (p *planner) place(j *job, q *queue, free []time.Duration) {
	first, ok := q.first(free)
	if !ok {
		return
	}
	j.on = p.candidate(q.fits[first.fit], first.start)
	if j.on.startsNow() {
		if second, ok := q.second(free); ok {
			j.next = p.candidate(q.fits[second.fit], second.start)
		}
	}
	p.occupy(free, j.on.fit, first.start)
}

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

func (p *planner) candidate(f fit, start time.Duration) *candidate {
	return &candidate{fit: f, at: start, start: p.now.Add(start), finish: p.now.Add(start + f.takes)}
}

// occupy takes the worker's time for a job that starts there, and gives the time at which the job ends.
func (p *planner) occupy(free []time.Duration, f fit, start time.Duration) (end time.Duration) {
	end = start + f.takes
	free[f.w.index] = p.again(f.w, end)
	return end
}

// again is when a worker could start the next job after one that ends then.
func (p *planner) again(w *worker, end time.Duration) time.Duration {
	if w.Kind != fab.WorkerPrinter {
		return end
	}
	return w.clear.next(end) + p.Settings.Clear
}

// order sorts the jobs by the urgency of their batch: least slack, then priority, then age. Slack is the time between
// the end of the batch, had it all workers for itself, and its due date.
func (p *planner) order() {
	queues := map[fab.BatchID][]*job{}
	for _, j := range p.jobs {
		queues[j.BatchID] = append(queues[j.BatchID], j)
	}
	type urgent struct {
		fab.Batch
		slack time.Duration
	}
	ranks := make([]urgent, 0, len(queues))
	free := p.freeTimes()
	start := slices.Clone(free)
	for id, queue := range queues {
		slices.SortStableFunc(queue, inLine)
		b := p.batches[id]
		ranks = append(ranks, urgent{b, b.DueAt.Sub(p.now) - p.alone(queue, start, free)})
	}
	slices.SortFunc(ranks, func(a, b urgent) int {
		return cmp.Or(cmp.Compare(a.slack, b.slack), cmp.Compare(b.Priority, a.Priority), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	p.jobs = p.jobs[:0]
	for _, b := range ranks {
		p.jobs = append(p.jobs, queues[b.ID]...)
	}
	for i, j := range p.jobs {
		j.rank = i
	}
}

// inLine is the order inside of a batch.
func inLine(x, y *job) int {
	return cmp.Or(cmp.Compare(x.before, y.before), cmp.Compare(y.fits.fastest, x.fits.fastest), cmp.Compare(x.ID, y.ID))
}

// alone is when the jobs that may run would end if there were no others. It leaves free as it found it, equal to start.
func (p *planner) alone(jobs []*job, start, free []time.Duration) (end time.Duration) {
	queues := map[*fitting]*queue{}
	var used []int
	for _, j := range jobs {
		if j.held.Code != "" {
			continue
		}
		q := queues[j.fits]
		if q == nil {
			q = newQueue(j.fits.soonest(start, len(jobs)), free)
			queues[j.fits] = q
		}
		if first, ok := q.first(free); ok {
			f := q.fits[first.fit]
			used = append(used, f.w.index)
			end = max(end, p.occupy(free, f, first.start))
		}
	}
	for _, i := range used {
		free[i] = start[i]
	}
	return end
}
