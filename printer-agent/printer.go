package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// connection is a printer that has answered.
type connection struct {
	link *link.Link
	stop context.CancelFunc
	done chan error
}

// findDialect is the dialect of that name, or an error that lists the names there are.
func findDialect(name string) (profiles.Dialect, error) {
	set, err := profiles.Load()
	if err != nil {
		return profiles.Dialect{}, fmt.Errorf("load profiles: %w", err)
	}
	if d, ok := set.Dialect(name); ok {
		return d, nil
	}
	var names []string
	for _, d := range set.Dialects() {
		names = append(names, d.Name)
	}
	return profiles.Dialect{}, fmt.Errorf("no dialect %q; there are %q", name, names)
}

// connect opens the port, starts the link and waits until the printer has answered, or ctx has ended. From then on the
// link ends with close alone: an interrupt must leave time to cool down.
func connect(ctx context.Context, name string, baud int, dialect profiles.Dialect, log *slog.Logger) (*connection, error) {
	if baud == 0 {
		baud = dialect.Identify.Bauds[0]
	}
	p, err := port.Open(name, baud)
	if err != nil {
		return nil, err
	}
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	c := &connection{link: link.New(p, link.Options{Dialect: dialect, Log: log}), stop: stop, done: make(chan error, 1)}
	go func() { c.done <- c.link.Run(own) }()
	select {
	case <-c.link.Ready():
		return c, nil
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), c.close())
	case <-c.link.Done():
		stop()
		return nil, fmt.Errorf("greet the printer on %s at %d baud: %w", name, baud, <-c.done)
	}
}

// close ends the link and says why it had ended before, if it had.
func (c *connection) close() error {
	c.stop()
	if err := <-c.done; !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
