package worker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// bench is a queue that notes what it hears.
type bench struct {
	mu     sync.Mutex
	tasks  []worker.Task
	claims []time.Duration // since the start
	said   []string
	began  time.Time

	claim    error
	progress error
	deliver  []error // one for each try
}

func (b *bench) note(format string, args ...any) {
	b.said = append(b.said, fmt.Sprintf(format, args...))
}

func (b *bench) Claim(context.Context) (worker.Task, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.claims = append(b.claims, time.Since(b.began))
	if b.claim != nil || len(b.tasks) == 0 {
		return worker.Task{}, false, b.claim
	}
	t := b.tasks[0]
	b.tasks = b.tasks[1:]
	return t, true, nil
}

func (b *bench) Progress(_ context.Context, t worker.Task, permille int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.note("%s %d at %s", t.Plate, permille, time.Since(b.began))
	return b.progress
}

func (b *bench) Deliver(_ context.Context, t worker.Task, r slicing.Result) (err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.deliver) > 0 {
		err, b.deliver = b.deliver[0], b.deliver[1:]
	}
	b.note("%s delivered %s: %v", t.Plate, r.GCodeSHA256, err)
	return err
}

func (b *bench) Fail(ctx context.Context, t worker.Task, f worker.Failure) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	code := ""
	if f.Problem != nil {
		code = f.Problem.Code
	}
	b.note("%s %s %s", t.Plate, f.Way, code)
	return ctx.Err()
}

// slicerFunc is a slicer.
type slicerFunc func(context.Context, slicing.Request) (slicing.Result, error)

func (f slicerFunc) Slice(ctx context.Context, r slicing.Request) (slicing.Result, error) {
	return f(ctx, r)
}

// good takes 10 s for a plate and says how far it is.
func good(ctx context.Context, r slicing.Request) (slicing.Result, error) {
	for permille := range 10 {
		r.Progress(100 * permille)
		select {
		case <-ctx.Done():
			return slicing.Result{}, ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return slicing.Result{GCodeSHA256: r.PartName}, nil
}

func task(plate string) worker.Task {
	return worker.Task{Plate: plate, Part: "band", Lease: time.Minute}
}

// on runs a worker over a bench in false time for as long as told, and gives what Run returned.
func on(t *testing.T, b *bench, s slicerFunc, jobs int, long time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	b.began = time.Now()
	return worker.New(worker.Config{Queue: b, Slicer: s, Jobs: jobs, Log: slog.New(slog.DiscardHandler)}).Run(ctx)
}

// Ensure that a worker tells at most once a second how far it is, delivers, and asks for the next plate at once.
func TestAPlateIsMadeAndDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{tasks: []worker.Task{task("a"), task("b")}}
		require.NoError(t, on(t, b, good, 1, 25*time.Second))
		require.Equal(t, 10*time.Second, b.claims[1])
		require.Contains(t, b.said, "a delivered band: <nil>")
		require.Contains(t, b.said, "b delivered band: <nil>")
		require.LessOrEqual(t, len(b.said), 2*11)
		require.Less(t, len(b.claims), 10, "an empty queue is not asked all the time")
	})
}

// Ensure that a slicer which says nothing for long does not cost the claim.
func TestASilentSlicerKeepsItsClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{tasks: []worker.Task{task("a")}}
		slow := func(context.Context, slicing.Request) (slicing.Result, error) {
			<-time.After(290*time.Second + time.Millisecond)
			return slicing.Result{}, nil
		}
		require.NoError(t, on(t, b, slow, 1, 291*time.Second))
		require.Len(t, b.said, 15, "every third of the lease, and the plate")
	})
}

