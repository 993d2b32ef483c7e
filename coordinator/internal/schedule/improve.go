package schedule

import "time"

// Looks and tries bound the search for a better plan: a decision must take milliseconds, and the same time always.
const (
	looks = 60_000 // pairs of a job and a place that are thought of
	tries = 6_000  // of which so many are worked out
)

// improver looks for moves and swaps of jobs between workers after everything was handed out. First it lowers the time by
// which jobs are late, then the time at which the last worker ends. Jobs stay in the order of urgency at each worker.
type improver struct {
	*planner
	rows         []row
	start        []time.Duration // when each worker can begin
	looks, tries int
	scale        float64 // the latest end before the search
}

// row is what one worker is to do.
type row struct {
	jobs []*job // by rank
	late time.Duration
	end  time.Duration
	load float64 // what the end weighs
}

// improve works on the plan that was handed out.
func (p *planner) improve() {
	im := &improver{planner: p, rows: make([]row, len(p.workers)), start: p.freeTimes(), looks: looks, tries: tries}
	for _, j := range p.jobs {
		if j.on != nil {
			r := &im.rows[j.on.w.index]
			r.jobs = append(r.jobs, j)
			im.index(j.fits)
		}
	}
	for i := range im.rows {
		im.rows[i].late, im.rows[i].end = im.run(i, im.rows[i].jobs, nil, nil)
		im.scale = max(im.scale, float64(im.rows[i].end))
	}
	for i := range im.rows {
		im.rows[i].load = im.weight(im.rows[i].end)
	}
	im.search()
}

func (im *improver) index(f *fitting) {
	if f.at != nil {
		return
	}
	at := make([]int32, len(im.workers))
	for i := range at {
		at[i] = -1
	}
	for i := range f.fits {
		at[f.fits[i].w.index] = int32(i) //nolint:gosec // a lab has no two billion printers
	}
	f.at = at
}

// search betters the worst worker again and again; one that cannot be bettered is left out until something changes.
func (im *improver) search() {
	stuck := make([]bool, len(im.rows))
	for im.looks > 0 && im.tries > 0 {
		w := im.worst(stuck)
		if w < 0 {
			return
		}
		if im.relieve(w) {
			clear(stuck)
		} else {
			stuck[w] = true
		}
	}
}

// worst is the worker with the most lateness, or else the one that ends last, of those that were not tried in vain; -1 when
// there is none.
func (im *improver) worst(stuck []bool) int {
	late, last := -1, -1
	for i := range im.rows {
		r := &im.rows[i]
		if r.late > 0 && !stuck[i] && (late < 0 || r.late > im.rows[late].late) {
			late = i
		}
		if len(r.jobs) > 0 && !stuck[i] && (last < 0 || r.end > im.rows[last].end) {
			last = i
		}
	}
	if late >= 0 {
		return late
	}
	return last
}

// change is a job that leaves a worker for another, and maybe one that comes back for it.
type change struct {
	from, to  int
	out, back *job
	late      time.Duration // by how much more both are late together
	load      float64       // by how much more their ends weigh
}

// relieve makes the best change that takes work off a worker; false when there is none.
func (im *improver) relieve(w int) bool {
	var best change
	for _, j := range im.rows[w].jobs {
		for i := range j.fits.fits {
			c := j.fits.fits[i].w.index
			if c == w || im.start[c] == never {
				continue
			}
			im.consider(&best, change{from: w, to: c, out: j})
			for _, k := range im.rows[c].jobs {
				if k.fits != j.fits || k.BatchID != j.BatchID {
					im.consider(&best, change{from: w, to: c, out: j, back: k})
				}
			}
			if im.looks <= 0 || im.tries <= 0 {
				break
			}
		}
	}
	if best.out == nil {
		return false
	}
	im.replace(best.from, best.out, best.back)
	im.replace(best.to, best.back, best.out)
	return true
}

// weight is what an end counts for: late ends so much more than early ones that evening out pays, and time saved as well.
func (im *improver) weight(end time.Duration) float64 {
	x := float64(end) / im.scale
	x *= x
	x *= x
	return x * x
}

// consider keeps a change if it is the best so far. It is worked out only if sums say that it may be worth it.
func (im *improver) consider(best *change, c change) {
	im.looks--
	from, to := &im.rows[c.from], &im.rows[c.to]
	late, load := from.late+to.late, from.load+to.load
	there := im.fit(c.out, c.to)
	e1, e2 := from.end-c.out.on.takes, to.end+there.takes
	if c.back == nil {
		e2 += im.Settings.Clear
	} else {
		here := im.fit(c.back, c.from)
		if here == nil {
			return
		}
		e1, e2 = e1+here.takes, e2-c.back.on.takes
	}
	if late == 0 && im.weight(e1)+im.weight(e2) >= load {
		return
	}
	im.tries--
	l1, e1 := im.run(c.from, from.jobs, c.out, c.back)
	l2, e2 := im.run(c.to, to.jobs, c.back, c.out)
	c.late, c.load = l1+l2-late, im.weight(e1)+im.weight(e2)-load
	better := best.out == nil || c.late < best.late || c.late == best.late && c.load < best.load
	if better && (c.late < 0 || c.late == 0 && c.load < 0) {
		*best = c
	}
}

// fit is how a worker would do a job, or nil.
func (im *improver) fit(j *job, w int) *fit {
	at := j.fits.at
	if at[w] < 0 {
		return nil
	}
	return &j.fits.fits[at[w]]
}

// run plays a worker's jobs without one of them and with another: by how much they are late together, and when the last
// ends.
func (im *improver) run(w int, jobs []*job, without, with *job) (late, end time.Duration) {
	t, worker := im.start[w], im.workers[w]
	exchange(jobs, without, with, func(j *job) {
		f := im.fit(j, w)
		start := worker.begin(t, f.takes)
		if start == never {
			late, end = horizon*1000, horizon
			return
		}
		end = start + f.takes
		t = im.again(worker, end)
		late += j.lateAt(im.now.Add(end))
	})
	return late, end
}

// exchange goes through jobs in their order without one of them and with another.
func exchange(jobs []*job, without, with *job, each func(*job)) {
	for _, j := range jobs {
		if with != nil && with.rank < j.rank {
			each(with)
			with = nil
		}
		if j != without {
			each(j)
		}
	}
	if with != nil {
		each(with)
	}
}

// replace changes a worker's jobs and says of each anew when it runs.
func (im *improver) replace(w int, without, with *job) {
	r, worker := &im.rows[w], im.workers[w]
	jobs := make([]*job, 0, len(r.jobs)+1)
	exchange(r.jobs, without, with, func(j *job) { jobs = append(jobs, j) })
	r.jobs = jobs
	r.late, r.end = im.run(w, jobs, nil, nil)
	r.load = im.weight(r.end)
	t := im.start[w]
	for _, j := range jobs {
		f := im.fit(j, w)
		start := worker.begin(t, f.takes)
		j.on = im.candidate(*f, start)
		t = im.again(worker, start+f.takes)
	}
}
