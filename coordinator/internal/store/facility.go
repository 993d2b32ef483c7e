package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/mailleur/mailleur/coordinator/fab"
)

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
	return many[fab.Facility](tx, "facilities", func(q query) query { return q.Order("name", "id") })
}

// FacilitiesNamed reads the facilities with this name in this town, oldest first, whatever the case of the letters, their
// accents and what stands between the words.
func (tx *Tx) FacilitiesNamed(name, town string) (same []fab.Facility, err error) {
	name, town = fab.Folded(name), fab.Folded(town)
	all, err := many[fab.Facility](tx, "facilities", all)
	for _, f := range all {
		if fab.Folded(f.Name) == name && fab.Folded(f.Town) == town {
			same = append(same, f)
		}
	}
	return same, err
}

// FacilitiesListed reads the facilities that are this site of the register, oldest first.
func (tx *Tx) FacilitiesListed(et string) ([]fab.Facility, error) {
	return many[fab.Facility](tx, "facilities", func(q query) query { return q.Where("finess_et = ?", et).Order("id") })
}

// FacilityUsed reports whether any request, stop or trial names the facility.
func (tx *Tx) FacilityUsed(id fab.FacilityID) (used bool, err error) {
	err = tx.db.NewRaw(`SELECT EXISTS (SELECT 1 FROM requests WHERE facility_id = ?0) OR EXISTS (SELECT 1 FROM stops WHERE facility_id = ?0)
		OR EXISTS (SELECT 1 FROM testers WHERE facility_id = ?0)`, string(id)).
		Scan(context.Background(), &used)
	if err != nil {
		return false, fmt.Errorf("look for what names a facility: %w", err)
	}
	return used, nil
}

// AddSite stores a new site of a facility.
func (tx *Tx) AddSite(s *fab.FacilitySite) error { return add(tx, "site", s) }

// SetSite stores a changed site.
func (tx *Tx) SetSite(s *fab.FacilitySite) error { return set(tx, "site", s) }

// Site reads one site.
func (tx *Tx) Site(id fab.SiteID) (fab.FacilitySite, error) {
	return byID[fab.FacilitySite](tx, "site", id)
}

// SitesOf reads the sites of a facility, closed ones too, oldest first.
func (tx *Tx) SitesOf(id fab.FacilityID) ([]fab.FacilitySite, error) {
	return many[fab.FacilitySite](tx, "sites", func(q query) query { return q.Where("facility_id = ?", string(id)).Order("id") })
}

// SpotOf is where the goods of a request are to be brought.
func (tx *Tx) SpotOf(r fab.Request) (fab.Spot, error) {
	f, err := tx.Facility(r.FacilityID)
	if err != nil || r.SiteID == "" {
		return f.Spot(), err
	}
	s, err := tx.Site(r.SiteID)
	return s.Spot(f), err
}

// AddContact stores one more person of a facility.
func (tx *Tx) AddContact(c *fab.FacilityContact) error { return add(tx, "contact", c) }

// DropContact forgets a person of a facility.
func (tx *Tx) DropContact(of fab.FacilityID, id fab.ContactID) error {
	_, err := tx.db.NewDelete().Model((*fab.FacilityContact)(nil)).Where("facility_id = ?", string(of)).Where("id = ?", string(id)).Exec(context.Background())
	if err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	return nil
}

// ContactsOf reads the other persons of a facility, oldest first.
func (tx *Tx) ContactsOf(id fab.FacilityID) ([]fab.FacilityContact, error) {
	return many[fab.FacilityContact](tx, "contacts", func(q query) query { return q.Where("facility_id = ?", string(id)).Order("id") })
}

// DropFacility forgets a facility that nothing names, with its sites and persons.
func (tx *Tx) DropFacility(id fab.FacilityID) error {
	for _, table := range [...]struct{ table, column string }{{"facility_sites", "facility_id"}, {"facility_contacts", "facility_id"}, {"facilities", "id"}} {
		if _, err := tx.db.NewDelete().Table(table.table).Where("? = ?", bun.Ident(table.column), string(id)).Exec(context.Background()); err != nil {
			return fmt.Errorf("forget facility: %w", err)
		}
	}
	return nil
}
