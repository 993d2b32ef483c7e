package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/detect"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// greetingDialect is spoken until the board has said what it is: numbered lines with checksums, which every firmware
// takes or passes over.
const greetingDialect = "marlin2"

// connection is a printer that has answered.
type connection struct {
	link   *link.Link
	device port.Identity
	stop   context.CancelFunc
	done   chan error
}

// loadDialect is the dialect of that name, or, without a name, the one to greet with and a way to choose when the board
// has answered.
func loadDialect(name string) (link.Options, error) {
	set, err := profiles.Load()
	if err != nil {
		return link.Options{}, fmt.Errorf("load profiles: %w", err)
	}
	if name != "" {
		d, err := dialectNamed(set, name)
		return link.Options{Dialect: d}, err
	}
	d, err := dialectNamed(set, greetingDialect)
	return link.Options{Dialect: d, Choose: chooser(set)}, err
}

// chooser finds the dialect that fits what a board says of itself.
func chooser(set *profiles.Set) func(link.Identity) (profiles.Dialect, bool) {
	return func(id link.Identity) (profiles.Dialect, bool) {
		return set.Dialect(detect.Match(set.Dialects(), id.Firmware))
	}
}

// dialectNamed is the dialect of that name, or an error that lists the names there are.
func dialectNamed(set *profiles.Set, name string) (profiles.Dialect, error) {
	if d, ok := set.Dialect(name); ok {
		return d, nil
	}
	var names []string
	for _, d := range set.Dialects() {
		names = append(names, d.Name)
	}
	return profiles.Dialect{}, fmt.Errorf("no dialect %q; there are %q", name, names)
}

// connect waits for the port, starts the link and waits until the printer has answered, or ctx has ended. From then on
// the link ends with close alone: an interrupt must leave time to cool down. The device before, if there was one, is where
// a print is to go on.
func connect(ctx context.Context, name string, baud int, o link.Options, before port.Identity) (*connection, error) {
	if baud == 0 {
		baud = o.Dialect.Identify.Bauds[0]
	}
	p, err := openPrinter(ctx, name, baud, o.Resume, before)
	if err != nil {
		return nil, err
	}
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	c := &connection{link: link.New(p, o), device: p.Identity(), stop: stop, done: make(chan error, 1)}
	go func() { c.done <- c.link.Run(own) }()
	select {
	case <-c.link.Ready():
		return c, nil
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), c.close(nil))
	case <-c.link.Done():
		stop()
		return nil, fmt.Errorf("greet the printer on %s at %d baud: %w", name, baud, <-c.done)
	}
}

// openPrinter waits for the port where a print is to go on, and there takes none but the device it was on, if that is known.
func openPrinter(ctx context.Context, name string, baud int, resume bool, before port.Identity) (*port.Port, error) {
	if resume { // the answer may take longer: some boards read nothing while they heat
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, replugPatience)
		defer cancel()
	}
	switch {
	case resume && before.Name != "":
		return port.Reopen(ctx, before, baud)
	case resume:
		return port.Await(ctx, name, baud)
	}
	return port.Open(name, baud)
}

// close ends the link; what had ended it before, if anything had, is told to log.
func (c *connection) close(log *slog.Logger) error {
	c.stop()
	err := <-c.done
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if log != nil {
		log.Debug("link ended", "err", err)
		return nil
	}
	return err
}
