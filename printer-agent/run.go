package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// runCmd serves the printers of an enrolled state folder until it is interrupted.
type runCmd struct {
	State         string        `required:"" placeholder:"DIR" help:"Folder that enrol made."`
	ProgressEvery time.Duration `placeholder:"TIME" help:"Time between signs of life of a print; wins over the configuration."`
}

// Run ends with nil when ctx does: an interrupt is how it is meant to end.
func (c *runCmd) Run(ctx context.Context, log *slog.Logger) (err error) {
	config, secrets, err := agent.LoadConfig(c.State)
	if err != nil {
		return err
	}
	if c.ProgressEvery > 0 {
		config.ProgressEvery = c.ProgressEvery
	}
	machines, err := machinesOf(config, log)
	if err != nil {
		return err
	}
	store, err := spool.Open(c.State, spool.Limits{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	a, err := agent.New(agent.Options{
		Config: config, Secrets: secrets, Version: version(), Machines: machines, Spool: store, Log: log,
	})
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// version is that of the build.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// machinesOf joins each configured printer to its profile, dialect and port.
func machinesOf(c agent.Config, log *slog.Logger) ([]agent.Machine, error) {
	set, err := profiles.Load()
	if err != nil {
		return nil, fmt.Errorf("load profiles: %w", err)
	}
	var machines []agent.Machine
	for _, p := range c.Printers {
		m, err := machineOf(set, p, log)
		if err != nil {
			return nil, fmt.Errorf("printer %s: %w", p.Key, err)
		}
		machines = append(machines, m)
	}
	return machines, nil
}

func machineOf(set *profiles.Set, p agent.Printer, log *slog.Logger) (agent.Machine, error) {
	model, ok := set.Printer(p.Model)
	if !ok {
		var ids []string
		for _, m := range set.Printers() {
			ids = append(ids, m.ID)
		}
		return agent.Machine{}, fmt.Errorf("no model %q; there are %q", p.Model, ids)
	}
	if p.Firmware == "" {
		p.Firmware = model.Dialect
	}
	dialect, err := findDialect(p.Firmware)
	if err != nil {
		return agent.Machine{}, err
	}
	baud := p.Baud
	if baud == 0 {
		baud = int(model.Link.Baud)
	}
	if baud == 0 {
		baud = dialect.Identify.Bauds[0]
	}
	return agent.Machine{
		Printer: p,
		Link:    link.Options{Dialect: dialect, Log: log.With("printer", p.Key)},
		Limits: func(filament string) gcode.Limits {
			f, _ := set.Filament(filament) // an unknown one leaves the machine's own limits
			return gcode.LimitsFor(model, f).Speaking(dialect)
		},
		Open: func() (io.ReadWriteCloser, error) { return openPort(p, baud) },
	}, nil
}

func openPort(p agent.Printer, baud int) (io.ReadWriteCloser, error) {
	conn, err := port.Open(p.Port, baud)
	if err != nil {
		return nil, err
	}
	if conn.IsPTY() && !p.AllowPTY {
		return nil, errors.Join(fmt.Errorf("%s is a pseudo-terminal: allow_pty is not set for this printer", p.Port), conn.Close())
	}
	return conn, nil
}
