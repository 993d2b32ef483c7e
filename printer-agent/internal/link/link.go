package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// Options are what a Link needs beside its connection.
type Options struct {
	Dialect  profiles.Dialect
	Timing   Timing   // zero fields take the default
	Capacity Capacity // as measured on this board; zero fields take the dialect's
	// Choose names the dialect that fits what the board said of itself; nil keeps Dialect. It is called once a greeting.
	Choose func(Identity) (profiles.Dialect, bool)
	// Resume has the link ask where the board is instead of resetting its line numbers: a print that another link has
	// begun may be going on. Known is what the board had said of itself then.
	Resume bool
	Known  Identity
	// Located is told, on a link made with Resume, the board's last line, before a line with another number goes out; nil
	// for none. It must not call the link.
	Located func(last int64)
	Log     *slog.Logger // nil discards
}

// Link is one printer's connection. All its methods are safe for concurrent use.
type Link struct {
	conn    io.ReadWriteCloser
	options Options
	dialect profiles.Dialect // of who has the turn
	timing  Timing
	log     *slog.Logger
	stop    []byte // the emergency stop as it is written

	capacity Capacity // of who has the turn

	turn    chan struct{} // has room for one: full while somebody acts
	wake    chan struct{} // has room for one: the clock is to look again
	calls   chan func()   // run by the clock, in order
	ready   chan struct{} // closed after the first greeting
	done    chan struct{} // closed when Run has ended
	changed chan struct{}

	stopping atomic.Bool // an emergency stop was sent: nothing more is written
	writing  sync.Mutex  // one whole line at a time

	mu   sync.Mutex
	snap Snapshot

	s session // of who has the turn
}

// New builds a Link over conn, which belongs to the Link from then on: Run closes it. A Read that finds nothing may
// return 0, nil. A Write must not wait until what the board says is read: a driver holds more than the lines in flight.
// Nothing is written before Run.
func New(conn io.ReadWriteCloser, o Options) *Link {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Link{
		conn:     conn,
		options:  o,
		dialect:  o.Dialect,
		timing:   o.Timing.withDefaults(),
		log:      o.Log,
		stop:     []byte("\n" + o.Dialect.Commands.Stop + "\n"),
		capacity: o.Capacity,
		turn:     make(chan struct{}, 1),
		wake:     make(chan struct{}, 1),
		calls:    make(chan func()),
		ready:    make(chan struct{}),
		done:     make(chan struct{}),
		changed:  make(chan struct{}, 1),
		snap:     Snapshot{State: Connecting},
	}
}

// Run greets the printer and serves the link until ctx ends (it returns ctx.Err()), the connection fails (a *Failure with
// Unplugged) or nothing answers (a *Failure with Silent). It closes the connection and ends the attempt that was running.
// A board that halts or resets does not end Run: the state says so, and the link greets again after the reset.
func (l *Link) Run(ctx context.Context) error {
	err := l.serve(ctx)
	l.shut(err)
	close(l.done)
	return err
}

// Ready is closed once the printer has answered its first greeting and told its identity and temperatures.
func (l *Link) Ready() <-chan struct{} { return l.ready }

// Done is closed when Run has ended.
func (l *Link) Done() <-chan struct{} { return l.done }

// Snapshot is the latest state.
func (l *Link) Snapshot() Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.snap.clone()
}

// Changed receives after the snapshot has changed, several changes at once at most ten times a second while printing.
// It has room for one notice and serves one listener.
func (l *Link) Changed() <-chan struct{} { return l.changed }

// Job is one attempt at a file.
type Job struct {
	Source Source
	Token  string  // names the attempt in the markers around its lines, up to 64 bytes of [0-9A-Za-z_-]; empty for none
	Track  Tracker // told of every line before it is written; nil for none
	// Continue has the job go on where the board is, on a link made with Resume; the place in the file is Track's. Paused
	// has it wait for Resume there, and Kept is what Keep says.
	Continue, Paused, Kept bool
	// MostCold pauses the job after so many moves that the printer refused to extrude in because it was cold, and again
	// after as many; 0 never does.
	MostCold int64
}

