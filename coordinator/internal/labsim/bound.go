package labsim

import (
	"slices"
	"time"
)

// Hindsight is a time before which no policy can have made all plates of a lab with one product: every printer works
// without pause from the start, with the very luck it had, until it falls silent, and every good plate counts.
func Hindsight(l *Lab) time.Duration {
	var ends []time.Duration
	for k, p := range l.Printers {
		t := p.Busy
		t = there(l, k, t)
		for n, got := 0, 0; got < l.Products[0].Plates; n++ {
			end := t + p.Real[0]
			if p.Drops >= 0 && end > p.Drops || n > 100*l.Products[0].Plates {
				break
			}
			if l.good(k, n, 1) {
				ends = append(ends, end)
				got++
			}
			t = there(l, k, end) + l.Clear
			t = there(l, k, t)
		}
	}
	slices.Sort(ends)
	if len(ends) < l.Products[0].Plates {
		return 0
	}
	return ends[l.Products[0].Plates-1]
}

// Dual is a time before which no policy can have made all plates of several products that are all there at the start.
// For any prices λ of printers' time, T is too short unless Σ λ·(T + clear − busy) covers Σ plates · min over printers
// of λ·(real + clear); prices are raised on overloaded printers for a number of rounds and the best bound is kept. Any
// prices give a bound, so it needs no proof of having converged.
func Dual(l *Lab, rounds int) time.Duration {
	m := len(l.Printers)
	price := make([]float64, m)
	for i := range price {
		price[i] = 1
	}
	best := longest(l)
	for round := range rounds {
		need, load := demand(l, price)
		var sum, offset float64
		for i, p := range l.Printers {
			sum += price[i]
			offset += price[i] * float64(l.Clear-p.Busy)
		}
		best = max(best, (need-offset)/sum)
		mean := 0.0
		for _, v := range load {
			mean += v / float64(m)
		}
		step := 0.5 / (1 + float64(round)/20)
		for i := range price {
			price[i] *= 1 + step*(load[i]-mean)/(mean+load[i])
		}
	}
	return time.Duration(best)
}

// longest is what the longest single plate takes where it is made fastest.
func longest(l *Lab) float64 {
	var t time.Duration
	for j := range l.Products {
		fastest := time.Duration(-1)
		for _, p := range l.Printers {
			if p.Real[j] > 0 && (fastest < 0 || p.Busy+p.Real[j] < fastest) {
				fastest = p.Busy + p.Real[j]
			}
		}
		t = max(t, fastest)
	}
	return float64(t)
}

// demand is the price of all plates where each is cheapest, and the time that it puts on each printer.
func demand(l *Lab, price []float64) (need float64, load []float64) {
	load = make([]float64, len(price))
	for j, product := range l.Products {
		at, least := -1, 0.0
		for i, p := range l.Printers {
			if p.Real[j] == 0 {
				continue
			}
			if cost := price[i] * float64(p.Real[j]+l.Clear); at < 0 || cost < least {
				at, least = i, cost
			}
		}
		need += least * float64(product.Plates)
		load[at] += float64(l.Printers[at].Real[j]+l.Clear) * float64(product.Plates)
	}
	return need, load
}
