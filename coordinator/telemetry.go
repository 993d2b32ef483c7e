package main

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/fleet"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/ui"
)

// telemetry is what a printer last said, in the words of the pages.
func (a *app) telemetry(id fab.WorkerID) (web.Telemetry, bool) {
	l, ok := a.fleet.Live(id)
	if !ok {
		return web.Telemetry{}, false
	}
	return said(l), true
}

func said(l fleet.Live) web.Telemetry {
	t := web.Telemetry{
		State: l.State, Percent: int(l.ProgressPM / 10), Left: time.Duration(l.SecondsLeft) * time.Second,
		NozzleMilli: l.NozzleMC, NozzleTo: l.NozzleSetMC, BedMilli: l.BedMC, BedTo: l.BedSetMC, At: l.At,
	}
	if !l.Online {
		t.State = ui.StateOffline
	}
	if l.Reason != "" {
		t.Why = fab.EndedBecause(l.Reason)
	}
	return t
}

// telemetryFeed hands what printers say to whoever looks at them.
type telemetryFeed struct{ app *app }

// Publish shows what one printer said.
func (t telemetryFeed) Publish(_ string, message any) {
	l, ok := message.(fleet.Live)
	if site := t.app.site.Load(); ok && site != nil {
		site.PrinterSaid(l.Worker, said(l))
	}
}
