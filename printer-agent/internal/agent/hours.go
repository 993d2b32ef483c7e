package agent

import (
	"fmt"
	"sync"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
)

// notNowFor is how long a printer keeps away from the plan after it had to refuse a print that its hours do not hold: a
// shorter one may fit, but nobody knows of one.
const notNowFor = 15 * time.Minute

// location is the zone of all hours.
func (c Config) location() (*time.Location, error) {
	if c.Zone == "" {
		return time.Local, nil
	}
	return time.LoadLocation(c.Zone)
}

// windows are the hours of a printer, nil when it has none.
func (p Printer) windows(zone *time.Location) (*guard.Windows, error) {
	if len(p.MayHeat) == 0 && len(p.MayClear) == 0 && p.HeatRule == "" && !p.Home {
		return nil, nil
	}
	heat, clear := p.MayHeat, p.MayClear
	if len(heat) == 0 {
		heat = []string{guard.Daytime}
	}
	if len(clear) == 0 {
		clear = heat
	}
	w := &guard.Windows{Home: p.Home}
	var err error
	if w.Heat, err = guard.ParseSchedule("may_heat", heat, zone); err != nil {
		return nil, err
	}
	if w.Clear, err = guard.ParseSchedule("may_clear", clear, zone); err != nil {
		return nil, err
	}
	w.Rule, err = guard.ParseRule("heat_rule", p.HeatRule)
	return w, err
}

// mayStart is whether a print of the lab that takes so many seconds may begin now.
func (p *printer) mayStart(now time.Time, seconds int64) guard.Answer {
	if p.windows != nil {
		need := guard.Need{Whole: time.Duration(seconds) * time.Second}
		if a := p.windows.MayHeat(now, p.own.facts.Here, need); !a.OK {
			return a
		}
		if !p.own.facts.Here.After(now) && seconds > 0 { // whoever cannot be asked to clear the plate is not asked to fill it
			if a := p.windows.MayClear(now.Add(need.Whole), p.own.facts.Here); !a.OK && a.From.IsZero() {
				return a
			}
		}
	}
	if p.RequireBenchTest {
		return guard.MayPrintAlone(p.bench, *p.firmware.Load(), p.fingerprint, p.own.facts.Here.After(now))
	}
	return guard.Yes()
}

// refuseNow is the refusal of a print that may not begin now; the printer keeps out of the plan for a while after it.
func (p *printer) refuseNow(now time.Time, a guard.Answer) {
	p.notNow = now.Add(notNowFor)
	if !a.From.IsZero() && a.From.Before(p.notNow) {
		p.notNow = a.From
	}
	p.notNowWhy = string(a.Code)
}

// reasonOfAnswer is the contract's word for a rule's no.
func reasonOfAnswer(a guard.Answer) string {
	switch a.Code {
	case guard.BenchNeeded, guard.BenchFailed, guard.BenchOutdated:
		return wire.ReasonUntested
	}
	return wire.ReasonNotNow
}

// circuit is one breaker, shared by the printers on it.
type circuit struct {
	mu      sync.Mutex
	breaker *guard.Breaker
}

func (a *Agent) circuitOf(name string) *circuit {
	if name == "" {
		return nil
	}
	c, ok := a.circuits[name]
	if !ok {
		c = &circuit{breaker: guard.NewBreaker(a.config.Breakers[name])}
		a.circuits[name] = c
	}
	return c
}

func (c *circuit) ask(now time.Time, printer string, watts int64) guard.Answer {
	if c == nil {
		return guard.Yes()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.breaker.Ask(now, printer, watts)
}

func (c *circuit) hot(printer string) {
	if c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.breaker.Hot(printer)
	}
}

func (c *circuit) release(printer string) {
	if c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.breaker.Release(printer)
	}
}

// errHours names the printer whose settings cannot be used.
func errHours(key string, err error) error { return fmt.Errorf("printer %s: %w", key, err) }
