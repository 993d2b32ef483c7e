// Package worker takes plates out of a queue, slices them, and hands back what came of it. It knows neither who keeps
// the queue nor over what wire: the coordinator runs it inside itself, and other machines run it over HTTP.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Task is one plate to make.
type Task struct {
	Plate    string        // its id in the queue
	Token    string        // the fence: who holds another one of the same plate is too late
	Lease    time.Duration // the queue gives the plate to somebody else after so long without a word
	Part     string
	Copies   int
	Pile     int    // pieces standing on each other at most; 0 and 1 are none
	Printer  string // printer profile
	Filament string // filament profile
	NozzleUM int64
	Overlay  string // the machine's own settings as TOML; "" for none
	STL      []byte
}

// The ways in which a task can end without a plate.
const (
	Impossible = "impossible" // this machine cannot make it
	Passing    = "passing"    // the next try may do better
	Released   = "released"   // nothing was tried to its end: somebody else may begin at once
)

// Failure says why there is no plate.
type Failure struct {
	Way     string           // Impossible, Passing or Released
	Problem *slicing.Problem // nil for Released
}

// The errors that a Queue answers, to be found by errors.Is.
var (
	// ErrLost says that the task belongs to nobody or to somebody else by now; what was made of it has no effect.
	ErrLost = errors.New("the plate was given to somebody else, or is not wanted any more")
	// ErrRefused says that this worker may not take work at all.
	ErrRefused = errors.New("the coordinator refuses this worker")
	// ErrUnwanted says that the queue took the plate and judged it: it is not good, and sending it again does not help.
	ErrUnwanted = errors.New("the coordinator's own check refuses the plate")
)

// Queue is where plates come from. A claim counts as lost when nothing is heard of it for Task.Lease; every call about a
// task renews it.
type Queue interface {
	// Claim gives the next plate, and may wait for one. It reports false when there is none.
	Claim(ctx context.Context) (Task, bool, error)
	// Progress says how far a task is, in per mille, and that somebody is still at it.
	Progress(ctx context.Context, t Task, permille int) error
	// Deliver hands the plate over.
	Deliver(ctx context.Context, t Task, r slicing.Result) error
	// Fail gives a task back without a plate.
	Fail(ctx context.Context, t Task, f Failure) error
}

// Slicer makes plates; *slicing.Slicer is one.
type Slicer interface {
	Slice(ctx context.Context, r slicing.Request) (slicing.Result, error)
}

// Config is what a Worker needs.
type Config struct {
	Queue  Queue
	Slicer Slicer
	Jobs   int // plates at once; 0 means one for each processor
	Log    *slog.Logger

	Pause time.Duration // between two questions for work that were answered at once; 0 means 1 s. It doubles up to 30 s while the queue does not answer
}

// Worker slices for one queue. Its methods are safe for concurrent use.
type Worker struct {
	Config
}

// New builds a Worker.
func New(c Config) *Worker {
	if c.Jobs == 0 {
		c.Jobs = runtime.NumCPU()
	}
	if c.Pause == 0 {
		c.Pause = time.Second
	}
	return &Worker{Config: c}
}

// Run takes work until ctx ends, and then gives back what it has not finished. It ends before only when the queue
// refuses this worker, with ErrRefused.
func (w *Worker) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range w.Jobs {
		g.Go(func() error { return w.pull(ctx) })
	}
	return g.Wait()
}

// longestPause is the longest rest of a worker whose queue does not answer.
const longestPause = 30 * time.Second

func (w *Worker) pull(ctx context.Context) error {
	pause := w.Pause
	for ctx.Err() == nil {
		began := time.Now()
		worked, err := w.One(ctx)
		rest := w.Pause - time.Since(began)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrRefused):
			return err
		case err != nil:
			w.Log.Warn("no work can be had", "error", err, "again_in", pause)
			rest, pause = pause, min(2*pause, longestPause)
		case worked:
			pause, rest = w.Pause, 0
		default:
			pause = w.Pause
		}
		sleep(ctx, rest)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// One takes one plate and makes it. It reports false when there was nothing to do. What goes wrong with the plate is the
// queue's to keep, and no error here.
func (w *Worker) One(ctx context.Context) (bool, error) {
	t, ok, err := w.Queue.Claim(ctx)
	if err != nil {
		return false, fmt.Errorf("ask for a plate: %w", err)
	}
	if !ok {
		return false, nil
	}
	w.work(ctx, t)
	return true, nil
}
