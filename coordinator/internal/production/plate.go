package production

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// planPlates makes sure that each printed job that waits has a plate for each kind of machine in the lab. It reports
// whether plates are pending.
func planPlates(tx *store.Tx) (bool, error) {
	jobs, err := tx.Jobs(fab.JobWaiting)
	if err != nil {
		return false, err
	}
	workers, err := tx.Workers()
	if err != nil {
		return false, err
	}
	seen := map[plateKey]bool{}
	batches := map[fab.BatchID]fab.Batch{}
	for _, j := range jobs {
		if j.How != fab.ByPrint {
			continue
		}
		b, known := batches[j.BatchID]
		if !known {
			if b, err = tx.Batch(j.BatchID); err != nil {
				return false, err
			}
			batches[j.BatchID] = b
		}
		for _, w := range workers {
			key := plateKey{b.DesignID, j.Part, j.Copies, w.Machine()}
			if w.Kind != fab.WorkerPrinter || w.Filament == "" || w.SlicesSelf || seen[key] {
				continue
			}
			seen[key] = true
			if err := planPlate(tx, key); err != nil {
				return false, err
			}
		}
	}
	pending, err := tx.PlatesIn(fab.PlatePending)
	return len(pending) > 0, err
}

// plateKey is what makes two plates the same.
type plateKey struct {
	design  fab.DesignVersionID
	part    string
	copies  int64
	machine fab.Machine
}

func (k plateKey) row() fab.Plate {
	return fab.Plate{DesignID: k.design, Part: k.part, Copies: k.copies, Model: k.machine.Model, NozzleUM: k.machine.NozzleUM,
		Filament: k.machine.Filament, Overlay: k.machine.Overlay}
}

func planPlate(tx *store.Tx, key plateKey) error {
	row := key.row()
	if _, err := tx.PlateLike(row); fab.ClassOf(err) != fab.NotFound {
		return err
	}
	row.ID, row.Status, row.CreatedAt = store.NewID[fab.PlateID](tx), fab.PlatePending, tx.Now()
	return tx.AddPlate(&row)
}

// retries say when plates that failed for a passing reason are tried again: after a pause that doubles, since a slicer
// that crashes costs a processor each time, and a busy lab is woken many times a second.
type retries map[fab.PlateID]retry

type retry struct {
	at   time.Time
	rest time.Duration
}

// longestRest is the longest pause before a plate is tried again.
const longestRest = 10 * time.Minute

func (r retries) failed(id fab.PlateID, now time.Time, first time.Duration) {
	rest := min(max(first, 2*r[id].rest), longestRest)
	r[id] = retry{at: now.Add(rest), rest: rest}
}

// slicePending slices all pending plates, a few at once, oldest first. A plate that fails for a passing reason stays
// pending and is tried again later, without holding the others up.
func (p *Production) slicePending(ctx context.Context, later retries) error {
	var failed []error
	for ctx.Err() == nil {
		todo, err := p.nextPlates(ctx, later)
		if err != nil || len(todo) == 0 {
			return errors.Join(append(failed, err)...)
		}
		results := make([]error, len(todo))
		var all sync.WaitGroup
		for i, plate := range todo {
			all.Go(func() { results[i] = p.slice(ctx, plate) })
		}
		all.Wait()
		for i, plate := range todo {
			if results[i] != nil {
				later.failed(plate.ID, time.Now(), p.every)
			} else {
				delete(later, plate.ID)
			}
		}
		failed = append(failed, results...)
	}
	return nil
}

func (p *Production) nextPlates(ctx context.Context, later retries) (todo []fab.Plate, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		pending, err := tx.PlatesIn(fab.PlatePending)
		if err != nil {
			return err
		}
		todo = slices.DeleteFunc(pending, func(plate fab.Plate) bool { return tx.Now().Before(later[plate.ID].at) })
		return nil
	})
	return todo[:min(len(todo), p.slots)], err
}

// slice makes one plate and stores its G-code before the row refers to it. What the machine cannot make becomes
// impossible with its reason; what failed otherwise stays pending and is tried again.
func (p *Production) slice(ctx context.Context, plate fab.Plate) error {
	model, name, err := p.model(ctx, plate)
	if err != nil {
		return err
	}
	result, err := p.slicer.Slice(ctx, slicing.Request{
		STL: model, PartName: name, Copies: int(plate.Copies), Printer: plate.Model, Filament: plate.Filament,
		Quality: slicing.Draft, NozzleUM: plate.NozzleUM,
	})
	var problem *slicing.Problem
	switch {
	case errors.As(err, &problem) && !passing(problem.Code):
		plate.Status, plate.Why = fab.PlateImpossible, reasonOf(problem)
	case err != nil:
		return fmt.Errorf("slice %s for %s: %w", plate.Part, plate.Model, err)
	default:
		if err := p.keepGCode(ctx, &plate, result); err != nil {
			return err
		}
	}
	return p.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.SetPlate(&plate); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "plate_" + string(plate.Status), Subject: string(plate.ID), Args: fab.Args{"part": plate.Part, "copies": plate.Copies, "model": plate.Model}})
	})
}

func (p *Production) keepGCode(ctx context.Context, plate *fab.Plate, r slicing.Result) error {
	data, err := os.ReadFile(r.Path)
	if err != nil {
		return fmt.Errorf("read sliced plate: %w", err)
	}
	blob, err := p.store.PutBlob(ctx, data, "text/x.gcode")
	if err != nil {
		return err
	}
	if blob.Hash != r.GCodeSHA256 {
		return fmt.Errorf("sliced plate %s changed on disk", r.Path)
	}
	plate.Status, plate.Why = fab.PlateReady, fab.Reason{}
	plate.GCodeHash, plate.GCodeBytes = blob.Hash, blob.Size
	plate.Seconds, plate.FilamentMG, plate.Layers, plate.Lines = r.Seconds, r.FilamentMG, r.Layers, r.Lines
	plate.Slicer = r.SlicerVersion
	return nil
}

func (p *Production) model(ctx context.Context, plate fab.Plate) (stl []byte, name string, err error) {
	var part fab.Part
	err = p.store.View(ctx, func(tx *store.Tx) error {
		d, err := tx.Design(plate.DesignID)
		part, _ = d.BOM.Part(plate.Part)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	if err := p.store.ReadBlob(ctx, part.ModelHash, &b); err != nil {
		return nil, "", fmt.Errorf("read model of %s: %w", plate.Part, err)
	}
	return b.Bytes(), part.Code, nil
}

// passing reports whether a slicer's trouble may be over at the next try: it says nothing of the machine.
func passing(code string) bool {
	switch code {
	case slicing.CodeSlicerCrashed, slicing.CodeSlicerLimit, slicing.CodeSlicerMissing:
		return true
	}
	return false
}

func reasonOf(p *slicing.Problem) fab.Reason {
	r := fab.Reason{Code: p.Code, Args: fab.Args{}}
	for name, value := range p.Args {
		r.Args[name] = value
	}
	return r
}
