package schedule

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// portion is a plate of another size than its job was cut for, that starts now.
type portion struct {
	size
	absorbs []*job // waiting jobs of the same part and batch whose pieces it makes as well
}

// demand is what waits of one part of one batch.
type demand struct {
	jobs   []*job        // by rank
	pieces int64         // of these jobs
	end    time.Duration // of the last of them
}

// lane is the time that one worker has for a demand.
type lane struct {
	fit   *fit
	from  time.Duration // when it could begin
	until time.Duration // when work for others begins there; never when none does
	sizes []sized
	most  int64         // pieces that are wanted of it; 0: as many as it can make
	count int64         // pieces that it makes by the end that is looked at
	first *sized        // what it begins with
	ends  time.Duration // when that is done
}

// sized is a size of plate on one worker.
type sized struct {
	size
	takes time.Duration
	worth float64 // pieces to be expected: of a taller plate more are lost when it fails
}

// What bounds the choice of sizes: plates that are thought of, at least and for each worker; doublings and halvings of the
// time to the end.
const (
	steps     = 40_000
	stepsEach = 20
	doublings = 4
	halvings  = 14
)

// sizer chooses which size of plate is begun now, where there are several. For each part of a batch it looks for the
// earliest end by which the workers can make the pieces that are open, each with the plates that bring it most pieces
// for its time: tall ones before a night, small ones at the end.
type sizer struct {
	*planner
	rows  [][]*job        // of each worker, by rank
	start []time.Duration // when each worker can begin
	free  []time.Duration // the same, with what was chosen for it
	seen  []int           // the last demand that each worker was looked at for
	steps int             // that are left
}

// resize is the last step of the simulation.
func (p *planner) resize() {
	demands := p.demands()
	if len(demands) == 0 {
		return
	}
	n := len(p.workers)
	z := &sizer{planner: p, rows: make([][]*job, n), start: p.freeTimes(), seen: make([]int, n), steps: max(steps, stepsEach*n)}
	z.free = slices.Clone(z.start)
	for _, j := range p.jobs {
		if j.on != nil {
			z.rows[j.on.w.index] = append(z.rows[j.on.w.index], j)
		}
	}
	for _, jobs := range demands {
		z.choose(jobs)
	}
}

// demands lists the jobs by batch and part, where there are several sizes of plate, in the order of urgency.
func (p *planner) demands() (all [][]*job) {
	type key struct {
		batch fab.BatchID
		part  string
	}
	at := map[key]int{}
	for _, j := range p.jobs {
		if j.on == nil || !j.fits.several || j.How != fab.ByPrint {
			continue
		}
		i, known := at[key{j.BatchID, j.Part}]
		if !known {
			i = len(all)
			at[key{j.BatchID, j.Part}] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], j)
		j.demand = i + 1
	}
	return all
}

func (z *sizer) choose(jobs []*job) {
	fits := z.fits(jobs)
	if !slices.ContainsFunc(fits, z.mayBegin) || z.steps <= 0 {
		return
	}
	lanes, d := z.lanes(jobs, fits)
	low, end := time.Duration(0), d.end
	for n := 0; n < doublings && !z.fill(lanes, d, end); n++ { // plates smaller than the jobs were cut for take longer
		low, end = end, 2*end
	}
	for n := 0; n < halvings && z.steps > 0; n++ {
		if middle := low + (end-low)/2; z.fill(lanes, d, middle) {
			end = middle
		} else {
			low = middle
		}
	}
	z.fill(lanes, d, end)
	if z.steps > 0 {
		z.begin(d, z.busy(lanes, d, end), end)
	}
}

// fits are the workers to look at: those that have jobs by the simulation, and those that would end one first.
func (z *sizer) fits(jobs []*job) (out []*fit) {
	f, pieces := jobs[0].fits, 0
	look := func(w *worker) {
		if one, ok := f.of(w); ok && z.seen[w.index] != jobs[0].demand && one.shelf != nil {
			z.seen[w.index] = jobs[0].demand
			out = append(out, one)
		}
	}
	for _, j := range jobs {
		look(j.on.w)
		pieces += int(j.Copies)
	}
	for _, one := range f.soonest(z.start, pieces) {
		look(one.w)
	}
	slices.SortFunc(out, func(a, b *fit) int { return cmp.Compare(a.index, b.index) })
	return out
}

