package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

type sliceCommand struct {
	Files    []string `arg:"" name:"file" help:"STL or 3MF files: the parts of the plate." type:"existingfile"`
	Printer  string   `required:"" placeholder:"NAME" enum:"${printers}" help:"Machine: ${printers}."`
	Material string   `required:"" placeholder:"NAME" enum:"${filaments}" help:"Filament: ${filaments}."`
	Copies   []int    `default:"1" placeholder:"N,..." help:"Copies on the plate: one number for every file, or one for each, as in 2,4."`
	Quality  string   `default:"draft" enum:"draft,normal" help:"One of ${enum}."`
	NozzleUM int64    `name:"nozzle" placeholder:"UM" help:"Nozzle in µm, if not the machine's own."`
	Overlay  string   `placeholder:"FILE" type:"existingfile" help:"What this one machine has beside its model, as TOML."`
	Pile     int      `placeholder:"N" help:"Copies standing on each other."`
	Brim     bool     `help:"A border that holds narrow feet down."`
	Repair   bool     `help:"Mend the surfaces first."`
	Scale    float64  `default:"1" help:"Enlarge the parts, as in 25.4 for inches."`
	NoArcs   bool     `help:"Lines only, where the machine draws arcs."`
	Picture  string   `placeholder:"FILE" help:"PNG file to write: the plate seen from above the front."`
	Out      string   `short:"o" required:"" placeholder:"FILE" help:"G-code file to write."`
	Cache    string   `help:"Folder that keeps plates." placeholder:"DIR"`
	Slicer   string   `help:"Slicer program." default:"prusa-slicer"`
	JSON     bool     `name:"json" help:"Print one JSON object."`
}

// plateAnswer is a plate as the terminal tells it.
type plateAnswer struct {
	SHA256        string         `json:"gcode_sha256"`
	Size          int64          `json:"size"`
	Seconds       int64          `json:"seconds"`
	Grams         float64        `json:"grams"`
	Metres        float64        `json:"metres"`
	Layers        int64          `json:"layers"`
	Lines         int64          `json:"lines"`
	Copies        int            `json:"copies"`
	Bounds        mesh.Bounds    `json:"bounds_mm"`
	Arcs          *arcfit.Stats  `json:"arcs,omitempty"`
	SlicerVersion string         `json:"slicer_version"`
	Warnings      []mesh.Problem `json:"warnings,omitempty"`
	Cached        bool           `json:"cached"`
}

// Run slices and writes the plate; the file appears whole or not at all.
func (cmd sliceCommand) Run(c console) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	request, err := cmd.request()
	if err != nil {
		return err
	}
	s, err := newSlicer(cmd.Cache, cmd.Slicer, c.warnings())
	if err != nil {
		return err
	}
	progress, done := c.progress()
	request.Progress = progress
	r, err := s.Slice(ctx, request)
	done()
	if err != nil {
		return err
	}
	if cmd.Picture != "" && r.Picture != "" {
		if err := copyFile(r.Picture, cmd.Picture); err != nil {
			return err
		}
	}
	if err := copyFile(r.Path, cmd.Out); err != nil {
		return err
	}
	return cmd.tell(c, r)
}

// request reads the files and the overlay.
func (cmd sliceCommand) request() (slicing.Request, error) {
	r := slicing.Request{
		Printer: cmd.Printer, Filament: cmd.Material, Quality: slicing.Quality(cmd.Quality), NozzleUM: cmd.NozzleUM,
		Pile: cmd.Pile, Brim: cmd.Brim, Repair: cmd.Repair, Scale: cmd.Scale, NoArcs: cmd.NoArcs,
	}
	if n := len(cmd.Copies); n != 1 && n != len(cmd.Files) {
		return r, fmt.Errorf("--copies: %d numbers for %d files; give one, or one for each", n, len(cmd.Files))
	}
	for i, path := range cmd.Files {
		if err := cmd.spares(path); err != nil {
			return r, err
		}
		_, data, err := readPart(path)
		if err != nil {
			return r, named(err, path, len(cmd.Files))
		}
		part := slicing.PartCopies{STL: data, Name: filepath.Base(path), Copies: cmd.Copies[min(i, len(cmd.Copies)-1)]}
		if i > 0 {
			r.More = append(r.More, part)
			continue
		}
		r.STL, r.PartName, r.Copies = part.STL, part.Name, part.Copies
	}
	if cmd.Overlay == "" {
		return r, nil
	}
	text, err := os.ReadFile(cmd.Overlay)
	if err != nil {
		return r, fmt.Errorf("read overlay: %w", err)
	}
	r.Overlay, err = slicing.ParseOverlay(text)
	return r, err
}

// spares refuses to write the plate over one of its parts.
func (cmd sliceCommand) spares(part string) error {
	in, err := os.Stat(part)
	if err != nil {
		return err
	}
	if out, err := os.Stat(cmd.Out); err == nil && os.SameFile(in, out) {
		return fmt.Errorf("-o %s is one of the parts; name another file", cmd.Out)
	}
	return nil
}

// named says which of several files an error is about.
func named(err error, path string, files int) error {
	if files < 2 {
		return err
	}
	return fmt.Errorf("%s: %s", filepath.Base(path), sentence(err))
}

// progress shows how far it is on a terminal; elsewhere it says nothing.
func (c console) progress() (tell func(permille int), done func()) {
	f, ok := c.err.(*os.File)
	if !ok {
		return nil, func() {}
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	return func(permille int) { fmt.Fprintf(f, "\r%3d %%", permille/10) }, func() { fmt.Fprint(f, "\r      \r") }
}

func (cmd sliceCommand) tell(c console, r slicing.Result) error {
	if cmd.JSON {
		return c.answer(plateAnswer{
			SHA256: r.GCodeSHA256, Size: r.Size, Seconds: r.Seconds, Grams: float64(r.FilamentMG) / 1000, Metres: float64(r.FilamentUM) / 1e6,
			Layers: r.Layers, Lines: r.Lines, Copies: r.Copies, Bounds: millimetres(r.Bounds),
			Arcs: r.Arcs, SlicerVersion: r.SlicerVersion, Warnings: r.Warnings, Cached: r.CacheHit,
		})
	}
	c.line("%s: %d × %s, %s, %.1f g, %.2f m, %d layers, %d lines", cmd.Out, r.Copies, cmd.parts(),
		time.Duration(r.Seconds)*time.Second, float64(r.FilamentMG)/1000, float64(r.FilamentUM)/1e6, r.Layers, r.Lines)
	c.warn(r.Warnings)
	return nil
}

// parts names what lies on the plate.
func (cmd sliceCommand) parts() string {
	var names []string
	for _, path := range cmd.Files {
		names = append(names, filepath.Base(path))
	}
	return strings.Join(names, ", ")
}

func millimetres(b gcode.Box) mesh.Bounds {
	f := func(um int64) float64 { return float64(um) / 1000 }
	return mesh.Bounds{Min: [3]float64{f(b.MinX), f(b.MinY), f(b.MinZ)}, Max: [3]float64{f(b.MaxX), f(b.MaxY), f(b.MaxZ)}}
}

// copyFile writes aside and renames.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open plate: %w", err)
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), ".plate-*")
	if err != nil {
		return fmt.Errorf("write plate: %w", err)
	}
	_, err = io.Copy(out, in)
	err = errors.Join(err, out.Chmod(0o644), out.Close())
	if err == nil {
		err = os.Rename(out.Name(), to)
	}
	if err != nil {
		return fmt.Errorf("write plate: %w", errors.Join(err, os.Remove(out.Name())))
	}
	return nil
}
