package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// Print starts one of the maker's own files; it is an attempt like any other, which no lab knows of.
func (m page) Print(ctx context.Context, file string, hereUntil time.Time) error {
	f, ok := m.agent.shelf.find(file)
	if !ok {
		return local.Refuse(local.CodeFileGone, "file")
	}
	bad, err := m.agent.shelf.judged(m.p, f)
	switch {
	case err != nil:
		return err
	case bad.Code != "":
		return local.Refuse(local.CodeUnsafe, "file")
	}
	return m.p.ask(ctx, func(open context.Context, _ *sync.WaitGroup) error { return m.p.startOwn(open, f, hereUntil) })
}

// startOwn takes an own print, in the printer's own goroutine.
func (p *printer) startOwn(open context.Context, f spool.LocalFile, hereUntil time.Time) error {
	if err := p.idle(); err != nil {
		return err
	}
	now := time.Now()
	if hereUntil.IsZero() {
		hereUntil = p.own.facts.Here
	}
	switch {
	case p.state.Word == wire.StateClear:
		return local.Refuse(local.CodePlate, "")
	case !hereUntil.After(now):
		return local.Refuse(local.CodeNotHere, fieldHere)
	}
	err := p.keepFacts(func(k *spool.Facts) { k.Here, k.OffChain = hereUntil, k.OffChain || !p.agent.alone() })
	if err != nil {
		return err
	}
	entry := spool.Print{
		Printer: p.Key, Attempt: "own-" + rand.Text(), Owner: spool.OwnerMaker, Name: f.Name, Word: wire.StateFetching,
		File:  wire.File{SHA256: f.SHA256, Bytes: f.Bytes, Title: f.Name, Seconds: p.agent.shelf.seconds(p.Key, f)},
		Taken: now.UTC(), Updated: now.UTC(), Attended: hereUntil.UTC(),
	}
	switch p.enter(open, "", entry, profiles.Overlay{}) {
	case "":
		return nil
	case wire.ReasonDiskFull:
		return local.Refuse(local.CodeDiskFull, "")
	}
	return local.Refuse(local.CodeBusy, "")
}

// Pause holds the print, whoever's it is.
func (m page) Pause(ctx context.Context) error { return m.steer(ctx, m.p.pause) }

// Resume lets a held print go on.
func (m page) Resume(ctx context.Context) error { return m.steer(ctx, m.p.resume) }

func (m page) steer(ctx context.Context, how func(context.Context) error) error {
	return m.p.ask(ctx, func(open context.Context, _ *sync.WaitGroup) error {
		if err := m.p.running(); err != nil {
			return err
		}
		return worded(how(open))
	})
}

// Cancel ends the print; the heaters go off.
func (m page) Cancel(ctx context.Context) error {
	return m.p.ask(ctx, func(context.Context, *sync.WaitGroup) error {
		if m.p.job == nil {
			return local.Refuse(local.CodeIdle, "")
		}
		m.p.cancel(wire.EventStopped, wire.ReasonCancelled)
		return nil
	})
}

// StopNow is the emergency stop, past the printer's goroutine as the lab's is.
func (m page) StopNow(ctx context.Context) (bool, error) {
	l := m.p.live.Load()
	if l == nil {
		return false, local.Refuse(local.CodeAway, "")
	}
	confirmed, err := l.Stop(ctx)
	m.p.log.Warn("emergency stop from the page", "confirmed", confirmed, "err", err)
	reason := wire.ReasonStopNow
	if !confirmed {
		reason = wire.ReasonUnconfirmed
	}
	m.p.tell(note{kind: noteStopped, reason: reason})
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	return confirmed, err
}

// Confirm says that the plate is clear, and on a halted board asks for a new beginning. The lab is told.
func (m page) Confirm(ctx context.Context) error {
	return m.p.ask(ctx, func(context.Context, *sync.WaitGroup) error {
		m.p.own.notice = local.Reason{}
		switch m.p.confirm(m.p.clearedHere()...) {
		case "":
			return nil
		case wire.ReasonDiskFull:
			return local.Refuse(local.CodeDiskFull, "")
		}
		return local.Refuse(local.CodeBusy, "")
	})
}

// clearedHere tells the lab, where there is one, that somebody at the machine said that the bed is clear.
func (p *printer) clearedHere() []wire.Event {
	if p.agent.alone() {
		return nil
	}
	return []wire.Event{{At: time.Now().UTC(), Kind: wire.EventCleared, Printer: p.Key}}
}

// Here says until when a person is beside the printer.
func (m page) Here(ctx context.Context, until time.Time) error {
	return m.p.ask(ctx, func(context.Context, *sync.WaitGroup) error {
		if err := m.p.keepFacts(func(f *spool.Facts) { f.Here = until }); err != nil {
			return err
		}
		if j := m.p.job; j != nil && j.Owner == spool.OwnerMaker && j.last == nil {
			j.Attended = until.UTC()
			m.p.journal()
		}
		return nil
	})
}

// Answer chooses an answer to the printer's question.
func (m page) Answer(ctx context.Context, prompt string, choice int) error {
	var l *link.Link
	err := m.p.ask(ctx, func(context.Context, *sync.WaitGroup) error {
		l = m.p.up
		v := m.p.own.view.Load()
		if l == nil || v.Prompt == nil || v.Prompt.ID != prompt {
			return local.Refuse(local.CodeChoice, "")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return worded(l.Answer(ctx, choice))
}

// TakeBack takes the printer off the lab's chain; a print of the lab that runs goes on to its end.
func (m page) TakeBack(ctx context.Context) error { return m.chain(ctx, true) }

// Give gives the printer back to the lab.
func (m page) Give(ctx context.Context) error { return m.chain(ctx, false) }

func (m page) chain(ctx context.Context, off bool) error {
	return m.p.ask(ctx, func(context.Context, *sync.WaitGroup) error {
		switch j := m.p.job; {
		case m.agent.alone():
			return local.Refuse(local.CodeNotOffer, "")
		case !off && (m.p.own.busy || j != nil && j.Owner == spool.OwnerMaker):
			return local.Refuse(local.CodeBusy, "")
		}
		if err := m.p.keepFacts(func(f *spool.Facts) { f.OffChain = off }); err != nil {
			return err
		}
		if !off {
			m.p.own.hands = time.Time{}
		}
		m.p.remask()
		return nil
	})
}
