package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

type sliceCommand struct {
	File     string `arg:"" help:"STL file." type:"existingfile"`
	Printer  string `required:"" placeholder:"NAME" enum:"${printers}" help:"Machine: ${printers}."`
	Material string `required:"" placeholder:"NAME" enum:"${filaments}" help:"Filament: ${filaments}."`
	Copies   int    `default:"1" help:"Copies on the plate."`
	Quality  string `default:"draft" enum:"draft,normal" help:"One of ${enum}."`
	NozzleUM int64  `name:"nozzle" placeholder:"UM" help:"Nozzle in µm, if not the machine's own."`
	Out      string `short:"o" required:"" placeholder:"FILE" help:"G-code file to write."`
	Cache    string `help:"Folder that keeps plates." placeholder:"DIR"`
	Slicer   string `help:"Slicer program." default:"prusa-slicer"`
	JSON     bool   `name:"json" help:"Print one JSON object."`
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
	SlicerVersion string         `json:"slicer_version"`
	Warnings      []mesh.Problem `json:"warnings,omitempty"`
	Cached        bool           `json:"cached"`
}

// Run slices and writes the plate; the file appears whole or not at all.
func (cmd sliceCommand) Run(c console) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	_, stl, err := readPart(cmd.File)
	if err != nil {
		return err
	}
	s, err := cmd.slicer(c)
	if err != nil {
		return err
	}
	r, err := s.Slice(ctx, slicing.Request{
		STL: stl, PartName: filepath.Base(cmd.File), Copies: cmd.Copies, Printer: cmd.Printer, Filament: cmd.Material,
		Quality: slicing.Quality(cmd.Quality), NozzleUM: cmd.NozzleUM,
	})
	if err != nil {
		return err
	}
	if err := copyFile(r.Path, cmd.Out); err != nil {
		return err
	}
	return cmd.tell(c, r)
}

func (cmd sliceCommand) slicer(c console) (*slicing.Slicer, error) {
	set, err := profiles.Load()
	if err != nil {
		return nil, fmt.Errorf("load profiles: %w", err)
	}
	dir := cmd.Cache
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			base = os.TempDir()
		}
		dir = filepath.Join(base, "mailleur", "plates")
	}
	log := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return slicing.New(slicing.Config{Profiles: set, CacheDir: dir, Slicer: cmd.Slicer, Log: log})
}

func (cmd sliceCommand) tell(c console, r slicing.Result) error {
	if cmd.JSON {
		return c.answer(plateAnswer{
			SHA256: r.GCodeSHA256, Size: r.Size, Seconds: r.Seconds, Grams: float64(r.FilamentMG) / 1000, Metres: float64(r.FilamentUM) / 1e6,
			Layers: r.Layers, Lines: r.Lines, Copies: r.Copies, Bounds: millimetres(r.Bounds),
			SlicerVersion: r.SlicerVersion, Warnings: r.Warnings, Cached: r.CacheHit,
		})
	}
	c.line("%s: %d × %s, %s, %.1f g, %.2f m, %d layers, %d lines", cmd.Out, r.Copies, filepath.Base(cmd.File),
		time.Duration(r.Seconds)*time.Second, float64(r.FilamentMG)/1000, float64(r.FilamentUM)/1e6, r.Layers, r.Lines)
	c.warn(r.Warnings)
	return nil
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
