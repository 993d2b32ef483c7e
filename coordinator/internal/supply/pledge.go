package supply

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// What a gift may be of beside a material.
const (
	GiftOther  = "other"
	GiftDevice = "device:" // followed by one of fab.Devices
)

// reel is the measure of filament on reels, each of so many grams.
const reel = "reel"

// Pledge is what the gift form holds, as typed.
type Pledge struct {
	Material  string // code of a material, GiftDevice and a code, or GiftOther
	Words     string // what it is, of GiftOther
	Count     string
	Measure   string // one of the material's measures, or reels of filament; "" for the first
	Each      string // grams on one reel
	Condition string // one of fab.Conditions; "" when nobody said
	Photo     []byte
	Fetch     bool
	Address   string // where it is fetched
	Hours     string // when somebody is there
	Donor     string
	Town      string
	Phone     string
	Email     string
	MayName   bool
	SubmitKey string
}

// Pledged is what a sent form made. Token opens the donor's page.
type Pledged struct {
	Donation fab.Donation
	Token    string
	Again    bool
}

// Pledge notes a gift that is announced. The same form sent twice makes one donation.
func (s *Supply) Pledge(ctx context.Context, p Pledge) (out Pledged, err error) {
	if !fab.ValidKey(p.SubmitKey) {
		return out, fab.Refuse(fab.Invalid, "form_expired", "key")
	}
	photo, err := s.store.PutPhoto(ctx, p.Photo, photoSide, photoBytes, "photo")
	if err != nil {
		return out, err
	}
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		out = Pledged{}
		if out.Donation, err = tx.DonationBySubmitKey(p.SubmitKey); err == nil {
			out.Again = true
			out.Token, err = tx.NewLink(fab.LinkDonation, string(out.Donation.ID), time.Time{})
			return err
		} else if fab.ClassOf(err) != fab.NotFound {
			return err
		}
		if out.Donation, err = read(tx, p); err != nil {
			return err
		}
		d := &out.Donation
		d.ID, d.Ref, d.Status, d.Photo, d.CreatedAt = store.NewID[fab.DonationID](tx), fab.NewReference(tx.Rand()), fab.DonationPledged, photo, tx.Now()
		if err := tx.AddDonation(d); err != nil {
			return err
		}
		if out.Token, err = tx.NewLink(fab.LinkDonation, string(d.ID), time.Time{}); err != nil {
			return err
		}
		if err := keepAppeal(tx); err != nil {
			return err
		}
		return note(tx, "gift_pledged", *d, d.Pledged)
	})
	return out, err
}

// read makes a donation of a form, or refuses everything that is wrong with it.
func read(tx *store.Tx, p Pledge) (d fab.Donation, err error) {
	d = fab.Donation{
		Words: fab.Line(p.Words), Condition: cmp.Or(p.Condition, fab.ConditionUnknown), Fetch: p.Fetch, Address: fab.Line(p.Address), Hours: fab.Line(p.Hours),
		Donor: fab.Line(p.Donor), Town: fab.Line(p.Town), Phone: fab.Line(p.Phone), Email: fab.Line(p.Email), MayName: p.MayName, SubmitKey: p.SubmitKey,
	}
	var errs fab.Errors
	if refused := what(tx, p, &d); refused != nil {
		errs = append(errs, refused)
	}
	m, err := tx.MaterialOf(d)
	if err != nil && fab.ClassOf(err) != fab.NotFound {
		return d, err
	}
	var refused *fab.Error
	if d.Pledged, d.EachMG, refused = quantity(m, p); refused != nil {
		errs = append(errs, refused)
	}
	errs = append(errs, who(&d)...)
	return d, errs.Or()
}

// what reads of what kind a gift is.
func what(tx *store.Tx, p Pledge, d *fab.Donation) *fab.Error {
	if device, ok := strings.CutPrefix(p.Material, GiftDevice); ok && fab.IsDevice(device) {
		d.Device, d.Words = device, ""
		return nil
	}
	if p.Material == GiftOther {
		if n := utf8.RuneCountInString(d.Words); n < 3 || n > maxNote {
			return fab.Refuse(fab.Invalid, "words_missing", "words", "max", maxNote)
		}
		return nil
	}
	d.Words = ""
	if _, err := tx.Material(p.Material); err != nil {
		return fab.Refuse(fab.Invalid, "material_missing", "material")
	}
	d.Material = p.Material
	return nil
}

