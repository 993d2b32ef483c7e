package slicing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/mailleur/mailleur/slicer-bridge/internal/prusaslicer"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

// How far a plate is, in permille, when a step of its making is done. The
// slicer's own count fills the room between the first two.
const (
	progressLaidOut = 50
	progressSliced  = 900
	progressJudged  = 970
)

// make slices into a folder of its own inside the cache's, so that the result
// can be renamed into place.
func (s *Slicer) make(ctx context.Context, j job, tell func(int)) (Result, error) {
	var cpu int
	select {
	case cpu = <-s.slots:
		defer func() { s.slots <- cpu }()
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
	out, err := s.run(ctx, j, dir, cpu, tell)
	if err != nil {
		return Result{}, err
	}
	tell(progressSliced)
	return s.finish(out, j, dir, tell)
}

func (s *Slicer) run(ctx context.Context, j job, dir string, cpu int, tell func(int)) (prusaslicer.Outcome, error) {
	var model bytes.Buffer
	if err := plate.Write3MF(&model, unnamed(j.parts), j.places); err != nil {
		return prusaslicer.Outcome{}, err
	}
	out, err := prusaslicer.Run(ctx, prusaslicer.Job{
		Program: s.program, Dir: dir, Model: model.Bytes(), Settings: j.settings, Limits: limitsOf(j.triangles()), CPU: cpu,
		Progress: func(permille int) { tell(progressLaidOut + permille*(progressSliced-progressLaidOut)/1000) },
	})
	if err != nil {
		return out, explain(err)
	}
	return out, nil
}

// unnamed hides what people call their parts from the slicer: the plate is kept
// for all who ask for the same shapes.
func unnamed(parts []plate.Part) []plate.Part {
	out := make([]plate.Part, len(parts))
	for i, p := range parts {
		p.Name = fmt.Sprintf("part %d", i+1)
		out[i] = p
	}
	return out
}

// limitsOf gives the room for a plate with this many triangles on it. A million
// of them took 27 s of one processor and 350 MB; a small part needs 70 MB.
func limitsOf(triangles int) prusaslicer.Limits {
	l := prusaslicer.DefaultLimits
	n := uint64(triangles)
	l.Memory = min(l.Memory, 2<<30+n*4<<10)
	l.File = min(l.File, 128<<20+n*1<<10)
	l.CPU = min(l.CPU, 5*time.Minute+time.Duration(n)*time.Millisecond)
	l.Time = min(l.Time, 5*time.Minute+time.Duration(n)*time.Millisecond)
	return l
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

// namePart adds to a part's refusal which of several parts it is.
func namePart(err error, name string, kinds int) error {
	var p *mesh.Problem
	if kinds < 2 || !errors.As(err, &p) {
		return err
	}
	return &mesh.Problem{Code: p.Code, Args: with(p.Args, "part", name)}
}

func with(args map[string]string, key, value string) map[string]string {
	out := maps.Clone(args)
	if out == nil {
		out = map[string]string{}
	}
	out[key] = value
	return out
}
