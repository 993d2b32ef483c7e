package agent

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// probed is where a stored capacity comes from, as spool.Capacity.How.
const probed = "probe"

// whoIsHere is who a test at the machine's page was done by: the page knows no names.
const whoIsHere = "page"

// Begin starts the bench test: its first question is asked, and nothing heats or moves before it was answered.
func (m page) Begin(ctx context.Context) error {
	p := m.p
	return p.ask(ctx, func(open context.Context, wg *sync.WaitGroup) error {
		if err := p.mayTry(time.Now()); err != nil {
			return err
		}
		l, d := p.up, p.dialect()
		t := NewTrial(TrialOptions{Link: l, Clock: p.agent.options.BenchClock, Log: p.log, Subject: guard.Subject{
			Printer: p.Kind, Dialect: d, Firmware: l.Snapshot().Identity.Firmware, Fingerprint: p.fingerprint, Who: whoIsHere,
		}})
		p.own.trial, p.own.busy, p.own.hot = t, true, true
		p.remask()
		wg.Go(func() { p.try(open, l, t) })
		return nil
	})
}

// mayTry says whether the test may be done now: an idle machine with a clear plate, and somebody beside it.
func (p *printer) mayTry(now time.Time) error {
	if err := p.idle(); err != nil {
		return err
	}
	switch {
	case p.Kind.ID == "":
		return local.Refuse(local.CodeNotOffer, "")
	case p.state.Word == wire.StateClear:
		return local.Refuse(local.CodePlate, "")
	case !p.here(now):
		return local.Refuse(local.CodeNotHere, fieldHere)
	}
	return nil
}

// try carries the test out beside the printer's goroutine, and measures the board after one that was passed.
func (p *printer) try(ctx context.Context, l *link.Link, t *Trial) {
	r := t.Run(ctx)
	p.log.Info("bench test", "passed", r.Passed, "step", r.Step, "code", r.Code, "part", r.Part, "actual", r.Actual)
	c := spool.Capacity{}
	if known := p.capacity.Load(); r.Passed && (known == nil || known.Firmware != r.Firmware) {
		c = Measure(ctx, l, t.o.Log)
	}
	p.worked(func() {
		p.own.trial, p.own.hot = nil, false
		p.learnTrial(r, c)
	})
}

// learnTrial keeps what a test has shown.
func (p *printer) learnTrial(r guard.Result, c spool.Capacity) {
	raw, err := json.Marshal(r)
	if err == nil {
		err = p.keepFacts(func(f *spool.Facts) {
			f.Bench = raw
			if c.How != "" {
				f.Capacity = c
			}
		})
	}
	if err != nil {
		p.log.Error("keep the result of the bench test", "err", err)
	}
	p.bench = &r // it holds even where it could not be kept
	p.useCapacity(p.own.facts.Capacity)
}

// Measure measures how much the board holds, as spool.Facts keeps it; the zero value when its firmware does not let it.
func Measure(ctx context.Context, l *link.Link, log *slog.Logger) spool.Capacity {
	c, err := l.Probe(ctx)
	if err != nil {
		log.Info("the board's capacity was not measured", "err", err)
		return spool.Capacity{}
	}
	return spool.Capacity{
		Slots: int64(c.Slots), Ring: int64(c.Ring), How: probed, Found: time.Now().UTC(), Firmware: l.Snapshot().Identity.Firmware,
	}
}

// useCapacity has the next connection begin with a capacity that was measured.
func (p *printer) useCapacity(c spool.Capacity) {
	if c.Slots > 0 && c.How == probed && c.Firmware != "" {
		p.capacity.Store(&c)
	}
}

// measured is the capacity to open a connection with; zero for what the dialect says.
func (p *printer) measured() link.Capacity {
	if c := p.capacity.Load(); c != nil {
		return link.Capacity{Slots: int(c.Slots), Ring: int(c.Ring)}
	}
	return link.Capacity{}
}

