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

	made    []int // plates that each printer began, for its luck
	gone    []bool
	undone  []int // good plates that each product lacks
	good    []int // that each has
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
	w := &world{lab: l, policy: p, attempts: map[fab.AttemptID]*fab.Attempt{}, left: map[fab.WorkerID]time.Time{}, resting: map[fab.WorkerID]time.Time{}, woken: map[time.Duration]bool{}, jobAt: map[fab.JobID]int{}}
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
	w.made, w.gone = make([]int, len(l.Printers)), make([]bool, len(l.Printers))
	return w
}

func (w *world) addPrinter(i int, p Printer) {
	model := fmt.Sprintf("m%04d", i)
	for product, declared := range p.Declared {
		if declared > 0 {
			for _, n := range w.lab.sizes() {
				w.plates = append(w.plates, fab.Plate{ID: fab.PlateID(fmt.Sprintf("%s-%d-%d", model, product, n)), DesignID: w.designs[product].ID,
					Part: "part", Copies: n, Model: model, Status: fab.PlateReady, Seconds: int64(time.Duration(n) * declared / time.Second)})
			}
		}
	}
	agent := fab.AgentID(model)
	w.agents = append(w.agents, fab.Agent{ID: agent, Online: true})
	w.workers = append(w.workers, fab.Worker{ID: fab.WorkerID(fmt.Sprintf("w%04d", i)), Name: model, Kind: fab.WorkerPrinter, AgentID: agent, Model: model,
		State: "ready", PlateClear: true, GoodPieces: w.lab.Known, ClearHours: p.Hours})
	if p.Busy > 0 {
		w.resting[w.workers[i].ID] = w.lab.Start.Add(p.Busy)
		w.wake(p.Busy)
	}
	if p.Drops >= 0 {
		w.at(p.Drops, func() error { w.gone[i] = true; return nil })
		w.at(p.Drops+silence, func() error { return w.lose(i) })
	}
}

func (w *world) time() time.Time { return w.lab.Start.Add(w.now) }

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

func (w *world) lacks() bool {
	for _, n := range w.undone {
		if n > 0 {
			return true
		}
	}
	return false
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

// lookAgain wakes the policy when somebody's hours begin, and every so often while printers stand idle beside waiting
// work: what runs over its estimate changes the plan.
func (w *world) lookAgain(plan schedule.Plan) {
	next := w.now + silence
	for _, why := range plan.Workers {
		if until, ok := why.Args["until"].(time.Time); ok && why.Code == schedule.IdleHours {
			w.wake(until.Sub(w.lab.Start))
		}
	}
	w.wake(next.Truncate(silence))
}

func (w *world) wake(at time.Duration) {
	if at > w.now && !w.woken[at] {
		w.woken[at] = true
		w.at(at, func() error { return nil })
	}
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
		Copies: a.Copies, Status: fab.AttemptPrinting, CreatedAt: w.time(), StartedAt: w.time()}
	j.Status, j.AttemptID = fab.JobLeased, at.ID
	w.workers[k].AttemptID, w.workers[k].PlateClear = at.ID, false
	w.attempts[at.ID] = &at
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
	var k int
	if _, err := fmt.Sscanf(string(id), "w%d", &k); err != nil || k >= len(w.workers) {
		return -1
	}
	return k
}

func (w *world) product(j *fab.Job) int { return w.productOf(j.BatchID) }

// productOf is the number in a batch's id.
func (w *world) productOf(id fab.BatchID) int {
	var k int
	if _, err := fmt.Sscanf(string(id), "b%d", &k); err != nil {
		return -1
	}
	return k
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

func (w *world) outcome() Outcome {
	o := Outcome{Done: w.done, Surplus: w.wasted + w.printing(), Decided: w.decided, Finished: !w.lacks()}
	for i, at := range w.done {
		o.End = max(o.End, at)
		if over := at - w.lab.Products[i].Due; over > 0 {
			o.Late++
			o.Tardy += over
		}
	}
	return o
}

// Snapshot is what the planner of the lab would be told now.
func (w *world) Snapshot() schedule.Snapshot {
	s := schedule.Snapshot{Batches: w.batches, Designs: w.designs, Workers: w.workers, Agents: w.agents, Plates: w.plates, Left: w.left, Resting: w.resting,
		Zone: w.lab.Zone, Settings: schedule.Settings{Clear: w.lab.Clear, Patience: 48 * time.Hour}}
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

// event is something that happens at a time; those of one time happen in the order in which they were foreseen.
type event struct {
	at  time.Duration
	seq int
	do  func() error
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) } //nolint:forcetypeassert // see Play
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}

func (w *world) at(t time.Duration, do func() error) {
	w.seq++
	heap.Push(&w.queue, event{t, w.seq, do})
}
