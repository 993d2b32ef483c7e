package route

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	kicks       = 100 // starts of the search above Exact stops
	longestMove = 3   // stops that or-opt moves together
)

// good is a very good order of many stops: savings, improved until no exchange helps, then broken up at random places and
// improved again, as long as that pays.
func (t Tour) good() []int {
	s := search{tour: t, random: rand.New(rand.NewPCG(1, uint64(len(t.Stops))))} //nolint:gosec // the same tour, the same order
	best, least := s.improve(t.savings())
	for range kicks {
		if order, cost := s.improve(s.kick(best)); cost < least {
			best, least = order, cost
		}
	}
	return best
}

// link joins the end of one chain of stops to the beginning of another.
type link struct {
	from, to int
	saved    time.Duration
}

// savings is Clarke and Wright's order: links between stops in the order of how much they spare of driving home and out
// again, taken as long as they join two chains end to end.
func (t Tour) savings() []int {
	n := len(t.Stops)
	var links []link
	for i, a := range t.Stops {
		for j, b := range t.Stops {
			if i != j {
				links = append(links, link{i, j, t.Travel[a.Place][t.To] + t.Travel[t.From][b.Place] - t.Travel[a.Place][b.Place]})
			}
		}
	}
	slices.SortStableFunc(links, func(a, b link) int { return cmp.Compare(b.saved, a.saved) })
	chain := make([][]int, n) // of a stop that begins one
	head := make([]int, n)    // where the chain of a stop begins
	for i := range n {
		chain[i], head[i] = []int{i}, i
	}
	for _, l := range links {
		a := chain[head[l.from]]
		if a[len(a)-1] != l.from || head[l.to] != l.to || head[l.from] == l.to {
			continue
		}
		for _, i := range chain[l.to] {
			head[i] = head[l.from]
		}
		chain[head[l.from]] = append(a, chain[l.to]...)
	}
	return chain[head[0]]
}

// search improves orders of one tour. Places are those of the order being improved, its beginning and end included, and out
// and back the times driven along them from the beginning, one way and the other.
type search struct {
	tour      Tour
	random    *rand.Rand
	next      []int // the order being tried
	places    []int
	out, back []time.Duration
	slack     time.Duration // what the order costs beyond driving: a move that drives more than this longer is no better
}

// cost is when an order is home again, and four times how late it is on the way.
func (s *search) cost(order []int) (cost, driven time.Duration) {
	t := &s.tour
	at, now, late := t.From, t.Leave, time.Duration(0)
	for _, i := range order {
		stop := &t.Stops[i]
		way := t.Travel[at][stop.Place]
		begin, after := stop.begin(now + way)
		at, now, late, driven = stop.Place, begin+stop.Stay, late+after, driven+way
	}
	way := t.Travel[at][t.To]
	return now + way + lateWeight*late, driven + way
}

// improve changes an order as long as a 2-opt or or-opt move makes it better.
func (s *search) improve(order []int) ([]int, time.Duration) {
	order = slices.Clone(order)
	least := s.survey(order)
	for again := true; again; {
		before := least
		least = s.turns(order, least)
		for size := 1; size <= longestMove; size++ {
			least = s.moves(order, size, least)
		}
		again = least < before
	}
	return order, least
}

// survey prepares for moves of an order, and gives its cost.
func (s *search) survey(order []int) time.Duration {
	s.places = append(s.places[:0], s.tour.From)
	for _, i := range order {
		s.places = append(s.places, s.tour.Stops[i].Place)
	}
	s.places = append(s.places, s.tour.To)
	s.out, s.back = append(s.out[:0], 0), append(s.back[:0], 0)
	for k := 1; k < len(s.places); k++ {
		s.out = append(s.out, s.out[k-1]+s.way(k-1, k))
		s.back = append(s.back, s.back[k-1]+s.way(k, k-1))
	}
	cost, driven := s.cost(order)
	s.slack = cost - driven - s.tour.Leave
	for _, i := range order {
		s.slack -= s.tour.Stops[i].Stay
	}
	return cost
}

// way is the time from one position of the order to another; stop k of the order is at position k+1.
func (s *search) way(a, b int) time.Duration { return s.tour.Travel[s.places[a]][s.places[b]] }

// turns tries every 2-opt move: a stretch driven the other way round.
func (s *search) turns(order []int, least time.Duration) time.Duration {
	for i := range order {
		for j := i + 1; j < len(order); j++ {
			a, b := i+1, j+1
			longer := s.way(a-1, b) + s.back[b] - s.back[a] + s.way(a, b+1) - (s.out[b+1] - s.out[a-1])
			if longer >= s.slack {
				continue
			}
			s.next = append(s.next[:0], order...)
			slices.Reverse(s.next[i : j+1])
			least = s.take(order, least)
		}
	}
	return least
}

// moves tries every or-opt move: so many stops in a row put elsewhere, either way round.
func (s *search) moves(order []int, size int, least time.Duration) time.Duration {
	for i := 0; i+size <= len(order); i++ {
		for gap := 0; gap <= len(order); gap++ { // before stop gap of the order as it is
			a, b := i+1, i+size // positions of the first and the last stop moved
			if gap >= i && gap <= i+size {
				continue
			}
			spared := s.out[b+1] - s.out[a-1] - s.way(a-1, b+1) - (s.out[b] - s.out[a])
			opened := s.way(gap, gap+1) + spared
			if s.way(gap, a)+s.way(b, gap+1)-opened < s.slack {
				s.shift(order, i, gap, size)
				least = s.take(order, least)
			}
			if size > 1 && s.way(gap, b)+s.back[b]-s.back[a]-(s.out[b]-s.out[a])+s.way(a, gap+1)-opened < s.slack {
				at := s.shift(order, i, gap, size)
				slices.Reverse(s.next[at : at+size])
				least = s.take(order, least)
			}
		}
	}
	return least
}

// shift makes next of order, with the stops [i, i+size) put before what is stop gap now, and gives where they begin.
func (s *search) shift(order []int, i, gap, size int) int {
	at := gap
	if gap > i {
		at -= size
	}
	s.next = append(append(s.next[:0], order[:i]...), order[i+size:]...)
	s.next = slices.Insert(s.next, at, order[i:i+size]...)
	return at
}

// take makes next the order when it costs less.
func (s *search) take(order []int, least time.Duration) time.Duration {
	cost, _ := s.cost(s.next)
	if cost >= least {
		return least
	}
	copy(order, s.next)
	return s.survey(order)
}

// kick breaks an order at three places and joins the pieces the other way, which no single move undoes.
func (s *search) kick(order []int) []int {
	cut := []int{1 + s.random.IntN(len(order)-1), 1 + s.random.IntN(len(order)-1), 1 + s.random.IntN(len(order)-1)}
	slices.Sort(cut)
	return slices.Concat(order[:cut[0]], order[cut[1]:cut[2]], order[cut[0]:cut[1]], order[cut[2]:])
}
