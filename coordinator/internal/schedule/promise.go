package schedule

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Wish is a number of products that were asked for and are no batch yet.
type Wish struct {
	ID       string
	Design   fab.DesignVersion
	Plates   []fab.Plate // those of the design; only of the first wish for a design that is not in the snapshot
	Quantity int64
	Due      time.Time
	Priority int64
	Supplied []string // codes of materials that who asks adds
}

// Knows reports whether a design and its plates are among the rows.
func (s Snapshot) Knows(id fab.DesignVersionID) bool {
	return slices.ContainsFunc(s.Designs, func(d fab.DesignVersion) bool { return d.ID == id })
}

// Forecast is what can be told of every batch and every wish, by id.
type Forecast struct {
	Batches map[fab.BatchID]fab.Outlook
	Wishes  map[string]fab.Outlook
}

// Promise tells for each batch, and for each wish as if all of them became batches now, from when to when it will be made.
// The window goes from where the plan of this moment ends, or before if a replay does, to where the last of the replays
// ends. A replay hands the same jobs out by the same rule, while plates fail as often as learned yields say, printers turn
// out faster or slower than believed (the more so the less of theirs was seen), and one worker in ten falls silent for
// some days. The seeds are fixed: the same snapshot gives the same windows.
func Promise(s Snapshot, extra []Wish, now time.Time) Forecast {
	s, names := join(s, extra, now)
	f := newForecaster(s, now)
	f.foresee()
	out := Forecast{Batches: map[fab.BatchID]fab.Outlook{}, Wishes: map[string]fab.Outlook{}}
	for _, b := range slices.SortedFunc(slices.Values(s.Batches), byDueDate) {
		o := f.outlook(b)
		if name, wished := names[b.ID]; wished {
			out.Wishes[name] = o
		} else {
			out.Batches[b.ID] = o
		}
	}
	return out
}

// join makes a batch with its jobs of each wish.
func join(s Snapshot, extra []Wish, now time.Time) (Snapshot, map[fab.BatchID]string) {
	names := map[fab.BatchID]string{}
	if len(extra) == 0 {
		return s, names
	}
	s.Batches, s.Designs = slices.Clone(s.Batches), slices.Clone(s.Designs)
	s.Jobs, s.Plates, s.Supplied = slices.Clone(s.Jobs), slices.Clone(s.Plates), maps.Clone(s.Supplied)
	if s.Supplied == nil {
		s.Supplied = map[fab.BatchID][]string{}
	}
	known := map[fab.DesignVersionID]bool{}
	for _, d := range s.Designs {
		known[d.ID] = true
	}
	for i, wish := range extra {
		id := fab.BatchID(fmt.Sprintf("\xffwish-%05d", i)) // after every real one of the same urgency
		names[id], s.Supplied[id] = wish.ID, wish.Supplied
		s.Batches = append(s.Batches, fab.Batch{ID: id, DesignID: wish.Design.ID, Product: wish.Design.Product, Quantity: wish.Quantity,
			DueAt: wish.Due, Priority: wish.Priority, Status: fab.BatchOpen, CreatedAt: now})
		if !known[wish.Design.ID] {
			known[wish.Design.ID] = true
			s.Designs, s.Plates = append(s.Designs, wish.Design), append(s.Plates, wish.Plates...)
		}
		for _, part := range wish.Design.BOM.Parts {
			s.Jobs = append(s.Jobs, portions(id, part, wish.Quantity*max(1, part.PerUnit))...)
		}
	}
	return s, names
}

// portions cuts pieces into jobs as production does.
func portions(batch fab.BatchID, part fab.Part, pieces int64) (jobs []fab.Job) {
	for n, copies := range part.Portions(pieces) {
		jobs = append(jobs, fab.Job{ID: fab.JobID(fmt.Sprintf("%s-%s-%06d", batch, part.Code, n)), BatchID: batch, Part: part.Code, How: part.How,
			Copies: copies, Status: fab.JobWaiting})
	}
	return jobs
}

// forecaster looks at one snapshot in two ways: as the plan does, and as if nothing ever failed, so that replays can
// let things fail one by one and bounds are none that luck could beat.
type forecaster struct {
	plan, best *planner
	ends       map[fab.BatchID]time.Duration
	unknown    map[fab.BatchID]fab.Reason
	replays    map[fab.BatchID][]time.Duration // in order
	fixes      int                             // batches that may still be thought about

	last    time.Duration // when the plan ends
	running []running     // of best

	jobs        map[fab.BatchID][]*job // of best
	start, free []time.Duration        // of best, for bounds
}

