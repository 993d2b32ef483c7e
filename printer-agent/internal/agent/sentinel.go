package agent

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
)

const (
	sentinelBeat = time.Second
	stalledAfter = 3 * time.Second
)

// sentinel watches the heat of one connection for as long as the printer's own goroutine waits for something, as it does
// for a disk that writes nothing. It has a watchdog of its own, which sees all readings; it acts only meanwhile, and only
// where heaters have to go off: what else there is to do can wait.
func (p *printer) sentinel(ctx context.Context, l *link.Link) {
	dog := guard.NewWatchdog(guard.DefaultLimits(p.Kind))
	seen := int64(0)
	var open []guard.Verdict // that the printer's goroutine may not have seen
	var since time.Time
	for sleep(ctx, sentinelBeat) == nil {
		now, s := time.Now(), l.Snapshot()
		if s.Reports != seen {
			seen = s.Reports
			dog.Observe(now, readings(s.Temps))
		}
		if s.State == link.Connecting || s.State == link.Dead || s.State == link.Gone {
			continue
		}
		waiting := s.State == link.Paused || s.State == link.Attention
		found := dog.Check(now, guard.Situation{Busy: true, Waiting: s.Job != nil && waiting, Probing: probes(s.Busy)})
		beaten := time.Unix(0, p.beaten.Load())
		if beaten.After(since) {
			open = nil
		}
		if len(found) > 0 {
			open, since = append(open, found...), now
		}
		if now.Sub(beaten) < stalledAfter {
			continue
		}
		for _, v := range open {
			p.actAlone(ctx, l, v)
		}
		open = nil
	}
}

// actAlone turns heaters off without the printer's goroutine, which learns of it from the link.
func (p *printer) actAlone(ctx context.Context, l *link.Link, v guard.Verdict) {
	if v.Action < guard.Cool {
		return
	}
	p.log.Error("heat, and the agent waits for its disk", "code", v.Code, "sensor", v.Sensor, "actual", v.Actual, "target", v.Target)
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	if v.Action == guard.Stop {
		confirmed, err := l.Stop(ctx)
		p.log.Warn("emergency stop", "confirmed", confirmed, "err", err)
		return
	}
	if err := l.Cancel(ctx); err == nil {
		return
	}
	if err := say(ctx, l, p.Link.Dialect.Commands.Cool...); err != nil {
		p.log.Warn("turn heaters off", "err", err)
	}
}
