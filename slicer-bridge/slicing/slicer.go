// Package slicing turns an STL into a plate that a machine may print: checked,
// laid out, sliced by a slicer kept on a short leash, and checked again. Plates
// are kept by the hash of all that went into them, because slicing twice never
// gives the same bytes.
package slicing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/internal/prusaslicer"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// bridgeVersion enters every cache key: raise it when the same request shall
// give another plate.
const bridgeVersion = "2"

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
	Plain    bool         // plates without pictures, which cost more than a small part's slicing
}

// Slicer makes plates. It is safe for concurrent use; it runs as many slicer
// processes at a time as there are processors.
type Slicer struct {
	profiles Profiles
	cache    cache
	program  string
	version  string
	log      *slog.Logger
	slots    chan int // processors free to run a slicer on; -1 is any
	looks    chan struct{}
	plain    bool
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
	// The slicer runs in a folder of its own, where a relative path leads nowhere.
	if program, err = filepath.Abs(program); err != nil {
		return nil, fmt.Errorf("find slicer: %w", err)
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
		profiles: c.Profiles, cache: kept, program: program, version: version, log: log, plain: c.Plain,
		slots: newSlots(), looks: make(chan struct{}, max(1, runtime.NumCPU())), flights: flights{running: map[string]*flight{}},
	}, nil
}

// newSlots gives as many slots as there are processors to use, each with one of
// its own where they are known: a slicer on one processor writes the same plate
// each time. Which is first is left to chance, for programs that slice beside
// each other.
func newSlots() chan int {
	cpus := prusaslicer.CPUs()
	if len(cpus) == 0 {
		cpus = slices.Repeat([]int{-1}, max(1, runtime.NumCPU()))
	}
	slots := make(chan int, len(cpus))
	first := rand.IntN(len(cpus))
	for i := range cpus {
		slots <- cpus[(first+i)%len(cpus)]
	}
	return slots
}

// Version is the slicer's, as it names itself.
func (s *Slicer) Version() string { return s.version }

// Slice makes the plate, or finds it made. Refusals are *mesh.Problem: of this
// package, of mesh or of plate. Equal requests at the same time run the slicer
// once; it is stopped when the last of them gives up.
func (s *Slicer) Slice(ctx context.Context, r Request) (Result, error) {
	p, err := s.plan(r)
	if err != nil {
		return Result{}, err
	}
	key, err := s.requestKey(p)
	if err != nil {
		return Result{}, err
	}
	if kept, ok := s.cache.known(key); ok {
		if r.Progress != nil {
			r.Progress(1000)
		}
		return kept, nil
	}
	made, err := s.flights.do(ctx, key, r.Progress, func(ctx context.Context, tell func(int)) (Result, error) {
		return s.lookOrMake(ctx, p, key, tell)
	})
	if err != nil {
		return Result{}, err
	}
	made.Warnings = slices.Clone(made.Warnings)
	return made, nil
}

// lookOrMake reads and lays out the parts, and makes the plate unless another
// request has led to the same.
func (s *Slicer) lookOrMake(ctx context.Context, p plan, request string, tell func(int)) (Result, error) {
	j, err := s.look(ctx, p)
	if err != nil {
		return Result{}, err
	}
	tell(progressLaidOut)
	r, ok := s.cache.find(j.key)
	if r.CacheHit = ok; !ok {
		if r, err = s.flights.do(ctx, j.key, tell, func(ctx context.Context, tell func(int)) (Result, error) { return s.make(ctx, j, tell) }); err != nil {
			return Result{}, err
		}
	}
	if err := s.cache.remember(request, known{Plate: j.key, Warnings: j.warnings}); err != nil {
		return Result{}, err
	}
	tell(1000)
	r.Warnings = slices.Concat(r.Warnings, j.warnings)
	return r, nil
}

// look prepares a plan, no more of them at a time than there are processors:
// a large model takes some hundred megabytes while it is read.
func (s *Slicer) look(ctx context.Context, p plan) (job, error) {
	select {
	case s.looks <- struct{}{}:
		defer func() { <-s.looks }()
		return s.prepare(p)
	case <-ctx.Done():
		return job{}, ctx.Err()
	}
}