// Print sends a job and blocks until the attempt has ended, one way or another; it never returns before the source is at
// rest. When ctx ends, the job is cancelled: its heaters are turned off. When the printer is not idle the reason is
// NotReady and nothing was sent.
func (l *Link) Print(ctx context.Context, job Job) Result {
	var offset int64
	if job.Continue {
		var err error
		if offset, err = l.origin(ctx, job); err != nil {
			return Result{Reason: reasonOf(err), Detail: err.Error()}
		}
	}
	before, total, err := countTo(job.Source, offset)
	if err != nil {
		return Result{Reason: BadFile, Detail: err.Error(), LinesTotal: total}
	}
	feedCtx, stop := context.WithCancel(context.Background())
	feed := newFeeder()
	var wg sync.WaitGroup
	wg.Go(func() { feed.run(feedCtx, job.Source) })
	defer wg.Wait()
	defer stop()
	p := newPrint(job, feed, offset, before, total)
	if err := l.call(ctx, func() { l.begin(p) }); err != nil {
		return Result{Reason: reasonOf(err), Detail: err.Error(), LinesTotal: total}
	}
	select {
	case <-p.ended:
	case <-ctx.Done():
		if l.Cancel(context.WithoutCancel(ctx)) == nil {
			<-p.ended
		}
	}
	select {
	case <-p.ended:
	case <-l.done:
	}
	return p.result
}

// Send passes one command to the printer, between the lines of a job if one runs, and returns what the printer said up
// to its acknowledgement. Line number resets and emergency stops are refused: the link does the one, Stop the other.
func (l *Link) Send(ctx context.Context, command string) ([]string, error) {
	text := frame.AppendClean(nil, []byte(command))
	if word := string(frame.Word(text)); len(text) == 0 || strings.Contains(command, "\n") || word == "M110" || word == "M112" {
		return nil, &Failure{Reason: Refused, Detail: command}
	}
	r := &request{command: text, kind: userLine, answer: make(chan error, 1)}
	if err := l.call(ctx, func() { l.enqueue(r) }); err != nil {
		return nil, err
	}
	select {
	case err := <-r.answer:
		return r.lines, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Pause holds the job after the line in flight; heaters stay as they are. It is refused with NotReady without a job.
func (l *Link) Pause(ctx context.Context) error { return l.steer(ctx, l.pause) }

// Keep has a held job go on by Resume alone: a wish to go on at the printer is shown as Snapshot.ResumeAsked, because the
// head is not where the job left it. It is refused with NotReady without a job.
func (l *Link) Keep(ctx context.Context, on bool) error {
	return l.steer(ctx, func() error {
		if l.s.job == nil {
			return &Failure{Reason: NotReady, Detail: string(l.s.state)}
		}
		l.s.job.kept, l.s.job.wanted = on, false
		l.s.dirty = true
		return nil
	})
}

// Resume lets a held job go on.
func (l *Link) Resume(ctx context.Context) error { return l.steer(ctx, l.resume) }

// Cancel ends the job after the line in flight, breaks off a wait for a temperature where the firmware can, and turns
// the heaters off. It returns before that has happened; Print returns after.
func (l *Link) Cancel(ctx context.Context) error {
	return l.steer(ctx, func() error { return l.cancel(Cancelled, "") })
}

// Stop is the emergency stop. It is written at once, past everything that waits, and reports whether the printer
// confirmed it; false means that a person must cut the power. It works, unconfirmed, even while nothing else does.
func (l *Link) Stop(ctx context.Context) (confirmed bool, err error) {
	l.stopping.Store(true)
	heard := make(chan struct{})
	if err := l.write(l.stop); err != nil {
		return false, &Failure{Reason: Unplugged, Err: err}
	}
	if err := l.call(ctx, func() { l.stopped(heard) }); err != nil {
		return false, err
	}
	for range 2 {
		select {
		case <-heard:
			return true, nil
		case <-l.done:
			return false, &Failure{Reason: Unplugged}
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(l.timing.Stop / 2):
			if err := l.write(l.stop); err != nil {
				return false, &Failure{Reason: Unplugged, Err: err}
			}
		}
	}
	select {
	case <-heard:
		return true, nil
	default:
		return false, nil
	}
}

// call runs f in turn and waits until it has run.
func (l *Link) call(ctx context.Context, f func()) error {
	ran := make(chan struct{})
	select {
	case l.calls <- func() { f(); close(ran) }:
		<-ran
		return nil
	case <-l.done:
		return &Failure{Reason: Unplugged}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// steer runs f in turn and returns its error.
func (l *Link) steer(ctx context.Context, f func() error) error {
	var err error
	if e := l.call(ctx, func() { err = f() }); e != nil {
		return e
	}
	return err
}

// write puts whole lines on the wire.
func (l *Link) write(b []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if _, err := l.conn.Write(b); err != nil {
		return fmt.Errorf("write to printer: %w", err)
	}
	return nil
}

// reasonOf is the reason within err.
func reasonOf(err error) Reason {
	var f *Failure
	if errors.As(err, &f) {
		return f.Reason
	}
	return Cancelled
}
