package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// state is what a worker can do about new work.
type state int

const (
	idle    state = iota // starts now
	busy                 // free later
	unclear              // free once somebody clears the plate
	resting              // free later, by rule
	loading              // free once its maker put another filament on it
	off                  // not counted on; worker.why says why
)

// worker is a worker as the simulation sees it.
type worker struct {
	fab.Worker
	index   int   // in planner.workers
	machine int   // number of its kind of machine
	yield   int64 // share of good pieces, per mille
	spool   int64 // mg of filament that are left on it; 0 when nobody knows
	state   state
	free    time.Time // when it could start the next job, unless off
	heat    calendar  // when it may print
	clear   calendar  // when somebody is there to clear and to start it
	why     fab.Reason
	taken   bool       // got a job in this plan
	opens   time.Time  // idle, but its next job has to wait for its hours
	paces   []fab.Pace // its own
}

// begin is when work of this length could start at or after t, or never: within the hours in which the printer may be
// hot, and at a time when somebody is there.
func (w *worker) begin(t, takes time.Duration) time.Duration {
	for w.heat != nil || w.clear != nil {
		start := w.heat.fit(t, takes)
		if start == never {
			return never
		}
		there := w.clear.next(start)
		if there == start {
			return start
		}
		t = there
	}
	return t
}

func (w *worker) spared() bool { return w.state == idle && !w.taken && w.opens.IsZero() }

func (p *planner) addWorkers() {
	attempts := map[fab.AttemptID]fab.Attempt{}
	for _, a := range p.Attempts {
		attempts[a.ID] = a
	}
	paces := map[fab.WorkerID][]fab.Pace{}
	for _, pace := range p.Paces {
		paces[pace.WorkerID] = append(paces[pace.WorkerID], pace)
	}
	rows := make([]worker, len(p.Workers))
	agreed := p.agreed()
	for i, row := range p.Workers {
		w := &rows[i]
		promise, promised := agreed[row.ID]
		if promised {
			row.Filament, row.SpoolID = promise.Filament, ""
		}
		*w = worker{Worker: row, yield: row.YieldPM(), spool: p.Spools[row.SpoolID], free: p.now, heat: p.hours.of(row.HeatHours), clear: p.hours.of(row.ClearHours), paces: paces[row.ID]}
		p.workers = append(p.workers, w)
		if row.AttemptID != "" {
			w.state, w.free = busy, p.freeAt(w, attempts[row.AttemptID])
			if until := p.Capped[row.ID]; until.After(w.free) {
				w.free = until
			}
		}
		if why := p.away(row); why.Code != "" {
			w.state, w.why = off, why
		} else if row.AttemptID == "" {
			p.settle(w)
		}
		if promised {
			p.setUp(w, promise)
		}
	}
	slices.SortFunc(p.workers, func(a, b *worker) int { return cmp.Compare(a.ID, b.ID) })
	for i, w := range p.workers {
		w.index = i
		kind := w.Machine()
		if _, known := p.machines[kind]; !known {
			p.machines[kind] = len(p.machines)
		}
		w.machine = p.machines[kind]
	}
}

// worker finds one by its id; nil when there is none.
func (p *planner) worker(id fab.WorkerID) *worker {
	i, found := slices.BinarySearchFunc(p.workers, id, func(w *worker, id fab.WorkerID) int { return cmp.Compare(w.ID, id) })
	if !found {
		return nil
	}
	return p.workers[i]
}

// away says why a worker does not count at all, whether or not it is at work.
func (p *planner) away(w fab.Worker) fab.Reason {
	switch {
	case w.Paused:
		return fab.Because(IdlePaused)
	case w.Held():
		return fab.Because(IdleHeld)
	case w.SpoolID != "" && slices.Contains(p.Recalled, w.SpoolID):
		return fab.Because(IdleSpoolRecalled)
	case !w.Streamed():
		return fab.Reason{}
	case !p.online[w.AgentID]:
		return fab.Because(IdleOffline)
	case w.State == "error":
		return fab.Because(IdleError)
	case w.State == "offline" || w.State == "connecting" || w.State == "":
		return fab.Because(IdleOffline)
	case w.State == "not_now":
		return fab.Because(IdleNotNow)
	case w.State == "own_print":
		return fab.Because(IdleOwnPrint)
	}
	return fab.Reason{}
}

