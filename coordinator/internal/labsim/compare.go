package labsim

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// Series is how one policy did on many labs.
type Series struct {
	Policy     string
	Labs       int
	Ratios     []float64 // end over the bound, in order of size
	Late       int       // products after their due time, of all labs
	Tardy      time.Duration
	Surplus    float64 // plates a lab beyond what was asked
	Unfinished int     // labs that ran out of printers
}

// Mean is the mean ratio; 0 without any.
func (s Series) Mean() float64 {
	sum := 0.0
	for _, r := range s.Ratios {
		sum += r
	}
	return sum / max(1, float64(len(s.Ratios)))
}

// Quantile is the ratio below which the share q of all labs lies; 0 without any.
func (s Series) Quantile(q float64) float64 {
	if len(s.Ratios) == 0 {
		return 0
	}
	return s.Ratios[min(len(s.Ratios)-1, int(q*float64(len(s.Ratios))))]
}

// Compare plays the labs of the seeds from first on under a policy, as many at once as there are processors. Without a
// bound only lateness is told. The same seeds give the same, whatever the machine.
func Compare(ctx context.Context, first uint64, n int, draw func(seed uint64) Lab, bound func(*Lab) time.Duration, policy func() Policy) (Series, error) {
	outcomes, bounds := make([]Outcome, n), make([]time.Duration, n)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for i := range n {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			l := draw(first + uint64(i)) //nolint:gosec // a count
			if bound != nil {
				bounds[i] = bound(&l)
			}
			var err error
			if outcomes[i], err = Play(&l, policy()); err != nil {
				return fmt.Errorf("lab %d: %w", l.Seed, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Series{}, err
	}
	return tally(policy().Name(), outcomes, bounds), nil
}

func tally(name string, outcomes []Outcome, bounds []time.Duration) Series {
	s := Series{Policy: name, Labs: len(outcomes)}
	for i, o := range outcomes {
		s.Late += o.Late
		s.Tardy += o.Tardy
		s.Surplus += float64(o.Surplus) / float64(len(outcomes))
		switch {
		case !o.Finished:
			s.Unfinished++
		case bounds[i] > 0:
			s.Ratios = append(s.Ratios, float64(o.End)/float64(bounds[i]))
		}
	}
	slices.Sort(s.Ratios)
	return s
}
