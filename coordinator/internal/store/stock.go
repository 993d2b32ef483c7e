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

// AddDonation stores a new donation.
func (tx *Tx) AddDonation(d *fab.Donation) error { return add(tx, "donation", d) }

// SetDonation stores a changed donation.
func (tx *Tx) SetDonation(d *fab.Donation) error { return set(tx, "donation", d) }

// Donation reads one donation.
func (tx *Tx) Donation(id fab.DonationID) (fab.Donation, error) {
	return byID[fab.Donation](tx, "donation", id)
}

// DonationBySubmitKey reads the donation that this form made; NotFound when it made none yet.
func (tx *Tx) DonationBySubmitKey(key string) (fab.Donation, error) {
	return one[fab.Donation](tx, "donation", func(q query) query { return q.Where("submit_key = ?", key) })
}

// Donations reads all donations, oldest first.
func (tx *Tx) Donations() ([]fab.Donation, error) { return many[fab.Donation](tx, "donations", all) }
