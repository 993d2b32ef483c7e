package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/mailleur/mailleur/coordinator/internal/finess"
	"github.com/mailleur/mailleur/coordinator/internal/imports"
	"github.com/mailleur/mailleur/ui/locales"
)

// finessCmd takes a file of the national register in.
type finessCmd struct {
	booksFlags
	File string `arg:"" help:"File of the register as data.gouv.fr offers it, packed with gzip or not; - for standard input."`
	JSON bool   `name:"json" help:"One JSON object on standard output."`
}

// Run stores the file and names on standard error every line of which something could not be used.
func (c *finessCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) (err error) {
	file := os.Stdin
	if c.File != "-" {
		if file, err = os.Open(c.File); err != nil {
			return fmt.Errorf("open the register: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
	}
	s, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	done, err := imports.New(s).Register(ctx, file, func(b finess.Bad) {
		log.Warn("register", "line", b.Line, "place", b.ET, "because", locales.Text("en", b.Why.Code, map[string]any(b.Why.Args)))
	})
	if err != nil {
		return worded(err)
	}
	if c.JSON {
		return json.NewEncoder(stdout).Encode(map[string]any{
			"shape": done.Shape, "date": done.Date.Format("2006-01-02"), "lines": done.Lines, "places": done.Places, "points": done.Points, "bad": done.Bad, "placed": done.Placed,
		})
	}
	_, err = fmt.Fprintf(stdout, "%d places of %d lines, %d of them with coordinates; %d lines with something wrong; %d places of the lab located\n",
		done.Places, done.Lines, done.Points, done.Bad, done.Placed)
	return err
}
