package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

const (
	tick         = 250 * time.Millisecond
	stateEvery   = 5 * time.Second        // between retained states of a running print
	reopenFirst  = 500 * time.Millisecond // a board that resets when its port is opened must see it closed first
	reopenLast   = 10 * time.Second
	reopenSoon   = 100 * time.Millisecond // while a print waits for it
	coolAgain    = 5 * time.Second
	queuedOrders = 32
)

// printer is the state machine of one machine. Its goroutine alone changes it; the port and the attempt have goroutines
// of their own, which tell it what happened by notes.
type printer struct {
	Machine
	agent  *Agent
	log    *slog.Logger
	table  map[wire.StateWord]map[step]wire.StateWord
	orders chan order
	notes  chan note
	closed chan struct{} // nobody reads notes any more

	// For other goroutines.
	live      atomic.Pointer[link.Link]        // for the emergency stop
	onMachine atomic.Pointer[claim]            // what it would stop
	again     atomic.Pointer[again]            // where a print has to go on, if there is one
	found     atomic.Bool                      // the board is at a line that the record knows
	beaten    atomic.Int64                     // when its goroutine last came by, in nanoseconds since 1970
	heard     atomic.Int64                     // when the board last said anything, in nanoseconds since 1970
	firmware  atomic.Pointer[string]           // as the board answered
	spoken    atomic.Pointer[profiles.Dialect] // nil until the board has chosen another than the configured one
	capacity  atomic.Pointer[spool.Capacity]   // that was measured; nil for none

	up      *link.Link         // the open connection, or nil
	hang    context.CancelFunc // ends it
	state   wire.State
	sentAt  time.Time // of the state
	clear   bool      // the bed was confirmed clear
	hot     bool      // an ended attempt may have left the heaters on
	cooling bool
	coolAt  time.Time // not before
	told    wire.Telemetry
	job     *job // the attempt on the machine, or nil
	closing bool

	dog         *guard.Watchdog
	reports     int64     // of temperatures that it has seen
	breath      time.Time // when a waiting board was last spoken to
	windows     *guard.Windows
	bench       *guard.Result // of its test; nil when it never had one
	fingerprint string        // of what the test rests on
	circuit     *circuit
	notNow      time.Time // no print is taken before
	notNowWhy   string

	track  *spool.Track // nil when it cannot be kept: then no print is continued
	device port.Identity
	side   *sync.WaitGroup // what runs beside the goroutine

	own own // what its maker does with it
}

// claim is the attempt on a machine and the file it needs.
type claim struct{ attempt, sha string }

// note is what another goroutine of a printer tells its state machine.
type note struct {
	kind   noteKind
	link   *link.Link
	hang   context.CancelFunc
	device port.Identity
	result link.Result
	reason string
	detail string
}

type noteKind int

const (
	noteUp      noteKind = iota // the port is open
	noteDown                    // the connection ended
	noteLoaded                  // the attempt's file is here and safe
	noteEnded                   // the attempt is over: result, or reason when it never reached the board
	noteCooled                  // heaters are off
	noteUncool                  // they could not be turned off
	noteStopped                 // an emergency stop was sent
	noteWaits                   // the print waits before it begins, for a reason
)

func (a *Agent) newPrinter(m Machine) (*printer, error) {
	clear, known, err := a.spool.Clear(m.Key)
	if err != nil {
		return nil, fmt.Errorf("printer %s: %w", m.Key, err)
	}
	p := &printer{
		Machine: m, agent: a, log: a.log.With("printer", m.Key), table: transitions(),
		orders: make(chan order, queuedOrders), notes: make(chan note), closed: make(chan struct{}),
		clear: clear, state: wire.State{Word: wire.StateOffline},
	}
	p.firmware.Store(new(string))
	if err := p.loadOwn(); err != nil {
		return nil, fmt.Errorf("printer %s: %w", m.Key, err)
	}
	if err := p.prepare(); err != nil {
		return nil, err
	}
	if !known && a.config.AssumeClear {
		if err := a.spool.SetClear(m.Key, time.Now(), p.clearedHere()...); err != nil {
			return nil, fmt.Errorf("printer %s: %w", m.Key, err)
		}
		p.clear = true
	}
	return p, nil
}

// run serves until ctx ends, and then until the attempt on the machine has been brought to an end.
func (p *printer) run(ctx context.Context) {
	open, shut := context.WithCancel(context.WithoutCancel(ctx))
	defer shut()
	var wg sync.WaitGroup
	p.side = &wg
	p.openTrack()
	p.recall()
	p.publish()
	wg.Go(func() { p.keepOpen(open) })
	wg.Go(func() { p.keepTrack(open) })
	p.loop(ctx, open, &wg)
	close(p.closed)
	shut()
	wg.Wait()
	p.leave()
	p.apply(stepGone, "")
}

