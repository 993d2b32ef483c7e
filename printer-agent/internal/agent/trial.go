package agent

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
)

const (
	trialTick = 100 * time.Millisecond
	readEvery = 2 * time.Second // at most, between two readings in a test
	coolTime  = 2 * time.Minute // for turning the heat off at its end, behind homing that is under way
)

// TrialOptions are what a Trial is made of.
type TrialOptions struct {
	Link    *link.Link // greeted; nobody else speaks to the board meanwhile
	Subject guard.Subject
	Clock   func() time.Time // that the machine lives by; nil: time.Now
	Log     *slog.Logger
}

// Trial is a bench test under way on a board. Its methods are safe for concurrent use.
type Trial struct {
	o       TrialOptions
	bench   *guard.Bench // Run's alone
	answers chan bool
	stop    chan struct{}
	once    sync.Once
	ended   chan struct{}
	told    atomic.Pointer[TrialStep]
}

// TrialStep is where a test stands: what goes on, and what the person is asked, "" when nothing is.
type TrialStep struct {
	Doing, Question guard.Code
	Args            map[string]any
}

// NewTrial prepares a test; nothing is sent before Run.
func NewTrial(o TrialOptions) *Trial {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	t := &Trial{o: o, bench: guard.NewBench(o.Clock(), o.Subject), answers: make(chan bool, 1), stop: make(chan struct{}), ended: make(chan struct{})}
	t.tell()
	return t
}

func (t *Trial) tell() {
	t.told.Store(&TrialStep{Doing: t.bench.Doing(), Question: t.bench.Question(), Args: t.bench.Args()})
}

// Step is where the test stands.
func (t *Trial) Step() TrialStep { return *t.told.Load() }

// Answer says yes or no to the question; without one it is passed over.
func (t *Trial) Answer(yes bool) {
	if t.Step().Question == "" {
		return
	}
	select {
	case t.answers <- yes:
	default:
	}
}

// Abort ends the test; the heaters go off.
func (t *Trial) Abort() { t.once.Do(func() { close(t.stop) }) }

// Done is closed when Run has ended.
func (t *Trial) Done() <-chan struct{} { return t.ended }

// Run carries the test out and returns how it ended, with the heaters off. It aborts when ctx ends or the board is gone.
func (t *Trial) Run(ctx context.Context) guard.Result {
	defer close(t.ended)
	b := t.bench
	outer := ctx
	ctx, halt := context.WithCancel(ctx)
	w := &bench{Bench: b, t: t, sent: make(chan bool, 1)}
	defer w.work.Wait()
	defer halt()
	beat := time.NewTicker(trialTick)
	defer beat.Stop()
	for {
		t.tell()
		if r, over := b.Result(); over {
			halt()
			t.cool(context.WithoutCancel(outer))
			return r
		}
		select {
		case <-ctx.Done():
			b.Abort(t.o.Clock())
		case <-t.stop:
			b.Abort(t.o.Clock())
		case yes := <-t.answers:
			b.Answer(t.o.Clock(), yes)
		case ok := <-w.sent:
			b.Sent(t.o.Clock(), ok)
		case <-beat.C:
			w.look(ctx)
		}
	}
}

// bench is the state of one run.
type bench struct {
	*guard.Bench
	t       *Trial
	reports int64
	asked   time.Time
	asking  atomic.Bool
	sent    chan bool
	work    sync.WaitGroup // commands under way
}

// look passes on what the board says and sends what is due.
func (w *bench) look(ctx context.Context) {
	now, s := w.t.o.Clock(), w.t.o.Link.Snapshot()
	switch s.State {
	case link.Idle:
	default: // halted, reset, gone, or somebody's hands are in it
		w.Abort(now)
		return
	}
	if s.Reports != w.reports {
		w.reports, w.asked = s.Reports, now
		w.Observe(now, readings(s.Temps))
	}
	commands := w.Next(now)
	if _, over := w.Result(); over {
		return
	}
	switch {
	case commands != nil:
		w.send(ctx, commands, func(err error) { w.sent <- err == nil })
	case now.Sub(w.asked) > readEvery && w.asking.CompareAndSwap(false, true):
		w.asked = now
		w.send(ctx, []string{w.t.o.Subject.Dialect.Commands.Temperature}, func(error) { w.asking.Store(false) })
	}
}

// send speaks with the board beside the test, which goes on watching.
func (w *bench) send(ctx context.Context, commands []string, then func(error)) {
	w.work.Go(func() {
		err := say(ctx, w.t.o.Link, commands...)
		if err != nil {
			w.t.o.Log.Warn("bench test", "commands", commands, "err", err)
		}
		then(err)
	})
}

// cool turns everything off; a board that does not take that is stopped. ctx bounds nothing.
func (t *Trial) cool(ctx context.Context) {
	switch t.o.Link.Snapshot().State {
	case link.Dead, link.Gone, link.Connecting: // a board that starts anew has its heaters off
		return
	}
	cooling, cancel := context.WithTimeout(ctx, coolTime)
	defer cancel()
	err := say(cooling, t.o.Link, t.o.Subject.Dialect.Commands.Cool...)
	var f *link.Failure
	if err == nil || errors.As(err, &f) && (f.Reason == link.Unplugged || f.Reason == link.Reset) {
		return
	}
	stopping, done := context.WithTimeout(ctx, stopTime)
	defer done()
	confirmed, stopErr := t.o.Link.Stop(stopping)
	t.o.Log.Error("the heaters could not be turned off after the bench test: emergency stop", "err", err, "confirmed", confirmed, "stop", stopErr)
}
