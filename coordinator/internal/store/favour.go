package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddFavour stores new work for another lab.
func (tx *Tx) AddFavour(f *fab.Favour) error { return add(tx, "favour", f) }

// SetFavour stores changed work for another lab.
func (tx *Tx) SetFavour(f *fab.Favour) error { return set(tx, "favour", f) }

// Favour reads one.
func (tx *Tx) Favour(id fab.FavourID) (fab.Favour, error) {
	return byID[fab.Favour](tx, "favour", id)
}

// FavourByToken reads the one that this secret of another lab opened; NotFound when there is none.
func (tx *Tx) FavourByToken(token string) (fab.Favour, error) {
	return one[fab.Favour](tx, "favour", func(q query) query { return q.Where("token = ?", token) })
}

// Favours reads those in these statuses, or all when none is given, oldest first.
func (tx *Tx) Favours(statuses ...fab.FavourStatus) ([]fab.Favour, error) {
	return many[fab.Favour](tx, "favours", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// AddFavourLot stores that pieces left for another lab.
func (tx *Tx) AddFavourLot(l *fab.FavourLot) error { return add(tx, "favour lot", l) }

// SetFavourLot stores what became of them.
func (tx *Tx) SetFavourLot(l *fab.FavourLot) error { return set(tx, "favour lot", l) }

// FavourLots reads what left for another lab, oldest first.
func (tx *Tx) FavourLots(id fab.FavourID) ([]fab.FavourLot, error) {
	return many[fab.FavourLot](tx, "favour lots", func(q query) query { return q.Where("favour_id = ?", string(id)).Order("id") })
}
