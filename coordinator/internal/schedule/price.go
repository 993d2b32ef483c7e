package schedule

import (
	"math"
	"time"
)

// rounds is how often prices are raised.
const rounds = 120

// leeways say how much dearer than the cheapest worker one may be to be asked, in each of the plans that are compared.
var leeways = [...]float64{0.01, 0.03, 0.08, 0.2, 0.5}

// prices gives what an hour of each worker is worth when all of them are to end together: those that are asked for most
// become dearer, round by round, until the work spreads. They are the multipliers of the dual bound of unrelated machines.
func (p *planner) prices() []float64 {
	counts := map[*fitting]int{}
	var kinds []*fitting
	for _, j := range p.jobs {
		if j.held.Code != "" {
			continue
		}
		if counts[j.fits] == 0 {
			kinds = append(kinds, j.fits)
		}
		counts[j.fits]++
	}
	free := p.freeTimes()
	price, load := make([]float64, len(p.workers)), make([]float64, len(p.workers))
	for i := range price {
		price[i] = 1
	}
	for round := range rounds {
		for i, t := range free {
			load[i] = float64(max(0, t))
		}
		for _, k := range kinds {
			if f := k.cheapest(price, free); f != nil {
				load[f.w.index] += float64((f.takes + p.Settings.Clear) * time.Duration(counts[k]))
			}
		}
		raise(price, load, free, 0.5/(1+float64(round)/20))
	}
	return price
}

// cheapest is the worker whose time for the job costs least; nil when nobody is there.
func (f *fitting) cheapest(price []float64, free []time.Duration) *fit {
	var best *fit
	least := 0.0
	for i := range f.fits {
		one := &f.fits[i]
		if free[one.w.index] == never {
			continue
		}
		if cost := price[one.w.index] * float64(one.takes); best == nil || cost < least {
			best, least = one, cost
		}
	}
	return best
}

// raise makes workers dearer that have more to do than the mean, and the others cheaper.
func raise(price, load []float64, free []time.Duration, step float64) {
	sum, n := 0.0, 0.0
	for i := range load {
		if free[i] != never {
			sum, n = sum+load[i], n+1
		}
	}
	mean := sum / max(1, n)
	for i := range price {
		if load[i]+mean > 0 {
			price[i] *= 1 + step*(load[i]-mean)/(mean+load[i])
		}
	}
}

// affordable keeps the workers whose time costs at most leeway more than the cheapest.
func (f *fitting) affordable(price []float64, free []time.Duration, leeway float64) []fit {
	best := f.cheapest(price, free)
	if best == nil {
		return nil
	}
	limit := price[best.w.index] * float64(best.takes) * (1 + leeway)
	var out []fit
	for _, one := range f.fits {
		if free[one.w.index] != never && price[one.w.index]*float64(one.takes) <= limit {
			out = append(out, one)
		}
	}
	return out
}

// betas say how strongly a worker that is ahead of the others is spared, in each of the plans that are compared.
var betas = [...]float64{3, 10}

// spread gives each job to the worker whose time for it costs least, where who gets more than the others grows dearer as
// the jobs are handed out. It tells what handOut tells.
func (p *planner) spread(price []float64, beta float64) (late, end time.Duration) {
	free := p.freeTimes()
	mean := p.meanLoad(price, free)
	cost := make([]float64, len(free))
	load := make([]float64, len(free))
	charge := func(w int, more time.Duration) {
		load[w] += float64(more)
		cost[w] = price[w] * math.Exp(beta*load[w]/mean)
	}
	for w, t := range free {
		charge(w, max(0, t))
	}
	for _, j := range p.jobs {
		j.on = nil
		if j.held.Code != "" {
			continue
		}
		f := j.fits.cheapest(cost, free)
		if f == nil {
			continue
		}
		charge(f.w.index, f.takes+p.Settings.Clear)
		start := f.w.begin(free[f.w.index], f.takes)
		if start == never {
			continue
		}
		j.on = p.candidate(*f, start)
		end = max(end, p.occupy(free, *f, start))
		late += j.late()
	}
	return late, end
}

// meanLoad is each worker's share of the time that all jobs take where they are cheapest.
func (p *planner) meanLoad(price []float64, free []time.Duration) float64 {
	need := time.Second
	for _, j := range p.jobs {
		if j.held.Code == "" {
			if f := j.fits.cheapest(price, free); f != nil {
				need += f.takes + p.Settings.Clear
			}
		}
	}
	return float64(need) / float64(len(free))
}
