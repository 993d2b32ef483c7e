package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// goodwillLooks bounds how many pairs of a job and a worker are thought of for goodwill in one plan.
const goodwillLooks = 20_000

// giver gives a plate, or a portion of hand work, to workers for whom there was nothing for long because others are always
// done sooner. Who cannot be given one without harm goes on waiting: nothing that would be in time may become late, even
// if what is given has to be made once more by the fastest, and no batch may end much later than without.
type giver struct {
	*planner
	rows     [][]*job                     // of each worker, by rank
	absorbed map[*job]bool                // made by the plate of another job
	ends     map[fab.BatchID]time.Time    // of each batch without goodwill
	vain     map[*fitting]map[string]bool // kinds and batches that a worker was looked at for
	looks    int
}

// goodwill changes what was simulated for the workers that are owed something, who waited longest first.
func (p *planner) goodwill() {
	if p.Settings.Goodwill <= 0 {
		return
	}
	g := &giver{planner: p, looks: goodwillLooks}
	g.rows = make([][]*job, len(p.workers))
	for _, j := range p.jobs {
		if j.on != nil {
			g.rows[j.on.w.index] = append(g.rows[j.on.w.index], j)
		}
	}
	owed := g.owed()
	if len(owed) == 0 {
		return
	}
	g.look()
	for _, w := range owed {
		g.vain = map[*fitting]map[string]bool{}
		g.give(w)
	}
}

// owed are the workers that could begin now, have nothing in sight, and got nothing for long.
func (g *giver) owed() (owed []*worker) {
	for _, w := range g.workers {
		if w.state == idle && len(g.rows[w.index]) == 0 && g.waitsLong(w) {
			owed = append(owed, w)
		}
	}
	slices.SortStableFunc(owed, func(a, b *worker) int { return g.idleSince(a).Compare(g.idleSince(b)) })
	return owed
}

// waitsLong reports whether a worker got nothing for so long that it is owed something.
func (p *planner) waitsLong(w *worker) bool {
	since := p.idleSince(w)
	return !since.IsZero() && p.now.Sub(since) >= p.Settings.Goodwill
}

// idleSince is when a worker was last given something, or when it joined.
func (p *planner) idleSince(w *worker) time.Time {
	if at := p.Given[w.ID]; at.After(w.CreatedAt) {
		return at
	}
	return w.CreatedAt
}

// look notes what must not be touched, and when batches end without goodwill.
func (g *giver) look() {
	g.absorbed, g.ends = map[*job]bool{}, map[fab.BatchID]time.Time{}
	upTo := func(b fab.BatchID, end time.Time) {
		if end.After(g.ends[b]) {
			g.ends[b] = end
		}
	}
	for _, j := range g.jobs {
		if j.on != nil {
			upTo(j.BatchID, j.on.finish)
		}
		if j.portion != nil {
			for _, other := range j.portion.absorbs {
				g.absorbed[other] = true
			}
		}
	}
	for _, a := range g.Attempts {
		if w := g.worker(a.WorkerID); w != nil && a.Status != fab.AttemptToCount && a.Why.Code != WhyGoodwill {
			upTo(a.BatchID, g.now.Add(g.left(w, a)))
		}
	}
}

// give finds the least urgent job that a worker may have; one that somebody else would begin now only when there is no
// other.
func (g *giver) give(w *worker) {
	var second *job
	var then fit
	for i := len(g.jobs) - 1; i >= 0 && g.looks > 0; i-- {
		j := g.jobs[i]
		if !g.free(j) || g.vain[j.fits][string(j.BatchID)] {
			continue
		}
		f, may := g.may(j, w)
		switch {
		case !may:
			if g.vain[j.fits] == nil {
				g.vain[j.fits] = map[string]bool{}
			}
			g.vain[j.fits][string(j.BatchID)] = true
		case !j.on.startsNow():
			g.move(j, f)
			return
		case second == nil:
			second, then = j, f
		}
	}
	if second != nil {
		g.move(second, then)
	}
}

// free reports whether a job may go to another worker: it is not tied up with others on one plate, nobody has tried it in
// vain, and who has it now is not owed something as well.
func (g *giver) free(j *job) bool {
	if j.on == nil || j.portion != nil || g.absorbed[j] || j.goodwill || j.Tries > 0 || j.on.startsNow() && g.waitsLong(j.on.w) {
		return false
	}
	next := g.after(j)
	return !j.on.startsNow() || next == nil || next.portion == nil && !g.absorbed[next]
}

// after is what a worker does first besides a job that it has; nil when that is nothing.
func (g *giver) after(j *job) (next *job) {
	for _, other := range g.rows[j.on.w.index] {
		if other != j && !other.goodwill && (next == nil || other.on.at < next.on.at) {
			next = other
		}
	}
	return next
}

// may tells how a worker would do a job for goodwill: with the largest plate of those that harm nobody.
func (g *giver) may(j *job, w *worker) (fit, bool) {
	g.looks--
	one, fits := j.fits.of(w)
	if !fits {
		return fit{}, false
	}
	if g.harmless(j, *one) {
		return *one, true
	}
	if one.shelf == nil {
		return fit{}, false
	}
	for _, smaller := range slices.Backward(one.shelf.sizes) {
		f := *one
		f.plate, f.copies, f.takes = smaller.plate, smaller.copies, g.takes(w, j.Part, smaller)
		if smaller.copies < cmp.Or(one.copies, j.Copies) && smaller.pile <= 1 && !w.short(smaller) && g.harmless(j, f) {
			return f, true
		}
	}
	return fit{}, false
}

// harmless reports whether a worker may begin a job now without making it late, or its batch end much later.
func (g *giver) harmless(j *job, f fit) bool {
	if f.w.begin(0, f.takes) != 0 || j.late() > 0 {
		return false
	}
	end := g.now.Add(f.takes)
	again := end.Add(g.Settings.Clear + j.fits.fastest)
	return (j.due.IsZero() || !again.After(j.due)) && !end.After(g.ends[j.BatchID].Add(g.Settings.GoodwillCost))
}

// move gives a job to a worker; who would have begun it goes on with its next.
func (g *giver) move(j *job, f fit) {
	was, next := j.on, g.after(j)
	j.next, j.on, j.goodwill = was, g.candidate(f, 0), true
	if !was.startsNow() || next == nil {
		return
	}
	start := was.w.begin(0, next.on.takes)
	if start == never || start >= next.on.at {
		return
	}
	next.on = g.candidate(next.on.fit, start)
	if next.on.startsNow() {
		next.next = g.runnerUp(next, g.freeTimes())
	}
}
