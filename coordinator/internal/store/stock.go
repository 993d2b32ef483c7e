package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddMaterial stores a new kind of material.
func (tx *Tx) AddMaterial(m *fab.Material) error { return add(tx, "material", m) }

// Material reads one kind of material.
func (tx *Tx) Material(code string) (fab.Material, error) {
	return one[fab.Material](tx, "material", func(q query) query { return q.Where("code = ?", code) })
}

// Materials reads all kinds of material.
func (tx *Tx) Materials() ([]fab.Material, error) {
	return many[fab.Material](tx, "materials", func(q query) query { return q.Order("code") })
}

// SetMaterial stores a changed kind of material.
func (tx *Tx) SetMaterial(m *fab.Material) error {
	delete(tx.units, m.Code)
	return set(tx, "material", m)
}

// AddLocation stores a new place.
func (tx *Tx) AddLocation(l *fab.Location) error { return add(tx, "location", l) }

// Location reads one place.
func (tx *Tx) Location(id fab.LocationID) (fab.Location, error) {
	return byID[fab.Location](tx, "location", id)
}

// AddSpool stores a new spool.
func (tx *Tx) AddSpool(s *fab.Spool) error { return add(tx, "spool", s) }

// SetSpool stores a changed spool.
func (tx *Tx) SetSpool(s *fab.Spool) error { return set(tx, "spool", s) }

// Spool reads one spool.
func (tx *Tx) Spool(id fab.SpoolID) (fab.Spool, error) { return byID[fab.Spool](tx, "spool", id) }

// Spools reads all spools.
func (tx *Tx) Spools() ([]fab.Spool, error) { return many[fab.Spool](tx, "spools", all) }