// settle tells apart the workers that have no attempt and are there.
func (p *planner) settle(w *worker) {
	clear := !w.Streamed() || w.PlateClear && w.State == "ready"
	switch until := p.Resting[w.ID]; {
	case w.Streamed() && slices.Contains([]string{"fetching", "heating", "printing", "paused", "stopping"}, w.State):
		w.state, w.why = off, fab.Because(IdleEarlierWork)
	case p.Capped[w.ID].After(p.now):
		w.state, w.free, w.why = resting, p.Capped[w.ID], fab.Because(IdleWeekCap, "until", p.Capped[w.ID], "cap", w.WeekCap)
	case until.After(p.now):
		w.state, w.free, w.why = resting, until, fab.Because(IdleResting, "until", until)
	case clear:
		w.state = idle
	case p.Left[w.ID].IsZero() || p.now.Sub(p.Left[w.ID]) > p.Settings.Patience:
		w.state, w.why = off, fab.Because(IdlePlateNotClear)
	default:
		w.state, w.free, w.why = unclear, p.now.Add(p.cleared(w)), fab.Because(IdlePlateNotClear)
	}
}

// cleared estimates when a bed that is not clear will be: as long after the print's end as usual, counted from when
// somebody is there. What takes longer than usual is expected soon.
func (p *planner) cleared(w *worker) time.Duration {
	since := p.Left[w.ID].Sub(p.now)
	if w.clear.next(0) > 0 {
		return p.again(w, 0)
	}
	if left := since + p.Settings.Clear; left > 0 {
		return left
	}
	return p.Settings.Clear / 4
}

// freeAt estimates when a busy worker can start again.
func (p *planner) freeAt(w *worker, a fab.Attempt) time.Time {
	return p.now.Add(p.again(w, p.left(w, a)))
}

// left estimates how long an attempt still takes. What runs over its estimate is given a tenth of its time more.
func (p *planner) left(w *worker, a fab.Attempt) time.Duration {
	from := a.StartedAt
	if from.IsZero() {
		from = a.CreatedAt
	}
	took := p.now.Sub(from)
	left := p.attemptTakes(w, a) - took
	if left <= 0 {
		left = max(took/10, time.Second)
	}
	return left
}

func (p *planner) attemptTakes(w *worker, a fab.Attempt) time.Duration {
	if plate, ok := p.plates[a.PlateID]; ok {
		return w.cost(a.Part, time.Duration(plate.Seconds)*time.Second)
	}
	for _, b := range p.Batches {
		if part, ok := p.designs[b.DesignID].BOM.Part(a.Part); ok && b.ID == a.BatchID {
			return p.Settings.Hand + w.cost(a.Part, time.Duration(part.StepMS*a.Copies)*time.Millisecond)
		}
	}
	return p.Settings.Hand
}

// cost is the time that a worker takes for good pieces of a part: the estimate by its learned speed, over its learned
// yield. What it showed at this very part counts first, then what it shows otherwise.
func (w *worker) cost(part string, estimate time.Duration) time.Duration {
	factor, yield := w.TimeFactorPM, w.yield
	for _, pace := range w.paces {
		if pace.Part == part {
			factor, yield = cmp.Or(pace.FactorPM, factor), pace.YieldPM(yield)
		}
	}
	ms := estimate.Milliseconds() * cmp.Or(factor, 1000) / max(1, yield)
	return max(time.Second, time.Duration(ms)*time.Millisecond)
}