// mayBegin reports whether a worker is idle and by the simulation has either nothing to do or something now.
func (z *sizer) mayBegin(f *fit) bool {
	rows := z.rows[f.index]
	return f.w.state == idle && z.free[f.index] == 0 && (len(rows) == 0 || rows[0].on.startsNow())
}

// startsNow reports whether the worker begins its first plate at this moment: it may be free and have to wait for its hours.
func (l lane) startsNow() bool { return l.fit.w.state == idle && l.ends == l.first.takes }

// lanes tell the time that the plan leaves the workers for a part. What comes after work for others is not decided on now,
// and is no part of the demand.
func (z *sizer) lanes(jobs []*job, fits []*fit) (lanes []lane, d demand) {
	mine := jobs[0].demand
	for _, f := range fits {
		l := lane{fit: f, from: z.free[f.index], until: never}
		rows := z.rows[f.index]
		began := slices.IndexFunc(rows, func(j *job) bool { return j.demand == mine })
		if began < 0 {
			began = len(rows)
		}
		for _, j := range rows[:began] {
			l.from = max(l.from, z.again(f.w, j.on.at+j.on.takes))
		}
		for _, j := range rows[began:] {
			if j.demand != mine {
				l.until = j.on.at
				break
			}
			d.jobs, d.pieces, d.end = append(d.jobs, j), d.pieces+j.Copies, max(d.end, j.on.at+j.on.takes)
		}
		l.sizes = z.sizes(f, jobs[0])
		lanes = append(lanes, l)
	}
	slices.SortFunc(d.jobs, func(a, b *job) int { return cmp.Compare(a.rank, b.rank) })
	return lanes, d
}

// sizes are the plates that a worker may begin. Its yield was learned on plates of about the copies that jobs have:
// what fails does so in proportion to the time that it takes.
func (z *sizer) sizes(f *fit, j *job) (out []sized) {
	yield := float64(f.w.yield) / 1000
	for _, one := range f.shelf.sizes {
		if one.copies <= f.w.most() && !f.w.short(one) && (one.pile <= 1 || f.w.Piles) {
			worth := float64(one.copies) * math.Pow(yield, float64(one.copies)/float64(max(1, j.Copies)))
			out = append(out, sized{one, z.takes(f.w, j.Part, one), worth})
		}
	}
	return out
}

// fill lets every worker make plates until an end, and reports whether all pieces are made by then.
func (z *sizer) fill(lanes []lane, d demand, end time.Duration) bool {
	sum := int64(0)
	for i := range lanes {
		z.run(&lanes[i], d.pieces, end)
		sum += lanes[i].count
	}
	return sum >= d.pieces
}

// run makes plates on one worker, each time of the size with most pieces for its time.
func (z *sizer) run(l *lane, pieces int64, end time.Duration) {
	l.count, l.first, l.ends = 0, nil, 0
	for t := l.from; l.count < pieces && z.steps > 0; {
		one, done, next := z.best(l, t, end)
		if one == nil {
			return
		}
		if l.first == nil {
			l.first, l.ends = one, done
		}
		l.count += one.copies
		t = next
	}
}

// best is the size that brings most pieces for the time until the worker could begin the next; nil when none ends in
// time.
func (z *sizer) best(l *lane, t, end time.Duration) (best *sized, done, next time.Duration) {
	most := 0.0
	for i := range l.sizes {
		one := &l.sizes[i]
		z.steps--
		if i > 0 && l.most > 0 && l.count+one.copies > l.most {
			break
		}
		start := l.fit.w.begin(t, one.takes)
		if start == never || start+one.takes > end || one.pile > 1 && !l.fit.w.clear.leaves(start, one.takes) {
			continue
		}
		free := z.again(l.fit.w, start+one.takes)
		if l.until != never && free > l.until {
			continue
		}
		if rate := one.worth / float64(free-t); rate > most {
			best, done, next, most = one, start+one.takes, free, rate
		}
	}
	return best, done, next
}

