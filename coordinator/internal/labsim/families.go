package labsim

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

// The families of unrelated parallel machines on which schedulers are compared (Fanjul-Peyro and Ruiz, European Journal
// of Operational Research 207, 2010): how the time of a job on a machine is drawn.
const (
	Uniform1      = "U(1,100)"
	Uniform10     = "U(10,100)"
	Uniform100    = "U(100,120)"
	JobCorrelated = "job-correlated"
	MachineCorr   = "machine-correlated"
)

// Unrelated draws a lab of m printers and n products of one plate each, all there from the start, nothing to clear.
func Unrelated(seed uint64, n, m int, family string) Lab {
	r := rand.New(rand.NewPCG(seed, 2010))
	l := Lab{Seed: seed, Start: spring, Zone: time.UTC, Known: 1_000_000}
	base := make([]int, n)
	for j := range base {
		base[j] = 1 + r.IntN(100)
		l.Products = append(l.Products, Product{Plates: 1, Due: 10_000 * time.Hour})
	}
	for range m {
		p := Printer{Drops: -1}
		own := 1 + r.IntN(100)
		for j := range n {
			p.Real = append(p.Real, time.Duration(drawn(r, family, base[j], own))*time.Minute)
		}
		p.Declared = p.Real
		l.Printers = append(l.Printers, p)
	}
	return l
}

func drawn(r *rand.Rand, family string, job, machine int) int {
	switch family {
	case Uniform10:
		return 10 + r.IntN(91)
	case Uniform100:
		return 100 + r.IntN(21)
	case JobCorrelated:
		return job + 1 + r.IntN(20)
	case MachineCorr:
		return machine + 1 + r.IntN(20)
	}
	return 1 + r.IntN(100)
}

// OneProduct draws a small lab with one product and printers that become free at different times; every declared time is
// right and nothing fails.
func OneProduct(seed uint64) Lab {
	r := rand.New(rand.NewPCG(seed, 1))
	l := Lab{Seed: seed, Start: spring, Zone: time.UTC, Known: 1_000_000, Clear: time.Duration(r.IntN(20)) * time.Minute,
		Products: []Product{{Plates: 1 + r.IntN(60), Due: 1000 * time.Hour}}}
	for range 1 + r.IntN(12) {
		p := Printer{Real: []time.Duration{time.Duration(10+r.IntN(200)) * time.Minute}, Drops: -1}
		p.Declared = p.Real
		if r.IntN(3) == 0 {
			p.Busy = time.Duration(r.IntN(300)) * time.Minute
		}
		l.Printers = append(l.Printers, p)
	}
	return l
}

// TwoProducts draws a fortnight of a visor lab: requests for bands and for reinforcements, which take different times
// and not on every printer, come in with need-by dates that can just be met by a lab that does not waste its printers.
func TwoProducts(seed uint64, o Options) Lab {
	r := rand.New(rand.NewPCG(seed, 2))
	l := Visors(seed, Options{Printers: o.Printers, Plates: 1, Fail: o.Fail, Wrong: o.Wrong, Hours: o.Hours})
	l.Products = nil
	rate := 0.0 // plates of bands an hour
	for _, p := range l.Printers {
		rate += float64(time.Hour) / float64(p.Real[0]+l.Clear)
	}
	kinds := make([]int, 0, o.Plates)
	at := time.Duration(0)
	for left := o.Plates; left > 0; {
		n := min(left, 3+r.IntN(18))
		left -= n
		span := time.Duration(float64(n) / rate * float64(time.Hour))
		l.Products = append(l.Products, Product{Plates: n, Arrives: at, Due: at + time.Duration(float64(12+r.IntN(60))*float64(time.Hour))})
		kinds = append(kinds, r.IntN(2))
		at += time.Duration(float64(span) * 1.1 * (0.5 + r.Float64()))
	}
	for i := range l.Printers {
		p := &l.Printers[i]
		band, told := p.Real[0], p.Declared[0]
		small := 0.15 + 0.2*r.Float64() // of a band's time
		able := r.IntN(5) > 0
		p.Real, p.Declared = nil, nil
		for _, kind := range kinds {
			real, declared := band, told
			if kind == 1 {
				real, declared = time.Duration(float64(band)*small), time.Duration(float64(told)*small)
				if !able {
					real, declared = 0, 0
				}
			}
			p.Real, p.Declared = append(p.Real, real), append(p.Declared, declared)
		}
	}
	return l
}

// Crowd is what the planner of a large lab would be told: printers of ten models, three in four of them at work, and
// batches of twenty products that want ten plates each.
func Crowd(printers, batches int) schedule.Snapshot {
	const products, models = 20, 10
	r := rand.New(rand.NewPCG(7, uint64(printers))) //nolint:gosec // a count
	s := schedule.Snapshot{Settings: schedule.Settings{Clear: 15 * time.Minute, Patience: 2 * time.Hour}, Made: map[fab.BatchID]schedule.Made{}}
	for d := range products {
		design := fab.DesignVersion{ID: fab.DesignVersionID(fmt.Sprintf("d%02d", d)), Status: fab.DesignTrialled,
			BOM: fab.BOM{Parts: []fab.Part{{Code: "part", How: fab.ByPrint, PerUnit: 1}}}}
		s.Designs = append(s.Designs, design)
		for m := range models {
			s.Plates = append(s.Plates, fab.Plate{ID: fab.PlateID(fmt.Sprintf("p%02d-%d", d, m)), DesignID: design.ID, Part: "part", Copies: 1,
				Model: fmt.Sprintf("m%d", m), Status: fab.PlateReady, Seconds: int64(1800 + r.IntN(12_000))})
		}
	}
	s.Agents = []fab.Agent{{ID: "a", Online: true}}
	for i := range printers {
		w := fab.Worker{ID: fab.WorkerID(fmt.Sprintf("w%05d", i)), Kind: fab.WorkerPrinter, AgentID: "a", Model: fmt.Sprintf("m%d", i%models),
			State: "ready", PlateClear: true, TimeFactorPM: int64(500 + r.IntN(1500))}
		if r.IntN(4) > 0 {
			w.AttemptID, w.State, w.PlateClear = fab.AttemptID("t-"+w.ID), "printing", false
			began := spring.Add(-time.Duration(r.IntN(120)) * time.Minute)
			s.Attempts = append(s.Attempts, fab.Attempt{ID: w.AttemptID, WorkerID: w.ID, Part: "part", Copies: 1, Status: fab.AttemptPrinting,
				PlateID: fab.PlateID(fmt.Sprintf("p%02d-%d", r.IntN(products), i%models)), CreatedAt: began, StartedAt: began})
		}
		s.Workers = append(s.Workers, w)
	}
	for b := range batches {
		id := fab.BatchID(fmt.Sprintf("b%04d", b))
		s.Batches = append(s.Batches, fab.Batch{ID: id, DesignID: s.Designs[b%products].ID, Quantity: 10, Status: fab.BatchOpen,
			DueAt: spring.Add(time.Duration(r.IntN(200)) * time.Hour)})
		for n := range 10 {
			s.Jobs = append(s.Jobs, fab.Job{ID: fab.JobID(fmt.Sprintf("%s-%d", id, n)), BatchID: id, Part: "part", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting})
		}
	}
	return s
}
