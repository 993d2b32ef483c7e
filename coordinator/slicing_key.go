package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui/locales"
)

// slicingKeyCmd manages the keys of the machines that slice for the lab.
type slicingKeyCmd struct {
	Add    slicingKeyAddCmd    `cmd:"" help:"Let another machine slice for the lab; prints its key, once."`
	List   slicingKeyListCmd   `cmd:"" help:"List the machines that may slice."`
	Revoke slicingKeyRevokeCmd `cmd:"" help:"Shut a slicing machine out."`
}

type slicingKeyAddCmd struct {
	booksFlags
	Name string `arg:"" help:"What the lab calls the machine."`
}

// Run prints the key alone on standard output, so that it can go into a file.
func (c *slicingKeyAddCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) error {
	return c.identity(ctx, log, func(i *identity.Identity) error {
		_, key, err := i.AddSlicer(ctx, c.Name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(stdout, key)
		return err
	})
}

type slicingKeyListCmd struct{ booksFlags }

// Run prints one line for each machine.
func (c *slicingKeyListCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) error {
	return c.identity(ctx, log, func(i *identity.Identity) error {
		all, err := i.Slicers(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
		for _, s := range all {
			seen := "never seen"
			if !s.SeenAt.IsZero() {
				seen = "seen " + s.SeenAt.Format(time.RFC3339)
			}
			if _, err := fmt.Fprintf(table, "%s\t%s\n", s.Name, seen); err != nil {
				return err
			}
		}
		return table.Flush()
	})
}

type slicingKeyRevokeCmd struct {
	booksFlags
	Name string `arg:"" help:"What the lab calls the machine."`
}

// Run revokes the key.
func (c *slicingKeyRevokeCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) error {
	return c.identity(ctx, log, func(i *identity.Identity) error {
		all, err := i.Slicers(ctx)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.Name != c.Name {
				continue
			}
			if err := i.RevokeSlicer(ctx, s.ID); err != nil {
				return err
			}
			_, err = fmt.Fprintf(stdout, "revoked %s\n", s.Name)
			return err
		}
		return fmt.Errorf("no slicing machine is called %q", c.Name)
	})
}

// identity opens the books for one action of this room and words its refusals.
func (f booksFlags) identity(ctx context.Context, log *slog.Logger, act func(*identity.Identity) error) (err error) {
	var s *store.Store
	if s, err = f.open(ctx, log); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return worded(act(identity.New(s, log)))
}

// worded turns the refusals of a room into sentences for a terminal; every other error stays what it is.
func worded(err error) error {
	refusals, ok := fab.RefusalsOf(err)
	if !ok {
		return err
	}
	said := make([]string, len(refusals))
	for i, r := range refusals {
		said[i] = locales.Text("en", "error."+r.Code, map[string]any(r.Args))
	}
	return errors.New(strings.Join(said, " "))
}
