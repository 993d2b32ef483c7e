package store

import "github.com/mailleur/mailleur/coordinator/fab"

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

// DonationByRef reads the donation with this reference, without its hyphen.
func (tx *Tx) DonationByRef(ref string) (fab.Donation, error) {
	return one[fab.Donation](tx, "donation", func(q query) query { return q.Where("ref = ?", ref) })
}

// Donations reads all donations, oldest first.
func (tx *Tx) Donations() ([]fab.Donation, error) { return many[fab.Donation](tx, "donations", all) }

// Pledges reads the donations of which something is still to come, oldest first.
func (tx *Tx) Pledges() ([]fab.Donation, error) {
	return many[fab.Donation](tx, "pledges", func(q query) query {
		return q.Where("status = ?", string(fab.DonationPledged)).Order("id")
	})
}

// MaterialOf is what a gift is counted in: its material, or pieces of whatever else it is, under the code of the device or
// under none.
func (tx *Tx) MaterialOf(d fab.Donation) (fab.Material, error) {
	if d.Material == "" {
		return fab.Material{Code: d.Device, Unit: fab.UnitPiece}, nil
	}
	return tx.Material(d.Material)
}
