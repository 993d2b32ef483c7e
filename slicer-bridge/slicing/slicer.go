// Package slicing turns an STL into a plate that a machine may print: checked,
// laid out, sliced by a slicer kept on a short leash, and checked again. Plates
// are kept by the hash of all that went into them, because slicing twice never
// gives the same bytes.
package slicing

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/internal/prusaslicer"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

// bridgeVersion enters every cache key: raise it when the same request shall
// give another plate.
const bridgeVersion = "1"

// Profiles is where the facts of machines and filaments come from; *profiles.Set
// is one.
type Profiles interface {
	Printer(id string) (profiles.Printer, bool)
	Filament(id string) (profiles.Filament, bool)
	Dialect(name string) (profiles.Dialect, bool)
}

// Config is what New needs.
type Config struct {
	Profiles Profiles
	CacheDir string       // made if missing; plates stay here until somebody removes them
	Slicer   string       // path or name of the program; empty means prusa-slicer
	Log      *slog.Logger // nil means silence
}

// Slicer makes plates. It is safe for concurrent use; it runs as many slicer
// processes at a time as there are processors.
type Slicer struct {
	profiles Profiles
	cache    cache
	program  string
	version  string
	limits   prusaslicer.Limits
	log      *slog.Logger
	slots    chan struct{}
	flights  flights
}

