package fab

import "time"

// Pace is what was learned of one worker at one part: how fast it is against the estimates, and how many pieces came out
// good. Plates that failed count as bad pieces, all of them.
type Pace struct {
	WorkerID  WorkerID  `bun:"worker_id,pk"`
	Product   string    `bun:"product,pk"`
	Part      string    `bun:"part,pk"`
	FactorPM  int64     `bun:"factor_pm"` // real time over estimate, per mille; 0 while nothing was timed
	Good      int64     `bun:"good"`
	Bad       int64     `bun:"bad"`
	Jobs      int64     `bun:"jobs"` // that were timed
	UpdatedAt time.Time `bun:"updated_at"`
}

// Learn folds one finished job into the pace. before is the worker's factor over all its work, which the first job of a
// part starts from.
func (p *Pace) Learn(before int64, estimate, real time.Duration) {
	if estimate <= 0 || real <= 0 {
		return
	}
	if p.Jobs == 0 {
		p.FactorPM = before
	}
	p.FactorPM = learned(p.FactorPM, estimate, real)
	p.Jobs++
}

// priorPieces is how many pieces of a part weigh as much as what is known of the worker at other parts.
const priorPieces = 20

// YieldPM is the share of good pieces of the part, per mille; what the worker does otherwise, also per mille, counts as
// priorPieces.
func (p Pace) YieldPM(worker int64) int64 {
	all := p.Good + p.Bad + priorPieces
	return (1000*p.Good + priorPieces*worker + all/2) / all
}

// learned is a factor after one more job, which weighs 7/10. Factors stay within 1/4 and 4.
func learned(before int64, estimate, real time.Duration) int64 {
	ratio := min(4000, max(250, real.Milliseconds()*1000/max(1, estimate.Milliseconds())))
	if before == 0 {
		before = 1000
	}
	return (7*ratio + 3*before) / 10
}

// LabYieldPM is the share of good pieces of a part, per mille, over the printers that may get work: what they made of it,
// and as a prior of priorPieces what they made of anything. It is YieldPM of a new worker while nobody printed.
func LabYieldPM(workers []Worker, paces []Pace, product, part string) int64 {
	counted := map[WorkerID]bool{}
	var all Worker
	for _, w := range workers {
		if w.Kind == WorkerPrinter && !w.Paused && !w.Held() && !w.Retired() {
			counted[w.ID] = true
			all.GoodPieces += w.GoodPieces
			all.BadPieces += w.BadPieces
		}
	}
	var sum Pace
	for _, p := range paces {
		if counted[p.WorkerID] && p.Product == product && p.Part == part {
			sum.Good += p.Good
			sum.Bad += p.Bad
		}
	}
	return sum.YieldPM(all.YieldPM())
}
