package store

import (
	"cmp"
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddPlate stores a new plate. One that does not say who made it is the lab's slicer's.
func (tx *Tx) AddPlate(p *fab.Plate) error {
	p.UpdatedAt, p.Source = tx.now, cmp.Or(p.Source, fab.PlateBySlicer)
	return add(tx, "plate", p)
}

// SetPlate stores a changed plate.
func (tx *Tx) SetPlate(p *fab.Plate) error {
	p.UpdatedAt = tx.now
	return set(tx, "plate", p)
}

// Plate reads one plate.
func (tx *Tx) Plate(id fab.PlateID) (fab.Plate, error) { return byID[fab.Plate](tx, "plate", id) }

// Plates reads the plates of a design version, or all when id is empty.
func (tx *Tx) Plates(id fab.DesignVersionID) ([]fab.Plate, error) {
	return many[fab.Plate](tx, "plates", func(q query) query {
		if id != "" {
			q = q.Where("design_id = ?", string(id))
		}
		return q.Order("id")
	})
}

// PlatesIn reads the plates in these statuses, oldest first.
func (tx *Tx) PlatesIn(statuses ...fab.PlateStatus) ([]fab.Plate, error) {
	return many[fab.Plate](tx, "plates", func(q query) query { return q.Where("status IN (?)", in(statuses)).Order("id") })
}

// PlatesOf reads the plates that are for one machine alone, oldest first.
func (tx *Tx) PlatesOf(id fab.WorkerID) ([]fab.Plate, error) {
	return many[fab.Plate](tx, "plates", func(q query) query { return q.Where("worker_id = ?", string(id)).Order("id") })
}

// PlateLike reads the plate for every machine of a kind with the same design, part, copies and pile as p.
func (tx *Tx) PlateLike(p fab.Plate) (fab.Plate, error) {
	return one[fab.Plate](tx, "plate", func(q query) query {
		return q.Where("design_id = ?", string(p.DesignID)).Where("part = ?", p.Part).Where("copies = ?", p.Copies).
			Where("model = ?", p.Model).Where("nozzle_um = ?", p.NozzleUM).Where("filament = ?", p.Filament).
			Where("overlay = ?", p.Overlay).Where("pile = ?", p.Pile).Where("worker_id IS NULL")
	})
}

// PlateStands reads of all plates that are for a kind of machine only what they are for and where they stand, oldest
// first.
func (tx *Tx) PlateStands() ([]fab.Plate, error) {
	return many[fab.Plate](tx, "plates", func(q query) query {
		return q.Column("id", "design_id", "part", "copies", "pile", "model", "nozzle_um", "filament", "overlay", "status", "why", "seconds").
			Where("worker_id IS NULL").Order("id")
	})
}

// PlateToSlice reads the plate that a slicing worker is to make next: those that a waiting job needs before all others,
// then those for machines that have the fewest plates of the version, so that every machine soon has one, then by age. A claim that ran out does not hold a plate. NotFound when there is nothing to do now. A plate of a
// withdrawn version is made only when a job needs it.
func (tx *Tx) PlateToSlice() (fab.Plate, error) {
	const needed = `EXISTS (SELECT 1 FROM jobs j JOIN batches b ON b.id = j.batch_id
		WHERE j.status = 'waiting' AND b.design_id = plate.design_id AND j.part = plate.part)`
	const made = `(SELECT COUNT(*) FROM plates r WHERE r.status IN ('ready', 'slicing') AND r.design_id = plate.design_id AND
		r.model = plate.model AND r.nozzle_um = plate.nozzle_um AND r.filament = plate.filament AND r.overlay = plate.overlay)`
	return one[fab.Plate](tx, "plate", func(q query) query {
		return q.Where("status = ? OR status = ? AND next_try_at <= ? OR status = ? AND claimed_until <= ?",
			string(fab.PlatePending), string(fab.PlateFailed), tx.now, string(fab.PlateSlicing), tx.now).
			Where(needed + " OR EXISTS (SELECT 1 FROM design_versions d WHERE d.id = plate.design_id AND d.status <> 'withdrawn')").
			OrderExpr(needed + " DESC, " + made + ", id")
	})
}

// PlateProgress stores how far the slicing of a plate is, in per mille, and tells watchers; the timeline keeps nothing of it.
func (tx *Tx) PlateProgress(p *fab.Plate) error {
	p.UpdatedAt = tx.now
	_, err := tx.db.NewUpdate().Model(p).Column("progress_pm", "claimed_until", "updated_at").WherePK().Exec(context.Background())
	if err != nil {
		return fmt.Errorf("store progress of plate: %w", err)
	}
	tx.Tell(fab.Change{Code: PlateMoved, Subject: string(p.ID), Args: fab.Args{"progress_pm": p.ProgressPM, "design": string(p.DesignID)}})
	return nil
}

// The codes of changes that watchers hear and no table keeps.
const (
	PlateMoved   = "plate_progress" // how far the slicing of a plate is
	PlatePlanned = "plate_planned"  // a plate waits to be sliced, or does no longer
)