// New finds the slicer and asks it its version. Without one the error is a
// *mesh.Problem that names the package to install.
func New(c Config) (*Slicer, error) {
	if c.Profiles == nil {
		return nil, errors.New("new slicer: no profiles")
	}
	program, err := exec.LookPath(cmp.Or(c.Slicer, "prusa-slicer"))
	if err != nil {
		return nil, mesh.NewProblem(CodeSlicerMissing, "package", "prusa-slicer", "program", cmp.Or(c.Slicer, "prusa-slicer"))
	}
	version, err := prusaslicer.Version(context.Background(), program)
	if err != nil {
		return nil, err
	}
	kept, err := openCache(c.CacheDir)
	if err != nil {
		return nil, err
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Slicer{
		profiles: c.Profiles, cache: kept, program: program, version: version, limits: prusaslicer.DefaultLimits,
		log: log, slots: make(chan struct{}, max(1, runtime.NumCPU())), flights: flights{running: map[string]*flight{}},
	}, nil
}

// Version is the slicer's, as it names itself.
func (s *Slicer) Version() string { return s.version }

// job is a request that has passed every check before slicing.
type job struct {
	request  Request
	parts    []plate.Part
	places   []plate.Place
	settings []byte
	limits   gcode.Limits
	warnings []mesh.Problem
	key      string
}

// Slice makes the plate, or finds it made. Refusals are *mesh.Problem: of this
// package, of mesh or of plate. Equal requests at the same time run the slicer
// once; it is stopped when the last of them gives up.
func (s *Slicer) Slice(ctx context.Context, r Request) (Result, error) {
	j, err := s.prepare(r)
	if err != nil {
		return Result{}, err
	}
	if kept, ok := s.cache.find(j.key); ok {
		return s.hit(kept, j), nil
	}
	made, err := s.flights.do(ctx, j.key, func(ctx context.Context) (Result, error) { return s.make(ctx, j) })
	if err != nil {
		return Result{}, err
	}
	made.Warnings = append(made.Warnings[:len(made.Warnings):len(made.Warnings)], j.warnings...)
	return made, nil
}

func (s *Slicer) hit(r Result, j job) Result {
	r.CacheHit = true
	r.Warnings = append(r.Warnings, j.warnings...)
	return r
}

// Settings gives the flat list of settings for a machine, filament and quality,
// as the slicer reads it; for people who slice themselves.
func (s *Slicer) Settings(printer, filament string, q Quality) ([]byte, error) {
	p, f, err := s.facts(Request{Printer: printer, Filament: filament, Quality: q, Copies: 1})
	if err != nil {
		return nil, err
	}
	return newSettings(p, f, cmp.Or(q, Draft), p.Nozzle.Diameter).bytes(), nil
}

// MaxCopies tells how many copies of the request's first part one plate of its
// machine holds, up to limit; 0 when the part does not fit at all. Copies, More
// and the filament's temperatures do not matter.
func (s *Slicer) MaxCopies(r Request, limit int) (int, error) {
	p, err := s.machine(r.Printer, r.Overlay)
	if err != nil {
		return 0, err
	}
	m, err := mesh.Read(r.STL, mesh.Caps{})
	if err != nil {
		return 0, err
	}
	return plate.MaxCopies(m.Normalised(), limit, AreaOf(p)), nil
}

const (
	clearance = 4 // mm between copies: a nozzle's cone and a finger
	endLift   = 5 // mm that the end code rises above the part
	maxCopies = 200
)

// AreaOf gives where a machine takes parts.
func AreaOf(p profiles.Printer) plate.Area {
	b := p.Bed
	f := func(um int64) float64 { return float64(um) / 1000 }
	return plate.Area{
		MinX: f(b.MinX + b.Inset), MinY: f(b.MinY + b.Inset), MaxX: f(b.MaxX - b.Inset), MaxY: f(b.MaxY - b.Inset),
		Height: f(b.Height) - endLift, Clearance: clearance,
	}
}

// machine gives a model as one machine has it.
func (s *Slicer) machine(id string, o Overlay) (profiles.Printer, error) {
	p, ok := s.profiles.Printer(id)
	if !ok {
		return p, mesh.NewProblem(CodeUnknownPrinter, "printer", id)
	}
	p, err := p.With(o)
	if err != nil {
		return p, mesh.NewProblem(CodeBadOverlay, "detail", err)
	}
	return p, nil
}

func (s *Slicer) facts(r Request) (profiles.Printer, profiles.Filament, error) {
	p, err := s.machine(r.Printer, r.Overlay)
	if err != nil {
		return p, profiles.Filament{}, err
	}
	f, ok := s.profiles.Filament(r.Filament)
	if !ok {
		return p, f, mesh.NewProblem(CodeUnknownFilament, "filament", r.Filament)
	}
	if err := badField(r); err != nil {
		return p, f, err
	}
	var hot profiles.TooHot
	if errors.As(p.Bears(f), &hot) {
		return p, f, mesh.NewProblem(CodeFilamentTooHot, "heater", hot.Heater, "want_c", hot.Want, "max_c", hot.Max)
	}
	return p, f, nil
}

func badField(r Request) error {
	switch {
	case r.Copies < 1 || r.Copies > maxCopies:
		return mesh.NewProblem(CodeBadRequest, "field", "copies", "value", r.Copies)
	case r.Quality != "" && r.Quality != Draft && r.Quality != Normal:
		return mesh.NewProblem(CodeBadRequest, "field", "quality", "value", r.Quality)
	case r.NozzleUM != 0 && (r.NozzleUM < 200 || r.NozzleUM > 1200):
		return mesh.NewProblem(CodeBadRequest, "field", "nozzle_um", "value", r.NozzleUM)
	}
	return nil
}

func (s *Slicer) prepare(r Request) (job, error) {
	p, f, err := s.facts(r)
	if err != nil {
		return job{}, err
	}
	raw, err := mesh.Read(r.STL, mesh.Caps{})
	if err != nil {
		return job{}, err
	}
	parts := []plate.Part{{Mesh: raw.Normalised(), Name: "part", Copies: r.Copies}}
	j := job{request: r, parts: parts, limits: s.limitsFor(p, f), warnings: raw.Inspect().Problems}
	if j.places, err = plate.Lay(j.parts, AreaOf(p)); err != nil {
		return job{}, err
	}
	j.settings = newSettings(p, f, cmp.Or(r.Quality, Draft), cmp.Or(r.NozzleUM, p.Nozzle.Diameter)).bytes()
	j.key, err = s.key(j)
	return j, err
}

func (s *Slicer) limitsFor(p profiles.Printer, f profiles.Filament) gcode.Limits {
	d, _ := s.profiles.Dialect(p.Dialect) // every printer's is there once the set is loaded
	return gcode.LimitsFor(p, f).Speaking(d)
}

// make slices into a folder of its own inside the cache's, so that the result
// can be renamed into place.
func (s *Slicer) make(ctx context.Context, j job) (Result, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	if kept, ok := s.cache.find(j.key); ok { // another run ended between our look and our turn
		kept.CacheHit = true
		return kept, nil
	}
	dir, err := os.MkdirTemp(s.cache.dir, runPrefix)
	if err != nil {
		return Result{}, fmt.Errorf("make run folder: %w", err)
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			s.log.Warn("remove run folder", "err", err)
		}
	}()
	if dir, err = filepath.Abs(dir); err != nil {
		return Result{}, fmt.Errorf("make run folder: %w", err)
	}
	var model bytes.Buffer
	if err := plate.Write3MF(&model, j.parts, j.places); err != nil {
		return Result{}, err
	}
	out, err := prusaslicer.Run(ctx, prusaslicer.Job{Program: s.program, Dir: dir, Model: model.Bytes(), Settings: j.settings, Limits: s.limits})
	if err != nil {
		return Result{}, explain(err)
	}
	r, err := s.judge(out, j)
	if err != nil {
		return Result{}, err
	}
	return s.cache.keep(j.key, out.GCode, r)
}