// fixed is for how many late batches it is worked out what would help, the most pressing first.
const fixed = 5

func newForecaster(s Snapshot, now time.Time) *forecaster {
	f := &forecaster{ends: map[fab.BatchID]time.Duration{}, unknown: map[fab.BatchID]fab.Reason{}, replays: map[fab.BatchID][]time.Duration{},
		jobs: map[fab.BatchID][]*job{}, fixes: fixed}
	f.plan = newPlanner(s, now)
	f.plan.admit()
	f.plan.simulate()
	lucky := s
	lucky.Workers, lucky.Paces = slices.Clone(s.Workers), slices.Clone(s.Paces)
	for i := range lucky.Workers {
		lucky.Workers[i].GoodPieces, lucky.Workers[i].BadPieces = math.MaxInt32, 0
	}
	for i := range lucky.Paces {
		lucky.Paces[i].Good, lucky.Paces[i].Bad = math.MaxInt32, 0
	}
	f.best = newPlanner(lucky, now)
	f.best.admit()
	f.best.order()
	f.running = f.best.live()
	f.start, f.free = f.best.freeTimes(), f.best.freeTimes()
	for _, j := range f.best.jobs {
		f.jobs[j.BatchID] = append(f.jobs[j.BatchID], j)
	}
	return f
}

// foresee looks where the plan ends, and replays it.
func (f *forecaster) foresee() {
	for _, j := range f.plan.jobs {
		switch {
		case j.on != nil:
			f.ends[j.BatchID] = max(f.ends[j.BatchID], j.on.at+j.on.takes)
		case j.held.Code == WaitEnough:
		case j.held.Code != "":
			f.say(j.BatchID, j.held)
		default:
			f.say(j.BatchID, f.plan.nobody(j))
		}
	}
	for _, a := range f.plan.live() {
		f.ends[a.BatchID] = max(f.ends[a.BatchID], a.left)
	}
	for _, end := range f.ends {
		f.last = max(f.last, end)
	}
	for n := range replays {
		for batch, end := range f.replay(uint64(n)) { //nolint:gosec // a count
			f.replays[batch] = append(f.replays[batch], end)
		}
	}
	for _, ends := range f.replays {
		slices.Sort(ends)
	}
}

// say keeps the first reason why nothing can be told of a batch; material, which a person can find, before all others.
func (f *forecaster) say(id fab.BatchID, why fab.Reason) {
	if was := f.unknown[id]; was.Code == "" || was.Code != WaitMaterial && why.Code == WaitMaterial {
		f.unknown[id] = why
	}
}

// running is a live attempt with the time that it still takes.
type running struct {
	fab.Attempt
	w    *worker
	left time.Duration
	fits *fitting // of its job
}

// live lists the attempts that go on, in the order of the snapshot. What waits to be counted is done.
func (p *planner) live() (list []running) {
	at, jobs := map[fab.WorkerID]*worker{}, map[fab.JobID]fab.Job{}
	for _, w := range p.workers {
		at[w.ID] = w
	}
	for _, j := range p.Jobs {
		jobs[j.ID] = j
	}
	for _, a := range p.Attempts {
		w, j := at[a.WorkerID], jobs[a.JobID]
		if w == nil || !a.Status.Live() {
			continue
		}
		one := running{Attempt: a, w: w, fits: p.fitting(kind{design: p.batches[a.BatchID].DesignID, part: a.Part, how: j.How, copies: j.Copies})}
		if a.Status != fab.AttemptToCount {
			one.left = p.left(w, a)
		}
		list = append(list, one)
	}
	return list
}

