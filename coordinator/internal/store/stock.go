package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

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

// SpoolsIn reads the spools with these identifiers.
func (tx *Tx) SpoolsIn(ids []fab.SpoolID) ([]fab.Spool, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return many[fab.Spool](tx, "spools", func(q query) query { return q.Where("id IN (?)", in(ids)).Order("id") })
}

// SpoolsAt reads the spools at a place that are not empty and not recalled.
func (tx *Tx) SpoolsAt(place fab.LocationID) ([]fab.Spool, error) {
	items, err := tx.materialItems()
	if err != nil {
		return nil, err
	}
	return many[fab.Spool](tx, "spools", func(q query) query {
		return q.Where("recalled = ?", false).Order("id").
			Where("id IN (SELECT source FROM balances WHERE location = ? AND "+here+" AND item IN (?))", string(place), items)
	})
}

// SpoolsOf reads the spools of a gift.
func (tx *Tx) SpoolsOf(id fab.DonationID) ([]fab.Spool, error) {
	return many[fab.Spool](tx, "spools", func(q query) query { return q.Where("donation_id = ?", string(id)).Order("id") })
}

// SourceCodes reads what stands on the labels of these lots and spools, and the references of these gifts, by their id.
func (tx *Tx) SourceCodes(ids []string) (map[string]string, error) {
	codes := map[string]string{}
	if len(ids) == 0 {
		return codes, nil
	}
	var rows []struct{ ID, Code, Ref string }
	err := tx.db.NewRaw(`SELECT id, code, '' AS ref FROM lots WHERE id IN (?0) UNION ALL SELECT id, code, '' FROM spools WHERE id IN (?0)
		UNION ALL SELECT id, code, '' FROM blocked_lots WHERE id IN (?0) UNION ALL SELECT id, code, '' FROM devices WHERE id IN (?0)
		UNION ALL SELECT id, '', ref FROM donations WHERE id IN (?0)`, in(ids)).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("read labels: %w", err)
	}
	for _, r := range rows {
		if codes[r.ID] = r.Code; r.Ref != "" {
			codes[r.ID] = fab.FormatReference(r.Ref)
		}
	}
	return codes, nil
}
