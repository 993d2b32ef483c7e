package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// surveyCommand says of every part and every described machine what comes of the two.
type surveyCommand struct {
	Files    []string `arg:"" name:"file" help:"STL or 3MF files." type:"existingfile"`
	Material string   `default:"petg" enum:"${filaments}" help:"Filament; a machine that cannot heat for it gets pla."`
	Quality  string   `default:"normal" enum:"draft,normal" help:"One of ${enum}."`
	Doc      string   `placeholder:"FILE" help:"Write the tables there, as Markdown."`
	Commit   string   `help:"What the tables are said to be of."`
	Cache    string   `help:"Folder that keeps plates." placeholder:"DIR"`
	Slicer   string   `help:"Slicer program." default:"prusa-slicer"`
}

// onMachine is one part on one machine: a plate, or the reason why there is none.
type onMachine struct {
	printer, material string
	fits              int // copies on one bed
	plate             slicing.Result
	claimed           int64 // seconds, by the slicer
	why               string
}

// surveyed is one part and what came of it on each machine.
type surveyed struct {
	name     string
	info     mesh.Info
	outcomes []onMachine
}

// Run prints a line for each part and machine, and the worst of all.
func (cmd surveyCommand) Run(c console) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	set, err := profiles.Load()
	if err != nil {
		return fmt.Errorf("load profiles: %w", err)
	}
	s, err := newSlicer(cmd.Cache, cmd.Slicer, c.warnings())
	if err != nil {
		return err
	}
	var all []surveyed
	for _, path := range cmd.Files {
		m, data, err := readPart(path)
		if err != nil {
			return named(err, path, 2)
		}
		part := surveyed{name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), info: m.Inspect()}
		for _, p := range set.Printers() {
			o, err := cmd.try(ctx, s, set, p, data)
			if err != nil {
				return err
			}
			c.line("%s on %s: %s", part.name, p.ID, o)
			part.outcomes = append(part.outcomes, o)
		}
		all = append(all, part)
	}
	cmd.verdicts(c, all)
	if cmd.Doc == "" {
		return nil
	}
	return os.WriteFile(cmd.Doc, cmd.document(c, all), 0o644)
}

// try slices one copy; a refusal is an answer, anything else an error.
func (cmd surveyCommand) try(ctx context.Context, s *slicing.Slicer, set *profiles.Set, p profiles.Printer, stl []byte) (onMachine, error) {
	o := onMachine{printer: p.ID, material: cmd.Material}
	if f, _ := set.Filament(cmd.Material); p.Bears(f) != nil {
		o.material = "pla"
	}
	r := slicing.Request{STL: stl, Copies: 1, Printer: p.ID, Filament: o.material, Quality: slicing.Quality(cmd.Quality)}
	n, err := s.MaxCopies(r, 200)
	if err == nil {
		o.fits = n
		o.plate, err = s.Slice(ctx, r)
	}
	var problem *slicing.Problem
	if errors.As(err, &problem) {
		o.why = word(problem)
		return o, nil
	}
	if err != nil {
		return o, err
	}
	o.claimed, err = secondsClaimed(o.plate.Path, set, p, o.material)
	return o, err
}

// secondsClaimed is what the slicer says that its file takes.
func secondsClaimed(path string, set *profiles.Set, p profiles.Printer, material string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open plate: %w", err)
	}
	defer f.Close()
	filament, _ := set.Filament(material)
	dialect, _ := set.Dialect(p.Dialect)
	r, _, err := gcode.Check(f, gcode.LimitsFor(p, filament).Speaking(dialect))
	return r.Claimed.Seconds, err
}

// String is the answer in a line.
func (o onMachine) String() string {
	if o.why != "" {
		return o.why
	}
	text := fmt.Sprintf("%s, %.1f g, %d layers, %d to a bed", time.Duration(o.plate.Seconds)*time.Second, float64(o.plate.FilamentMG)/1000, o.plate.Layers, o.fits)
	if a := o.plate.Arcs; a != nil {
		text += fmt.Sprintf(", %.0f %% of the lines left by arcs, within %d µm", 100*float64(a.LinesOut)/float64(max(1, a.LinesIn)), a.MaxDrawnUM)
	}
	return text
}

