package labsim

import (
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/internal/schedule"
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

// Dual is a time before which no policy can have made all plates of several products that are all there at the start: the
// bound of the load that the lab really is, with prices raised so many times.
func Dual(l *Lab, rounds int) time.Duration {
	load := schedule.Load{}
	for j, product := range l.Products {
		load.Count = append(load.Count, product.Plates)
		row := make([]time.Duration, len(l.Printers))
		for i, p := range l.Printers {
			row[i] = p.Real[j]
		}
		load.Takes = append(load.Takes, row)
	}
	for _, p := range l.Printers {
		load.Free, load.Clear = append(load.Free, p.Busy), append(load.Clear, l.Clear)
	}
	return load.Bound(rounds)
}
