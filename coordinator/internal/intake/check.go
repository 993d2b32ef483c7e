package intake

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// read turns a form into lines and a date, with one refusal for each field that is wrong.
func (i *Intake) read(tx *store.Tx, f Form) (lines []fab.RequestLine, needBy time.Time, errs fab.Errors, err error) {
	lines, errs, err = quantities(tx, f.Quantities)
	if err != nil {
		return nil, needBy, nil, err
	}
	for n := range lines {
		err := supply(tx, &lines[n], f.Supplied[lines[n].Product])
		if refused, ok := fab.RefusalsOf(err); ok {
			errs = append(errs, refused...)
		} else if err != nil {
			return nil, needBy, nil, err
		}
	}
	errs = append(errs, checkFacility(trimmed(f.Facility))...)
	if f.Finess != "" && f.Finess != NotListed && number(f.Finess) == "" {
		errs = append(errs, fab.Refuse(fab.Invalid, "finess_number_wrong", "finess"))
	}
	needBy, refused := day(f.NeedBy, tx.Now())
	if refused != nil {
		errs = append(errs, refused)
	}
	if utf8.RuneCountInString(fab.Lines(f.Note)) > 1000 {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "note", "max", 1000))
	}
	if f.Channel != fab.ChannelWeb && f.Channel != fab.ChannelPhone {
		errs = append(errs, fab.Refuse(fab.Invalid, "channel_unknown", "channel"))
	}
	return lines, needBy, errs, nil
}

func quantities(tx *store.Tx, asked map[string]string) (lines []fab.RequestLine, errs fab.Errors, err error) {
	products := make([]string, 0, len(asked))
	for product := range asked {
		products = append(products, product)
	}
	slices.Sort(products)
	slices.Reverse(products) // visors before masks before hooks, as the catalogue shows them
	for _, product := range products {
		if strings.TrimSpace(asked[product]) == "" {
			continue
		}
		field := "qty_" + product
		n, ok := fab.WholeNumber(asked[product])
		switch {
		case ok && n == 0:
			continue
		case !ok || n < 0:
			errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", field))
			continue
		case n > fab.MaxAsked:
			errs = append(errs, fab.Refuse(fab.Invalid, "quantity_too_large", field, "max", fab.MaxAsked))
			continue
		}
		if _, err := tx.CurrentDesign(product); fab.ClassOf(err) == fab.NotFound {
			errs = append(errs, fab.Refuse(fab.Invalid, "product_unknown", field))
			continue
		} else if err != nil {
			return nil, nil, err
		}
		lines = append(lines, fab.RequestLine{Product: product, Asked: n})
	}
	if len(lines) == 0 && len(errs) == 0 {
		errs = append(errs, fab.Refuse(fab.Invalid, "nothing_asked", "qty_visor"))
	}
	return lines, errs, nil
}

func checkFacility(f fab.Facility) (errs fab.Errors) {
	errs = append(fab.CheckLength("facility", f.Name, 120, "facility_missing"), fab.CheckLength("town", f.Town, 80, "town_missing")...)
	errs = append(errs, fab.CheckLength("contact", f.Contact, 80, "contact_missing")...)
	if !slices.Contains(fab.FacilityKinds[:], f.Kind) {
		errs = append(errs, fab.Refuse(fab.Invalid, "kind_missing", "kind"))
	}
	for _, more := range []struct{ field, value string }{{"address", f.Address}, {"postcode", f.Postcode}, {"access", f.Access}} {
		errs = append(errs, fab.CheckLength(more.field, more.value, 200, "")...)
	}
	if f.Phone == "" {
		errs = append(errs, fab.Refuse(fab.Invalid, "phone_wrong", "phone"))
	}
	errs = append(errs, fab.CheckReach(f.Phone, "phone", f.Email, "email")...)
	return errs
}

// day reads a date as people type it. Today is the first that makes sense.
func day(typed string, now time.Time) (time.Time, *fab.Error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return time.Time{}, fab.Refuse(fab.Invalid, "date_missing", "need_by")
	}
	for _, form := range []string{"2006-01-02", "02/01/2006", "2/1/2006", "02.01.2006", "02-01-2006"} {
		d, err := time.Parse(form, typed)
		if err != nil {
			continue
		}
		switch {
		case d.Before(now.Truncate(24 * time.Hour)):
			return d, fab.Refuse(fab.Invalid, "date_past", "need_by")
		case d.After(now.Add(fab.FarthestDue)):
			return d, fab.Refuse(fab.Invalid, "date_too_far", "need_by")
		}
		return d, nil
	}
	return time.Time{}, fab.Refuse(fab.Invalid, "date_wrong", "need_by")
}

func trimmed(f fab.Facility) fab.Facility {
	for _, s := range []*string{&f.Name, &f.Address, &f.Postcode, &f.Town, &f.Contact, &f.Phone, &f.Email, &f.Access, &f.FinessET} {
		*s = fab.Line(*s)
	}
	return f
}