// loop is the state machine. open outlives ctx by the time that an ending print is given.
func (p *printer) loop(ctx, open context.Context, wg *sync.WaitGroup) {
	beat := time.NewTicker(tick)
	defer beat.Stop()
	var late <-chan time.Time
	done := ctx.Done()
	for !p.closing || p.job != nil {
		p.beaten.Store(time.Now().UnixNano())
		var changed <-chan struct{}
		if p.up != nil {
			changed = p.up.Changed()
		}
		select {
		case <-done:
			done = nil
			p.closing = true
			p.endTrial()
			if errors.Is(context.Cause(ctx), ErrHandOver) && p.handOver() {
				return
			}
			p.coolByHand(open)
			p.cancel(wire.EventFailed, wire.ReasonAgentDied)
			late = time.After(p.agent.options.EndPatience)
		case <-late:
			late = nil
			p.log.Error("the print does not end: the port is closed", "attempt", p.job.Attempt)
			p.hangUp()
		case o := <-p.orders:
			p.handle(open, o)
		case deed := <-p.own.asks:
			deed(open, wg)
		case n := <-p.notes:
			p.heed(open, n, wg)
		case <-changed:
			p.observe(open, wg)
		case <-beat.C:
			p.beat(open, wg)
		}
	}
}

// tell passes a note to the state machine, or drops it when that has ended.
func (p *printer) tell(n note) {
	select {
	case p.notes <- n:
	case <-p.closed:
	}
}

// keepOpen opens the port and serves it, again and again until ctx ends.
func (p *printer) keepOpen(ctx context.Context) {
	wait := backoff{min: reopenFirst, max: reopenLast}
	told := ""
	for ctx.Err() == nil {
		began := time.Now()
		err := p.serve(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > reopenLast {
			wait.reset()
			told = ""
		}
		if err != nil && err.Error() != told {
			p.log.Warn("no connection to the board", "port", p.Port, "err", err)
			told = err.Error()
		}
		pause := wait.next()
		if p.again.Load() != nil {
			pause = reopenSoon
		}
		_ = sleep(ctx, pause) // the loop sees ctx
	}
}

// serve is one connection to the board.
func (p *printer) serve(ctx context.Context) error {
	again, o := p.again.Load(), p.Link
	conn, err := p.Open(again.device())
	if err != nil {
		return err
	}
	o.Dialect, o.Capacity = p.greets(again), p.measured()
	if again != nil {
		p.found.Store(false)
		o.Resume, o.Known, o.Located = true, again.known, p.located
	}
	ctx, hang := context.WithCancel(ctx)
	defer hang()
	p.learnPort(conn)
	device := conn.Identity()
	l := link.New(&ear{Conn: conn, heard: &p.heard}, o)
	p.live.Store(l)
	defer p.live.Store(nil)
	var wg sync.WaitGroup
	wg.Go(func() { p.tell(note{kind: noteUp, link: l, hang: hang, device: device}) })
	watch, blind := context.WithCancel(ctx)
	wg.Go(func() { p.sentinel(watch, l) })
	err = l.Run(ctx)
	blind()
	wg.Wait()
	p.tell(note{kind: noteDown, link: l})
	return err
}

// hangUp ends the connection; keepOpen begins another.
func (p *printer) hangUp() {
	if p.hang != nil {
		p.hang()
	}
}

// apply makes a step and publishes the new state.
func (p *printer) apply(s step, reason string) {
	next, ok := p.table[p.state.Word][s]
	if !ok {
		p.log.Debug("step ignored", "state", p.state.Word, "step", s)
		return
	}
	if next == p.state.Word && reason == p.state.Reason {
		return
	}
	if next != p.state.Word {
		p.log.Info("printer", "state", next, "before", p.state.Word, "reason", reason)
	}
	p.state.Word, p.state.Reason = next, reason
	p.publish()
}

// publish puts the state where the connection finds it.
func (p *printer) publish() {
	p.state.At = time.Now().UTC()
	p.sentAt = p.state.At
	if p.job == nil {
		p.state.Attempt, p.state.Line, p.state.Lines, p.state.Progress = "", 0, 0, 0
	} else {
		p.state.Attempt = p.job.Attempt
		p.state.Line, p.state.Lines, p.state.Progress = p.job.Lines, p.job.total(), p.job.permille()
	}
	p.agent.tray.putState(p.Key, p.toLab(p.state))
}

// rest is the step of an idle board, and why it is not ready although its bed is clear.
func (p *printer) rest(now time.Time) (s step, why string) {
	if !p.clear {
		return stepDirty, ""
	}
	if now.Before(p.notNow) {
		return stepWait, p.notNowWhy
	}
	if a := p.mayStart(now, 0); !a.OK {
		return stepWait, string(a.Code)
	}
	return stepClean, ""
}

// heed takes one note.
func (p *printer) heed(ctx context.Context, n note, wg *sync.WaitGroup) {
	switch n.kind {
	case noteUp:
		p.up, p.hang, p.device, p.reports = n.link, n.hang, n.device, 0
		p.dog.Reset()
		if p.job == nil {
			p.apply(stepOpen, p.state.Reason)
		}
		p.observe(ctx, wg)
	case noteDown:
		p.up, p.hang, p.cooling = nil, nil, false
		if p.job == nil {
			p.apply(stepGone, p.state.Reason)
		}
	case noteLoaded:
		p.loaded()
	case noteEnded:
		p.ended(n)
	case noteCooled:
		p.cooled()
		p.observe(ctx, wg)
	case noteWaits:
		if p.job != nil && p.state.Reason != n.reason {
			p.state.Reason = n.reason
			p.publish()
		}
	case noteUncool:
		p.cooling, p.coolAt = false, time.Now().Add(coolAgain)
	case noteStopped:
		if p.job == nil {
			p.apply(stepHalt, n.reason)
		} else {
			p.job.stopReason = n.reason
		}
	}
}

// observe looks at the link and makes the steps that its state asks for.
func (p *printer) observe(ctx context.Context, wg *sync.WaitGroup) {
	if p.up == nil {
		return
	}
	s := p.up.Snapshot()
	p.speak(s.Dialect)
	p.learn(s.Identity.Firmware)
	p.unmeasure(s.Identity.Firmware)
	p.measure(s)
	p.guardHeat(ctx, s, wg)
	p.quote(s.Prompt)
	if p.job != nil {
		if p.job.away.IsZero() {
			p.follow(s)
		} else {
			p.goOn(ctx, s)
		}
		return
	}
	switch s.State {
	case link.Connecting:
		p.apply(stepRestart, p.state.Reason)
	case link.Dead:
		if p.state.Word != wire.StateError {
			p.apply(stepHalt, reasonOf(s.Reason))
		}
	case link.Idle:
		if p.hot {
			p.cool(ctx, wg)
			return
		}
		next, why := p.rest(time.Now())
		if next == stepDirty && p.state.Word != wire.StateError {
			why = p.state.Reason
		}
		p.apply(next, why)
	}
}

// quote shows what the printer asks of the person beside it.
func (p *printer) quote(q *link.Prompt) {
	var now *wire.Prompt
	if q != nil {
		now = &wire.Prompt{Text: q.Text, Choices: q.Choices}
	}
	if !reflect.DeepEqual(now, p.state.Prompt) {
		p.state.Prompt = now
		p.publish()
	}
}

// learn notes what the board calls itself, for the status.
func (p *printer) learn(firmware string) {
	if firmware != "" && firmware != *p.firmware.Load() {
		p.firmware.Store(&firmware)
		p.agent.tray.putStatus()
	}
}

// cool turns off what an ended attempt may have left on, before the board counts as idle.
func (p *printer) cool(ctx context.Context, wg *sync.WaitGroup) {
	if p.cooling || time.Now().Before(p.coolAt) {
		return
	}
	p.cooling = true
	p.apply(stepCool, p.state.Reason)
	l := p.up
	wg.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		for _, command := range p.coolCommands() {
			if _, err := l.Send(ctx, command); err != nil {
				p.log.Warn("turn heaters off", "command", command, "err", err)
				p.tell(note{kind: noteUncool})
				return
			}
		}
		p.tell(note{kind: noteCooled})
	})
}

