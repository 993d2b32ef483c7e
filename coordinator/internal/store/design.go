package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddDesign stores a new design version.
func (tx *Tx) AddDesign(d *fab.DesignVersion) error { return add(tx, "design version", d) }

// SetDesign stores a changed design version.
func (tx *Tx) SetDesign(d *fab.DesignVersion) error { return set(tx, "design version", d) }

// Design reads one design version.
func (tx *Tx) Design(id fab.DesignVersionID) (fab.DesignVersion, error) {
	return byID[fab.DesignVersion](tx, "design version", id)
}

// DesignByHash reads the design version with these files; NotFound when it is new.
func (tx *Tx) DesignByHash(hash string) (fab.DesignVersion, error) {
	return one[fab.DesignVersion](tx, "design version", func(q query) query { return q.Where("hash = ?", hash) })
}

// Designs reads all design versions, oldest first.
func (tx *Tx) Designs() ([]fab.DesignVersion, error) {
	return many[fab.DesignVersion](tx, "design versions", all)
}

// CurrentDesign reads the newest version of a product that is not withdrawn.
func (tx *Tx) CurrentDesign(product string) (fab.DesignVersion, error) {
	return one[fab.DesignVersion](tx, "design version", func(q query) query {
		return q.Where("product = ?", product).Where("status <> ?", string(fab.DesignWithdrawn)).Order("id DESC")
	})
}

// AddPlate stores a new plate.
func (tx *Tx) AddPlate(p *fab.Plate) error { return add(tx, "plate", p) }

// SetPlate stores a changed plate.
func (tx *Tx) SetPlate(p *fab.Plate) error { return set(tx, "plate", p) }

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

// PendingPlates reads the plates that still have to be sliced, oldest first.
func (tx *Tx) PendingPlates() ([]fab.Plate, error) {
	return many[fab.Plate](tx, "plates", func(q query) query {
		return q.Where("status = ?", string(fab.PlatePending)).Order("id")
	})
}

// PlateLike reads the plate with the same key as p: design, part, copies, model, nozzle and filament.
func (tx *Tx) PlateLike(p fab.Plate) (fab.Plate, error) {
	return one[fab.Plate](tx, "plate", func(q query) query {
		return q.Where("design_id = ?", string(p.DesignID)).Where("part = ?", p.Part).Where("copies = ?", p.Copies).
			Where("model = ?", p.Model).Where("nozzle_um = ?", p.NozzleUM).Where("filament = ?", p.Filament)
	})
}