// unmeasure drops a capacity that another firmware was measured with, and begins the connection again without it.
func (p *printer) unmeasure(firmware string) {
	c := p.capacity.Load()
	if c == nil || firmware == "" || c.Firmware == firmware || p.job != nil {
		return
	}
	p.log.Info("the firmware is another one than the capacity was measured with", "firmware", firmware, "before", c.Firmware)
	p.capacity.Store(nil)
	_ = p.keepFacts(func(f *spool.Facts) { f.Capacity = spool.Capacity{} }) // logged; the next connection finds out again
	p.hangUp()
}

// Reply answers the question of the test.
func (m page) Reply(ctx context.Context, yes bool) error {
	return m.onTrial(ctx, func(t *Trial) { t.Answer(yes) })
}

// Abort ends the test; the heaters go off.
func (m page) Abort(ctx context.Context) error { return m.onTrial(ctx, (*Trial).Abort) }

func (m page) onTrial(ctx context.Context, do func(*Trial)) error {
	return m.p.ask(ctx, func(context.Context, *sync.WaitGroup) error {
		if m.p.own.trial == nil {
			return local.Refuse(local.CodeIdle, "")
		}
		do(m.p.own.trial)
		return nil
	})
}

// watchTrial ends the test when nobody is beside the printer any more.
func (p *printer) watchTrial(now time.Time) {
	if p.own.trial != nil && (!p.here(now) || p.hot) { // or the watch over the heat has acted
		p.own.trial.Abort()
	}
}

// endTrial ends the test before the agent does.
func (p *printer) endTrial() {
	t := p.own.trial
	if t == nil {
		return
	}
	t.Abort()
	late := time.NewTimer(lastWord)
	defer late.Stop()
	select {
	case <-t.Done():
	case <-late.C:
		p.log.Error("the bench test does not end")
	}
}

// tried is the card of the test.
func (p *printer) tried(now time.Time) local.Bench {
	b := local.Bench{Offered: p.Kind.ID != "", Required: p.RequireBenchTest, May: p.mayTry(now) == nil}
	if r := p.bench; r != nil {
		b.At, b.Passed = r.At, r.Passed
		b.Last = local.Reason{Code: guard.BenchStepSuccess.Key()}
		if !r.Passed {
			b.Last = local.Reason{Code: r.Code.Key(), Args: r.Args()}
		}
		b.Outdated = guard.MayPrintAlone(r, *p.firmware.Load(), p.fingerprint, false).Code == guard.BenchOutdated && *p.firmware.Load() != ""
	}
	t := p.own.trial
	if t == nil {
		return b
	}
	b.Running = true
	step := t.Step()
	b.Doing = local.Reason{Code: step.Doing.Key(), Args: step.Args}
	if step.Question != "" {
		b.Question = local.Reason{Code: step.Question.Key(), Args: step.Args}
	}
	select {
	case <-t.Done():
		b.Doing = local.Reason{Code: "machine.bench_ends"}
	default:
	}
	return b
}

// noStart says why no own print can be started now, and what to do; the zero Reason when one can.
func (p *printer) noStart() local.Reason {
	why := ""
	switch {
	case p.own.trial != nil:
		why = "bench"
	case p.job != nil:
		why = "print"
	case p.state.Word == wire.StateOffline:
		why = "away"
	case p.state.Word == wire.StateConnect || p.up == nil:
		why = "greeting"
	case p.state.Word == wire.StateError:
		why = "halted"
	case p.state.Word == wire.StateClear:
		why = "plate"
	case p.own.busy:
		why = "hands"
	case p.idle() != nil:
		why = "cooling"
	default:
		return local.Reason{}
	}
	return local.Reason{Code: "machine.no_start_" + why}
}

// labWaits says why the lab's prints may not begin although the printer is free, "" when they may or there is no lab.
func (p *printer) labWaits() local.Reason {
	if p.agent.alone() || p.own.facts.OffChain || p.state.Word != wire.StateNotNow || p.state.Reason == "" {
		return local.Reason{}
	}
	return local.Reason{Code: guard.Code(p.state.Reason).Key()}
}
