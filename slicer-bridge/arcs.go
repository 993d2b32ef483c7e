package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
)

type arcsCommand struct {
	File      string `arg:"" help:"G-code file." type:"existingfile"`
	Out       string `short:"o" required:"" placeholder:"FILE" help:"G-code file to write."`
	Tolerance int64  `placeholder:"UM" default:"50" help:"How far, in µm, what the machine draws may lie from the file."`
	Circle    int64  `placeholder:"N" help:"Pieces into which the firmware cuts a whole circle at least, if it has such a rule."`
	JSON      bool   `name:"json" help:"Print one JSON object."`
}

// Run fits and writes; the file appears whole or not at all. It is only for
// machines whose firmware draws G2 and G3.
func (cmd arcsCommand) Run(c console) error {
	in, err := os.Open(cmd.File)
	if err != nil {
		return err
	}
	defer in.Close()
	if cmd.Tolerance < 5 || cmd.Tolerance > 500 {
		return fmt.Errorf("--tolerance is %d: give 5 to 500 µm", cmd.Tolerance)
	}
	if cmd.Circle != 0 && (cmd.Circle < 8 || cmd.Circle > 360) {
		return fmt.Errorf("--circle is %d: give 8 to 360 pieces, or leave it out", cmd.Circle)
	}
	var stats arcfit.Stats
	err = writeWhole(cmd.Out, func(w io.Writer) (err error) {
		stats, err = arcfit.Fit(w, in, arcfit.Options{ToleranceUM: cmd.Tolerance, CirclePieces: cmd.Circle})
		return err
	})
	if err != nil {
		return err
	}
	if cmd.JSON {
		return c.answer(stats)
	}
	c.line("%s: %d of %d lines, %d arcs instead of %d moves, within %d µm", cmd.Out, stats.LinesOut, stats.LinesIn, stats.Arcs,
		stats.Moves, stats.MaxDrawnUM)
	return nil
}

// writeWhole writes aside and renames.
func writeWhole(path string, fill func(io.Writer) error) (err error) {
	out, err := os.CreateTemp(filepath.Dir(path), ".arcs-*")
	if err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	err = fill(out)
	err = errors.Join(err, out.Chmod(0o644), out.Close())
	if err == nil {
		err = os.Rename(out.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(out.Name()))
	}
	return nil
}
