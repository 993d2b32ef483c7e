// Package labsim plays whole labs on virtual time through the planner that the real lab runs, and holds what comes out
// against bounds that nobody can beat. It is where a change to the planner shows what it is worth before it meets people.
package labsim

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Lab is what there is to do and who can do it. The same lab played twice gives the same.
type Lab struct {
	Seed     uint64
	Start    time.Time
	Zone     *time.Location
	Clear    time.Duration // from a print's end, or from when somebody comes, to a clear bed
	Known    int64         // pieces that each printer made well before: how sure its yield is
	Printers []Printer
	Products []Product
}

// Printer is one machine and its maker.
type Printer struct {
	Real     []time.Duration // what a plate of each product takes; 0: it cannot make it
	Declared []time.Duration // what the slicer says it takes
	Fail     float64         // share of plates that come to nothing
	Busy     time.Duration   // at work on something else until then
	Drops    time.Duration   // falls silent for good; never when below 0
	Hours    fab.Hours       // when somebody is there to clear and start it
}

// Product is one request: so many plates of one kind by a time after the start.
type Product struct {
	Plates   int
	Arrives  time.Duration
	Due      time.Duration
	Priority int64
}

// outcome says whether the n-th plate that a printer makes is good, and how much longer or shorter than Real it takes,
// per mille. It depends on nothing else, so that all policies meet the same luck.
func (l *Lab) good(printer, n int) bool {
	r := rand.New(rand.NewPCG(l.Seed, uint64(printer)<<32|uint64(n)))
	return r.Float64() >= l.Printers[printer].Fail
}

// Options say what a family of labs is like.
type Options struct {
	Printers, Plates int
	Fail             bool    // 2 to 15 in a hundred plates come to nothing
	Drop             float64 // share of printers that fall silent for good
	Wrong            float64 // σ of the logarithm of declared over real times
	Hours            fab.Hours
}

// Visors draws a lab of the spring of 2020: one visor band, 44 to 180 minutes a piece by machine, four on a plate.
func Visors(seed uint64, o Options) Lab {
	r := rand.New(rand.NewPCG(seed, 2020))
	l := Lab{Seed: seed, Start: spring, Zone: time.UTC, Clear: 15 * time.Minute, Products: []Product{{Plates: o.Plates, Due: 1000 * time.Hour}}}
	var rate float64 // plates an hour of the whole lab
	for range o.Printers {
		piece := logUniform(r, 44, 180)
		p := Printer{Real: []time.Duration{minutes(4 * piece)}, Drops: -1, Hours: o.Hours}
		p.Declared = []time.Duration{minutes(4 * piece * math.Exp(o.Wrong*r.NormFloat64()))}
		if o.Fail {
			p.Fail = 0.02 + 0.13*r.Float64()
		}
		rate += 60 / (4*piece + 15)
		l.Printers = append(l.Printers, p)
	}
	length := time.Duration(float64(o.Plates) / rate * float64(time.Hour))
	for i := range l.Printers {
		if r.Float64() < o.Drop {
			l.Printers[i].Drops = time.Duration(r.Float64() * float64(length))
		}
	}
	return l
}

// spring is a Friday morning.
var spring = time.Date(2020, 4, 3, 8, 0, 0, 0, time.UTC)

func minutes(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }

func logUniform(r *rand.Rand, low, high float64) float64 {
	return math.Exp(math.Log(low) + r.Float64()*(math.Log(high)-math.Log(low)))
}
