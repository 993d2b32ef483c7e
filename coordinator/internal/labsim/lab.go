// Package labsim plays whole labs on virtual time through the planner that the real lab runs, and holds what comes out
// against bounds that nobody can beat. It is where a change to the planner shows what it is worth before it meets people.
package labsim

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

// Lab is what there is to do and who can do it. The same lab played twice gives the same.
type Lab struct {
	Seed     uint64
	Start    time.Time
	Zone     *time.Location
	Clear    time.Duration // from a print's end, or from when somebody comes, to a clear bed
	Known    int64         // pieces that each printer made well before: how sure its yield is
	Cut      int64         // pieces of a job; 0 counts as 1
	Sizes    []int64       // pieces of the plates that there are; nil for those of Cut alone
	Piles    bool          // plates of more pieces than a job are piles
	Unkind   bool          // nothing is given for goodwill
	Printers []Printer
	Products []Product
}

// Printer is one machine and its maker.
type Printer struct {
	Real     []time.Duration // what a piece of each product takes; 0: it cannot make it
	Declared []time.Duration // what the slicer says it takes
	Fail     float64         // share of plates of one job that come to nothing; of larger ones more, of smaller ones fewer do
	Busy     time.Duration   // at work on something else until then
	Drops    time.Duration   // falls silent for good; never when below 0
	Hours    fab.Hours       // when somebody is there to clear and start it
}

// Product is one request: so many pieces of one kind by a time after the start. In labs that do not choose sizes a whole
// plate counts as a piece.
type Product struct {
	Plates   int
	Arrives  time.Duration
	Due      time.Duration
	Priority int64
}

// settings are the lab's times. Whoever is at a printer clears it, so that nothing is given up for being left.
func (l *Lab) settings() schedule.Settings {
	s := schedule.Defaults()
	s.Clear, s.Patience = l.Clear, 48*time.Hour
	if l.Unkind {
		s.Goodwill = 0
	}
	return s
}

// cut is how many pieces a job has.
func (l *Lab) cut() int64 { return max(1, l.Cut) }

// sizes are the pieces of the plates that there are.
func (l *Lab) sizes() []int64 {
	if len(l.Sizes) == 0 {
		return []int64{l.cut()}
	}
	return l.Sizes
}

// good says whether the n-th plate that a printer makes is good. It depends on nothing else than how many jobs' worth of
// pieces lie on it, so that all policies meet the same luck.
func (l *Lab) good(printer, n int, jobs float64) bool {
	r := rand.New(rand.NewPCG(l.Seed, uint64(printer)<<32|uint64(n)))
	return r.Float64() >= 1-math.Pow(1-l.Printers[printer].Fail, jobs)
}

// Options say what a family of labs is like.
type Options struct {
	Printers, Plates int
	Fail             bool    // 2 to 15 in a hundred plates come to nothing
	Drop             float64 // share of printers that fall silent for good
	Wrong            float64 // σ of the logarithm of declared over real times
	Hours            fab.Hours
	Piles            bool    // plates of more than four are piles
	Sizes            []int64 // of plates, in pieces, beside those of four; nil for those alone, each counted as a piece
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
		if len(o.Sizes) > 0 {
			p.Real[0], p.Declared[0] = p.Real[0]/4, p.Declared[0]/4
		}
		if o.Fail {
			p.Fail = 0.02 + 0.13*r.Float64()
		}
		rate += 60 / (4*piece + 15)
		l.Printers = append(l.Printers, p)
	}
	length := time.Duration(float64(o.Plates) / rate * float64(time.Hour))
	if len(o.Sizes) > 0 {
		l.Cut, l.Sizes, l.Products[0].Plates, l.Piles = 4, o.Sizes, 4*o.Plates, o.Piles
	}
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
