// Package supply keeps the stock: gifts pledged and received, spools, and kits assembled from parts and materials.
// Every change of stock is a ledger move, and every gram and sheet keeps the name of the gift that it came from.
package supply

import (
	"context"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Bounds of one gift.
const (
	maxPieces = 1_000_000
	maxGrams  = 1_000_000
	spoolMG   = 1_000_000 // filament comes in reels of one kilogram
	maxNote   = 200       // characters
)

// Supply answers for one lab. It is safe for concurrent use.
type Supply struct{ store *store.Store }

// New builds a Supply.
func New(s *store.Store) *Supply { return &Supply{store: s} }

// Pledge is what the gift form holds, as typed. Count is in pieces, or in grams for what is weighed.
type Pledge struct {
	Material  string
	Count     string
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
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		out = Pledged{}
		if out.Donation, err = tx.DonationBySubmitKey(p.SubmitKey); err == nil {
			out.Again = true
			out.Token, err = tx.NewLink(fab.LinkDonation, string(out.Donation.ID), time.Time{})
			return err
		} else if fab.ClassOf(err) != fab.NotFound {
			return err
		}
		quantity, err := checkPledge(tx, &p)
		if err != nil {
			return err
		}
		out.Donation = fab.Donation{
			ID: store.NewID[fab.DonationID](tx), Ref: fab.NewReference(tx.Rand()), Donor: p.Donor, Town: p.Town, Phone: p.Phone, Email: p.Email,
			Material: p.Material, Pledged: quantity, Status: fab.DonationPledged, MayName: p.MayName, SubmitKey: p.SubmitKey, CreatedAt: tx.Now(),
		}
		if err := tx.AddDonation(&out.Donation); err != nil {
			return err
		}
		if out.Token, err = tx.NewLink(fab.LinkDonation, string(out.Donation.ID), time.Time{}); err != nil {
			return err
		}
		return note(tx, "gift_pledged", out.Donation)
	})
	return out, err
}

// note tells of a gift in the unit in which people speak of it: pieces, or grams.
func note(tx *store.Tx, code string, d fab.Donation) error {
	material, err := tx.Material(d.Material)
	if err != nil {
		return err
	}
	quantity := max(d.Pledged, d.Received)
	if material.Unit == fab.UnitMG {
		code, quantity = code+"_weighed", quantity/1000
	}
	return tx.Note(fab.Change{Code: code, Subject: string(d.ID), Args: fab.Args{"material": d.Material, "quantity": quantity, "town": d.Town}})
}

func checkPledge(tx *store.Tx, p *Pledge) (quantity int64, err error) {
	for _, s := range []*string{&p.Donor, &p.Town, &p.Phone, &p.Email} {
		*s = fab.Line(*s)
	}
	var errs fab.Errors
	material, err := tx.Material(p.Material)
	if fab.ClassOf(err) == fab.NotFound {
		errs = append(errs, fab.Refuse(fab.Invalid, "material_missing", "material"))
	} else if err != nil {
		return 0, err
	}
	quantity, refused := amount(p.Count, material.Unit)
	if refused != nil {
		errs = append(errs, refused)
	}
	for _, f := range []struct{ field, value string }{{"donor", p.Donor}, {"town", p.Town}} {
		errs = append(errs, fab.CheckLength(f.field, f.value, 80, f.field+"_missing")...)
	}
	if p.Phone == "" && p.Email == "" {
		errs = append(errs, fab.Refuse(fab.Invalid, "phone_or_email", "phone"))
	}
	if len(p.Phone) > 40 {
		errs = append(errs, fab.Refuse(fab.Invalid, "phone_wrong", "phone"))
	}
	errs = append(errs, fab.CheckReach("", "", p.Email, "email")...)
	return quantity, errs.Or()
}

// amount reads pieces, or grams into milligrams.
func amount(typed, unit string) (int64, *fab.Error) {
	n, ok := fab.WholeNumber(typed)
	most, factor := int64(maxPieces), int64(1)
	if unit == fab.UnitMG {
		most, factor = maxGrams, 1000
	}
	switch {
	case !ok:
		return 0, fab.Refuse(fab.Invalid, "not_a_number", "count")
	case n <= 0:
		return 0, fab.Refuse(fab.Invalid, "quantity_not_positive", "count", "quantity", n)
	case n > most:
		return 0, fab.Refuse(fab.Invalid, "quantity_too_large", "count", "max", most)
	}
	return n * factor, nil
}

// Receive books a gift into the hub. What arrived may differ from what was pledged. Filament becomes spools with codes.
func (s *Supply) Receive(ctx context.Context, id fab.DonationID, count string, by fab.AccountID) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.Donation(id)
		if err != nil {
			return err
		}
		if d.Status != fab.DonationPledged {
			return fab.Refuse(fab.Conflict, "gift_received", "count")
		}
		material, err := tx.Material(d.Material)
		if err != nil {
			return err
		}
		quantity, refused := amount(count, material.Unit)
		if refused != nil {
			return refused
		}
		d.Received, d.Status, d.ReceivedAt = quantity, fab.DonationReceived, tx.Now()
		if err := tx.SetDonation(&d); err != nil {
			return err
		}
		if err := book(tx, d, material, by); err != nil {
			return err
		}
		return note(tx, "gift_received", d)
	})
}

// Refuse turns a pledged gift down: it does not come, or the lab cannot use it.
func (s *Supply) Refuse(ctx context.Context, id fab.DonationID) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.Donation(id)
		if err != nil || d.Status == fab.DonationRefused {
			return err
		}
		if d.Status != fab.DonationPledged {
			return fab.Refuse(fab.Conflict, "gift_received", "count")
		}
		d.Status = fab.DonationRefused
		if err := tx.SetDonation(&d); err != nil {
			return err
		}
		return note(tx, "gift_refused", d)
	})
}

func book(tx *store.Tx, d fab.Donation, material fab.Material, by fab.AccountID) error {
	in := fab.StockMove{
		Item: fab.MaterialItem(d.Material), Source: string(d.ID), From: fab.OutsideGiven, To: fab.TheHub, Quantity: d.Received,
		Why: "received", Subject: string(d.ID), By: by,
	}
	if material.Unit != fab.UnitMG {
		return tx.Post(in)
	}
	for left := d.Received; left > 0; left -= spoolMG {
		spool, err := addSpool(tx, d, min(left, spoolMG))
		if err != nil {
			return err
		}
		in.Source, in.Quantity = string(spool.ID), spool.InitialMG
		if err := tx.Post(in); err != nil {
			return err
		}
	}
	return nil
}

func addSpool(tx *store.Tx, d fab.Donation, mg int64) (fab.Spool, error) {
	n, err := tx.Next("spool")
	if err != nil {
		return fab.Spool{}, err
	}
	s := fab.Spool{
		ID: store.NewID[fab.SpoolID](tx), Code: fmt.Sprintf("F-%03d", n), Filament: d.Material, InitialMG: mg, DonationID: d.ID, CreatedAt: tx.Now(),
	}
	return s, tx.AddSpool(&s)
}
