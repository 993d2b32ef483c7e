package production

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// plateKey is what makes two plates the same.
type plateKey struct {
	design  fab.DesignVersionID
	part    string
	copies  int64
	pile    int64
	machine fab.Machine
}

// flat is the plate that jobs for a part are cut for.
func flat(design fab.DesignVersionID, part fab.Part, m fab.Machine) plateKey {
	return plateKey{design, part.Code, max(1, part.PerPlate), 0, m}
}

func keyOf(p fab.Plate) plateKey { return plateKey{p.DesignID, p.Part, p.Copies, p.Pile, p.Machine()} }

func (k plateKey) row() fab.Plate {
	return fab.Plate{DesignID: k.design, Part: k.part, Copies: k.copies, Pile: k.pile, Model: k.machine.Model, NozzleUM: k.machine.NozzleUM,
		Filament: k.machine.Filament, Overlay: k.machine.Overlay}
}

// planPlates makes sure that there is a plate for each kind of machine in the lab: of each printed job that waits, and
// of each part of the versions in use, so that a version can be made on every machine before somebody asks for it. What
// is no longer wanted and not made yet is dropped until it is wanted again.
func planPlates(tx *store.Tx) error {
	have, err := tx.PlateStands()
	if err != nil {
		return err
	}
	wanted, order, err := wantedPlates(tx, have)
	if err != nil {
		return err
	}
	known := map[plateKey]bool{}
	for _, p := range have {
		key := keyOf(p)
		known[key] = true
		if err := keepPlate(tx, p, wanted[key]); err != nil {
			return err
		}
	}
	for _, key := range order {
		if known[key] {
			continue
		}
		row := key.row()
		row.ID, row.Status, row.CreatedAt = store.NewID[fab.PlateID](tx), fab.PlatePending, tx.Now()
		if err := tx.AddPlate(&row); err != nil {
			return err
		}
		tx.Tell(fab.Change{Code: store.PlatePlanned, Subject: string(row.ID)})
	}
	return nil
}

// keepPlate drops what nobody wants, and takes up again what was dropped.
func keepPlate(tx *store.Tx, stand fab.Plate, wanted bool) error {
	dropped := stand.Status == fab.PlateCancelled && stand.Why.Code == fab.WhyPlateNotNeeded
	switch {
	case wanted && dropped:
		return turnPlate(tx, stand.ID, fab.PlatePending, fab.Reason{})
	case !wanted && (stand.Status == fab.PlatePending || stand.Status == fab.PlateFailed):
		return turnPlate(tx, stand.ID, fab.PlateCancelled, fab.Because(fab.WhyPlateNotNeeded))
	}
	return nil
}

func turnPlate(tx *store.Tx, id fab.PlateID, to fab.PlateStatus, why fab.Reason) error {
	p, err := tx.Plate(id)
	if err != nil {
		return err
	}
	if err := p.Turn(to, why, tx.Now()); err != nil {
		return err
	}
	p.Tries = 0
	if err := tx.SetPlate(&p); err != nil {
		return err
	}
	tx.Tell(fab.Change{Code: store.PlatePlanned, Subject: string(p.ID)})
	return nil
}

// wishes are the plates that the lab wants, in the order of their need.
type wishes struct {
	machines []fab.Machine
	keys     map[plateKey]bool
	order    []plateKey
}

func (w *wishes) add(key plateKey) {
	if !w.keys[key] {
		w.keys[key], w.order = true, append(w.order, key)
	}
}

// everywhere wants the plate that jobs for a part are cut for, on all machines that are loaded with something fitting.
func (w *wishes) everywhere(design fab.DesignVersionID, part fab.Part) {
	for _, m := range w.machines {
		if part.Takes(m.Filament) {
			w.add(flat(design, part, m))
		}
	}
}

// reloaded wants plates of what waits for machines that cannot print it as they are loaded, with the other filaments that
// their makers have: only of what is sliced can be said what a change would bring.
func (w *wishes) reloaded(workers []fab.Worker, waiting []printedPart, stands map[plateKey]fab.Plate) {
	for _, of := range waiting {
		for _, k := range workers {
			now := flat(of.design, of.part, k.Machine())
			if !slicedFor(k) || of.part.Takes(k.Filament) && stands[now].Status != fab.PlateImpossible {
				continue
			}
			for _, filament := range k.CanLoad {
				if then := now; of.part.Takes(filament) {
					then.machine.Filament = filament
					w.add(then)
				}
			}
		}
	}
}

