package printsim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// Options describe one simulated printer behind a pseudo-terminal.
type Options struct {
	Link      string  // path of the link that a host opens
	Truth     string  // path of the truth log; empty for none
	Speed     float64 // virtual seconds in a real one; 1 if zero
	DTRResets bool    // a healthy board, too, starts anew when a host opens the port
	Board     Config  // Record and Prints are set by New
}

// lookahead is the real time by which an event may come early: below it a
// sleep costs more than it is worth.
const lookahead = 300 * time.Microsecond

// Printer is a board, its clock and its port.
type Printer struct {
	opts  Options
	log   *slog.Logger
	board *Board
	port  *port
	truth *TruthLog
	err   error // first failure to write the truth
}

// New switches a printer on and makes its link; Run must follow. A halted
// board starts anew when a host opens the port again, since that is how real
// boards come back; a healthy one keeps its state unless DTRResets is set.
func New(opts Options, log *slog.Logger) (*Printer, error) {
	if opts.Speed == 0 {
		opts.Speed = 1
	}
	if !(opts.Speed > 0 && opts.Speed <= 1e5) {
		return nil, fmt.Errorf("speed %g: want more than 0 and at most 100000", opts.Speed)
	}
	p := &Printer{opts: opts, log: log}
	if err := p.openTruth(); err != nil {
		return nil, err
	}
	board, err := NewBoard(p.opts.Board)
	if err != nil {
		return nil, errors.Join(err, p.closeTruth())
	}
	p.board = board
	if p.port, err = openPort(opts.Link); err != nil {
		return nil, errors.Join(err, p.closeTruth())
	}
	return p, nil
}

func (p *Printer) openTruth() error {
	c := &p.opts.Board
	c.speed = p.opts.Speed
	if p.opts.Truth == "" {
		return nil
	}
	if _, err := os.Stat(p.opts.Truth); err == nil {
		past, err := ReadTruth(p.opts.Truth)
		if err != nil {
			return err
		}
		c.Prints = len(past.Attempts)
	}
	truth, err := OpenTruth(p.opts.Truth)
	if err != nil {
		return err
	}
	p.truth = truth
	c.Record = func(r Record) {
		if err := truth.Write(r); err != nil && p.err == nil {
			p.err = fmt.Errorf("write truth log: %w", err)
		}
	}
	return nil
}

func (p *Printer) closeTruth() error {
	if p.truth == nil {
		return nil
	}
	return p.truth.Close()
}

// Run lets the printer live until ctx ends, then removes its link. It returns
// nil when ctx ended.
func (p *Printer) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	events := make(chan portEvent, 64)
	renewed := make(chan error)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		p.port.watch(ctx, events, renewed)
	}()
	err := p.loop(ctx, events, renewed)
	cancel()
	<-watched
	p.board.recordHeat()
	return errors.Join(err, p.err, p.port.close(), p.closeTruth())
}

func (p *Printer) loop(ctx context.Context, events <-chan portEvent, renewed chan<- error) error {
	begun := time.Now()
	open := false
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := p.virtual(time.Since(begun))
		if err := p.advance(now, open); err != nil {
			return err
		}
		timer.Reset(p.untilNext(now))
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case e := <-events:
			p.board.Advance(p.virtual(time.Since(begun)))
			switch {
			case e.err != nil:
				return e.err
			case e.opened:
				open = true
				p.opened()
			case e.closed:
				open = false
				err := p.port.renew()
				select {
				case renewed <- err:
				case <-ctx.Done():
				}
			default:
				p.board.Receive(e.data)
			}
		}
	}
}

// opened does to the board what the control lines of a real port do.
func (p *Printer) opened() {
	p.log.Debug("port opened", "halted", p.board.Halted())
	if p.board.Halted() || p.opts.DTRResets {
		p.board.Restart()
	}
}

// advance brings the board to now; the truth is written before the host can
// know of it.
func (p *Printer) advance(now time.Duration, open bool) error {
	p.board.Advance(now + p.virtual(lookahead))
	if p.truth != nil {
		if err := p.truth.Flush(); err != nil {
			return fmt.Errorf("write truth log: %w", err)
		}
	}
	out := p.board.Output(p.board.Now())
	if open && len(out) > 0 {
		p.port.tty.write(out)
	}
	return p.err
}

func (p *Printer) untilNext(now time.Duration) time.Duration {
	next := p.board.Next()
	if next == never {
		return time.Hour
	}
	return max(0, time.Duration(float64(next-now)/p.opts.Speed)-lookahead)
}

func (p *Printer) virtual(real time.Duration) time.Duration {
	return time.Duration(float64(real) * p.opts.Speed)
}
