package schedule

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// kind is what makes two jobs interchangeable for a worker.
type kind struct {
	design fab.DesignVersionID
	part   string
	how    string
	copies int64
}

// fit is a worker that can do a kind of job, whether or not it is free.
type fit struct {
	w      *worker
	plate  fab.PlateID
	takes  time.Duration
	copies int64  // that the plate makes; 0: as many as the job wants
	shelf  *shelf // nil for hands

	index  int32 // of the worker, and whether it is always there: what is asked for most lies close
	always bool
}

// fitting is who can do a kind of job.
type fitting struct {
	fits      []fit         // by worker id
	fastest   time.Duration // the shortest time that anybody takes
	slicing   []*worker     // by id
	short     []short       // whose spool does not last, by id
	overQuota int64         // the largest quota that is too small; 0 when none was
	step      string
	several   bool // some machine has other sizes of plate than the one that is asked for

	heap   []entry // of a queue of all workers as free as at the start
	base   *queue  // such a queue
	sorted []fit   // taken off it
	at     []int32 // where each worker stands among the fits, or -1; for improve
	first  told    // what the reasons say of this kind
}

// short is a worker whose spool does not last for the smallest plate.
type short struct {
	w  *worker
	mg int64 // that the plate takes
}

func (f *fitting) add(one fit) {
	if len(f.fits) == 0 || one.takes < f.fastest {
		f.fastest = one.takes
	}
	one.index, one.always = int32(one.w.index), one.w.heat == nil && one.w.clear == nil //nolint:gosec // a lab has no two billion printers
	f.fits = append(f.fits, one)
}

// soonest lists the n fits that would finish first if all workers were as free as at the start: n jobs never need others.
func (f *fitting) soonest(start []time.Duration, n int) []fit {
	if f.base == nil {
		f.base = f.queue(start)
	}
	for len(f.sorted) < n && len(f.base.heap) > 0 {
		f.sorted = append(f.sorted, f.fits[f.base.pop().fit])
	}
	return f.sorted[:min(n, len(f.sorted))]
}

// queue is a new queue of all workers. What it is told of when they are free may be too early, as queues allow: it must
// only be the same at each call, or later.
func (f *fitting) queue(free []time.Duration) *queue {
	if f.heap == nil {
		f.heap = newQueue(f.fits, free).heap
	}
	return &queue{fits: f.fits, heap: slices.Clone(f.heap)}
}

// of finds a worker among the fits.
func (f *fitting) of(w *worker) (*fit, bool) {
	i, found := slices.BinarySearchFunc(f.fits, w.index, func(one fit, index int) int { return cmp.Compare(one.w.index, index) })
	if !found {
		return nil, false
	}
	return &f.fits[i], true
}

// waitsForPlate reports whether G-code for the worker is still being made.
func (f *fitting) waitsForPlate(w *worker) bool {
	_, found := slices.BinarySearchFunc(f.slicing, w.index, func(one *worker, index int) int { return cmp.Compare(one.index, index) })
	return found
}

// shortOf finds a worker among those whose spool does not last.
func (f *fitting) shortOf(w *worker) (short, bool) {
	i, found := slices.BinarySearchFunc(f.short, w.index, func(one short, index int) int { return cmp.Compare(one.w.index, index) })
	if !found {
		return short{}, false
	}
	return f.short[i], true
}

func (p *planner) fitting(k kind) *fitting {
	if f := p.kinds[k]; f != nil {
		return f
	}
	f := &fitting{fits: make([]fit, 0, len(p.workers))}
	p.kinds[k] = f
	part, _ := p.designs[k.design].BOM.Part(k.part)
	f.step = part.Step
	all := p.shelves(k)
	guessed := p.guess(k)
	for _, w := range p.workers {
		switch {
		case k.how == fab.ByHand:
			f.addHands(p, w, part, k.copies)
		case w.Model != "":
			f.addPrinter(p, w, all.of(w), k, guessed)
		case w.Kind == fab.WorkerHand && w.CanStep("print") && !f.exceeds(w, k.copies):
			f.add(fit{w: w, takes: p.Settings.Hand + w.cost(k.part, guessed)})
		}
	}
	return f
}

// inSlicing reports whether the G-code of a plate is being made or soon will be.
func inSlicing(p fab.Plate) bool {
	return p.Status == fab.PlatePending || p.Status == fab.PlateSlicing || p.Status == fab.PlateFailed
}

// guess estimates what a machine that the lab does not know takes: as long as the slowest that it knows, or two hours a
// piece. Its maker slices the part.
func (p *planner) guess(k kind) time.Duration {
	var slowest time.Duration
	for _, plate := range p.files[printed{k.design, k.part}] {
		if plate.Copies == k.copies || plate.WorkerID != "" {
			slowest = max(slowest, time.Duration(plate.Seconds)*time.Second)
		}
	}
	if slowest == 0 {
		return time.Duration(k.copies) * 2 * time.Hour
	}
	return slowest
}

func (f *fitting) addHands(p *planner, w *worker, part fab.Part, copies int64) {
	if w.Kind != fab.WorkerHand || !w.CanStep(part.Step) || f.exceeds(w, copies) {
		return
	}
	work := w.cost(part.Code, time.Duration(part.StepMS*copies)*time.Millisecond)
	f.add(fit{w: w, takes: p.Settings.Hand + work})
}

func (f *fitting) addPrinter(p *planner, w *worker, s *shelf, k kind, guessed time.Duration) {
	one, ready := s.nearest(k.copies, w)
	switch {
	case ready:
		f.several = f.several || !s.only(k.copies)
		f.add(fit{w: w, plate: one.plate, copies: one.copies, shelf: s, takes: p.takes(w, k.part, one)})
	case len(s.sizes) > 0 && !f.exceeds(w, s.sizes[0].copies):
		f.short = append(f.short, short{w, s.sizes[0].mg})
	case len(s.sizes) > 0:
	case s.slicing:
		f.slicing = append(f.slicing, w)
	case w.SlicesSelf && !w.Streamed() && p.mayPrint(k, w) && !f.exceeds(w, k.copies): // its maker slices the part when the offer comes
		f.add(fit{w: w, takes: p.Settings.Hand + w.cost(k.part, guessed)})
	}
}

// mayPrint reports whether the part may be printed in what the worker has loaded, as far as that is known.
func (p *planner) mayPrint(k kind, w *worker) bool {
	part, _ := p.designs[k.design].BOM.Part(k.part)
	return w.Filament == "" || part.Takes(w.Filament)
}

// takes is what a plate of that size takes from the decision to the end; a maker without an agent carries the file to the
// machine first.
func (p *planner) takes(w *worker, part string, one size) time.Duration {
	if w.Streamed() {
		return w.cost(part, one.estimate)
	}
	return p.Settings.Hand + w.cost(part, one.estimate)
}

// most is how many pieces the worker takes at a time.
func (w *worker) most() int64 {
	if w.Streamed() || w.Quota == 0 {
		return math.MaxInt64
	}
	return w.Quota
}

// exceeds reports whether a portion is more than a maker takes at a time.
func (f *fitting) exceeds(w *worker, copies int64) bool {
	if copies <= w.most() {
		return false
	}
	f.overQuota = max(f.overQuota, w.Quota)
	return true
}
