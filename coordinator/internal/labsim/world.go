package labsim

import (
	"container/heap"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

// silence is how long a printer may say nothing before its work is given to another.
const silence = 15 * time.Minute

// world is a lab being played: the rows that the coordinator would hold, and what happens next.
type world struct {
	lab    *Lab
	policy Policy
	now    time.Duration
	queue  events
	seq    int
	extra  int

	batches  []fab.Batch
	designs  []fab.DesignVersion
	plates   []fab.Plate
	agents   []fab.Agent
	workers  []fab.Worker
	jobs     []fab.Job
	jobAt    map[fab.JobID]int
	attempts map[fab.AttemptID]*fab.Attempt
	left     map[fab.WorkerID]time.Time
	resting  map[fab.WorkerID]time.Time
	given    map[fab.WorkerID]time.Time // when each printer was last given a plate

	made    []int // plates that each printer began, for its luck
	gone    []bool
	idlest  []time.Duration // the longest that each printer got nothing
	undone  []int           // good plates that each product lacks
	good    []int           // that each has
	done    []time.Duration
	wasted  int // good plates beyond what was asked
	decided int // calls of the policy
	woken   map[time.Duration]bool
	asked   func(product int) // called before a product is asked for
}

// Outcome is what a lab came to.
type Outcome struct {
	End      time.Duration   // of the last good plate that was asked for
	Done     []time.Duration // by product
	Late     int             // products that were done after their due time
	Tardy    time.Duration   // by how much, in all
	Surplus  int             // pieces beyond what was asked, those on printers at the end included; they go to stock
	Decided  int             // calls of the planner
	Idlest   time.Duration   // the longest that a printer which never fell silent got nothing
	Finished bool
}

// Play runs the lab to its end under a policy.
func Play(l *Lab, p Policy) (Outcome, error) { return newWorld(l, p).play() }

func (w *world) play() (Outcome, error) {
	for len(w.queue) > 0 && w.lacks() {
		e := heap.Pop(&w.queue).(event) //nolint:forcetypeassert // the heap holds nothing else
		w.now = e.at
		if err := e.do(); err != nil {
			return Outcome{}, err
		}
		if len(w.queue) > 0 && w.queue[0].at == w.now {
			continue // everything of one moment is decided on at once
		}
		if err := w.decide(); err != nil {
			return Outcome{}, err
		}
	}
	return w.outcome(), nil
}

func newWorld(l *Lab, p Policy) *world {
	w := &world{lab: l, policy: p, attempts: map[fab.AttemptID]*fab.Attempt{}, left: map[fab.WorkerID]time.Time{}, resting: map[fab.WorkerID]time.Time{}, given: map[fab.WorkerID]time.Time{}, woken: map[time.Duration]bool{}, jobAt: map[fab.JobID]int{}}
	n := len(l.Products)
	w.undone, w.good, w.done = make([]int, n), make([]int, n), make([]time.Duration, n)
	for i, product := range l.Products {
		w.undone[i] = product.Plates
		id := fab.DesignVersionID(fmt.Sprintf("d%04d", i))
		w.designs = append(w.designs, fab.DesignVersion{ID: id, Product: fmt.Sprintf("p%04d", i), Status: fab.DesignTrialled,
			BOM: fab.BOM{Parts: []fab.Part{{Code: "part", How: fab.ByPrint, PerUnit: 1}}}})
		w.at(product.Arrives, func() error { w.ask(i); return nil })
	}
	for i, printer := range l.Printers {
		w.addPrinter(i, printer)
	}
	w.made, w.gone, w.idlest = make([]int, len(l.Printers)), make([]bool, len(l.Printers)), make([]time.Duration, len(l.Printers))
	return w
}

func (w *world) time() time.Time { return w.lab.Start.Add(w.now) }

func (w *world) lacks() bool {
	for _, n := range w.undone {
		if n > 0 {
			return true
		}
	}
	return false
}

// decide lets the policy give out work, while there is both work and somebody without.
func (w *world) decide() error {
	w.top()
	free := false
	for i := range w.workers {
		free = free || w.idle(i)
	}
	waits := false
	for i := range w.jobs {
		waits = waits || w.jobs[i].Status == fab.JobWaiting
	}
	if !free || !waits {
		return nil
	}
	w.decided++
	plan := w.policy.Plan(w)
	for _, a := range plan.Assign {
		if err := w.start(a); err != nil {
			return err
		}
	}
	w.lookAgain(plan)
	return nil
}

func (w *world) idle(i int) bool {
	return w.workers[i].AttemptID == "" && w.workers[i].PlateClear && w.agents[i].Online && !w.resting[w.workers[i].ID].After(w.time())
}

// start commits an assignment as dispatch does.
func (w *world) start(a schedule.Assignment) error {
	j, k := w.job(a.Job), w.printer(a.Worker)
	if j == nil || k < 0 || j.Status != fab.JobWaiting || !w.idle(k) {
		return fmt.Errorf("policy %s gave %s to %s, which cannot be", w.policy.Name(), a.Job, a.Worker)
	}
	product := w.product(j)
	real := w.lab.Printers[k].Real[product]
	if real == 0 {
		return fmt.Errorf("policy %s gave %s to %s, which cannot make it", w.policy.Name(), a.Job, a.Worker)
	}
	if a.Copies == 0 { // of a policy that does not choose
		a.Copies = j.Copies
	}
	jobs := float64(a.Copies) / float64(w.lab.cut())
	real *= time.Duration(a.Copies)
	j, err := w.recut(j, a)
	if err != nil {
		return err
	}
	n := w.made[k]
	w.made[k]++
	at := fab.Attempt{ID: fab.AttemptID(fmt.Sprintf("a%06d", w.seq)), JobID: j.ID, BatchID: j.BatchID, WorkerID: a.Worker, PlateID: a.Plate, Part: j.Part,
		Copies: a.Copies, Why: a.Why, Status: fab.AttemptPrinting, CreatedAt: w.time(), StartedAt: w.time()}
	j.Status, j.AttemptID = fab.JobLeased, at.ID
	w.workers[k].AttemptID, w.workers[k].PlateClear = at.ID, false
	w.attempts[at.ID] = &at
	w.idlest[k] = max(w.idlest[k], w.time().Sub(w.since(a.Worker)))
	w.given[a.Worker] = w.time()
	w.at(w.now+real, func() error { return w.ends(k, at.ID, w.lab.good(k, n, jobs), real) })
	return nil
}

// recut makes the job as large as its plate, as dispatch does: jobs whose pieces it makes as well end, and pieces that it
// does not make wait on.
func (w *world) recut(j *fab.Job, a schedule.Assignment) (*fab.Job, error) {
	left := j.Copies - a.Copies
	j.Copies = a.Copies
	for _, other := range a.Absorbs {
		row := w.job(other.Job)
		if row == nil || row.Status != fab.JobWaiting || row.BatchID != j.BatchID {
			return nil, fmt.Errorf("policy %s put %s on the plate of %s, which cannot be", w.policy.Name(), other.Job, a.Job)
		}
		left += row.Copies
		if left > 0 {
			row.Copies, left = left, 0
		} else {
			row.Status = fab.JobCancelled
		}
	}
	if left > 0 {
		w.addPortion(j.BatchID, left)
		w.at(w.now, func() error { return nil }) // somebody else may begin with it at once
	}
	return w.job(a.Job), nil
}

// ends is what happens when a print is over, if its printer still speaks.
func (w *world) ends(k int, id fab.AttemptID, good bool, real time.Duration) error {
	a := w.attempts[id]
	if w.gone[k] || a == nil {
		return nil
	}
	j, row := w.job(a.JobID), &w.workers[k]
	estimate := w.lab.Printers[k].Declared[w.product(j)] * time.Duration(a.Copies)
	delete(w.attempts, id)
	row.AttemptID = ""
	w.left[row.ID] = w.time()
	row.Learn(estimate, real)
	if good {
		row.GoodPieces += 4
		w.count(w.product(j), int(a.Copies))
		j.Status = fab.JobDone
	} else {
		row.BadPieces += 4
		j.Status, j.AttemptID = fab.JobWaiting, ""
	}
	w.at(w.there(k, w.now)+w.lab.Clear, func() error { row.PlateClear = true; return nil })
	return nil
}

// there is the first time from t on at which somebody stands at the printer.
func (w *world) there(k int, t time.Duration) time.Duration {
	return there(w.lab, k, t)
}

func there(l *Lab, k int, t time.Duration) time.Duration {
	week, err := l.Printers[k].Hours.Week("hours")
	if err != nil || len(week) == 0 {
		return t
	}
	from := l.Start.Add(t)
	for _, i := range fab.Intervals(week, from, from.Add(8*24*time.Hour), l.Zone) {
		return i.From.Sub(l.Start)
	}
	return t
}

func (w *world) count(product, pieces int) {
	lacked := w.undone[product]
	w.undone[product] -= pieces
	w.good[product] += pieces
	if lacked > 0 && w.undone[product] <= 0 {
		w.done[product] = w.now
	}
	w.wasted += min(pieces, max(0, -w.undone[product]))
}

// lose takes the work from a printer that was silent for too long.
func (w *world) lose(k int) error {
	w.agents[k].Online = false
	row := &w.workers[k]
	if a := w.attempts[row.AttemptID]; a != nil {
		j := w.job(a.JobID)
		a.Lose(fab.EndedSilent, j, row, w.time())
		delete(w.attempts, a.ID)
	}
	return nil
}

// printing counts the pieces on printers.
func (w *world) printing() (n int) {
	for _, a := range w.attempts {
		n += int(a.Copies)
	}
	return n
}

// since is when a printer was last given a plate, or else the start.
func (w *world) since(id fab.WorkerID) time.Time {
	if at, known := w.given[id]; known {
		return at
	}
	return w.lab.Start
}

func (w *world) outcome() Outcome {
	o := Outcome{Done: w.done, Surplus: w.wasted + w.printing(), Decided: w.decided, Finished: !w.lacks()}
	for i, at := range w.done {
		o.End = max(o.End, at)
		if over := at - w.lab.Products[i].Due; over > 0 {
			o.Late++
			o.Tardy += over
		}
	}
	for k, longest := range w.idlest {
		if w.lab.Printers[k].Drops < 0 {
			o.Idlest = max(o.Idlest, longest, w.time().Sub(w.since(w.workers[k].ID)))
		}
	}
	return o
}
