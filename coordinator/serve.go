package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/mailleur/mailleur/coordinator/internal/demo"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

// serveCmd serves a lab until it is interrupted.
type serveCmd struct {
	Config   string        `placeholder:"FILE" help:"Configuration, coordinator.toml; defaults without one."`
	Data     string        `placeholder:"DIR" help:"Folder for all data; wins over the configuration."`
	Database string        `placeholder:"PATH|URL" help:"SQLite file or postgres:// address; wins over the configuration."`
	Announce string        `placeholder:"FILE" help:"Write the addresses to this file once all is ready."`
	Pace     time.Duration `hidden:"" help:"Turn the loops this often, for tests and demos."`
	Lease    time.Duration `hidden:"" help:"Take a plate from a slicing worker that is silent for so long, for tests."`
}

// Run serves.
func (c *serveCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) (err error) {
	cfg, err := booksFlags{Config: c.Config, Data: c.Data, Database: c.Database}.load()
	if err != nil {
		return err
	}
	p := quickened(c.Pace)
	p.lease = c.Lease
	a, err := newApp(ctx, cfg, p, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.announce(ctx, c.Announce, stdout); err != nil {
		return err
	}
	return a.run(ctx, nil)
}

// quickened is the pace of a lab whose printers live faster than the clock; zero is that of a real lab.
func quickened(every time.Duration) pace {
	if every == 0 {
		return pace{}
	}
	return pace{
		times: &schedule.Settings{Clear: every, Patience: time.Hour, Hand: every}, every: every, rest: every, handRest: every, posts: 1_000_000,
	}
}

// addresses is what announce writes.
type addresses = demo.Addresses

// announce says where the lab is, and how to make the first account while there is none.
func (a *app) announce(ctx context.Context, path string, stdout io.Writer) error {
	token, err := a.identity.SetupLink(ctx)
	if err != nil {
		return err
	}
	where := addresses{URL: a.url(), AgentURL: a.agentURL(), Broker: a.agentBroker(), CA: filepath.Join(a.config.Data, "ca.pem")}
	if _, err := fmt.Fprintf(stdout, "%s: %s\n", a.config.Lab.Name, where.URL); err != nil {
		return err
	}
	if token != "" {
		where.Setup = where.URL + "/setup/" + token
		if _, err := fmt.Fprintf(stdout, "first account, once, within a day: %s\n", where.Setup); err != nil {
			return err
		}
	}
	if path == "" {
		return nil
	}
	text, err := json.Marshal(where)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	return nil
}
