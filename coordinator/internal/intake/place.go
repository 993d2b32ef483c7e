package intake

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// NotListed is what a form says in place of a number when none of the places of the register is meant.
const NotListed = "none"

// proposed is how many places of the register are shown to choose from.
const proposed = 6

// SavePlace stores a facility as a coordinator writes it; one without an id is new, and known. typedAt is where it is, as
// maps write it ("50.2712, 1.6690"); empty leaves it to the register. A number of the register must be in it, when the lab
// has the register.
func (i *Intake) SavePlace(ctx context.Context, f fab.Facility, typedAt string) (row fab.Facility, err error) {
	f = trimmed(f)
	errs := checkPlace(f)
	err = i.store.Update(ctx, func(tx *store.Tx) (err error) {
		was := fab.Facility{ID: store.NewID[fab.FacilityID](tx), CreatedAt: tx.Now()}
		if f.ID != "" {
			if was, err = tx.Facility(f.ID); err != nil {
				return err
			}
		}
		row = f
		row.ID, row.CreatedAt, row.Status, row.Fictitious = was.ID, was.CreatedAt, was.Status, was.Fictitious
		row.FinessEJ, row.LatE6, row.LonE6 = was.FinessEJ, was.LatE6, was.LonE6
		refused := slices.Clone(errs)
		more, err := tx.Listed(&row, was.FinessET)
		if err != nil {
			return err
		}
		refused = append(append(refused, more...), placed(&row, typedAt)...)
		if err := refused.Or(); err != nil {
			return err
		}
		if err := other(tx, row); err != nil {
			return err
		}
		if f.ID == "" {
			return tx.AddFacility(&row)
		}
		return tx.SetFacility(&row)
	})
	return row, err
}

// other refuses a place that the lab knows already by another row: the same name in the same town, or the same number.
func other(tx *store.Tx, f fab.Facility) error {
	same, err := tx.FacilitiesNamed(f.Name, f.Town)
	if err != nil {
		return err
	}
	if f.FinessET != "" {
		numbered, err := tx.FacilitiesListed(f.FinessET)
		if err != nil {
			return err
		}
		for _, twin := range numbered {
			if twin.ID != f.ID {
				return fab.Refuse(fab.Invalid, "place_twice", "finess", "name", twin.Name)
			}
		}
	}
	for _, twin := range same {
		if twin.ID != f.ID && (twin.FinessET == "" || f.FinessET == "" || twin.FinessET == f.FinessET) {
			return fab.Refuse(fab.Invalid, "place_twice", "facility", "name", twin.Name)
		}
	}
	return nil
}

func placed(f *fab.Facility, typedAt string) fab.Errors {
	lat, lon, ok := fab.ReadPoint(typedAt)
	switch {
	case strings.TrimSpace(typedAt) == "":
	case !ok:
		return fab.Errors{fab.Refuse(fab.Invalid, "point_wrong", "at")}
	default:
		f.LatE6, f.LonE6 = lat, lon
	}
	return nil
}

func checkPlace(f fab.Facility) (errs fab.Errors) {
	if f.FinessET == "" || f.Name != "" {
		errs = append(errs, fab.CheckLength("facility", f.Name, 120, "facility_missing")...)
	}
	if f.FinessET == "" || f.Town != "" {
		errs = append(errs, fab.CheckLength("town", f.Town, 80, "town_missing")...)
	}
	if !slices.Contains(fab.FacilityKinds[:], f.Kind) && (f.FinessET == "" || f.Kind != "") {
		errs = append(errs, fab.Refuse(fab.Invalid, "kind_missing", "kind"))
	}
	errs = append(errs, f.Spot().Check()...)
	return append(errs, fab.CheckReach(f.Phone, "phone", f.Email, "email")...)
}

// ApprovePlace says that a place is what it says it is. What is so already stays.
func (i *Intake) ApprovePlace(ctx context.Context, id fab.FacilityID) error {
	return i.judge(ctx, id, fab.FacilityKnown)
}

// RefusePlace says that a place is none that the lab helps. Its requests are answered one by one.
func (i *Intake) RefusePlace(ctx context.Context, id fab.FacilityID) error {
	return i.judge(ctx, id, fab.FacilityRefused)
}

func (i *Intake) judge(ctx context.Context, id fab.FacilityID, to fab.FacilityStatus) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		f, err := tx.Facility(id)
		if err != nil || f.Status == to {
			return err
		}
		if err := f.Status.Move(to); err != nil {
			return err
		}
		f.Status = to
		return tx.SetFacility(&f)
	})
}

