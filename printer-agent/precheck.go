package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// checks says what a file for a printer model must keep to before anything of it is sent.
type checks struct {
	Model    string `placeholder:"NAME" help:"Check the file against this model of printer first, as in firmware-profiles/printers: bed, heights, temperatures, commands."`
	Filament string `placeholder:"NAME" help:"And against this filament's temperatures."`
}

var errUnsafe = errors.New("the file asks for what the printer may not be asked: nothing was sent")

// pass checks the file, tells every finding, and leaves the file at its beginning. Without a model there is nothing to
// check against.
func (c *checks) pass(file *os.File, log *slog.Logger) error {
	if c.Model == "" {
		return nil
	}
	limits, err := c.limits()
	if err != nil {
		return err
	}
	_, findings, err := gcode.Check(file, limits)
	if err != nil {
		return fmt.Errorf("check file: %w", err)
	}
	for _, f := range findings {
		log.Warn("file", "line", f.Line, "finding", f.Code, "args", f.Args, "refused", !f.Warning)
	}
	if !gcode.Safe(findings) {
		return errUnsafe
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("check file: %w", err)
	}
	return nil
}

func (c *checks) limits() (gcode.Limits, error) {
	set, err := profiles.Load()
	if err != nil {
		return gcode.Limits{}, fmt.Errorf("load profiles: %w", err)
	}
	model, ok := set.Printer(c.Model)
	if !ok {
		return gcode.Limits{}, fmt.Errorf("--model: %w", unknownModel(set, c.Model))
	}
	filament, ok := set.Filament(c.Filament)
	if !ok && c.Filament != "" {
		return gcode.Limits{}, fmt.Errorf("--filament: no filament %q in firmware-profiles/filaments", c.Filament)
	}
	dialect, _ := set.Dialect(model.Dialect) // Load has checked it
	return gcode.LimitsFor(model, filament).Speaking(dialect), nil
}

// unknownModel names the models that there are.
func unknownModel(set *profiles.Set, name string) error {
	var ids []string
	for _, m := range set.Printers() {
		ids = append(ids, m.ID)
	}
	return fmt.Errorf("no model %q; there are %q", name, ids)
}