// Ensure that each way in which a plate can fail is told as such, and that the end of the worker gives plates back.
func TestHowAPlateEnds(t *testing.T) {
	problem := func(code string) error { return fmt.Errorf("slice: %w", &slicing.Problem{Code: code}) }
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"cannot be made":       {problem("plate.too_big"), "a impossible plate.too_big"},
		"own settings wrong":   {problem(slicing.CodeBadOverlay), "a impossible slicing.bad_overlay"},
		"the slicer crashed":   {problem(slicing.CodeSlicerCrashed), "a passing slicing.slicer_crashed"},
		"took too long":        {problem(slicing.CodeSlicerLimit), "a passing slicing.slicer_limit"},
		"something else":       {errors.New("disk full"), "a passing " + worker.CodeTrouble},
		"told to end meantime": {nil, "a released "},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &bench{tasks: []worker.Task{task("a")}}
			slice := func(ctx context.Context, r slicing.Request) (slicing.Result, error) {
				if c.err != nil {
					return slicing.Result{}, c.err
				}
				return good(ctx, r)
			}
			require.NoError(t, on(t, b, slice, 1, 5*time.Second))
			require.Equal(t, c.says, b.said[len(b.said)-1], name)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		bad := task("a")
		bad.Overlay = "no = 'overlay'"
		b := &bench{tasks: []worker.Task{bad}}
		require.NoError(t, on(t, b, good, 1, 5*time.Second))
		require.Equal(t, []string{"a impossible slicing.bad_overlay"}, b.said)
	})
}

// Ensure that a worker stops at a plate that was lost, and says nothing more of it.
func TestALostPlateIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{tasks: []worker.Task{task("a")}, progress: fmt.Errorf("409: %w", worker.ErrLost)}
		require.NoError(t, on(t, b, good, 1, 30*time.Second))
		require.Len(t, b.said, 1)
	})
}

// Ensure that a plate is sent again while the queue does not answer, and not when it is lost or judged bad.
func TestADeliveryIsTriedAgain(t *testing.T) {
	away := errors.New("connection refused")
	for _, c := range []struct {
		deliver []error
		says    int
		last    string
	}{
		{[]error{away, away}, 3, "a delivered band: <nil>"},
		{[]error{worker.ErrLost}, 1, "a delivered band: " + worker.ErrLost.Error()},
		{[]error{worker.ErrUnwanted}, 1, "a delivered band: " + worker.ErrUnwanted.Error()},
		{[]error{away, away, away, away, away, away}, 6, "a passing " + worker.CodeTrouble},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &bench{tasks: []worker.Task{task("a")}, deliver: c.deliver}
			quick := func(_ context.Context, r slicing.Request) (slicing.Result, error) {
				return slicing.Result{GCodeSHA256: r.PartName}, nil
			}
			require.NoError(t, on(t, b, quick, 1, 10*time.Minute))
			var said []string
			for _, s := range b.said {
				if s[:4] != "a 10" { // progress
					said = append(said, s)
				}
			}
			require.Len(t, said, c.says)
			require.Equal(t, c.last, said[len(said)-1])
		})
	}
}

// Ensure that a coordinator which is away is asked ever less often, and that one which refuses the worker ends it.
func TestACoordinatorThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{claim: errors.New("connection refused")}
		require.NoError(t, on(t, b, good, 1, 2*time.Minute))
		require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 31 * time.Second, 61 * time.Second, 91 * time.Second}, b.claims)
	})
	synctest.Test(t, func(t *testing.T) {
		b := &bench{claim: fmt.Errorf("401: %w", worker.ErrRefused)}
		require.ErrorIs(t, on(t, b, good, 3, time.Minute), worker.ErrRefused)
	})
}

// Ensure that as many plates are made at once as there are jobs.
func TestPlatesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{tasks: []worker.Task{task("a"), task("b"), task("c")}}
		require.NoError(t, on(t, b, good, 3, 11*time.Second))
		for _, plate := range []string{"a", "b", "c"} {
			require.Contains(t, b.said, plate+" delivered band: <nil>")
		}
	})
}

// Ensure that what a task asks for is what is sliced, the height of its piles included.
func TestATaskIsSlicedAsItIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := task("a")
		one.Copies, one.Pile, one.Printer, one.Filament, one.NozzleUM = 6, 3, "ender-3", "petg", 400
		var got slicing.Request
		require.NoError(t, on(t, &bench{tasks: []worker.Task{one}}, func(_ context.Context, r slicing.Request) (slicing.Result, error) {
			got = r
			return slicing.Result{}, nil
		}, 1, 2*time.Second))
		require.Equal(t, []any{6, 3, "ender-3", "petg", int64(400), "band"}, []any{got.Copies, got.Pile, got.Printer, got.Filament, got.NozzleUM, got.PartName})
	})
}
