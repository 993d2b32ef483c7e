package schedule

import "time"

// Load is work in its barest form: so many equal plates of each kind, and what one takes at each worker. It is what
// bounds are worked out on.
type Load struct {
	Count []int             // plates, by kind
	Takes [][]time.Duration // by kind and worker; 0: it cannot make it
	Free  []time.Duration   // when each worker can begin; below 0: never
	Clear []time.Duration   // what each needs between two plates
}

// Bound is a time before which nobody can have made all of it, whatever the plan; never when somebody lacks altogether.
// Where every plate is of one kind it is the very optimum; of several kinds it is the dual bound of unrelated machines,
// with prices raised so many times, or the longest that one kind takes alone.
//
// For any prices λ of workers' time, T is too short unless Σ λ·max(0, T + clear − free) covers Σ plates · min over
// workers of λ·(takes + clear). So any prices give a bound, and it needs no proof that they have settled.
func (l Load) Bound(rounds int) time.Duration {
	best, kinds := time.Duration(0), 0
	for k, n := range l.Count {
		if n == 0 {
			continue
		}
		alone := l.alone(k, n)
		if alone == never {
			return never
		}
		best, kinds = max(best, alone), kinds+1
	}
	if kinds < 2 {
		return best
	}
	return max(best, l.dual(rounds))
}

// alone is when n plates of one kind are done if all workers make nothing else.
func (l Load) alone(k, n int) (end time.Duration) {
	fits := make([]fit, 0, len(l.Free))
	workers := make([]worker, len(l.Free))
	for i, takes := range l.Takes[k] {
		workers[i].index = i
		if takes > 0 {
			fits = append(fits, fit{w: &workers[i], index: int32(i), takes: takes}) //nolint:gosec // a lab has no two billion printers
		}
	}
	free := make([]time.Duration, len(l.Free))
	for i, at := range l.Free {
		free[i] = max(never, at)
	}
	q := newQueue(fits, free)
	for range n {
		first, ok := q.first(free)
		if !ok {
			return never
		}
		end = max(end, first.finish)
		w := fits[first.fit].w.index
		free[w] = first.finish + l.Clear[w]
	}
	return end
}

func (l Load) dual(rounds int) time.Duration {
	price, best := make([]float64, len(l.Free)), 0.0
	for i := range price {
		price[i] = 1
	}
	load := make([]float64, len(l.Free))
	for round := range rounds {
		need := l.demand(price, load)
		best = max(best, l.covered(price, need, best))
		for i, at := range l.Free {
			load[i] += float64(max(0, at))
		}
		raise(price, load, l.Free, 0.5/(1+float64(round)/20))
	}
	return time.Duration(best)
}

// demand is the price of all plates where each is cheapest; load becomes the time that it puts on each worker.
func (l Load) demand(price, load []float64) (need float64) {
	clear(load)
	for k, n := range l.Count {
		at, least := -1, 0.0
		for i, takes := range l.Takes[k] {
			if takes <= 0 || l.Free[i] < 0 {
				continue
			}
			if cost := price[i] * float64(takes+l.Clear[i]); at < 0 || cost < least {
				at, least = i, cost
			}
		}
		if at >= 0 {
			need += least * float64(n)
			load[at] += float64(l.Takes[k][at]+l.Clear[at]) * float64(n)
		}
	}
	return need
}

// covered is the time T from which Σ λ·max(0, T + clear − free) is at least need, or from when that is not after it.
func (l Load) covered(price []float64, need, from float64) float64 {
	t := from
	for { // from one worker becoming free to the next
		sum, slope, next := 0.0, 0.0, -1.0
		for i, at := range l.Free {
			if at < 0 {
				continue
			}
			opens := float64(at - l.Clear[i])
			if opens <= t {
				sum, slope = sum+price[i]*(t-opens), slope+price[i]
			} else if next < 0 || opens < next {
				next = opens
			}
		}
		if sum >= need {
			return t
		}
		step := t + (need-sum)/max(slope, 1e-12)
		if next < 0 || step <= next {
			return step
		}
		t = next
	}
}
