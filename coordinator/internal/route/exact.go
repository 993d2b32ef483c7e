package route

import (
	"math"
	"slices"
	"time"
)

// label is one way to have visited a set of stops and to be ready to leave the last of them: when, and how late at them
// all. Of two ways to the same state, one that is no earlier and no less late cannot lead to a better tour, since whoever
// leaves earlier arrives no later.
type label struct {
	now, late time.Duration
	from      *label
	stop      int
}

// best is the best order of at most Exact stops: Held and Karp's table of sets and last stops, which with opening hours
// keeps several ways per state.
func (t Tour) best() []int {
	n := len(t.Stops)
	if n == 0 {
		return nil
	}
	table := make([][]*label, n<<n)
	for i := range n {
		table[(1<<i)*n+i] = []*label{t.reach(&label{now: t.Leave, stop: -1}, i)}
	}
	for set := 1; set < 1<<n; set++ {
		for last := range n {
			for _, l := range table[set*n+last] {
				for next := range n {
					if set&(1<<next) == 0 {
						at := (set|1<<next)*n + next
						table[at] = keep(table[at], t.reach(l, next))
					}
				}
			}
		}
	}
	return t.unwind(table[(1<<n-1)*n:])
}

// reach goes on from a label to a stop.
func (t Tour) reach(l *label, stop int) *label {
	at, s := t.From, t.Stops[stop]
	if l.stop >= 0 {
		at = t.Stops[l.stop].Place
	}
	begin, late := s.begin(l.now + t.Travel[at][s.Place])
	return &label{now: begin + s.Stay, late: l.late + late, from: l, stop: stop}
}

// keep adds a way to those of a state, unless another is as good, and drops those that are no better.
func keep(ways []*label, l *label) []*label {
	for _, w := range ways {
		if w.now <= l.now && w.late <= l.late {
			return ways
		}
	}
	ways = slices.DeleteFunc(ways, func(w *label) bool { return l.now <= w.now && l.late <= w.late })
	return append(ways, l)
}

// unwind reads the order of the cheapest way home out of the last row of the table.
func (t Tour) unwind(ends [][]*label) (order []int) {
	var best *label
	least := time.Duration(math.MaxInt64)
	for _, ways := range ends {
		for _, l := range ways {
			home := l.now + t.Travel[t.Stops[l.stop].Place][t.To]
			if cost := home + lateWeight*l.late; cost < least {
				best, least = l, cost
			}
		}
	}
	for l := best; l != nil && l.stop >= 0; l = l.from {
		order = append(order, l.stop)
	}
	slices.Reverse(order)
	return order
}
