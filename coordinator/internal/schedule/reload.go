package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Why a maker is asked to load another filament.
const (
	WhyReloadOnly   = "reload_only"   // plates: nobody has it loaded
	WhyReloadSooner = "reload_sooner" // hours: by so much sooner would all requests together be made
)

// What bounds the questions.
const (
	thought  = 12 // printers that are thought of at once
	gain     = 4  // so many set-ups must be won by one, or nobody is bothered
	crowding = 3  // printers that are thought of in a lab too large for a search
)

// Question is a change of filament that is worth asking a printer's maker for.
type Question struct {
	Worker   fab.WorkerID
	Filament string
	Batch    fab.BatchID // what it would make first
	Part     string
	Plates   int64 // that it would make of all that waits
	Why      fab.Reason
}

// agreed are the promises of makers who are about to load another filament.
func (p *planner) agreed() map[fab.WorkerID]fab.Reload {
	yes := map[fab.WorkerID]fab.Reload{}
	for _, r := range p.Reloads {
		if r.Status == fab.ReloadYes {
			yes[r.WorkerID] = r
		}
	}
	return yes
}

// setUp counts on a printer with another filament from when somebody has had the time to load it. That takes a person:
// it begins once the printer is free and somebody is there. Nothing is started before it is done.
func (p *planner) setUp(w *worker, r fab.Reload) {
	if w.state == off {
		return
	}
	from, takes := max(0, w.free.Sub(p.now)), p.Settings.Setup
	if w.state == idle {
		takes = max(r.AnsweredAt.Add(takes).Sub(p.now), takes/4)
	}
	w.free = p.now.Add(w.clear.next(from) + takes)
	if w.state != busy {
		w.state, w.why = loading, fab.Because(IdleLoading, "filament", r.Filament)
	}
}

// Ask looks for the change of filament that serves what waits most, and counts what is open as promised. Quiet are the
// workers whose makers are not asked now. Every change is judged by the whole plan that comes of it, the time of the
// set-up in attended hours included; not ok when none is worth a maker's trouble.
func Ask(s Snapshot, quiet map[fab.WorkerID]bool, now time.Time) (best Question, ok bool) {
	base, open := s.promised(now), map[fab.WorkerID]bool{}
	for _, r := range base.Reloads {
		open[r.WorkerID] = true
	}
	is := ahead(base, now)
	most := is
	for _, one := range is.p.changes(open, quiet) {
		then := ahead(base.with(one.Worker, one.Filament, now), now)
		first, plates := then.of(one.Worker)
		if plates == 0 || !then.worth(is) || ok && !then.better(most) {
			continue
		}
		best, ok, most = one, true, then
		best.Batch, best.Part, best.Plates, best.Why = first.BatchID, first.Part, plates, then.why(is)
	}
	return best, ok
}

// Needed reports whether a printer would still make something if its maker loaded what he or she is asked to.
func Needed(s Snapshot, id fab.WorkerID, now time.Time) bool {
	_, plates := ahead(s.promised(now), now).of(id)
	return plates > 0
}

// promised is the snapshot with a yes to every open question.
func (s Snapshot) promised(now time.Time) Snapshot {
	s.Reloads = slices.Clone(s.Reloads)
	for i := range s.Reloads {
		if s.Reloads[i].Status == fab.ReloadAsked {
			s.Reloads[i].Status, s.Reloads[i].AnsweredAt = fab.ReloadYes, now
		}
	}
	return s
}

// with is the snapshot with one more yes.
func (s Snapshot) with(id fab.WorkerID, filament string, now time.Time) Snapshot {
	s.Reloads = append(slices.Clone(s.Reloads), fab.Reload{WorkerID: id, Filament: filament, Status: fab.ReloadYes, AnsweredAt: now})
	return s
}

// prospect is what would come of a snapshot.
type prospect struct {
	p      *planner
	placed int           // jobs that somebody does
	late   time.Duration // of all of them
	ends   time.Duration // of the batches, together
}

