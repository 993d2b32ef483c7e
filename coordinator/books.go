package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/config"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui/locales"
)

// booksFlags say which lab's books a command opens.
type booksFlags struct {
	Config   string `placeholder:"FILE" help:"Configuration, coordinator.toml."`
	Data     string `placeholder:"DIR" help:"Folder of all data; wins over the configuration."`
	Database string `placeholder:"PATH|URL" help:"SQLite file or postgres:// address; wins over the configuration."`
}

// load reads the configuration and lets the flags win.
func (f booksFlags) load() (config.Config, error) {
	cfg, err := config.Load(f.Config)
	if err != nil {
		return cfg, err
	}
	if f.Data != "" {
		cfg.Data = f.Data
	}
	if f.Database != "" {
		cfg.Database = f.Database
	}
	return cfg, cfg.Check()
}

func (f booksFlags) open(ctx context.Context, log *slog.Logger) (*store.Store, error) {
	cfg, err := f.load()
	if err != nil {
		return nil, err
	}
	if dsn := strings.TrimPrefix(cfg.DSN(), "sqlite:"); !strings.Contains(dsn, "://") {
		if _, err := os.Stat(dsn); err != nil {
			return nil, fmt.Errorf("no database at %s", dsn)
		}
	}
	return store.Open(ctx, cfg.DSN(), log)
}

// auditCmd checks the books.
type auditCmd struct {
	booksFlags
	JSON bool `name:"json" help:"One JSON object on standard output."`
}

// Run prints what does not add up, and fails when anything does not.
func (c *auditCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) (err error) {
	s, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	found, err := report.New(s).Audit(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		if found == nil {
			found = []fab.Reason{}
		}
		if err := json.NewEncoder(stdout).Encode(map[string]any{"audit": verdict(found), "findings": found}); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			if _, err := fmt.Fprintln(stdout, locales.Text("en", f.Code, map[string]any(f.Args))); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(stdout, "audit:", verdict(found)); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return fmt.Errorf("the books do not add up: %d findings", len(found))
	}
	return nil
}

func verdict(found []fab.Reason) string {
	if len(found) > 0 {
		return "failed"
	}
	return "ok"
}

// userCmd manages accounts from the command line of the machine.
type userCmd struct {
	Add userAddCmd `cmd:"" help:"Add an account; the password is read from standard input."`
}

type userAddCmd struct {
	booksFlags
	Login string   `arg:"" help:"Login, such as an e-mail address."`
	Name  string   `required:"" help:"Name shown to others."`
	Role  []string `required:"" enum:"administrator,coordinator,maker" help:"Role, repeatable: ${enum}."`
}

// Run adds the account.
func (c *userAddCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) (err error) {
	s, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	password, err := io.ReadAll(io.LimitReader(os.Stdin, 1000))
	if err != nil {
		return fmt.Errorf("read password: %w", err)
	}
	a, err := identity.New(s, log).Create(ctx, identity.NewAccount{
		Login: c.Login, Name: c.Name, Roles: c.Role, Password: strings.TrimRight(string(password), "\r\n"),
	})
	if err != nil {
		return worded(err)
	}
	_, err = fmt.Fprintf(stdout, "added %s\n", a.Login)
	return err
}
