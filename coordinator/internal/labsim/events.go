package labsim

import (
	"container/heap"
	"time"

	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

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

func (e *events) Push(x any) { *e = append(*e, x.(event)) } //nolint:forcetypeassert // see Play

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