// ahead plans a snapshot, without the search.
func ahead(s Snapshot, now time.Time) prospect {
	x := prospect{p: newPlanner(s, now)}
	x.p.admit()
	x.p.order()
	x.late, _ = x.p.handOut(nil, 0)
	ends := map[fab.BatchID]time.Duration{}
	for _, j := range x.p.jobs {
		if j.on != nil {
			x.placed++
			ends[j.BatchID] = max(ends[j.BatchID], j.on.at+j.on.takes)
		}
	}
	for _, end := range ends {
		x.ends += end
	}
	return x
}

// of is what a worker begins with, and how much it does.
func (x prospect) of(id fab.WorkerID) (first *job, n int64) {
	for _, j := range x.p.jobs {
		if j.on == nil || j.on.w.ID != id {
			continue
		}
		if n++; first == nil || j.on.at < first.on.at {
			first = j
		}
	}
	return first, n
}

// better compares two prospects: more that is made at all, then less that is late, then earlier ends.
func (x prospect) better(than prospect) bool {
	return cmp.Or(cmp.Compare(than.placed, x.placed), cmp.Compare(x.late, than.late), cmp.Compare(x.ends, than.ends)) < 0
}

// worth reports whether a maker may be bothered for this.
func (x prospect) worth(is prospect) bool {
	least := gain * x.p.Settings.Setup
	switch {
	case x.placed != is.placed:
		return x.placed > is.placed
	case x.late > is.late:
		return false
	}
	return is.late-x.late >= least || is.ends-x.ends >= least
}

func (x prospect) why(is prospect) fab.Reason {
	if x.placed > is.placed {
		return fab.Because(WhyReloadOnly, "plates", x.placed-is.placed)
	}
	return fab.Because(WhyReloadSooner, "hours", int64(max(is.late-x.late, is.ends-x.ends)/time.Hour))
}

// changes are the questions to think of: another filament that its maker has, on a printer that could print something that
// waits with it and cannot as it is. Those that have nothing to do come first.
func (p *planner) changes(open, quiet map[fab.WorkerID]bool) (list []Question) {
	loaded := map[fab.WorkerID]bool{}
	for _, j := range p.jobs {
		if j.on != nil {
			loaded[j.on.w.ID] = true
		}
	}
	var workers []*worker
	for _, w := range p.workers {
		if len(w.CanLoad) > 0 && w.Model != "" && w.state != off && !w.SlicesSelf && !open[w.ID] && !quiet[w.ID] {
			workers = append(workers, w)
		}
	}
	slices.SortStableFunc(workers, func(a, b *worker) int { return cmp.Compare(rank(loaded[a.ID]), rank(loaded[b.ID])) })
	most := thought
	if len(p.workers)*len(p.kinds) > pairs {
		most = crowding
	}
	for _, w := range workers {
		for _, filament := range w.CanLoad {
			if len(list) < most && filament != w.Filament && p.wouldPrint(w, filament) {
				list = append(list, Question{Worker: w.ID, Filament: filament})
			}
		}
	}
	return list
}

func rank(has bool) int {
	if has {
		return 1
	}
	return 0
}

// wouldPrint reports whether something waits that a printer could print with another filament and cannot as it is.
func (p *planner) wouldPrint(w *worker, filament string) bool {
	machine := w.Machine()
	machine.Filament = filament
	seen := map[*fitting]bool{}
	for _, j := range p.jobs {
		if j.held.Code != "" || j.How != fab.ByPrint || seen[j.fits] {
			continue
		}
		seen[j.fits] = true
		part, _ := p.designs[j.kind.design].BOM.Part(j.Part)
		if _, fits := j.fits.of(w); fits || !part.Takes(filament) {
			continue
		}
		for _, plate := range p.files[printed{j.kind.design, j.Part}] {
			if plate.Status == fab.PlateReady && plate.WorkerID == "" && plate.Machine() == machine {
				return true
			}
		}
	}
	return false
}
