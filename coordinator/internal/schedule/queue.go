package schedule

import "time"

// queue finds the fit of a kind that would finish first. It is a heap whose keys are brought up to date only when they
// come to the top: a worker's free time never goes back in a simulation, so an old key is never too late.
type queue struct {
	fits []fit
	heap []entry
}

// entry is a fit with the end and the start that it had when it was last looked at.
type entry struct {
	finish, start time.Duration
	fit           int32
}

func newQueue(fits []fit, free []time.Duration) *queue {
	q := &queue{fits: fits, heap: make([]entry, 0, len(fits))}
	for i := range fits {
		if e, ok := look(fits, int32(i), free); ok { //nolint:gosec // a lab has no two billion printers
			q.heap = append(q.heap, e)
		}
	}
	for i := len(q.heap)/2 - 1; i >= 0; i-- {
		q.down(i)
	}
	return q
}

// look is when a fit would start and end now; not ok when it never can.
func look(fits []fit, i int32, free []time.Duration) (entry, bool) {
	f := &fits[i]
	from := free[f.index]
	switch {
	case from == never:
		return entry{}, false
	case f.always:
		return entry{from + f.takes, from, i}, true
	}
	start := f.w.begin(from, f.takes)
	return entry{start + f.takes, start, i}, start != never
}

// sooner orders by the end, then by the start, then by the worker.
func (q *queue) sooner(a, b entry) bool {
	switch {
	case a.finish != b.finish:
		return a.finish < b.finish
	case a.start != b.start:
		return a.start < b.start
	}
	return a.fit < b.fit
}

func (q *queue) down(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(q.heap); child++ {
			if q.sooner(q.heap[child], q.heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		q.heap[i], q.heap[least] = q.heap[least], q.heap[i]
		i = least
	}
}

// settle brings the entry at i up to date until the one that stands there is.
func (q *queue) settle(i int, free []time.Duration) bool {
	for i < len(q.heap) {
		e, _ := look(q.fits, q.heap[i].fit, free)
		if e == q.heap[i] {
			return true
		}
		q.heap[i] = e
		q.down(i)
	}
	return false
}

// first is the fit that would finish first; not ok when there is none.
func (q *queue) first(free []time.Duration) (entry, bool) {
	if !q.settle(0, free) {
		return entry{}, false
	}
	return q.heap[0], true
}

// second is the one after first, which must have been asked for.
func (q *queue) second(free []time.Duration) (entry, bool) {
	left, right := q.settle(1, free), q.settle(2, free)
	switch {
	case !left:
		return entry{}, false
	case right && q.sooner(q.heap[2], q.heap[1]):
		return q.heap[2], true
	}
	return q.heap[1], true
}

// pop takes the top off a heap whose keys are right.
func (q *queue) pop() entry {
	top, last := q.heap[0], len(q.heap)-1
	q.heap[0] = q.heap[last]
	q.heap = q.heap[:last]
	q.down(0)
	return top
}
