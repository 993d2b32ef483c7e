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
	off                  // not counted on; worker.why says why
)

// worker is a worker as the simulation sees it.
type worker struct {
	fab.Worker
	index int // in planner.workers
	state state
	free  time.Time // when it could start the next job, unless off
	why   fab.Reason
	taken bool // got a job in this plan
}

func (w *worker) spared() bool { return w.state == idle && !w.taken }

func (p *planner) addWorkers() {
	attempts := map[fab.AttemptID]fab.Attempt{}
	for _, a := range p.Attempts {
		attempts[a.ID] = a
	}
	for _, row := range p.Workers {
		w := &worker{Worker: row, free: p.now}
		p.workers = append(p.workers, w)
		if row.AttemptID != "" {
			w.state, w.free = busy, p.freeAt(w, attempts[row.AttemptID])
		}
		if why := p.away(row); why.Code != "" {
			w.state, w.why = off, why
		} else if row.AttemptID == "" {
			p.settle(w)
		}
	}
	slices.SortFunc(p.workers, func(a, b *worker) int { return cmp.Compare(a.ID, b.ID) })
	for i, w := range p.workers {
		w.index = i
	}
}

// away says why a worker does not count at all, whether or not it is at work.
func (p *planner) away(w fab.Worker) fab.Reason {
	switch {
	case w.Paused:
		return fab.Because(IdlePaused)
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
	case until.After(p.now):
		w.state, w.free, w.why = resting, until, fab.Because(IdleResting, "until", until)
	case clear:
		w.state = idle
	case p.Left[w.ID].IsZero() || p.now.Sub(p.Left[w.ID]) > p.Settings.Patience:
		w.state, w.why = off, fab.Because(IdlePlateNotClear)
	default:
		w.state, w.free, w.why = unclear, p.now.Add(p.Settings.Clear), fab.Because(IdlePlateNotClear)
	}
}

// freeAt estimates when a busy worker can start again. What runs over its estimate is given a tenth of its time more.
func (p *planner) freeAt(w *worker, a fab.Attempt) time.Time {
	from := a.StartedAt
	if from.IsZero() {
		from = a.CreatedAt
	}
	took := p.now.Sub(from)
	left := max(p.attemptTakes(w.Worker, a)-took, took/10, time.Second)
	if w.Kind == fab.WorkerPrinter {
		left += p.Settings.Clear
	}
	return p.now.Add(left)
}

func (p *planner) attemptTakes(w fab.Worker, a fab.Attempt) time.Duration {
	for _, plate := range p.Plates {
		if plate.ID == a.PlateID {
			return cost(w, time.Duration(plate.Seconds)*time.Second)
		}
	}
	for _, b := range p.Batches {
		if part, ok := p.designs[b.DesignID].BOM.Part(a.Part); ok && b.ID == a.BatchID {
			return p.Settings.Hand + cost(w, time.Duration(part.StepMS*a.Copies)*time.Millisecond)
		}
	}
	return p.Settings.Hand
}

// cost is the time that a worker takes for good pieces: the estimate by its learned speed, over its learned yield.
func cost(w fab.Worker, estimate time.Duration) time.Duration {
	factor := w.TimeFactorPM
	if factor == 0 {
		factor = 1000
	}
	ms := estimate.Milliseconds() * factor / max(1, w.YieldPM())
	return max(time.Second, time.Duration(ms)*time.Millisecond)
}