// drift is how far our time is from the slicer's, in percent.
func (o onMachine) drift() float64 {
	return 100 * float64(o.plate.Seconds-o.claimed) / float64(max(1, o.claimed))
}

// verdicts print the worst of all outcomes, each with what it is held against.
func (cmd surveyCommand) verdicts(c console, all []surveyed) {
	made, refused, worstArc, arcs := 0, 0, int64(0), 0
	for _, part := range all {
		for _, o := range part.outcomes {
			if o.why != "" {
				refused++
				continue
			}
			made++
			if o.plate.Arcs != nil {
				arcs++
				worstArc = max(worstArc, o.plate.Arcs.MaxDrawnUM)
			}
		}
	}
	c.line("plates made: %d, refused with the reason: %d", made, refused)
	c.line("arcs, largest deviation of %d plates: %d µm; at most 50 µm; %s", arcs, worstArc, verdict(worstArc <= 50))
	for _, part := range all {
		if share, ok := leastShare(part); ok {
			c.line("arcs, lines left of %s: %.0f %% at best", part.name, 100*share)
		}
	}
}

func verdict(ok bool) string {
	if ok {
		return "ok"
	}
	return "short"
}

// leastShare is the smallest share of lines that arcs left.
func leastShare(part surveyed) (share float64, ok bool) {
	share = math.Inf(1)
	for _, o := range part.outcomes {
		if a := o.plate.Arcs; o.why == "" && a != nil {
			share, ok = min(share, float64(a.LinesOut)/float64(max(1, a.LinesIn))), true
		}
	}
	return share, ok
}

// document is the tables as Markdown.
func (cmd surveyCommand) document(c console, all []surveyed) []byte {
	var b bytes.Buffer
	d := console{out: &b}
	d.line("# Real parts on every described machine\n\nWritten by `make bench-bridge`, commit %s. Quality %s; one copy of each part in %s, or in PLA where the machine", cmp.Or(cmd.Commit, "unknown"), cmd.Quality, strings.ToUpper(cmd.Material))
	d.line("cannot heat for it. *To a bed* is how many copies nest on one plate. *Slicer* is by how much our time, arcs included,\ndiffers from the slicer's own for its lines; it knows the limits of Marlin and RepRapFirmware only. *Lines* is the share\nthat arcs left.\n")
	d.line("The visor frames and the adapter are the real ones of 2020: 3DVerkstan's (CC BY-SA 4.0), aon3d's (MIT) and titanous's\nstrap adapter (CC0). They lie outside of this repository.\n")
	d.line("| part | triangles | size, mm | volume, cm³ | open edges | shells | problems |\n|---|---:|---|---:|---:|---:|---|")
	for _, p := range all {
		size := p.info.Bounds.Size()
		d.line("| %s | %d | %.1f × %.1f × %.1f | %.1f | %d | %d | %s |", p.name, p.info.Triangles, size[0], size[1], size[2], p.info.VolumeMM3/1000, p.info.OpenEdges, p.info.Shells, problems(p.info))
	}
	for _, p := range all {
		d.line("\n## %s\n\n| machine | material | to a bed | time | weight, g | layers | lines | slicer | |\n|---|---|---:|---:|---:|---:|---:|---:|---|", p.name)
		for _, o := range p.outcomes {
			d.line("%s", o.row())
		}
	}
	return b.Bytes()
}

func problems(i mesh.Info) string {
	var said []string
	for k := range i.Problems {
		said = append(said, word(&i.Problems[k]))
	}
	return strings.Join(said, "; ")
}

func (o onMachine) row() string {
	if o.why != "" {
		return fmt.Sprintf("| %s | %s | | | | | | | %s |", o.printer, o.material, o.why)
	}
	lines := ""
	if a := o.plate.Arcs; a != nil {
		lines = fmt.Sprintf("%.0f %%", 100*float64(a.LinesOut)/float64(max(1, a.LinesIn)))
	}
	var notes []string
	for i := range o.plate.Warnings {
		notes = append(notes, word(&o.plate.Warnings[i]))
	}
	return fmt.Sprintf("| %s | %s | %d | %s | %.1f | %d | %s | %+.1f %% | %s |", o.printer, o.material, o.fits, time.Duration(o.plate.Seconds)*time.Second,
		float64(o.plate.FilamentMG)/1000, o.plate.Layers, lines, o.drift(), strings.Join(notes, "; "))
}
