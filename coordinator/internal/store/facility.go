package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddFacility stores a new facility.
func (tx *Tx) AddFacility(f *fab.Facility) error { return add(tx, "facility", f) }

// SetFacility stores a changed facility.
func (tx *Tx) SetFacility(f *fab.Facility) error { return set(tx, "facility", f) }

// Facility reads one facility.
func (tx *Tx) Facility(id fab.FacilityID) (fab.Facility, error) {
	return byID[fab.Facility](tx, "facility", id)
}

// Facilities reads all facilities.
func (tx *Tx) Facilities() ([]fab.Facility, error) {
	return many[fab.Facility](tx, "facilities", func(q query) query { return q.Order("name") })
}

// FacilitiesNamed reads the facilities with this name in this town, whatever the case of the letters.
func (tx *Tx) FacilitiesNamed(name, town string) ([]fab.Facility, error) {
	return many[fab.Facility](tx, "facilities", func(q query) query {
		return q.Where("lower(name) = lower(?)", name).Where("lower(town) = lower(?)", town).Order("id")
	})
}
