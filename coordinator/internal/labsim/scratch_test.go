package labsim

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

func ratios(t *testing.T, name string, n int, o Options, mk func() Policy) {
	var rs []float64
	surplus := 0
	began := time.Now()
	for seed := range uint64(n) {
		l := Visors(seed, o)
		b := Hindsight(&l)
		out, err := Play(&l, mk())
		if err != nil {
			t.Fatal(err)
		}
		if b == 0 || !out.Finished {
			continue
		}
		surplus += out.Surplus
		rs = append(rs, float64(out.End)/float64(b))
	}
	slices.Sort(rs)
	sum := 0.0
	for _, r := range rs {
		sum += r
	}
	fmt.Printf("%-20s %-20s n=%d mean %.3f p95 %.3f max %.3f min %.3f  surplus %.2f (%.1fs)\n", name, mk().Name(), len(rs), sum/float64(len(rs)), rs[len(rs)*95/100], rs[len(rs)-1], rs[0], float64(surplus)/float64(len(rs)), time.Since(began).Seconds())
}

func TestScratch(t *testing.T) {
	for _, over := range []struct {
		name string
		f    func(u, of int) int
	}{
		{"none", nil},
		{"8%", func(u, of int) int { return int(math.Ceil(0.08 * float64(u))) }},
		{"8%+sd", func(u, of int) int { return int(math.Ceil(0.08*float64(u) + math.Sqrt(0.08*float64(u)))) }},
		{"8%+.5sd", func(u, of int) int { return int(math.Ceil(0.08*float64(u) + .5*math.Sqrt(0.08*float64(u)))) }},
		{"8%+2sd", func(u, of int) int { return int(math.Ceil(0.08*float64(u) + 2*math.Sqrt(0.08*float64(u)))) }},
	} {
		Over = over.f
		fmt.Println(over.name)
		for _, c := range []struct {
			name string
			o    Options
		}{
			{"fail drop wrong", Options{Printers: 25, Plates: 125, Fail: true, Drop: .1, Wrong: .35}},
			{"attended", Options{Printers: 25, Plates: 125, Fail: true, Drop: .1, Wrong: .35, Hours: "07:30-22:30"}},
		} {
			ratios(t, c.name, 100, c.o, func() Policy { return Ours{} })
		}
	}
}
