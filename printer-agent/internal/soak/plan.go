package soak

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// Class is what goes wrong in a run.
type Class string

// The classes.
const (
	Clean   Class = "clean"
	Noise   Class = "noise"       // up to 0.01 % of bytes corrupted, both ways
	Storm   Class = "storm"       // more than that: 0.05 to 1 %
	Lost    Class = "lost oks"    // 0.1 to 2 % of the acknowledgements never leave the board
	Doubled Class = "doubled oks" // as many come twice
	Glued   Class = "glued oks"   // as many have no line end
	Replug  Class = "replug"      // the cable is pulled and put back, the board lives on
	Kill    Class = "agent kill"  // the agent dies in the middle of whatever it writes, and is started again
	Mixed   Class = "all of it"   // noise, lost and doubled acknowledgements, and a cut
)

// Classes lists the classes in the order in which seeds go through them.
func Classes() []Class {
	return []Class{Clean, Noise, Storm, Lost, Doubled, Glued, Replug, Kill, Mixed}
}

// Board is a kind of board, and how the agent is told about it.
type Board struct {
	Name    string
	Dialect string
	Config  printsim.Config
}

// boards are the kinds that number lines; elsewhere nothing can be recovered exactly.
func boards() []Board {
	return []Board{
		{Name: "marlin", Dialect: "marlin2", Config: printsim.Config{Firmware: "marlin"}},
		{Name: "marlin-parser", Dialect: "marlin2", Config: printsim.Config{Firmware: "marlin", EmergencyParser: true}},
		{Name: "marlin-advanced", Dialect: "marlin2", Config: printsim.Config{Firmware: "marlin-advanced"}},
		{Name: "marlin1", Dialect: "marlin1", Config: printsim.Config{Firmware: "marlin1"}},
		{Name: "prusa-mk3", Dialect: "prusa-mk3", Config: printsim.Config{Firmware: "prusa-mk3"}},
		{Name: "buddy", Dialect: "prusa-buddy", Config: printsim.Config{Firmware: "buddy"}},
		{Name: "repetier", Dialect: "repetier", Config: printsim.Config{Firmware: "repetier"}},
	}
}

// Cut is the end of a connection in the middle of a print.
type Cut struct {
	Byte int           // of what is written on that connection while it prints; -1: at an instant instead
	At   time.Duration // after the print began there
	Away time.Duration // how long until the next connection
}

// Plan is everything that a run is made of.
type Plan struct {
	Seed  uint64
	Class Class
	Level float64 // share of bytes or acknowledgements that are hit
	Board Board
	Lines int // of the file, about
	Cuts  []Cut
	Kills bool // the cuts are deaths of the agent, not of the cable
}

// NewPlan draws the run with a seed.
func NewPlan(seed uint64) Plan {
	r := rand.New(rand.NewPCG(seed, 1))
	kinds := boards()
	p := Plan{Seed: seed, Class: Classes()[seed%uint64(len(Classes()))], Board: kinds[r.IntN(len(kinds))]}
	p.Lines = int(between(r, 300, 3000))
	c := &p.Board.Config
	c.Seed = seed
	c.Baud = pick(r, 115200, 250000)
	c.Latency = pick(r, 0, 2*time.Millisecond, 16*time.Millisecond)
	c.Processor = pick(r, "avr", "fast")
	c.Slots = pick(r, 4, 4, 8)
	c.Ring = pick(r, 128, 256)
	p.fault(r)
	return p
}

func (p *Plan) fault(r *rand.Rand) {
	switch p.Class {
	case Noise:
		p.corrupt(between(r, 1e-5, 1e-4))
	case Storm:
		p.corrupt(between(r, 5e-4, 1e-2))
	case Lost:
		p.chance(between(r, 1e-3, 2e-2), printsim.FaultDropOK)
	case Doubled:
		p.chance(between(r, 1e-3, 2e-2), printsim.FaultDoubleOK)
	case Glued:
		p.chance(between(r, 1e-3, 2e-2), printsim.FaultGlueOK)
	case Replug, Kill:
		p.Kills = p.Class == Kill
		p.cut(r, 1+r.IntN(3))
	case Mixed:
		p.chance(between(r, 1e-3, 5e-3), printsim.FaultDropOK, printsim.FaultDoubleOK)
		p.corrupt(between(r, 1e-5, 5e-5))
		p.Kills = r.IntN(2) == 0
		p.cut(r, 1)
	}
}

func (p *Plan) corrupt(level float64) {
	p.chance(level, printsim.FaultCorruptIn, printsim.FaultCorruptOut)
}

func (p *Plan) chance(level float64, kinds ...printsim.FaultKind) {
	p.Level = level
	for _, kind := range kinds {
		p.Board.Config.Faults = append(p.Board.Config.Faults, printsim.Fault{Kind: kind, P: level})
	}
}

// cut plans the ends of connections: half of them at a byte, which is mostly in the middle of a line, half at an instant,
// which is mostly in a long wait. A tenth comes while the connection before it has just begun to print.
func (p *Plan) cut(r *rand.Rand, n int) {
	for range n {
		c := Cut{Byte: -1, Away: time.Duration(between(r, 0.1, 50) * float64(time.Second))}
		early := r.IntN(10) == 0
		switch bytes := r.IntN(2) == 0; {
		case bytes && early:
			c.Byte = r.IntN(200)
		case bytes:
			c.Byte = r.IntN(p.Lines * 35 / n)
		case early:
			c.At = time.Duration(r.IntN(1000)) * time.Millisecond
		default:
			c.At = time.Duration(r.IntN((p.Lines/30+240)/n*1000)) * time.Millisecond
		}
		p.Cuts = append(p.Cuts, c)
	}
}

// Clean is the same print with nothing going wrong.
func (p Plan) Clean() Plan {
	p.Class, p.Level, p.Board.Config.Faults, p.Cuts = Clean, 0, nil, nil
	return p
}

// String is for a log.
func (p Plan) String() string {
	c := p.Board.Config
	return fmt.Sprintf("seed %d: %s %.4f%% on %s %s, %d baud, latency %s, %d slots, ring %d, %d lines, cuts %v",
		p.Seed, p.Class, 100*p.Level, c.Processor, p.Board.Name, c.Baud, c.Latency, c.Slots, c.Ring, p.Lines, p.Cuts)
}

// between draws from a range, evenly on a scale of logarithms.
func between(r *rand.Rand, low, high float64) float64 {
	return low * math.Exp(r.Float64()*math.Log(high/low))
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }
