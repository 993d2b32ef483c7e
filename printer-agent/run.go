package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
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

	stdout io.Writer
}

// AfterApply takes the stream that the link to the page is shown on.
func (c *runCmd) AfterApply(stdout io.Writer) error {
	c.stdout = stdout
	return nil
}

// Run ends with nil when ctx does: an interrupt is how it is meant to end. On SIGUSR2 it leaves running prints to the
// program that lies in its place now, which goes on in the same process.
func (c *runCmd) Run(ctx context.Context, log *slog.Logger) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	err := c.serve(ctx, end, log)
	if err != nil || !errors.Is(context.Cause(ctx), agent.ErrHandOver) {
		return err
	}
	program, err := os.Executable()
	if err == nil {
		err = syscall.Exec(program, os.Args, os.Environ())
	}
	return fmt.Errorf("start the program anew: %w", err)
}

func (c *runCmd) serve(ctx context.Context, end context.CancelCauseFunc, log *slog.Logger) (err error) {
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
	page, err := newPage(c.State, config, a, c.stdout, log)
	if err != nil {
		return err
	}
	upgrade := make(chan os.Signal, 1)
	signal.Notify(upgrade, syscall.SIGUSR2)
	defer signal.Stop(upgrade)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { handOver(ctx, end, upgrade, a, log) })
	err = beside(ctx, page, a.Run)
	end(nil)
	return err
}

// handOver ends the agent for the next one when it is told to and can.
func handOver(ctx context.Context, end context.CancelCauseFunc, told <-chan os.Signal, a *agent.Agent, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-told:
		}
		if held := a.Held(); len(held) > 0 {
			log.Warn("no hand-over now: these prints could not be continued", "printers", held)
			continue
		}
		log.Info("handing over")
		end(agent.ErrHandOver)
	}
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
		return agent.Machine{}, unknownModel(set, p.Model)
	}
	options := link.Options{Log: log.With("printer", p.Key)}
	if p.Firmware == "" {
		p.Firmware, options.Choose = model.Dialect, chooser(set)
	}
	var err error
	options.Dialect, err = dialectNamed(set, p.Firmware)
	if err != nil {
		return agent.Machine{}, err
	}
	baud := p.Baud
	if baud == 0 {
		baud = int(model.Link.Baud)
	}
	if baud == 0 {
		baud = options.Dialect.Identify.Bauds[0]
	}
	return agent.Machine{
		Printer: p,
		Link:    options,
		Named:   set.Dialect,
		Limits: func(filament string, own profiles.Overlay) (gcode.Limits, error) {
			f, _ := set.Filament(filament) // an unknown one leaves the machine's own limits
			m, err := model.With(own)
			return gcode.LimitsFor(m, f).Speaking(options.Dialect), err
		},
		Open: func(before *port.Identity) (agent.Conn, error) { return openPort(p, baud, before) },
		Kind: model, Rate: baud, Presets: agent.Presets(model, set.Filaments()),
	}, nil
}

// openPort opens a printer's port; with before it takes no other device.
func openPort(p agent.Printer, baud int, before *port.Identity) (agent.Conn, error) {
	var conn *port.Port
	var err error
	if before == nil {
		conn, err = port.Open(p.Port, baud)
	} else {
		conn, err = port.OpenSame(*before, baud)
	}
	if err != nil {
		return nil, err
	}
	if conn.IsPTY() && !p.AllowPTY {
		return nil, errors.Join(fmt.Errorf("%s is a pseudo-terminal: allow_pty is not set for this printer", p.Port), conn.Close())
	}
	return conn, nil
}
