// Package route puts the stops of a tour in order. It only computes: it knows places, how long driving between them takes
// and when they are open, not who drives or what is aboard; the order is the best there is up to Exact stops, and above
// that a very good one.
package route

import (
	"slices"
	"time"
)

// Exact is the largest number of stops whose best order is looked for among all orders.
const Exact = 12

// lateWeight is how many minutes of driving one minute of coming after closing time is worth. Opening hours are a wish:
// a tour that cannot keep them all is still driven.
const lateWeight = 4

// Window is when a stop is open on the day of the tour, both ends since midnight, From before To.
type Window struct{ From, To time.Duration }

// Stop is one place to pass by.
type Stop struct {
	Place int           // index into Tour.Travel
	Stay  time.Duration // how long unloading and a signature take
	Open  []Window      // in order, not touching; none means at any time
}

// Tour is what has to be driven. Travel is square: the time from each place (row) to each other (column), none negative.
// From and To are the places where it begins and ends, which may be the same. Leave is since midnight.
type Tour struct {
	Travel   [][]time.Duration
	From, To int
	Leave    time.Duration
	Stops    []Stop
}

// Plan is an order of the stops, and what it comes to.
type Plan struct {
	Order  []int           // indices into Tour.Stops
	Arrive []time.Duration // since midnight, at the stops in this order
	Back   time.Duration   // at the end of the tour, since midnight
	Drive  time.Duration   // on the road
	Wait   time.Duration   // before doors that are still closed
	Late   time.Duration   // after closing time, all stops together
}

// Cost is what Order makes small: the time spent, and four times the time by which closing hours are missed.
func (p Plan) Cost() time.Duration { return p.Drive + p.Wait + lateWeight*p.Late }

// Order finds a good order of the stops: the best up to Exact stops; above, savings, then 2-opt and or-opt from several
// starts. The same tour always gives the same order.
func Order(t Tour) Plan {
	if len(t.Stops) <= Exact {
		return t.Follow(t.best())
	}
	return t.Follow(t.good())
}

// Follow works a given order out: each index into t.Stops once.
func (t Tour) Follow(order []int) Plan {
	p := Plan{Order: slices.Clone(order), Arrive: make([]time.Duration, 0, len(order))}
	at, now := t.From, t.Leave
	for _, i := range order {
		s := t.Stops[i]
		p.Drive += t.Travel[at][s.Place]
		now += t.Travel[at][s.Place]
		p.Arrive = append(p.Arrive, now)
		begin, late := s.begin(now)
		p.Wait += begin - now
		p.Late += late
		at, now = s.Place, begin+s.Stay
	}
	p.Drive += t.Travel[at][t.To]
	p.Back = now + t.Travel[at][t.To]
	return p
}

// begin is when a stop reached at now can begin, and how late that is. Who comes after the last closing time does not wait
// for the next day.
func (s Stop) begin(now time.Duration) (begin, late time.Duration) {
	for _, w := range s.Open {
		if now <= w.To {
			return max(now, w.From), 0
		}
	}
	if n := len(s.Open); n > 0 {
		return now, now - s.Open[n-1].To
	}
	return now, 0
}