// SaveSite stores one more address of a facility; one without an id is new.
func (i *Intake) SaveSite(ctx context.Context, s fab.FacilitySite, typedAt string) error {
	for _, text := range []*string{&s.Name, &s.Address, &s.Postcode, &s.Town, &s.Access, &s.Contact, &s.Phone} {
		*text = fab.Line(*text)
	}
	at := fab.Facility{LatE6: s.LatE6, LonE6: s.LonE6}
	errs := append(fab.CheckLength("site", s.Name, 80, "site_missing"), placed(&at, typedAt)...)
	errs = append(append(errs, fab.CheckLength("town", s.Town, 200, "")...), s.Spot(fab.Facility{}).Check()...)
	errs = append(errs, fab.CheckReach(s.Phone, "phone", "", "")...)
	if err := errs.Or(); err != nil {
		return err
	}
	return i.store.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Facility(s.FacilityID); err != nil {
			return err
		}
		row := s
		row.LatE6, row.LonE6 = at.LatE6, at.LonE6
		if s.ID == "" {
			row.ID, row.CreatedAt = store.NewID[fab.SiteID](tx), tx.Now()
			return tx.AddSite(&row)
		}
		was, err := tx.Site(s.ID)
		if err != nil {
			return err
		}
		if was.FacilityID != s.FacilityID {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "site")
		}
		row.CreatedAt = was.CreatedAt
		if typedAt == "" {
			row.LatE6, row.LonE6 = was.LatE6, was.LonE6
		}
		return tx.SetSite(&row)
	})
}

// AddContact stores one more person of a facility, who must be reachable.
func (i *Intake) AddContact(ctx context.Context, c fab.FacilityContact) error {
	for _, text := range []*string{&c.Name, &c.Role, &c.Phone, &c.Email} {
		*text = fab.Line(*text)
	}
	errs := append(fab.CheckLength("who", c.Name, 80, "contact_missing"), fab.CheckLength("duty", c.Role, 80, "")...)
	if c.Phone == "" && c.Email == "" {
		errs = append(errs, fab.Refuse(fab.Invalid, "phone_or_email", "their_phone"))
	}
	errs = append(errs, fab.CheckReach(c.Phone, "their_phone", c.Email, "their_email")...)
	if err := errs.Or(); err != nil {
		return err
	}
	return i.store.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Facility(c.FacilityID); err != nil {
			return err
		}
		row := c
		row.ID, row.CreatedAt = store.NewID[fab.ContactID](tx), tx.Now()
		return tx.AddContact(&row)
	})
}

// DropContact forgets a person of a facility.
func (i *Intake) DropContact(ctx context.Context, of fab.FacilityID, id fab.ContactID) error {
	return i.store.Update(ctx, func(tx *store.Tx) error { return tx.DropContact(of, id) })
}

// BringTo says at which site the goods of an open request are to be brought; none is the facility's own address.
func (i *Intake) BringTo(ctx context.Context, id fab.RequestID, site fab.SiteID) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Request(id)
		if err != nil {
			return err
		}
		if r.Status != fab.RequestReceived && r.Status != fab.RequestApproved {
			return fab.Refuse(fab.Conflict, "request_not_open", "")
		}
		if site != "" {
			if s, err := tx.Site(site); err != nil || s.FacilityID != r.FacilityID || s.Closed {
				return fab.Refuse(fab.Invalid, "site_unknown", "site")
			}
		}
		r.SiteID = site
		return tx.SetRequest(&r)
	})
}

// Propose finds the places of the register that a form may mean: by number of the site or of its legal entity, or by the
// words of its name and its town. Nothing when the lab has no register.
func (i *Intake) Propose(ctx context.Context, f fab.Facility) (found []fab.RegisterPlace, err error) {
	f = trimmed(f)
	err = i.store.View(ctx, func(tx *store.Tx) error {
		if no, ok := fab.FinessNumber(f.FinessET); ok {
			if p, err := tx.RegisterPlace(no); err == nil {
				found = []fab.RegisterPlace{p}
				return nil
			}
			found, err = tx.RegisterRunBy(no, proposed)
			return err
		}
		names, town := telling(f.Name), strings.Fields(fab.Folded(f.Town))
		if len(names) == 0 || len(town) == 0 && f.Postcode == "" {
			return nil
		}
		for ; len(names) > 0 && len(found) == 0; names = names[:len(names)-1] {
			postcode := ""
			if len(town) == 0 {
				postcode = f.Postcode
			}
			if found, err = tx.RegisterWith(append(slices.Clone(names), town...), postcode, proposed); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// telling are the words of a name that tell it from others, longest first: not those that half of all places have.
func telling(name string) (words []string) {
	for _, w := range strings.Fields(fab.Folded(name)) {
		switch w {
		case "ehpad", "residence", "maison", "retraite", "centre", "hospitalier", "hopital", "clinique", "foyer", "pharmacie", "cabinet", "les", "des", "aux", "sur", "pour":
			continue
		}
		if len(w) > 2 {
			words = append(words, w)
		}
	}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return words
}