// judge holds the slicer's file against the machine's limits and measures it.
func (s *Slicer) judge(out prusaslicer.Outcome, j job) (Result, error) {
	f, err := os.Open(out.GCode)
	if err != nil {
		return Result{}, fmt.Errorf("open sliced file: %w", err)
	}
	defer f.Close()
	report, findings, err := gcode.Check(f, j.limits)
	if err != nil {
		return Result{}, err
	}
	r := Result{
		Seconds: out.Footer.Seconds, FilamentMG: report.FilamentMG, FilamentUM: report.FilamentUM,
		Layers: report.Layers, Lines: report.Lines, Copies: j.request.Copies, Bounds: report.Bounds,
		SlicerVersion: "PrusaSlicer " + s.version,
	}
	for _, finding := range findings {
		if !finding.Warning {
			return Result{}, unsafe(finding)
		}
	}
	for _, text := range out.Warnings {
		r.Warnings = append(r.Warnings, *mesh.NewProblem(CodeSlicerWarning, "text", text))
	}
	s.log.Info("plate sliced", "part", j.request.PartName, "printer", j.request.Printer, "copies", r.Copies,
		"layers", r.Layers, "lines", r.Lines, "seconds", r.Seconds, "mg", r.FilamentMG)
	return r, nil
}

func unsafe(f gcode.Finding) *mesh.Problem {
	p := mesh.NewProblem(CodeUnsafe, "finding", f.Code, "line", f.Line)
	for k, v := range f.Args {
		p.Args[k] = v
	}
	return p
}

// explain turns a slicer's failure into a problem; whatever ends a request from
// outside stays what it is.
func explain(err error) error {
	var f *prusaslicer.Failure
	if !errors.As(err, &f) {
		return err
	}
	switch {
	case f.Limit != "":
		return mesh.NewProblem(CodeSlicerLimit, "limit", f.Limit)
	case f.Signal != "":
		return mesh.NewProblem(CodeSlicerCrashed, "signal", f.Signal, "detail", f.Detail)
	case f.Exit != 0:
		return mesh.NewProblem(CodeSlicerFailed, "exit", f.Exit, "detail", f.Detail)
	}
	return mesh.NewProblem(CodeEmptyPlate, "detail", f.Detail)
}
