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
	Link  string  // path of the link that a host opens
	Truth string  // path of the truth log; empty for none
	Speed float64 // virtual seconds in a real one; 1 if zero
	Board Config  // Record and Prints are set by New
}

// Printer is a board, its clock and its port.
type Printer struct {
	opts  Options
	log   *slog.Logger
	board *Board
	port  *port
	truth *TruthLog
	pulls int   // of the board, when last seen
	err   error // first failure to write the truth
}

// New switches a printer on and makes its link; Run must follow. A halted
// board starts anew when a host opens the port again, since that is how real
// boards come back; a healthy one keeps its state unless Config.DTRResets is set.
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
	err := p.loop(ctx)
	p.board.recordSums()
	return errors.Join(err, p.err, p.port.close(), p.closeTruth())
}

// loop takes turns between the board and its host. One thread does both: it
// waits in the kernel for the host or for the next event, whose clock is finer
// than a Go timer's.
func (p *Printer) loop(ctx context.Context) error {
	begun := time.Now()
	for ctx.Err() == nil {
		now := p.virtual(time.Since(begun))
		if err := errors.Join(p.advance(now), p.cable()); err != nil {
			return err
		}
		e, err := p.port.wait(p.untilNext(now))
		if err != nil {
			return err
		}
		p.board.Advance(p.virtual(time.Since(begun)))
		if e.opened {
			p.opened(e.dropped)
		}
		if len(e.data) > 0 {
			p.board.Receive(e.data)
		}
	}
	return nil
}

// cable pulls the port and plugs it in again as a fault has it.
func (p *Printer) cable() error {
	var err error
	if p.pulls != p.board.pulls {
		p.pulls = p.board.pulls
		err = p.port.pull()
		p.log.Debug("cable pulled")
	}
	if p.port.tty == nil && !p.board.pulled {
		err = errors.Join(err, p.port.replug())
	}
	return err
}

// opened does to the board what the control line of a real port does when it
// rises.
func (p *Printer) opened(rises bool) {
	p.log.Debug("port opened", "halted", p.board.Halted(), "control_line_rises", rises)
	if p.board.Halted() || rises && p.opts.Board.DTRResets {
		p.board.Restart()
	}
}

// advance brings the board to now; the truth is written before the host can
// know of it.
func (p *Printer) advance(now time.Duration) error {
	p.board.Advance(now + p.virtual(p.lookahead()))
	if p.truth != nil {
		if err := p.truth.Flush(); err != nil {
			return fmt.Errorf("write truth log: %w", err)
		}
	}
	out := p.board.Output(p.board.Now())
	if p.port.open && len(out) > 0 {
		p.port.tty.write(out)
	}
	return p.err
}

func (p *Printer) untilNext(now time.Duration) time.Duration {
	next := p.board.Next()
	if next == never {
		return time.Hour
	}
	return max(0, time.Duration(float64(next-now)/p.opts.Speed)-p.lookahead())
}

func (p *Printer) virtual(real time.Duration) time.Duration {
	return time.Duration(float64(real) * p.opts.Speed)
}

// lookahead is the real time by which an event may come early: below it a
// sleep costs more than it is worth. A clock ahead of the wall is there to be
// quick, one at its pace to be exact.
func (p *Printer) lookahead() time.Duration {
	if p.opts.Speed > 2 {
		return 300 * time.Microsecond
	}
	return 50 * time.Microsecond
}
