package schedule

import (
	"cmp"
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
	w     *worker
	plate fab.PlateID
	takes time.Duration
}

// fitting is who can do a kind of job.
type fitting struct {
	fits      []fit         // by worker id
	fastest   time.Duration // the shortest time that anybody takes
	slicing   []*worker     // by id
	overQuota int64         // the largest quota that is too small; 0 when none was
	step      string

	base   *queue  // of all workers as free as at the start
	sorted []fit   // taken off it
	at     []int32 // where each worker stands among the fits, or -1; for improve
	first  told    // what the reasons say of this kind
}

func (f *fitting) add(one fit) {
	if len(f.fits) == 0 || one.takes < f.fastest {
		f.fastest = one.takes
	}
	f.fits = append(f.fits, one)
}

// soonest lists the n fits that would finish first if all workers were as free as at the start: n jobs never need others.
func (f *fitting) soonest(start []time.Duration, n int) []fit {
	if f.base == nil {
		f.base = newQueue(f.fits, start)
	}
	for len(f.sorted) < n && len(f.base.heap) > 0 {
		f.sorted = append(f.sorted, f.fits[f.base.pop().fit])
	}
	return f.sorted[:min(n, len(f.sorted))]
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

func (p *planner) fitting(k kind) *fitting {
	if f := p.kinds[k]; f != nil {
		return f
	}
	f := &fitting{}
	p.kinds[k] = f
	part, _ := p.designs[k.design].BOM.Part(k.part)
	f.step = part.Step
	var plates []fab.Plate
	for _, plate := range p.Plates {
		if plate.DesignID == k.design && plate.Part == k.part && (plate.Copies == k.copies || plate.WorkerID != "") {
			plates = append(plates, plate) // a maker's own file makes as many as it makes: the job becomes so large
		}
	}
	for _, w := range p.workers {
		switch {
		case k.how == fab.ByHand:
			f.addHands(p, w, part, k.copies)
		case w.Model != "":
			f.addPrinter(p, w, plates, k)
		case w.Kind == fab.WorkerHand && w.CanStep("print") && !f.exceeds(w, k.copies):
			f.add(fit{w: w, takes: p.Settings.Hand + w.cost(k.part, guess(plates, k.copies))})
		}
	}
	return f
}

// bestOf is the plate that a machine prints of those that fit it: its maker's own file before all others. The zero Plate
// when none fits. One that is ready goes before one that is not, of two the newer.
func bestOf(plates []fab.Plate, w fab.Worker) (best fab.Plate) {
	rank := func(p fab.Plate) int {
		switch {
		case p.ID == "":
			return -1
		case p.Status == fab.PlateReady && p.WorkerID != "":
			return 3
		case p.Status == fab.PlateReady:
			return 2
		case inSlicing(p):
			return 1
		}
		return 0
	}
	for _, p := range plates {
		if p.Fits(w) && (rank(p) > rank(best) || rank(p) == rank(best) && p.ID > best.ID) {
			best = p
		}
	}
	return best
}

// inSlicing reports whether the G-code of a plate is being made or soon will be.
func inSlicing(p fab.Plate) bool {
	return p.Status == fab.PlatePending || p.Status == fab.PlateSlicing || p.Status == fab.PlateFailed
}

// guess estimates what a machine that the lab does not know takes: as long as the slowest that it knows, or two hours a
// piece. Its maker slices the part.
func guess(plates []fab.Plate, copies int64) time.Duration {
	var slowest time.Duration
	for _, p := range plates {
		slowest = max(slowest, time.Duration(p.Seconds)*time.Second)
	}
	if slowest == 0 {
		return time.Duration(copies) * 2 * time.Hour
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

func (f *fitting) addPrinter(p *planner, w *worker, plates []fab.Plate, k kind) {
	plate := bestOf(plates, w.Worker)
	switch {
	case inSlicing(plate):
		f.slicing = append(f.slicing, w)
	case f.exceeds(w, cmp.Or(plate.Copies, k.copies)):
	case plate.Status == fab.PlateReady && w.Streamed():
		f.add(fit{w: w, plate: plate.ID, takes: w.cost(k.part, time.Duration(plate.Seconds)*time.Second)})
	case plate.Status == fab.PlateReady: // a maker carries the file to the machine
		f.add(fit{w: w, plate: plate.ID, takes: p.Settings.Hand + w.cost(k.part, time.Duration(plate.Seconds)*time.Second)})
	case w.SlicesSelf && !w.Streamed(): // its maker slices the part when the offer comes
		f.add(fit{w: w, takes: p.Settings.Hand + w.cost(k.part, guess(plates, k.copies))})
	}
}

// exceeds reports whether a portion is more than a maker takes at a time.
func (f *fitting) exceeds(w *worker, copies int64) bool {
	if w.Streamed() || w.Quota == 0 || copies <= w.Quota {
		return false
	}
	f.overQuota = max(f.overQuota, w.Quota)
	return true
}
