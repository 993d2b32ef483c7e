package labsim

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// matrix draws a lab of m printers and n products of one plate each.
func matrix(seed uint64, n, m int, kind string) Lab {
	r := rand.New(rand.NewPCG(seed, 3))
	l := Lab{Seed: seed, Start: spring, Zone: time.UTC, Known: 1e6}
	base := make([]int, n)
	for j := range base {
		base[j] = 1 + r.IntN(100)
		l.Products = append(l.Products, Product{Plates: 1, Due: 2000 * time.Hour})
	}
	for range m {
		p := Printer{Drops: -1}
		mach := 1 + r.IntN(100)
		for j := range n {
			var v int
			switch kind {
			case "u1":
				v = 1 + r.IntN(100)
			case "u10":
				v = 10 + r.IntN(91)
			case "u100":
				v = 100 + r.IntN(21)
			case "job":
				v = base[j] + r.IntN(21)
			case "mach":
				v = mach + r.IntN(21)
			}
			p.Real = append(p.Real, time.Duration(v)*time.Minute)
		}
		p.Declared = p.Real
		l.Printers = append(l.Printers, p)
	}
	return l
}

func TestFam(t *testing.T) {
	for _, c := range []struct {
		kind string
		n, m int
	}{{"job", 500, 20}, {"u10", 500, 20}, {"u1", 200, 20}, {"u100", 100, 10}, {"mach", 500, 20}} {
		var plan, played float64
		began := time.Now()
		for seed := range uint64(3) {
			l := matrix(seed, c.n, c.m, c.kind)
			b := Dual(&l, 1000)
			w := newWorld(&l, Ours{})
			for i := range l.Products {
				w.ask(i)
			}
			pl := Ours{}.Plan(w)
			var end time.Time
			for _, f := range pl.Finish {
				if f.After(end) {
					end = f
				}
			}
			fmt.Println("final", int(end.Sub(l.Start).Minutes()), "bound", b.Minutes())
			plan += float64(end.Sub(l.Start)) / float64(b) / 3
			continue
			out, err := Play(&l, Ours{})
			if err != nil {
				t.Fatal(err)
			}
			played += float64(out.End) / float64(b) / 3
		}
		fmt.Printf("%s %dx%d plan %.3f played %.3f (%.1fs)\n", c.kind, c.n, c.m, plan, played, time.Since(began).Seconds())
	}
}
