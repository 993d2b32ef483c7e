package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddBlocked stores goods that nobody knows yet.
func (tx *Tx) AddBlocked(b *fab.BlockedLot) error { return add(tx, "blocked goods", b) }

// SetBlocked stores what became of them.
func (tx *Tx) SetBlocked(b *fab.BlockedLot) error { return set(tx, "blocked goods", b) }

// Blocked reads one lot of blocked goods.
func (tx *Tx) Blocked(id fab.BlockedID) (fab.BlockedLot, error) {
	return byID[fab.BlockedLot](tx, "blocked goods", id)
}

// BlockedBySubmitKey reads the blocked goods that this form made; NotFound when it made none yet.
func (tx *Tx) BlockedBySubmitKey(key string) (fab.BlockedLot, error) {
	return one[fab.BlockedLot](tx, "blocked goods", func(q query) query { return q.Where("submit_key = ?", key) })
}

// BlockedByCode reads the goods that bear a code.
func (tx *Tx) BlockedByCode(code string) (fab.BlockedLot, error) {
	return one[fab.BlockedLot](tx, "blocked goods", func(q query) query { return q.Where("code = ?", code) })
}

// BlockedHere reads the goods that somebody has to identify, oldest first.
func (tx *Tx) BlockedHere() ([]fab.BlockedLot, error) {
	return many[fab.BlockedLot](tx, "blocked goods", func(q query) query {
		return q.Where("status = ?", string(fab.BlockedHere)).Order("id")
	})
}

// BlockedOf reads the goods of a gift that were blocked, oldest first.
func (tx *Tx) BlockedOf(id fab.DonationID) ([]fab.BlockedLot, error) {
	return many[fab.BlockedLot](tx, "blocked goods", func(q query) query { return q.Where("donation_id = ?", string(id)).Order("id") })
}
