package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// order is a command on its way to a printer.
type order struct {
	wire.Command
	epoch string // of the connection that brought it
	at    time.Time
}

func unmarshal(payload []byte, into any) error {
	if err := json.Unmarshal(payload, into); err != nil {
		return fmt.Errorf("%w: %w", errPayload, err)
	}
	return nil
}

// readOrders hands commands to their printers. It touches no disk before an emergency stop is on its way.
func (a *Agent) readOrders(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-a.orders:
			o := order{epoch: m.epoch, at: m.at}
			if err := unmarshal(m.payload, &o.Command); err != nil || o.ID == "" {
				a.log.Warn("command ignored", "err", err)
				continue
			}
			a.route(ctx, o)
		}
	}
}

func (a *Agent) route(ctx context.Context, o order) {
	p, ok := a.printers[o.Printer]
	switch {
	case a.stale(o):
		a.answer(o, wire.AnswerStale, "")
	case !ok && a.repeated(o):
	case !ok:
		a.conclude(o, wire.ReasonUnknown)
	case o.Kind == wire.CommandStopNow:
		a.stops.Go(func() { p.stopNow(ctx, o) })
	default:
		select {
		case p.orders <- o:
		default:
			a.conclude(o, wire.ReasonBusy)
		}
	}
}

// stale says whether the order was meant for another connection or has waited too long. The age is measured here, from
// its arrival: a machine without network has no clock to hold the sender's against.
func (a *Agent) stale(o order) bool {
	now := a.epoch.Load()
	if now == nil || o.Epoch != *now || o.epoch != *now {
		return true
	}
	return o.MaxAge > 0 && time.Since(o.at) > time.Duration(o.MaxAge)*time.Second
}

// repeated answers an order that was answered before, with the reason it had then, and says so.
func (a *Agent) repeated(o order) bool {
	seen, ok, err := a.spool.Answered(o.ID)
	if err != nil {
		a.log.Error("look up command", "err", err)
	}
	if ok {
		a.answer(o, wire.AnswerDuplicate, seen.Reason)
	}
	return ok
}

// conclude answers an order, accepted when the reason is empty, and remembers the answer.
func (a *Agent) conclude(o order, reason string) { a.refuse(o, reason, time.Time{}) }

// refuse is conclude with the time from which the answer may be another.
func (a *Agent) refuse(o order, reason string, until time.Time) {
	answer := wire.AnswerAccepted
	if reason != "" {
		answer = wire.AnswerRefused
	}
	// An answer that cannot be remembered is still true; without it a repetition is judged afresh, which is safe: a
	// start is fenced by its attempt and the rest does the same twice.
	if err := a.spool.Remember(spool.Seen{ID: o.ID, Answer: answer, Reason: reason}); err != nil {
		a.log.Error("remember command", "err", err)
	}
	a.acknowledge(o, wire.CommandAck{ID: o.ID, Answer: answer, Reason: reason, NotBefore: until.UTC()})
}

func (a *Agent) answer(o order, answer wire.Answer, reason string) {
	a.acknowledge(o, wire.CommandAck{ID: o.ID, Answer: answer, Reason: reason})
}

func (a *Agent) acknowledge(o order, ack wire.CommandAck) {
	a.log.Info("command", "kind", o.Kind, "printer", o.Printer, "attempt", o.Attempt, "answer", ack.Answer, "reason", ack.Reason)
	a.tray.putAck(ack)
}

// handle obeys or refuses an order, in the printer's own goroutine.
func (p *printer) handle(ctx context.Context, o order) {
	switch {
	case p.agent.repeated(o):
	case p.agent.stale(o):
		p.agent.answer(o, wire.AnswerStale, "")
	case o.Kind == wire.CommandStart:
		p.start(ctx, o)
	default:
		p.agent.conclude(o, p.obey(ctx, o))
	}
}