// who checks whom to thank, and where a gift is fetched.
func who(d *fab.Donation) (errs fab.Errors) {
	for _, f := range []struct{ field, value string }{{"donor", d.Donor}, {"town", d.Town}} {
		errs = append(errs, fab.CheckLength(f.field, f.value, maxName, f.field+"_missing")...)
	}
	if d.Phone == "" && d.Email == "" {
		errs = append(errs, fab.Refuse(fab.Invalid, "phone_or_email", "phone"))
	}
	if len(d.Phone) > 40 {
		errs = append(errs, fab.Refuse(fab.Invalid, "phone_wrong", "phone"))
	}
	errs = append(errs, fab.CheckReach("", "", d.Email, "email")...)
	if !slices.Contains(fab.Conditions[:], d.Condition) {
		errs = append(errs, fab.Refuse(fab.Invalid, "condition_unknown", "condition"))
	}
	if !d.Fetch {
		d.Address, d.Hours = "", ""
		return errs
	}
	errs = append(errs, fab.CheckLength("address", d.Address, maxNote, "fetch_where")...)
	return append(errs, fab.CheckLength("hours", d.Hours, maxNote, "")...)
}

// quantity reads how much it is, and how much filament is on each reel.
func quantity(m fab.Material, p Pledge) (n, each int64, refused *fab.Error) {
	if m.Unit == fab.UnitMG && p.Measure == reel {
		if each, refused = m.Amount(p.Each, "g", "each"); refused != nil {
			return 0, 0, fab.Refuse(fab.Invalid, "reel_weight_missing", "each")
		}
		if each < 10_000 || each > 25*spoolMG {
			return 0, 0, fab.Refuse(fab.Invalid, "reel_weight_wrong", "each")
		}
		n, refused = fab.Exact(p.Count, each, "count")
		if refused == nil {
			refused = bounded(m, n)
		}
		return n, each, refused
	}
	n, refused = amount(m, p.Count, p.Measure)
	return n, 0, refused
}

// amount reads a quantity of a gift in one of the material's measures.
func amount(m fab.Material, typed, measure string) (int64, *fab.Error) {
	n, refused := m.Amount(typed, measure, "count")
	if refused != nil && refused.Code == "measure_unknown" {
		return 0, fab.Refuse(fab.Invalid, "measure_unfit", "measure")
	}
	if refused == nil {
		refused = bounded(m, n)
	}
	return n, refused
}

// bounded refuses more than one gift ever is, in the first measure of the material.
func bounded(m fab.Material, n int64) *fab.Error {
	most, factor := int64(maxPieces), int64(1)
	switch m.Unit {
	case fab.UnitMG:
		most, factor = maxGrams, 1_000
	case fab.UnitUM:
		most, factor = maxMetres, 1_000_000
	}
	switch {
	case n <= 0:
		return fab.Refuse(fab.Invalid, "quantity_not_positive", "count", "quantity", n)
	case n > most*factor:
		return fab.Refuse(fab.Invalid, "quantity_too_large", "count", "max", most)
	}
	return nil
}

// note tells of so much of a gift, in the unit in which people speak of it: pieces, grams, or metres.
func note(tx *store.Tx, code string, d fab.Donation, n int64) error {
	args := fab.Args{"quantity": n, "town": d.Town, "material": d.Material}
	material, err := tx.MaterialOf(d)
	switch {
	case err != nil:
		return err
	case d.Device != "":
		code, args = code+"_device", fab.Args{"quantity": n, "town": d.Town, "device": d.Device}
	case d.Other():
		code, args = code+"_other", fab.Args{"quantity": n, "town": d.Town}
	case material.Unit == fab.UnitMG:
		code, args["quantity"] = code+"_weighed", n/1_000
	case material.Unit == fab.UnitUM:
		code, args["quantity"] = code+"_long", n/1_000_000
	}
	return tx.Note(fab.Change{Code: code, Subject: string(d.ID), Args: args})
}