func (p *printer) cooled() {
	p.cooling = false
	if err := p.agent.spool.Cooled(p.Key); err != nil {
		p.log.Error("note cold printer", "err", err)
		return
	}
	p.hot = false
	p.log.Info("heaters are off")
}

// measure puts what changed of temperatures and progress where the connection finds it.
func (p *printer) measure(s link.Snapshot) {
	m := wire.Telemetry{}
	for _, r := range s.Temps {
		if !r.Valid {
			continue
		}
		switch r.Sensor {
		case "T", "T0":
			m.NozzleMC, m.NozzleSet = milli(r.Actual), milli(r.Target)
		case "B":
			m.BedMC, m.BedSet = milli(r.Actual), milli(r.Target)
		}
	}
	if p.job != nil {
		m.Attempt, m.Lines = p.job.Attempt, p.job.total()
		m.Line, m.Progress, m.Resends = p.job.Print.Lines, p.job.permille(), p.job.Resends
		m.SecondsEnd = p.job.secondsLeft(time.Now())
		if s.Job != nil {
			m.BadCable = s.Job.BadCable
		}
		if r := p.own.view.Load().Job; r != nil && r.Layers > 0 {
			m.Layer, m.Layers, m.SecondsEnd = r.Layer, r.Layers, int64(r.Left.Seconds())
		}
	}
	if p.mine(time.Now()) {
		m.Attempt = "" // the lab knows of none
	}
	if m == p.told {
		return
	}
	p.told = m
	m.At = time.Now().UTC()
	p.agent.tray.putTelemetry(p.Key, m)
}

func milli(celsius float64) int64 { return int64(celsius*1000 + 0.5) }