// wantedPlates are the keys of all plates that the lab wants, in the order of their need.
func wantedPlates(tx *store.Tx, have []fab.Plate) (wanted map[plateKey]bool, order []plateKey, err error) {
	w := wishes{keys: map[plateKey]bool{}}
	workers, err := tx.Workers()
	if err != nil {
		return nil, nil, err
	}
	w.machines = machinesOf(workers)
	waiting, err := printedParts(tx)
	if err != nil {
		return nil, nil, err
	}
	for _, of := range waiting {
		w.everywhere(of.design, of.part)
	}
	designs, err := tx.Designs()
	if err != nil {
		return nil, nil, err
	}
	for _, d := range designs {
		for _, part := range d.BOM.Parts {
			if d.Status != fab.DesignWithdrawn && part.How == fab.ByPrint && part.ModelHash != "" {
				w.everywhere(d.ID, part)
			}
		}
	}
	stands := map[plateKey]fab.Plate{}
	for _, p := range have {
		stands[keyOf(p)] = p
	}
	w.reloaded(workers, waiting, stands)
	w.single(waiting, stands)
	w.piled(workers, waiting, stands)
	return w.keys, w.order, nil
}

// long is how long a plate may take before one of a single piece is worth having beside it.
const long = 2 * time.Hour

// tooMany is what the slicer says of a plate that has more copies than the bed holds.
const tooMany = "plate.too_many"

// single wants plates of one piece of what waits: where the whole plate takes long, so that the last pieces of a batch can
// be shared out, and where the bed is too small for it.
func (w *wishes) single(waiting []printedPart, stands map[plateKey]fab.Plate) {
	for _, of := range waiting {
		for _, m := range w.machines {
			whole := stands[flat(of.design, of.part, m)]
			slow := whole.Status == fab.PlateReady && time.Duration(whole.Seconds)*time.Second > long
			if slow || whole.Status == fab.PlateImpossible && whole.Why.Code == tooMany {
				w.add(plateKey{of.design, of.part.Code, 1, 0, m})
			}
		}
	}
}

// printedPart is a part of a version that some job waits for.
type printedPart struct {
	design fab.DesignVersionID
	part   fab.Part
}

// printedParts are the parts that waiting jobs print, in the order of the jobs.
func printedParts(tx *store.Tx) (parts []printedPart, err error) {
	jobs, err := tx.Jobs(fab.JobWaiting)
	if err != nil {
		return nil, err
	}
	type of struct {
		batch fab.BatchID
		part  string
	}
	seen := map[of]bool{}
	for _, j := range jobs {
		if key := (of{j.BatchID, j.Part}); j.How != fab.ByPrint || seen[key] {
			continue
		}
		seen[of{j.BatchID, j.Part}] = true
		b, err := tx.Batch(j.BatchID)
		if err != nil {
			return nil, err
		}
		design, err := tx.Design(b.DesignID)
		if err != nil {
			return nil, err
		}
		if part, ok := design.BOM.Part(j.Part); ok {
			parts = append(parts, printedPart{b.DesignID, part})
		}
	}
	return parts, nil
}

// machinesOf are the kinds of machine that the lab slices for, in the order in which they joined. A printer without a
// filament has nothing to be sliced for yet.
func machinesOf(workers []fab.Worker) (kinds []fab.Machine) {
	seen := map[fab.Machine]bool{}
	for _, w := range workers {
		m := w.Machine()
		if !slicedFor(w) || seen[m] {
			continue
		}
		seen[m] = true
		kinds = append(kinds, m)
	}
	return kinds
}

// slicedFor reports whether the lab makes files for this worker.
func slicedFor(w fab.Worker) bool {
	return w.Kind == fab.WorkerPrinter && w.Filament != "" && !w.SlicesSelf && !w.Retired()
}

// CancelPlate takes a plate out of the lab's work: whoever slices it stops, and nothing more is printed from it. What a
// printer is on goes on. It stays so until RetryPlate.
func (p *Production) CancelPlate(ctx context.Context, id fab.PlateID) error {
	return p.movePlate(ctx, id, fab.PlateCancelled, fab.Because(fab.WhyPlateCancelled), "plate_cancelled")
}

// RetryPlate has a plate sliced that failed, that a machine could not make, or that was cancelled.
func (p *Production) RetryPlate(ctx context.Context, id fab.PlateID) error {
	return p.movePlate(ctx, id, fab.PlatePending, fab.Reason{}, "plate_retried")
}

func (p *Production) movePlate(ctx context.Context, id fab.PlateID, to fab.PlateStatus, why fab.Reason, code string) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		plate, err := tx.Plate(id)
		if err != nil || plate.Status == to {
			return err
		}
		if to == fab.PlatePending && plate.Source == fab.PlateByMaker {
			return fab.Refuse(fab.Conflict, "plate_not_ours", "")
		}
		if to == fab.PlatePending && plate.Status == fab.PlateSlicing {
			return nil // it is being tried
		}
		if err := plate.Turn(to, why, tx.Now()); err != nil {
			return err
		}
		plate.Tries = 0
		if err := tx.SetPlate(&plate); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: code, Subject: string(plate.ID), Args: plateArgs(plate)})
	})
}

func plateArgs(p fab.Plate) fab.Args {
	return fab.Args{"part": p.Part, "copies": p.Copies, "model": p.Model, "design": string(p.DesignID)}
}
