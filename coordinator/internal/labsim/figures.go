package labsim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

// Figure is one measured value and what it is held against.
type Figure struct {
	Name  string
	Value string
	Held  string // "" when it is told for comparison only
	OK    bool
}

// Line is the figure as a bench target prints it.
func (f Figure) Line() string {
	if f.Held == "" {
		return fmt.Sprintf("%s: %s", f.Name, f.Value)
	}
	verdict := "ok"
	if !f.OK {
		verdict = "short"
	}
	return fmt.Sprintf("%s: %s; %s; %s", f.Name, f.Value, f.Held, verdict)
}

// Sizes say how many labs each figure rests on.
type Sizes struct{ One, Many, Sizes, Families, Deadlines, Promises, Quiet int }

// Full is what is published.
var Full = Sizes{One: 2000, Many: 300, Sizes: 60, Families: 10, Deadlines: 50, Promises: 200, Quiet: 40}

// Figures measures everything that the planner is held against, and hands each figure to say as soon as it is known.
func Figures(ctx context.Context, n Sizes, say func(Figure)) error {
	for _, part := range []func(context.Context, Sizes, func(Figure)) error{oneProduct, manyTroubles, sizes, families, deadlines, goodwill, promises, decisions} {
		if err := part(ctx, n, say); err != nil {
			return err
		}
	}
	return nil
}

// oneProduct: the plan is the shortest there is, and what is played keeps to it.
func oneProduct(ctx context.Context, n Sizes, say func(Figure)) error {
	s, err := Compare(ctx, 0, n.One, OneProduct, Hindsight, func() Policy { return Ours{} })
	if err != nil {
		return err
	}
	exact := 0
	for _, r := range s.Ratios {
		if r == 1 {
			exact++
		}
	}
	say(Figure{Name: "one product, end over the exact optimum", Value: fmt.Sprintf("1.000 on %d of %d labs", exact, n.One),
		Held: "all", OK: exact == n.One})
	return nil
}

// troubled are 500 visors on 25 printers, four on a plate, with everything that went wrong in 2020.
var troubled = Options{Printers: 25, Plates: 125, Fail: true, Drop: 0.1, Wrong: 0.35}

func manyTroubles(ctx context.Context, n Sizes, say func(Figure)) error {
	attended := troubled
	attended.Hours = "07:30-22:30"
	for _, c := range []struct {
		name      string
		o         Options
		mean, p95 float64
	}{
		{"500 visors, 25 printers, failures, 10 % drop out, estimates wrong by 0.35, round the clock", troubled, 1.05, 1.12},
		{"the same, attended from 07:30 to 22:30", attended, 1.08, 1.25},
	} {
		draw := func(seed uint64) Lab { return Visors(seed, c.o) }
		for i, policy := range []func() Policy{
			func() Policy { return Ours{Over: true} }, func() Policy { return Ours{} },
			func() Policy { return Pull{} }, func() Policy { return &Shares{} }, func() Policy { return &Shares{Proportional: true} },
		} {
			s, err := Compare(ctx, 0, n.Many, draw, Hindsight, policy)
			if err != nil {
				return err
			}
			f := Figure{Name: c.name + ": " + s.Policy, Value: fmt.Sprintf("mean %.3f, p95 %.3f of %d labs, %.1f plates to stock", s.Mean(), s.Quantile(0.95), len(s.Ratios), s.Surplus)}
			if i == 0 {
				f.Held = fmt.Sprintf("mean at most %.2f, p95 at most %.2f", c.mean, c.p95)
				f.OK = s.Mean() <= c.mean && s.Quantile(0.95) <= c.p95
			}
			say(f)
		}
	}
	return nil
}

// sizes tell what a choice among sizes of plate is worth, beside plates of four alone: the ends of the same labs over each
// other.
func sizes(ctx context.Context, n Sizes, say func(Figure)) error {
	for _, c := range []struct {
		name  string
		hours fab.Hours
		sizes []int64
		most  float64
	}{
		{"plates of 1, 2 and 4 instead of 4, round the clock", "", []int64{1, 2, 4}, 1},
		{"the same, attended from 07:30 to 22:30", "07:30-22:30", []int64{1, 2, 4}, 0.95},
		{"plates of 1, 2, 4 and piles of 8 instead of 4, attended from 07:30 to 22:30", "07:30-22:30", []int64{1, 2, 4, 8}, 0.9},
		{"the same, attended in the evenings and at week-ends", "mo-fr 18:00-22:00; sa,su 09:00-22:00", []int64{1, 2, 4, 8}, 0.8},
	} {
		o := troubled
		o.Hours, o.Sizes, o.Piles = c.hours, c.sizes, true
		s, err := Compare(ctx, 0, n.Sizes, func(seed uint64) Lab { return Visors(seed, o) }, foursAlone, func() Policy { return Ours{Over: true} })
		if err != nil {
			return err
		}
		say(Figure{Name: c.name + ", end over end", Value: fmt.Sprintf("mean %.3f, p95 %.3f of %d labs, %.1f pieces to stock", s.Mean(), s.Quantile(0.95), len(s.Ratios), s.Surplus),
			Held: fmt.Sprintf("mean at most %.2f", c.most), OK: s.Mean() <= c.most})
	}
	return nil
}