// obey carries out an order other than start and returns the reason when it cannot.
func (p *printer) obey(ctx context.Context, o order) string {
	if o.Kind == wire.CommandClear {
		return p.confirm()
	}
	if p.job == nil || p.job.Attempt != o.Attempt {
		return wire.ReasonOtherAttempt
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	switch {
	case o.Kind == wire.CommandCancel:
		p.cancel(wire.EventStopped, wire.ReasonCancelled)
		return ""
	case o.Kind == wire.CommandPause && p.up != nil:
		return p.steer(p.pause(ctx))
	case o.Kind == wire.CommandResume && p.up != nil:
		return p.steer(p.resume(ctx))
	case o.Kind == wire.CommandAnswer && p.up != nil:
		return p.steer(p.up.Answer(ctx, int(o.Choice)))
	case o.Kind == wire.CommandPause, o.Kind == wire.CommandResume, o.Kind == wire.CommandAnswer:
		return wire.ReasonOffline
	}
	return wire.ReasonNoSuchCommand
}

// start takes an attempt, or refuses it.
func (p *printer) start(ctx context.Context, o order) {
	reason := p.refuse(o)
	var until time.Time
	if now := time.Now(); reason == "" {
		if a := p.mayStart(now, o.File.Seconds); !a.OK {
			p.refuseNow(now, a)
			reason, until = reasonOfAnswer(a), a.From
		}
	}
	if reason == "" {
		own, err := p.ownOf(o)
		if err != nil {
			p.log.Warn("start refused: the machine's own settings cannot be used", "attempt", o.Attempt, "err", err)
			reason = wire.ReasonOverlay
		} else {
			reason = p.take(ctx, o, own)
		}
	}
	if reason != "" {
		p.agent.refuse(o, reason, until)
		return
	}
	p.agent.answer(o, wire.AnswerAccepted, "")
}

// refuse is the reason why an attempt cannot begin now.
func (p *printer) refuse(o order) string {
	if p.closing {
		return wire.ReasonOffline
	}
	if p.mine(time.Now()) {
		return wire.ReasonBusy
	}
	if before, err := p.agent.spool.StartedBefore(o.Attempt); err != nil || before {
		return wire.ReasonStartedBefore
	}
	if o.File == nil || !wire.ValidName(o.Attempt) {
		return wire.ReasonFetch
	}
	switch p.state.Word {
	case wire.StateReady:
		return ""
	case wire.StateStopping:
		if p.job == nil && !p.clear {
			return wire.ReasonNotClear
		}
	case wire.StateNotNow:
		return "" // by what mayStart says
	case wire.StateClear:
		return wire.ReasonNotClear
	case wire.StateOffline, wire.StateConnect:
		return wire.ReasonOffline
	case wire.StateError:
		return wire.ReasonHalted
	}
	return wire.ReasonBusy
}

func (p *printer) take(ctx context.Context, o order, own profiles.Overlay) string {
	now := time.Now().UTC()
	entry := spool.Print{Printer: p.Key, Attempt: o.Attempt, File: *o.File, Word: wire.StateFetching, Taken: now, Updated: now}
	return p.enter(ctx, o.ID, entry, own)
}

// enter takes an attempt into the journal and begins it; command is the lab's, if it was one.
func (p *printer) enter(ctx context.Context, command string, entry spool.Print, own profiles.Overlay) string {
	p.board(&entry)
	err := p.agent.record("take attempt", func() error { return p.agent.spool.Begin(command, entry) })
	switch {
	case err == nil:
		if p.state.Word == wire.StateNotNow { // its hours have come, or its maker is there
			p.apply(stepClean, "")
		}
		p.begin(ctx, entry, own)
		return ""
	case errors.Is(err, spool.ErrStartedBefore):
		return wire.ReasonStartedBefore
	case errors.Is(err, spool.ErrBusy):
		return wire.ReasonBusy
	}
	p.log.Error("take attempt", "err", err)
	return wire.ReasonDiskFull
}

// confirm notes that somebody cleared the bed, with the events that tell of it. On a halted board it also asks for a new
// beginning.
func (p *printer) confirm(events ...wire.Event) string {
	if p.job != nil {
		return wire.ReasonBusy
	}
	if err := p.agent.spool.SetClear(p.Key, time.Now(), events...); err != nil {
		p.log.Error("note clear bed", "err", err)
		return wire.ReasonDiskFull
	}
	p.agent.tray.nudge()
	p.clear, p.state.Notice = true, ""
	switch p.state.Word {
	case wire.StateClear:
		p.apply(stepClean, "")
	case wire.StateError:
		p.hangUp()
	}
	return ""
}

func (p *printer) steer(err error) string {
	if err != nil {
		p.log.Warn("steer print", "err", err)
		return wire.ReasonBusy
	}
	return ""
}

// stopNow is the emergency stop: past the printer's queue, its journal and every other order.
func (p *printer) stopNow(ctx context.Context, o order) {
	on, l := p.onMachine.Load(), p.live.Load()
	switch {
	case o.Attempt != "" && (on == nil || on.attempt != o.Attempt):
		if !p.agent.repeated(o) {
			p.agent.conclude(o, wire.ReasonOtherAttempt)
		}
		return
	case o.Attempt == "" && p.agent.repeated(o):
		return
	case l == nil:
		p.agent.conclude(o, wire.ReasonOffline)
		return
	}
	p.emergency(ctx, l, wire.ReasonStopNow)
	p.agent.conclude(o, "")
}
