package labsim

import (
	"fmt"
	"strconv"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

func (w *world) addPrinter(i int, p Printer) {
	model := fmt.Sprintf("m%04d", i)
	for product, declared := range p.Declared {
		if declared > 0 {
			for _, n := range w.lab.sizes() {
				pile := int64(0)
				if w.lab.Piles && n > w.lab.cut() {
					pile = n / w.lab.cut()
				}
				w.plates = append(w.plates, fab.Plate{Pile: pile, ID: fab.PlateID(fmt.Sprintf("%s-%d-%d", model, product, n)), DesignID: w.designs[product].ID,
					Part: "part", Copies: n, Model: model, Status: fab.PlateReady, Seconds: int64(time.Duration(n) * declared / time.Second)})
			}
		}
	}
	agent := fab.AgentID(model)
	w.agents = append(w.agents, fab.Agent{ID: agent, Online: true})
	w.workers = append(w.workers, fab.Worker{ID: fab.WorkerID(fmt.Sprintf("w%04d", i)), Name: model, Kind: fab.WorkerPrinter, AgentID: agent, Model: model,
		State: "ready", PlateClear: true, GoodPieces: w.lab.Known, ClearHours: p.Hours, Piles: w.lab.Piles, CreatedAt: w.lab.Start})
	if p.Busy > 0 {
		w.resting[w.workers[i].ID] = w.lab.Start.Add(p.Busy)
		w.wake(p.Busy)
	}
	if p.Drops >= 0 {
		w.at(p.Drops, func() error { w.gone[i] = true; return nil })
		w.at(p.Drops+silence, func() error { return w.lose(i) })
	}
}

// ask opens the batch of a product.
func (w *world) ask(i int) {
	p := w.lab.Products[i]
	if w.asked != nil {
		w.asked(i)
	}
	b := fab.Batch{ID: fab.BatchID(fmt.Sprintf("b%04d", i)), DesignID: w.designs[i].ID, Quantity: int64(p.Plates), Status: fab.BatchOpen,
		DueAt: w.lab.Start.Add(p.Due), Priority: p.Priority, CreatedAt: w.time()}
	w.batches = append(w.batches, b)
	for n := 0; n < p.Plates; n += int(w.lab.cut()) {
		w.addJob(fab.Job{ID: fab.JobID(fmt.Sprintf("%s-%04d", b.ID, n)), BatchID: b.ID, Part: "part", How: fab.ByPrint, Copies: w.lab.cut(), Status: fab.JobWaiting})
	}
}

// top keeps as many jobs open as the product lacks, and as many more as the policy makes against failures.
func (w *world) top() {
	insured, ok := w.policy.(Ours)
	if !ok || !insured.Over {
		return
	}
	for i := range w.batches {
		b := &w.batches[i]
		product := w.productOf(b.ID)
		cut := int(w.lab.cut())
		want := w.undone[product]
		if want > 0 {
			want += cut * int(fab.Overage(int64((want+cut-1)/cut), w.yield()))
		}
		w.open(b, want)
	}
}

// yield is the share of good pieces of the whole lab so far, per mille, as the books know it.
func (w *world) yield() int64 {
	var good, bad int64
	for _, k := range w.workers {
		good, bad = good+k.GoodPieces, bad+k.BadPieces
	}
	return fab.Worker{GoodPieces: good, BadPieces: bad}.YieldPM()
}

// open adds or cancels waiting jobs of a batch until so many pieces are open.
func (w *world) open(b *fab.Batch, want int) {
	open, cut := 0, int(w.lab.cut())
	for k := range w.jobs {
		if w.jobs[k].BatchID == b.ID && (w.jobs[k].Status == fab.JobWaiting || w.jobs[k].Status == fab.JobLeased) {
			open += int(w.jobs[k].Copies)
		}
	}
	for ; open < want; open += cut {
		b.Quantity += w.lab.cut()
		w.addPortion(b.ID, w.lab.cut())
	}
	for k := len(w.jobs) - 1; k >= 0 && open > want; k-- {
		n := int(w.jobs[k].Copies)
		if w.jobs[k].BatchID == b.ID && w.jobs[k].Status == fab.JobWaiting && open-n >= want {
			w.jobs[k].Status = fab.JobCancelled
			open -= n
		}
	}
}

// addPortion has pieces of a batch wait that had no job.
func (w *world) addPortion(batch fab.BatchID, copies int64) {
	w.extra++
	w.addJob(fab.Job{ID: fab.JobID(fmt.Sprintf("%s-x%04d", batch, w.extra)), BatchID: batch, Part: "part", How: fab.ByPrint, Copies: copies, Status: fab.JobWaiting})
}

func (w *world) addJob(j fab.Job) {
	w.jobAt[j.ID] = len(w.jobs)
	w.jobs = append(w.jobs, j)
}

func (w *world) job(id fab.JobID) *fab.Job {
	i, known := w.jobAt[id]
	if !known {
		return nil
	}
	return &w.jobs[i]
}

// printer is the number in a worker's id, -1 when there is none such.
func (w *world) printer(id fab.WorkerID) int {
	if k := number(string(id)); k < len(w.workers) {
		return k
	}
	return -1
}

func (w *world) product(j *fab.Job) int { return w.productOf(j.BatchID) }

// productOf is the number in a batch's id.
func (w *world) productOf(id fab.BatchID) int { return number(string(id)) }

// number is what stands behind the first letter of an id, -1 when it is none.
func number(id string) int {
	if id == "" {
		return -1
	}
	k, err := strconv.Atoi(id[1:])
	if err != nil {
		return -1
	}
	return k
}

// Snapshot is what the planner of the lab would be told now.
func (w *world) Snapshot() schedule.Snapshot {
	s := schedule.Snapshot{Batches: w.batches, Designs: w.designs, Workers: w.workers, Agents: w.agents, Plates: w.plates, Left: w.left, Resting: w.resting,
		Given: w.given, Zone: w.lab.Zone, Settings: w.lab.settings()}
	for _, j := range w.jobs {
		if j.Status == fab.JobWaiting || j.Status == fab.JobLeased {
			s.Jobs = append(s.Jobs, j)
		}
	}
	for _, k := range w.workers {
		if a := w.attempts[k.AttemptID]; a != nil {
			s.Attempts = append(s.Attempts, *a)
		}
	}
	s.Made = map[fab.BatchID]schedule.Made{}
	for _, b := range w.batches {
		s.Made[b.ID] = schedule.Made{Good: map[string]int64{"part": int64(w.good[w.productOf(b.ID)])}}
	}
	return s
}
