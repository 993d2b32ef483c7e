package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// plateKey is what makes two plates the same.
type plateKey struct {
	design  fab.DesignVersionID
	part    string
	copies  int64
	machine fab.Machine
}

func keyOf(p fab.Plate) plateKey { return plateKey{p.DesignID, p.Part, p.Copies, p.Machine()} }

func (k plateKey) row() fab.Plate {
	return fab.Plate{DesignID: k.design, Part: k.part, Copies: k.copies, Model: k.machine.Model, NozzleUM: k.machine.NozzleUM,
		Filament: k.machine.Filament, Overlay: k.machine.Overlay}
}

// planPlates makes sure that there is a plate for each kind of machine in the lab: of each printed job that waits, and
// of each part of the versions in use, so that a version can be made on every machine before somebody asks for it. What
// is no longer wanted and not made yet is dropped until it is wanted again.
func planPlates(tx *store.Tx) error {
	wanted, order, err := wantedPlates(tx)
	if err != nil {
		return err
	}
	have, err := tx.PlateStands()
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

// wantedPlates are the keys of all plates that the lab wants, in the order of their need.
func wantedPlates(tx *store.Tx) (wanted map[plateKey]bool, order []plateKey, err error) {
	machines, err := machinesIn(tx)
	if err != nil {
		return nil, nil, err
	}
	wanted = map[plateKey]bool{}
	want := func(design fab.DesignVersionID, part string, copies int64) {
		for _, m := range machines {
			if key := (plateKey{design, part, copies, m}); !wanted[key] {
				wanted[key], order = true, append(order, key)
			}
		}
	}
	if err := wantForJobs(tx, want); err != nil {
		return nil, nil, err
	}
	designs, err := tx.Designs()
	if err != nil {
		return nil, nil, err
	}
	for _, d := range designs {
		for _, part := range d.BOM.Parts {
			if d.Status != fab.DesignWithdrawn && part.How == fab.ByPrint && part.ModelHash != "" {
				want(d.ID, part.Code, max(1, part.PerPlate))
			}
		}
	}
	return wanted, order, nil
}

func wantForJobs(tx *store.Tx, want func(fab.DesignVersionID, string, int64)) error {
	jobs, err := tx.Jobs(fab.JobWaiting)
	if err != nil {
		return err
	}
	batches := map[fab.BatchID]fab.Batch{}
	for _, j := range jobs {
		if j.How != fab.ByPrint {
			continue
		}
		b, known := batches[j.BatchID]
		if !known {
			if b, err = tx.Batch(j.BatchID); err != nil {
				return err
			}
			batches[j.BatchID] = b
		}
		want(b.DesignID, j.Part, j.Copies)
	}
	return nil
}

// machinesIn are the kinds of machine that the lab slices for, in the order in which they joined. A printer without a
// filament has nothing to be sliced for yet.
func machinesIn(tx *store.Tx) (kinds []fab.Machine, err error) {
	workers, err := tx.Workers()
	if err != nil {
		return nil, err
	}
	seen := map[fab.Machine]bool{}
	for _, w := range workers {
		m := w.Machine()
		if w.Kind != fab.WorkerPrinter || m.Filament == "" || w.SlicesSelf || w.Retired() || seen[m] {
			continue
		}
		seen[m] = true
		kinds = append(kinds, m)
	}
	return kinds, nil
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
