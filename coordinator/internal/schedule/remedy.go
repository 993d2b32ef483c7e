package schedule

import (
	"fmt"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// What would help a batch that is late.
const (
	FixMaterial = "fix_material" // material (code), short (its unit)
	FixPrinters = "fix_printers" // count, model: so many more of the model that most of its makers have
	FixHours    = "fix_hours"    // if somebody were there around the clock
)

// most is how many more printers are thought of at most.
const most = 32

// fix lists what, each alone, would make a batch by a time; why is what keeps it from any.
func (f *forecaster) fix(b fab.Batch, why fab.Reason, by time.Time) (list []fab.Reason) {
	if why.Code == WaitMaterial {
		return append(list, fab.Because(FixMaterial, "material", why.Args["material"], "short", why.Args["short"]))
	}
	due := by.Sub(f.plan.now)
	if by.IsZero() || due <= 0 {
		return nil
	}
	if model := f.common(b); model != nil {
		if n := f.fewest(b.ID, *model, due); n > 0 {
			list = append(list, fab.Because(FixPrinters, "count", n, "model", model.Model))
		}
	}
	if always, changed := attended(f.plan.Snapshot); changed && inTime(always, f.plan.now, b.ID, due) {
		list = append(list, fab.Because(FixHours))
	}
	return list
}

// common is a printer of the model that most of those have who could print for the batch; nil when nobody could.
func (f *forecaster) common(b fab.Batch) *fab.Worker {
	count, first := map[fab.Machine]int{}, map[fab.Machine]*fab.Worker{}
	var best *fab.Worker
	seen := map[*fitting]bool{}
	for _, j := range f.jobs[b.ID] {
		if j.How == fab.ByHand || seen[j.fits] {
			continue
		}
		seen[j.fits] = true
		for _, one := range j.fits.fits {
			if !one.w.Streamed() {
				continue
			}
			m := one.w.Machine()
			count[m]++
			if first[m] == nil {
				first[m] = &one.w.Worker
			}
			if best == nil || count[m] > count[best.Machine()] {
				best = first[m]
			}
		}
	}
	return best
}

// fewest is how many more printers like one make the batch in time; 0 when as many as most do not.
func (f *forecaster) fewest(id fab.BatchID, like fab.Worker, due time.Duration) int {
	enough := func(n int) bool { return inTime(f.with(n, like), f.plan.now, id, due) }
	high := 1
	for !enough(high) {
		if high *= 2; high > most {
			return 0
		}
	}
	low := high / 2 // too few
	for high-low > 1 {
		if mid := (low + high) / 2; enough(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// with is the snapshot with more printers like one, ready to begin.
func (f *forecaster) with(n int, like fab.Worker) Snapshot {
	s := f.plan.Snapshot
	s.Workers, s.Agents = slices.Clone(s.Workers), append(slices.Clone(s.Agents), fab.Agent{ID: "\xff", Online: true})
	like.AgentID, like.AttemptID, like.Paused, like.SpoolID, like.PlateClear, like.State = "\xff", "", false, "", true, "ready"
	for i := range n {
		like.ID = fab.WorkerID(fmt.Sprintf("\xff%04d", i))
		s.Workers = append(s.Workers, like)
	}
	return s
}

// attended is the snapshot with people who are always there; changed is false when they are.
func attended(s Snapshot) (_ Snapshot, changed bool) {
	s.Workers = slices.Clone(s.Workers)
	for i := range s.Workers {
		w := &s.Workers[i]
		changed = changed || w.HeatHours != "" || w.ClearHours != ""
		w.HeatHours, w.ClearHours = "", ""
	}
	return s, changed
}

// inTime reports whether everything of a batch that may run would end by then.
func inTime(s Snapshot, now time.Time, id fab.BatchID, due time.Duration) bool {
	p := newPlanner(s, now)
	p.admit()
	p.order()
	p.handOut(nil, 0)
	for _, j := range p.jobs {
		if j.BatchID == id && j.held.Code == "" && (j.on == nil || j.on.at+j.on.takes > due) {
			return false
		}
	}
	return true
}