// outlook puts together what is known of a batch.
func (f *forecaster) outlook(b fab.Batch) fab.Outlook {
	o := fab.Outlook{Due: f.deadline(b.DueAt), Why: f.unknown[b.ID]}
	if at := f.bound(b.ID); at >= 0 {
		o.Bound = f.plan.now.Add(at)
	}
	ends := f.replays[b.ID]
	if end, planned := f.ends[b.ID]; planned && o.Why.Code == "" && len(ends) == replays {
		o.From, o.To = f.plan.now.Add(min(end, ends[0])), f.plan.now.Add(ends[replays-1])
	}
	by := o.Due
	slips := f.slips(b, o)
	if slips && !o.Late() && !o.Missed() { // what ends so much sooner is told the same window as before
		by = f.plan.Told[b.ID].Add(o.From.Sub(o.To))
	}
	if f.fixes > 0 && (slips || o.Late() || o.Missed() || o.Why.Code == WaitMaterial || o.Why.Code == WaitNoPrinter) {
		f.fixes--
		o.Fix = f.fix(b, o.Why, by)
	}
	return o
}

// slips reports whether a batch comes so much later than people were told that somebody should do something about it.
func (f *forecaster) slips(b fab.Batch, o fab.Outlook) bool {
	told := f.plan.Told[b.ID]
	return !told.IsZero() && o.To.After(told.Add(fab.Slack))
}

// deadline is the end of the day, where people gave a day: midnight, UTC.
func (f *forecaster) deadline(due time.Time) time.Time {
	if due.IsZero() || !due.Equal(due.Truncate(24*time.Hour)) {
		return due
	}
	year, month, day := due.UTC().Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, cmp.Or(f.plan.Zone, time.UTC))
}

// boundRounds is how often prices are raised for a bound.
const boundRounds = 60

// bound is from now on when a batch could be made if all workers made nothing else and nothing failed; below 0 when
// somebody lacks altogether. Material is taken to be there.
func (f *forecaster) bound(id fab.BatchID) (end time.Duration) {
	p := f.best
	kinds, order := map[*fitting][]*job{}, []*fitting{}
	lacks := f.lacking(id)
	for _, j := range f.jobs[id] {
		if lacks[j.Part] <= 0 {
			continue
		}
		lacks[j.Part] -= j.Copies
		if kinds[j.fits] == nil {
			order = append(order, j.fits)
		}
		kinds[j.fits] = append(kinds[j.fits], &job{Job: j.Job, fits: j.fits})
	}
	l := Load{}
	for _, k := range order {
		alone := p.alone(kinds[k], f.start, f.free)
		if alone == 0 {
			return never
		}
		l.Count, end = append(l.Count, len(kinds[k])), max(end, alone)
	}
	if len(order) == 0 {
		return f.lastRunning(id)
	}
	if len(order) > 1 {
		p.fill(&l, order)
		end = max(end, l.Bound(boundRounds))
	}
	return end
}

// lacking is how many pieces of each part of a batch are neither made nor being made.
func (f *forecaster) lacking(id fab.BatchID) map[string]int64 {
	b, n := f.best.batches[id], map[string]int64{}
	for _, part := range f.best.designs[b.DesignID].BOM.PartsOf(b) {
		n[part.Code] = b.Quantity*max(1, part.PerUnit) - f.best.Made[id].Good[part.Code]
	}
	for _, a := range f.running {
		if a.BatchID == id {
			n[a.Part] -= a.Copies
		}
	}
	return n
}

// fill lists the workers that a load may go to, as if they were always there once they are.
func (p *planner) fill(l *Load, kinds []*fitting) {
	column := map[int]int{}
	for _, fits := range kinds {
		row := make([]time.Duration, len(l.Free))
		for _, one := range fits.fits {
			from := max(0, one.w.free.Sub(p.now))
			if one.w.state == off {
				continue
			}
			c, known := column[one.w.index]
			if !known {
				c = len(l.Free)
				column[one.w.index] = c
				l.Free, row = append(l.Free, from), append(row, 0)
				l.Clear = append(l.Clear, 0)
				if one.w.Kind == fab.WorkerPrinter {
					l.Clear[c] = p.Settings.Clear
				}
			}
			row[c] = one.takes
		}
		l.Takes = append(l.Takes, row)
	}
	for k, row := range l.Takes {
		l.Takes[k] = append(row, make([]time.Duration, len(l.Free)-len(row))...)
	}
}

// lastRunning is when the last plate of a batch that waits for nothing else is done.
func (f *forecaster) lastRunning(id fab.BatchID) (end time.Duration) {
	for _, a := range f.running {
		if a.BatchID == id {
			end = max(end, a.left)
		}
	}
	return end
}
