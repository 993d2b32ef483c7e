package labsim

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

// Told is how the windows that were told at intake compare with what came of them.
type Told struct {
	Requests int
	Unknown  int       // nothing could be told
	Early    int       // made before the window opened
	Late     int       // made after it had closed
	Widths   []float64 // of the windows, over the time from intake to their middle, in order
	Beaten   int       // made before the bound: none, or the bound is no bound for what luck does
}

// Covered is the share of the requests that were made within their window.
func (t Told) Covered() float64 {
	return 1 - float64(t.Early+t.Late+t.Unknown)/max(1, float64(t.Requests))
}

// Width is the median width.
func (t Told) Width() float64 {
	if len(t.Widths) == 0 {
		return 0
	}
	return t.Widths[len(t.Widths)/2]
}

// Promises plays the labs of the seeds from first on, and holds what each request was told as it came in against when it
// was made.
func Promises(ctx context.Context, first uint64, n int, draw func(seed uint64) Lab) (Told, error) {
	told := make([]Told, n)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for i := range n {
		g.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			l := draw(first + uint64(i)) //nolint:gosec // a count
			if told[i], err = promised(&l); err != nil {
				return fmt.Errorf("lab %d: %w", l.Seed, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Told{}, err
	}
	var all Told
	for _, one := range told {
		all.Requests, all.Unknown, all.Beaten = all.Requests+one.Requests, all.Unknown+one.Unknown, all.Beaten+one.Beaten
		all.Early, all.Late, all.Widths = all.Early+one.Early, all.Late+one.Late, append(all.Widths, one.Widths...)
	}
	slices.Sort(all.Widths)
	return all, nil
}

// promised plays one lab.
func promised(l *Lab) (t Told, err error) {
	w := newWorld(l, Ours{Over: true})
	outlooks := make([]fab.Outlook, len(l.Products))
	w.asked = func(i int) { outlooks[i] = w.outlook(i) }
	o, err := w.play()
	if err != nil {
		return t, err
	}
	for i, told := range outlooks {
		t.Requests++
		t.weigh(told, l.Start.Add(l.Products[i].Arrives), l.Start.Add(o.Done[i]))
	}
	return t, nil
}

func (t *Told) weigh(told fab.Outlook, asked, made time.Time) {
	if told.Known() && told.Bound.After(made) {
		t.Beaten++
	}
	switch {
	case !told.Known():
		t.Unknown++
		return
	case made.Before(told.From):
		t.Early++
	case made.After(told.To):
		t.Late++
	}
	width := told.To.Sub(told.From)
	t.Widths = append(t.Widths, float64(width)/float64(told.From.Add(width/2).Sub(asked)))
}

// outlook is what would be told of a product now, before anybody knows of it.
func (w *world) outlook(i int) fab.Outlook {
	p := w.lab.Products[i]
	wish := schedule.Wish{ID: "wish", Design: w.designs[i], Plates: w.plates, Quantity: int64(p.Plates), Due: w.lab.Start.Add(p.Due), Priority: p.Priority}
	return schedule.Promise(w.Snapshot(), []schedule.Wish{wish}, w.time()).Wishes["wish"]
}

// promises hold the windows that are told at intake against what comes of them. Of two products, what later requests with
// nearer dates do to a window is told for comparison: no promise can know of them.
func promises(ctx context.Context, n Sizes, say func(Figure)) error {
	attended := troubled
	attended.Hours = "07:30-22:30"
	for _, c := range []struct {
		name string
		labs int
		held bool
		draw func(uint64) Lab
	}{
		{"500 visors, 25 printers, failures, 10 % drop out, estimates wrong by 0.35", n.Promises, true, func(s uint64) Lab { return Visors(s, troubled) }},
		{"the same, attended from 07:30 to 22:30", n.Promises, true, func(s uint64) Lab { return Visors(s, attended) }},
		{"80 visors, 5 printers, the same troubles", n.Promises, false,
			func(s uint64) Lab {
				return Visors(s, Options{Printers: 5, Plates: 20, Fail: true, Drop: 0.1, Wrong: 0.35})
			}},
		{"two products, request by request over a fortnight", n.Promises / 10, false,
			func(s uint64) Lab { return TwoProducts(s, Options{Printers: 12, Plates: 160, Fail: true, Wrong: 0.2}) }},
	} {
		t, err := Promises(ctx, 5000, c.labs, c.draw)
		if err != nil {
			return err
		}
		f := Figure{Name: "window told at intake, " + c.name, Value: fmt.Sprintf("covers %.0f %% of %d, median width %.0f %% of the time until then",
			100*t.Covered(), t.Requests, 100*t.Width())}
		if c.held {
			f.Held, f.OK = "at least 80 %, under 40 %", t.Covered() >= 0.8 && t.Width() < 0.4
		}
		say(f)
	}
	return nil
}
