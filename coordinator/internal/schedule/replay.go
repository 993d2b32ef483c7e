package schedule

import (
	"cmp"
	"container/heap"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// What replays are like.
const (
	replays = 15 // of so many, one more outcome falls between the first and the last in 7 of 8 cases

	silent = 0.1              // share of the workers that fall silent before the plan ends,
	within = 36 * time.Hour   // if it is as long as this; fewer if it is shorter
	noted  = 15 * time.Minute // after which their work is given to others
	back   = 24 * time.Hour   // and after which they are there again

	unseen = 0.35 // σ of the logarithm of real over estimated time of a worker that finished nothing yet
	seen   = 0.10 // and of one whose speed was learned
	crowd  = 500  // more workers than that for one kind of job are not looked at anew when one turns out faster
)

// stage is one part of one batch.
type stage struct {
	goal, good, open int64 // pieces: wanted, there, on jobs
	made             []made
}

// made is pieces that are good at a time.
type made struct {
	at     time.Duration
	copies int64
}

// end is when the goal is reached.
func (s *stage) end() time.Duration {
	slices.SortFunc(s.made, func(a, b made) int { return cmp.Compare(a.at, b.at) })
	n := int64(0)
	for _, m := range s.made {
		if n += m.copies; n >= s.goal {
			return m.at
		}
	}
	return 0
}

type stageID struct {
	batch fab.BatchID
	part  string
}

// replayer is one replay.
type replayer struct {
	*forecaster
	p      *planner
	r      *rand.Rand
	speed  []float64 // real over learned time
	known  []bool    // the worker's speed showed in this replay
	gone   []time.Duration
	free   []time.Duration
	queues map[*fitting]*queue
	stages map[stageID]*stage
	redo   redoes
	seq    int // of what has to be done again
}

// replay plays the plan once with the luck of a seed, and tells when each batch ends.
func (f *forecaster) replay(seed uint64) map[fab.BatchID]time.Duration {
	r := &replayer{forecaster: f, p: f.best, r: rand.New(rand.NewPCG(seed, 15)), queues: map[*fitting]*queue{}, stages: f.stages()} //nolint:gosec // chance, not secrecy
	r.draw()
	for _, a := range f.running {
		r.goOn(a)
	}
	for _, j := range f.best.jobs {
		if j.held.Code == "" && len(j.fits.fits) > 0 {
			r.place(j)
		}
	}
	for len(r.redo) > 0 {
		r.placeAgain()
	}
	ends := map[fab.BatchID]time.Duration{}
	for id, s := range r.stages {
		ends[id.batch] = max(ends[id.batch], s.end())
	}
	return ends
}

// stages counts what each part of each batch lacks, as far as there are jobs for it.
func (f *forecaster) stages() map[stageID]*stage {
	all := map[stageID]*stage{}
	add := func(batch fab.BatchID, part string, copies int64) {
		id := stageID{batch, part}
		if all[id] == nil {
			all[id] = &stage{}
		}
		all[id].open += copies
	}
	for _, j := range f.best.jobs {
		if j.held.Code == "" {
			add(j.BatchID, j.Part, j.Copies)
		}
	}
	for _, a := range f.running {
		add(a.BatchID, a.Part, a.Copies)
	}
	for id, s := range all {
		b := f.best.batches[id.batch]
		part, _ := f.best.designs[b.DesignID].BOM.Part(id.part)
		s.goal = min(s.open, max(0, b.Quantity*max(1, part.PerUnit)-f.best.Made[id.batch].Good[id.part]))
	}
	return all
}

// draw decides on the workers' speeds and on who falls silent when.
func (r *replayer) draw() {
	share := silent * min(1, float64(r.last)/float64(within))
	r.free = r.p.freeTimes()
	r.speed, r.gone, r.known = make([]float64, len(r.free)), make([]time.Duration, len(r.free)), make([]bool, len(r.free))
	for i, w := range r.p.workers {
		sigma := seen
		if w.TimeFactorPM == 0 {
			sigma = unseen
		}
		r.speed[i] = math.Exp(sigma*r.r.NormFloat64() + sigma*sigma/2) // all together as fast as believed
		r.gone[i] = math.MaxInt64
		if at := r.r.Float64() / max(share, 1e-9); at < 1 {
			r.gone[i] = time.Duration(at * float64(r.last))
		}
		if r.free[i] > 0 {
			r.free[i] = time.Duration(float64(r.free[i]) * r.speed[i])
		}
	}
}

// goOn ends a live attempt, well or not.
func (r *replayer) goOn(a running) {
	j := &job{Job: fab.Job{ID: a.JobID, BatchID: a.BatchID, Part: a.Part, Copies: a.Copies}, fits: a.fits}
	w := a.w.index
	r.finish(j, a.w, 0, time.Duration(float64(a.left)*r.speed[w]), a.Status == fab.AttemptToCount)
}

// finish is what comes of a job that a worker begins: good pieces, or the job again.
func (r *replayer) finish(j *job, worker *worker, start, end time.Duration, certain bool) {
	s, w := r.stages[stageID{j.BatchID, j.Part}], worker.index
	s.open -= j.Copies
	failed := r.r.Float64() >= r.plan.workers[w].share(j.Part)
	switch {
	case certain:
		failed = false
	case r.gone[w] < end && r.gone[w] >= start:
		end, failed = r.gone[w]+noted, true
		r.free[w] = max(r.free[w], r.gone[w]+back)
		r.gone[w] = math.MaxInt64
	}
	if !failed {
		s.good += j.Copies
		s.made = append(s.made, made{end, j.Copies})
	} else if s.good+s.open < s.goal {
		s.open += j.Copies
		r.seq++
		heap.Push(&r.redo, again{j, end, r.seq})
	}
}

// share is the share of plates that come out good, as carefully as befits what was seen: of a worker that made nothing yet
// nine in ten are counted on.
func (w *worker) share(part string) float64 {
	for _, pace := range w.paces {
		if pace.Part == part && pace.Good+pace.Bad > 0 {
			return float64(pace.Good+18) / float64(pace.Good+pace.Bad+20)
		}
	}
	return float64(w.GoodPieces+18) / float64(w.GoodPieces+w.BadPieces+20)
}

// place gives a job to the worker that ends it first; what failed before its start comes first.
func (r *replayer) place(j *job) {
	q := r.queue(j.fits)
	for {
		first, ok := q.first(r.free)
		if !ok {
			return
		}
		if len(r.redo) > 0 && r.redo[0].ready <= first.start {
			r.placeAgain()
			continue
		}
		w := q.fits[first.fit].w.index
		if r.gone[w] <= first.start { // falls silent while idle
			r.free[w], r.gone[w] = r.gone[w]+back, math.MaxInt64
			continue
		}
		r.run(j, q.fits[first.fit], first.start)
		return
	}
}

// run lets a worker do a job: for as long as it really takes.
func (r *replayer) run(j *job, f fit, start time.Duration) {
	w := f.w.index
	if !r.known[w] {
		f.takes = time.Duration(float64(f.takes) * r.speed[w])
	}
	r.p.occupy(r.free, f, start)
	j = r.cut(j, f.copies, start)
	r.finish(j, f.w, start, start+f.takes, false)
	if !r.known[w] {
		r.known[w] = true
		r.learn(w)
	}
}

// cut makes a job as large as its plate; pieces that the plate does not make wait on.
func (r *replayer) cut(j *job, copies int64, now time.Duration) *job {
	if copies == 0 || copies == j.Copies {
		return j
	}
	rest := *j
	one, s := rest, r.stages[stageID{j.BatchID, j.Part}]
	one.Copies, rest.Copies = copies, j.Copies-copies
	s.open += copies - j.Copies
	if rest.Copies > 0 && s.good+s.open < s.goal {
		s.open += rest.Copies
		r.seq++
		heap.Push(&r.redo, again{&rest, now, r.seq})
	}
	return &one
}

// learn makes what is believed of a worker what it is.
func (r *replayer) learn(w int) {
	for f, q := range r.queues {
		i, fits := slices.BinarySearchFunc(q.fits, w, func(one fit, w int) int { return cmp.Compare(one.w.index, w) })
		if !fits {
			continue
		}
		q.fits[i].takes = time.Duration(float64(q.fits[i].takes) * r.speed[w])
		if r.speed[w] < 1 && len(q.fits) <= crowd {
			r.queues[f] = newQueue(q.fits, r.free)
		}
	}
}

// queue is that of a kind of job with what is believed of the workers.
func (r *replayer) queue(f *fitting) *queue {
	q := r.queues[f]
	if q == nil {
		fits := make([]fit, len(f.fits))
		for i, one := range f.fits {
			if r.known[one.w.index] {
				one.takes = time.Duration(float64(one.takes) * r.speed[one.w.index])
			}
			fits[i] = one
		}
		q = newQueue(fits, r.free)
		r.queues[f] = q
	}
	return q
}

// placeAgain gives the job that failed first to the worker that ends it first from then on.
func (r *replayer) placeAgain() {
	one := heap.Pop(&r.redo).(again) //nolint:forcetypeassert // the heap holds nothing else
	q := r.queue(one.job.fits)
	best, ok := q.first(r.free)
	if !ok {
		return
	}
	switch {
	case best.start >= one.ready:
	case len(q.fits) > crowd:
		best.start = q.fits[best.fit].w.begin(one.ready, q.fits[best.fit].takes)
	default:
		best = r.soonest(q, one.ready)
	}
	if best.start != never {
		r.run(one.job, q.fits[best.fit], best.start)
	}
}

// soonest is the fit that would finish first of those that start at ready or later; its start is never when there is none.
func (r *replayer) soonest(q *queue, ready time.Duration) entry {
	best := entry{start: never}
	for i := range q.fits {
		f := &q.fits[i]
		if r.free[f.w.index] == never {
			continue
		}
		start := f.w.begin(max(r.free[f.w.index], ready), f.takes)
		e := entry{start + f.takes, start, int32(i)} //nolint:gosec // a lab has no two billion printers
		if start != never && (best.start == never || q.sooner(e, best)) {
			best = e
		}
	}
	return best
}

// again is a job to be done once more.
type again struct {
	job   *job
	ready time.Duration
	seq   int
}

type redoes []again

func (h redoes) Len() int { return len(h) }
func (h redoes) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].ready, h[j].ready), cmp.Compare(h[i].seq, h[j].seq)) < 0
}
func (h redoes) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *redoes) Push(x any)   { *h = append(*h, x.(again)) } //nolint:forcetypeassert // see placeAgain
func (h *redoes) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
