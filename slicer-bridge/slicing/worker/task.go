package worker

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

const (
	sayEvery = time.Second      // at most so often how far a task is
	lastWord = 10 * time.Second // for what has to be said when the worker ends
	sends    = 5                // tries to hand over a plate, each after a longer pause
)

// CodeTrouble is the problem of a task that failed for a reason of the worker's own. Its argument is detail.
const CodeTrouble = "slicing.worker_trouble"

// work makes one plate while it says how far it is, and tells the queue how it ended.
func (w *Worker) work(ctx context.Context, t Task) {
	log := w.Log.With("plate", t.Plate, "part", t.Part, "copies", t.Copies, "printer", t.Printer)
	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var done atomic.Int64
	told := make(chan struct{})
	go func() {
		defer close(told)
		w.tell(run, t, &done, stop)
	}()
	began := time.Now()
	err := w.make(run, t, &done)
	stop(nil)
	<-told
	switch {
	case err == nil:
		log.Info("plate made", "took", time.Since(began).Round(time.Millisecond))
	case errors.Is(context.Cause(run), ErrLost), errors.Is(err, ErrLost):
		log.Info("plate lost to somebody else, or cancelled")
	default:
		w.giveBack(ctx, t, err)
		log.Warn("plate not made", "error", err)
	}
}

// make slices and delivers.
func (w *Worker) make(ctx context.Context, t Task, done *atomic.Int64) error {
	r, err := w.slice(ctx, t, done)
	if err != nil {
		return err
	}
	done.Store(1000)
	return w.deliver(ctx, t, r)
}

func (w *Worker) slice(ctx context.Context, t Task, done *atomic.Int64) (slicing.Result, error) {
	overlay, err := slicing.ParseOverlay([]byte(t.Overlay))
	if t.Overlay != "" && err != nil {
		return slicing.Result{}, err
	}
	return w.Slicer.Slice(ctx, slicing.Request{
		STL: t.STL, PartName: t.Part, Copies: t.Copies, Pile: t.Pile, Printer: t.Printer, Filament: t.Filament, NozzleUM: t.NozzleUM, Overlay: overlay,
		Quality:  slicing.Draft,
		Progress: func(permille int) { done.Store(int64(min(max(permille, 0), 1000))) },
	})
}

// deliver tries again while the queue does not answer: a plate that took minutes is not thrown away for a broken line.
func (w *Worker) deliver(ctx context.Context, t Task, r slicing.Result) error {
	pause := w.Pause
	for n := 1; ; n++ {
		err := w.Queue.Deliver(ctx, t, r)
		settled := errors.Is(err, ErrLost) || errors.Is(err, ErrRefused) || errors.Is(err, ErrUnwanted)
		if err == nil || settled || n == sends || ctx.Err() != nil {
			return err
		}
		w.Log.Warn("deliver plate again", "plate", t.Plate, "error", err)
		sleep(ctx, pause)
		pause = min(2*pause, longestPause)
	}
}

// tell says how far the task is, at most once a second when it moves, and often enough otherwise to keep the lease.
// When the queue answers that the task is lost, it stops the work.
func (w *Worker) tell(ctx context.Context, t Task, done *atomic.Int64, stop context.CancelCauseFunc) {
	tick := time.NewTicker(sayEvery)
	defer tick.Stop()
	said, at := int64(0), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := done.Load()
		if now == said && time.Since(at) < t.Lease/3 {
			continue
		}
		err := w.Queue.Progress(ctx, t, int(now))
		switch {
		case errors.Is(err, ErrLost):
			stop(ErrLost)
			return
		case err == nil:
			said, at = now, time.Now()
		case ctx.Err() == nil:
			w.Log.Debug("progress not told", "plate", t.Plate, "error", err)
		}
	}
}

// giveBack tells why there is no plate, also when the worker is told to end.
func (w *Worker) giveBack(ctx context.Context, t Task, err error) {
	if errors.Is(err, ErrRefused) || errors.Is(err, ErrUnwanted) {
		return // the queue knows
	}
	f := failureOf(err)
	if ctx.Err() != nil {
		f = Failure{Way: Released}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	if err := w.Queue.Fail(last, t, f); err != nil && !errors.Is(err, ErrLost) {
		w.Log.Warn("plate not given back; its lease runs out", "plate", t.Plate, "error", err)
	}
}

// failureOf tells apart what this machine cannot make from what the next try may. A problem says something of the plate
// unless the slicer itself broke down; everything else says something of this worker only.
func failureOf(err error) Failure {
	var p *slicing.Problem
	if !errors.As(err, &p) {
		return Failure{Way: Passing, Problem: &slicing.Problem{Code: CodeTrouble, Args: map[string]string{"detail": err.Error()}}}
	}
	switch p.Code {
	case slicing.CodeSlicerCrashed, slicing.CodeSlicerLimit, slicing.CodeSlicerMissing:
		return Failure{Way: Passing, Problem: p}
	}
	return Failure{Way: Impossible, Problem: p}
}