// foursAlone is when the lab ends with plates of one size; 0 when it does not.
func foursAlone(l *Lab) time.Duration {
	alone := *l
	alone.Sizes = nil
	o, err := Play(&alone, Ours{Over: true})
	if err != nil || !o.Finished {
		return 0
	}
	return o.End
}

// families hold the plan against the dual bound where printers differ by product.
func families(ctx context.Context, n Sizes, say func(Figure)) error {
	for _, c := range []struct {
		family string
		n, m   int
		most   float64 // 0: the bound itself is loose there
	}{
		{JobCorrelated, 500, 20, 1.05}, {Uniform10, 500, 20, 1.10}, {Uniform1, 200, 20, 0}, {Uniform100, 100, 10, 0}, {MachineCorr, 500, 20, 0},
	} {
		sum := 0.0
		for seed := range n.Families {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			l := Unrelated(uint64(seed), c.n, c.m, c.family) //nolint:gosec // a count
			sum += float64(planned(&l)) / float64(Dual(&l, 1000))
		}
		ratio := sum / float64(max(1, n.Families))
		f := Figure{Name: fmt.Sprintf("%d products on %d printers, %s, plan over the dual bound", c.n, c.m, c.family), Value: fmt.Sprintf("mean %.3f of %d labs", ratio, n.Families)}
		if c.most > 0 {
			f.Held, f.OK = fmt.Sprintf("at most %.2f", c.most), ratio <= c.most
		}
		say(f)
	}
	return nil
}

// planned is when the plan of the first moment ends.
func planned(l *Lab) time.Duration {
	w := newWorld(l, Ours{})
	for i := range l.Products {
		w.ask(i)
	}
	var end time.Time
	for _, at := range (Ours{}).Plan(w).Finish {
		if at.After(end) {
			end = at
		}
	}
	return end.Sub(l.Start)
}

// deadlines count the requests of a visor lab with two products that are late under each policy.
func deadlines(ctx context.Context, n Sizes, say func(Figure)) error {
	for _, c := range []struct {
		name string
		o    Options
	}{
		{"round the clock", Options{Printers: 12, Plates: 160, Fail: true, Wrong: 0.2}},
		{"attended", Options{Printers: 12, Plates: 160, Fail: true, Wrong: 0.2, Hours: "07:30-22:30"}},
		{"twenty printers", Options{Printers: 20, Plates: 300, Fail: true, Wrong: 0.35}},
	} {
		draw := func(seed uint64) Lab { return TwoProducts(seed, c.o) }
		var ours Series
		least := -1
		for i, policy := range []func() Policy{
			func() Policy { return Ours{Over: true} }, func() Policy { return Pull{} }, func() Policy { return Pull{ByDue: true} },
			func() Policy { return &Shares{} }, func() Policy { return &Shares{Proportional: true} },
		} {
			s, err := Compare(ctx, 1000, n.Deadlines, draw, nil, policy)
			if err != nil {
				return err
			}
			if i == 0 {
				ours = s
				continue
			}
			if least < 0 || s.Late < least {
				least = s.Late
			}
			say(Figure{Name: "two products with need-by dates, " + c.name + ", late requests: " + s.Policy, Value: fmt.Sprintf("%d, %.0f h in all", s.Late, s.Tardy.Hours())})
		}
		say(Figure{Name: "two products with need-by dates, " + c.name + ", late requests: " + ours.Policy,
			Value: fmt.Sprintf("%d, %.0f h in all", ours.Late, ours.Tardy.Hours()), Held: fmt.Sprintf("no more than any other, %d", least), OK: ours.Late <= least})
	}
	return nil
}

// decisions take the time of one plan.
func decisions(_ context.Context, _ Sizes, say func(Figure)) error {
	for _, c := range []struct {
		printers, batches int
		most              time.Duration
	}{{200, 20, 10 * time.Millisecond}, {10_000, 2_000, 250 * time.Millisecond}} {
		s := Crowd(c.printers, c.batches)
		took := make([]time.Duration, 9)
		for i := range took {
			began := time.Now()
			schedule.Make(s, spring)
			took[i] = time.Since(began)
		}
		slices.Sort(took)
		median := took[len(took)/2]
		say(Figure{Name: fmt.Sprintf("one decision, %d printers and %d batches", c.printers, c.batches), Value: fmt.Sprintf("%.1f ms, median of %d", float64(median.Microseconds())/1000, len(took)),
			Held: fmt.Sprintf("under %d ms", c.most.Milliseconds()), OK: median < c.most})
	}
	return nil
}
