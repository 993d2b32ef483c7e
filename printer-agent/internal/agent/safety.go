package agent

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
)

const (
	askTime     = 20 * time.Second // for a command between the lines of a print
	stopTime    = 15 * time.Second // for an emergency stop and its confirmation
	breathEvery = 4 * time.Second  // Prusa's Buddy boards take a host for gone after five
)

// prepare reads what is known of the machine and makes its guards.
func (p *printer) prepare() error {
	zone, err := p.agent.config.location()
	if err != nil {
		return errHours(p.Key, err)
	}
	if p.windows, err = p.Machine.windows(zone); err != nil {
		return errHours(p.Key, err)
	}
	if len(p.own.facts.Bench) > 0 {
		p.bench = new(guard.Result)
		if err := json.Unmarshal(p.own.facts.Bench, p.bench); err != nil {
			p.log.Warn("the result of the bench test cannot be read", "err", err)
			p.bench = nil
		}
	}
	if p.fingerprint, err = guard.Fingerprint(p.Kind, p.dialect()); err != nil {
		return errHours(p.Key, err)
	}
	p.dog = guard.NewWatchdog(guard.DefaultLimits(p.Kind))
	p.circuit = p.agent.circuitOf(p.Breaker)
	if p.Watts == 0 {
		p.Watts = guard.DefaultWatts(p.Kind)
	}
	return nil
}

// guardHeat holds what the link shows against the rules, and acts on what they find.
func (p *printer) guardHeat(ctx context.Context, s link.Snapshot, wg *sync.WaitGroup) {
	now := time.Now()
	if s.Reports != p.reports {
		p.reports = s.Reports
		p.dog.Observe(now, readings(s.Temps))
	}
	if s.State == link.Connecting || s.State == link.Dead || s.State == link.Gone {
		return
	}
	waiting := s.State == link.Paused || s.State == link.Attention
	situation := guard.Situation{Busy: p.job != nil || p.own.hot || p.own.busy, Waiting: p.job != nil && waiting, Probing: probes(s.Busy)}
	for _, v := range p.dog.Check(now, situation) {
		p.act(ctx, v, wg)
	}
	if p.job != nil && waiting && now.Sub(p.breath) > breathEvery {
		p.breath = now
		p.say(ctx, wg, p.dialect().Commands.Temperature)
	}
}

func readings(temps []link.Reading) []guard.Reading {
	list := make([]guard.Reading, len(temps))
	for i, r := range temps {
		list[i] = guard.Reading{Sensor: r.Sensor, Actual: r.Actual, Target: r.Target, Valid: r.Valid}
	}
	return list
}

// probes says whether a command homes or levels.
func probes(word string) bool {
	switch word {
	case "G28", "G29", "G30", "G34", "G76":
		return true
	}
	return false
}

// act does what a rule asks for.
func (p *printer) act(ctx context.Context, v guard.Verdict, wg *sync.WaitGroup) {
	if v.Action != guard.Ask {
		p.log.Warn("heat", "code", v.Code, "sensor", v.Sensor, "actual", v.Actual, "target", v.Target, "since", v.Since)
		p.state.Notice = string(v.Code)
		p.own.notice = local.Reason{Code: v.Code.Key(), Args: v.Args()}
		defer p.publish()
	}
	switch v.Action {
	case guard.Ask:
		p.say(ctx, wg, p.dialect().Commands.Temperature)
	case guard.Rest:
		if err := p.keepHeat(p.up.Snapshot()); err != nil {
			p.log.Error("journal", "err", err)
		}
		l := p.up
		wg.Go(func() { _ = l.Keep(ctx, true) }) // refused when the print has just ended
		p.say(ctx, wg, "M104 S0")
	case guard.Cool:
		p.own.hot = false
		if p.job == nil {
			p.hot = true
		} else {
			p.cancel(wire.EventFailed, wire.ReasonThermal)
		}
	case guard.Stop:
		l := p.up
		if p.job != nil && p.job.kind == "" {
			p.job.kind, p.job.reason = wire.EventFailed, wire.ReasonThermal
		}
		wg.Go(func() { p.emergency(ctx, l, wire.ReasonThermal) })
	}
}

// say sends one command between the lines without waiting for it.
func (p *printer) say(ctx context.Context, wg *sync.WaitGroup, command string) {
	if command == "" || p.up == nil {
		return
	}
	l := p.up
	wg.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		if _, err := l.Send(ctx, command); err != nil {
			p.log.Debug("command between the lines", "command", command, "err", err)
		}
	})
}

// emergency stops the board past everything that waits, and reports whether it has confirmed that.
func (p *printer) emergency(ctx context.Context, l *link.Link, reason string) (confirmed bool) {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	confirmed, err := l.Stop(ctx)
	p.log.Warn("emergency stop", "confirmed", confirmed, "err", err)
	if !confirmed {
		reason = wire.ReasonUnconfirmed
	}
	p.tell(note{kind: noteStopped, reason: reason})
	return confirmed
}

// await turns: the printers on one breaker heat up one after the other.
func (p *printer) awaitTurn(ctx context.Context) error {
	for {
		a := p.circuit.ask(time.Now(), p.Key, p.Watts)
		if a.OK {
			return nil
		}
		p.tell(note{kind: noteWaits, reason: string(a.Code)})
		if err := sleep(ctx, time.Second); err != nil {
			return err
		}
	}
}

// arm has the firmware turn everything off should this computer fall silent in a print that nobody has to come to.
func (p *printer) arm(ctx context.Context, l *link.Link, pauses int64) {
	command := guard.NewInactivity(p.dialect().Commands, false).At(guard.PrintBegins)
	if command == "" || pauses > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if _, err := l.Send(ctx, command); err != nil {
		p.log.Warn("arm the firmware's own watch", "command", command, "err", err)
	}
}

// coolCommands turn off what an attempt may have left on, the firmware's own watch included.
func (p *printer) coolCommands() []string {
	commands := p.dialect().Commands.Cool
	if off := guard.NewInactivity(p.dialect().Commands, false).At(guard.BoardFound); off != "" {
		commands = append([]string{off}, commands...)
	}
	return commands
}

// leftOn says whether anything is hot on purpose after a print, or the firmware's own watch may be armed.
func (p *printer) leftOn() bool {
	if p.up == nil {
		return true
	}
	for _, r := range p.up.Snapshot().Temps {
		if r.Target > 0 {
			return true
		}
	}
	return p.dialect().Commands.Inactivity != ""
}
