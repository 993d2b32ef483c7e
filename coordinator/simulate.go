package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/labsim"
)

// simulateCmd plays labs on virtual time.
type simulateCmd struct {
	Labs    simulateLabsCmd    `cmd:"" default:"withargs" help:"Play labs under several policies, side by side."`
	Figures simulateFiguresCmd `cmd:"" help:"Measure what the planner is held against."`
}

type simulateLabsCmd struct {
	Runs     int       `default:"100" help:"Labs to play, one for each seed."`
	Seed     uint64    `default:"0" help:"The first seed."`
	Printers int       `default:"25" help:"Printers of each lab."`
	Plates   int       `default:"125" help:"Plates that are asked for, four pieces each."`
	Products int       `default:"1" enum:"1,2" help:"One product at the start, or two with need-by dates over a fortnight."`
	Fail     bool      `negatable:"" default:"true" help:"2 to 15 plates in a hundred come to nothing."`
	Drop     float64   `default:"0.1" help:"Share of the printers that fall silent for good (one product only)."`
	Wrong    float64   `default:"0.35" help:"How wrong the slicer's times are: σ of their logarithm."`
	Hours    fab.Hours `placeholder:"HOURS" help:"When makers are there, as in '07:30-22:30' or 'mo-fr 18:00-22:00; sa,su 09:00-22:00'. Always, if not given."`
	Sizes    []int64   `placeholder:"N" help:"Pieces of the plates that there are, as in '1,2,4,8' (one product only). Of four alone, if not given."`
	JSON     bool      `name:"json" help:"Print one JSON object."`
}

// seriesAnswer is one policy's line.
type seriesAnswer struct {
	Policy     string  `json:"policy"`
	Labs       int     `json:"labs"`
	Mean       float64 `json:"mean_ratio,omitempty"`
	P95        float64 `json:"p95_ratio,omitempty"`
	Late       int     `json:"late_requests"`
	TardyHours float64 `json:"tardy_hours"`
	Surplus    float64 `json:"plates_to_stock"`
	Unfinished int     `json:"unfinished"`
}

// Run prints a line for each policy.
func (c *simulateLabsCmd) Run(ctx context.Context, stdout io.Writer) error {
	if err := c.check(); err != nil {
		return err
	}
	var lines []seriesAnswer
	for _, policy := range []func() labsim.Policy{
		func() labsim.Policy { return labsim.Ours{Over: true} }, func() labsim.Policy { return labsim.Ours{} }, func() labsim.Policy { return labsim.Pull{} },
		func() labsim.Policy { return labsim.Pull{ByDue: true} }, func() labsim.Policy { return &labsim.Shares{} }, func() labsim.Policy { return &labsim.Shares{Proportional: true} },
	} {
		s, err := labsim.Compare(ctx, c.Seed, c.Runs, c.draw, c.bound(), policy)
		if err != nil {
			return err
		}
		lines = append(lines, seriesAnswer{Policy: s.Policy, Labs: s.Labs, Mean: s.Mean(), P95: s.Quantile(0.95), Late: s.Late, TardyHours: s.Tardy.Hours(),
			Surplus: s.Surplus, Unfinished: s.Unfinished})
	}
	if c.JSON {
		return json.NewEncoder(stdout).Encode(struct {
			Policies []seriesAnswer `json:"policies"`
		}{lines})
	}
	return c.table(stdout, lines)
}

func (c *simulateLabsCmd) check() error {
	_, err := c.Hours.Week("hours")
	switch {
	case err != nil:
		return fmt.Errorf("--hours %q: write it as in '07:30-22:30' or 'mo-fr 18:00-22:00; sa,su 09:00-22:00'", c.Hours)
	case c.Runs < 1 || c.Runs > 100_000:
		return errors.New("--runs: give 1 to 100000")
	case c.Printers < 1 || c.Printers > 1000 || c.Plates < 1 || c.Plates > 10_000:
		return errors.New("--printers: give 1 to 1000; --plates: give 1 to 10000")
	case c.Drop < 0 || c.Drop > 1 || c.Wrong < 0 || c.Wrong > 3:
		return errors.New("--drop: give 0 to 1; --wrong: give 0 to 3")
	case len(c.Sizes) > 0 && (c.Products == 2 || !slices.Contains(c.Sizes, 4) || slices.Min(c.Sizes) < 1 || slices.Max(c.Sizes) > 100):
		return errors.New("--sizes: give 4, the size of a job, and others from 1 to 100, with --products 1")
	}
	return nil
}

func (c *simulateLabsCmd) draw(seed uint64) labsim.Lab {
	o := labsim.Options{Printers: c.Printers, Plates: c.Plates, Fail: c.Fail, Drop: c.Drop, Wrong: c.Wrong, Hours: c.Hours, Sizes: c.Sizes}
	if c.Products == 2 {
		return labsim.TwoProducts(seed, o)
	}
	return labsim.Visors(seed, o)
}

// bound is known for one product and one size of plate only.
func (c *simulateLabsCmd) bound() func(*labsim.Lab) time.Duration {
	if c.Products == 2 || len(c.Sizes) > 0 {
		return nil
	}
	return labsim.Hindsight
}

func (c *simulateLabsCmd) table(stdout io.Writer, lines []seriesAnswer) error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "policy\tend / bound, mean\tp95\tlate requests\thours late\tplates to stock\tnot finished\t")
	for _, l := range lines {
		_, _ = fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%d\t%.0f\t%.1f\t%d\t\n", l.Policy, l.Mean, l.P95, l.Late, l.TardyHours, l.Surplus, l.Unfinished)
	}
	return w.Flush()
}

type simulateFiguresCmd struct {
	Quick bool `help:"A twentieth of the labs, to see that it works."`
}

// Run prints a line for each figure; it fails only when it cannot measure.
func (c *simulateFiguresCmd) Run(ctx context.Context, stdout io.Writer) error {
	n := labsim.Full
	if c.Quick {
		n = labsim.Sizes{One: n.One / 20, Many: n.Many / 20, Sizes: n.Sizes / 20, Families: 1, Deadlines: n.Deadlines / 10, Promises: n.Promises / 20, Quiet: n.Quiet / 10}
	}
	return labsim.Figures(ctx, n, func(f labsim.Figure) { _, _ = fmt.Fprintln(stdout, f.Line()) })
}