// busy are the workers that have something to do, by when they end their first plate. Those that would end last make less,
// or nothing, as long as the others make all.
func (z *sizer) busy(lanes []lane, d demand, end time.Duration) []lane {
	over := -d.pieces
	for _, l := range lanes {
		over += l.count
	}
	slices.SortFunc(lanes, func(a, b lane) int {
		return cmp.Or(cmp.Compare(b.ends, a.ends), cmp.Compare(b.fit.w.index, a.fit.w.index))
	})
	var out []lane
	for _, l := range lanes {
		switch {
		case l.count == 0:
		case l.count <= over:
			over -= l.count
		default:
			over -= z.trim(&l, l.count-over, end)
			out = append(out, l)
		}
	}
	slices.Reverse(out)
	return out
}

// trim lets a worker make no more pieces than are wanted of it, as far as there are plates so small; it tells how many
// fewer that are.
func (z *sizer) trim(l *lane, wanted int64, end time.Duration) int64 {
	was := *l
	l.most = wanted
	z.run(l, wanted, end)
	if l.count < wanted { // the small plates take too long together
		*l = was
	}
	return was.count - l.count
}

// begin gives jobs to the workers that begin now. What is left over for workers when jobs are cut into smaller plates is
// for the next plan.
func (z *sizer) begin(d demand, lanes []lane, end time.Duration) {
	if len(lanes) == 0 {
		return
	}
	last := *lanes[len(lanes)-1].fit
	at := max(time.Second, end-last.takes)
	if start := last.w.begin(at, last.takes); start != never {
		at = start // nobody begins anything outside of the hours
	}
	later := func(j *job) { j.on = z.candidate(last, at) } // not now after all, but about done by the end
	lanes = slices.DeleteFunc(lanes, func(l lane) bool { return !l.startsNow() })
	leaders, open := leaders(d, lanes)
	cut := false
	for i, j := range leaders {
		cut = cut || j != nil && j.Copies > lanes[i].first.copies
	}
	for _, j := range open {
		if j.on.startsNow() || j.on.at+j.on.takes > end {
			later(j)
		}
	}
	for i, j := range leaders {
		if j == nil {
			continue
		}
		absorbs, sum := taken(open, lanes[i].first.copies-j.Copies)
		if cut && j.Copies+sum < lanes[i].first.copies {
			later(j) // the pieces that others leave over come onto this plate
			continue
		}
		open = open[:len(open)-len(absorbs)]
		cut = cut || j.Copies+sum > lanes[i].first.copies
		z.lead(j, lanes[i], absorbs)
	}
}

// leaders choose the job that each worker begins with, nil when there are not enough: one as large as the plate if there
// is, if possible the one that it has by the simulation. The others stay open.
func leaders(d demand, lanes []lane) (leaders, open []*job) {
	leaders, open = make([]*job, len(lanes)), slices.Clone(d.jobs)
	for _, is := range []func(j *job, l lane) bool{
		func(j *job, l lane) bool { return l.has(j) && j.Copies == l.first.copies },
		func(j *job, l lane) bool { return j.Copies == l.first.copies },
		func(j *job, l lane) bool { return l.has(j) },
		func(*job, lane) bool { return true },
	} {
		for i, l := range lanes {
			if leaders[i] != nil {
				continue
			}
			if at := slices.IndexFunc(open, func(j *job) bool { return is(j, l) }); at >= 0 {
				leaders[i] = open[at]
				open = slices.Delete(open, at, at+1)
			}
		}
	}
	return leaders, open
}

// has reports whether the job starts here now by the simulation.
func (l lane) has(j *job) bool { return j.on.w == l.fit.w && j.on.startsNow() }

// taken are the jobs that come last, as many as it takes for so many pieces.
func taken(open []*job, pieces int64) (absorbs []*job, sum int64) {
	for i := len(open) - 1; i >= 0 && sum < pieces; i-- {
		absorbs = append(absorbs, open[i])
		sum += open[i].Copies
	}
	return absorbs, sum
}

// lead has a job begun with a plate of the size that was chosen.
func (z *sizer) lead(j *job, l lane, absorbs []*job) {
	f := *l.fit
	f.plate, f.copies, f.takes = l.first.plate, l.first.copies, l.first.takes
	if j.on.w != f.w {
		j.next = j.on
	}
	j.on = z.candidate(f, 0)
	z.free[f.w.index] = z.again(f.w, f.takes)
	if f.copies != j.Copies {
		j.portion = &portion{size: l.first.size, absorbs: absorbs}
	}
}
