package supply

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Parcel is what came of a gift, as typed. Seen is what the form said had come before, in the unit of the gift, so that two
// people who receive the same parcel count it once; "" when the form said nothing.
type Parcel struct {
	Donation fab.DonationID
	Count    string
	Measure  string
	Last     bool   // nothing more comes
	Model    string // of devices
	Wiped    bool   // nothing of their donor is on them
	Seen     string
	By       fab.AccountID
}

// Receive books what came of a gift into the hub. What is missing stays pledged, unless nothing more comes. Filament becomes
// spools with codes. What the lab has no name for is blocked instead: see Block.
func (s *Supply) Receive(ctx context.Context, p Parcel) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		d, err := open(tx, p.Donation, p.Seen)
		if err != nil {
			return err
		}
		if d.Other() {
			return fab.Refuse(fab.Conflict, "gift_unnamed", "")
		}
		material, err := tx.MaterialOf(d)
		if err != nil {
			return err
		}
		n, refused := amount(material, p.Count, p.Measure)
		if refused != nil {
			return refused
		}
		if d.Device != "" {
			return receiveDevices(tx, d, n, p)
		}
		return receive(tx, d, material, n, p)
	})
}

func receive(tx *store.Tx, d fab.Donation, material fab.Material, n int64, p Parcel) error {
	d.Takes(n, p.Last, tx.Now())
	if err := tx.SetDonation(&d); err != nil {
		return err
	}
	in := fab.StockMove{Item: fab.MaterialItem(material.Code), Source: string(d.ID), Why: "received", Subject: string(d.ID), By: p.By}
	if err := book(tx, in, d, material, n); err != nil {
		return err
	}
	if err := keepAppeal(tx); err != nil {
		return err
	}
	return note(tx, "gift_received", d, n)
}

// open reads a gift of which something is to come. It refuses one that is over, and one of which something came since the
// form was made, and says so.
func open(tx *store.Tx, id fab.DonationID, seen string) (fab.Donation, error) {
	d, err := tx.Donation(id)
	switch {
	case err != nil:
		return d, err
	case d.Status == fab.DonationRefused:
		return d, fab.Refuse(fab.Conflict, "gift_refused", "")
	case d.Status != fab.DonationPledged:
		return d, fab.Refuse(fab.Conflict, "gift_received", "count")
	case seen != "" && seen != strconv.FormatInt(d.Received, 10):
		return d, fab.Refuse(fab.Conflict, "gift_changed", "count")
	}
	return d, nil
}

// Answer is what the lab says of a gift that it does not take, or of which nothing more comes.
type Answer struct {
	Donation fab.DonationID
	Why      string // one of fab.GiftRefusals
	Said     string // a line to the donor
	Seen     string
}

// Refuse turns down a gift of which nothing came. Sent twice it has one effect.
func (s *Supply) Refuse(ctx context.Context, a Answer) error {
	a.Said = fab.Line(a.Said)
	if !slices.Contains(fab.GiftRefusals[:], a.Why) {
		return fab.Refuse(fab.Invalid, "gift_why_missing", "why")
	}
	if errs := fab.CheckLength("said", a.Said, maxNote, ""); errs != nil {
		return errs.Or()
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.Donation(a.Donation)
		if err != nil || d.Status == fab.DonationRefused {
			return err
		}
		if d, err = open(tx, a.Donation, a.Seen); err != nil {
			return err
		}
		if d.Received > 0 {
			return fab.Refuse(fab.Conflict, "gift_in_part", "")
		}
		d.Said = a.Said
		d.Close(fab.DonationRefused, a.Why, tx.Now())
		if err := tx.SetDonation(&d); err != nil {
			return err
		}
		return note(tx, "gift_refused", d, d.Pledged)
	})
}

// Close says that the rest of a gift does not come. Sent twice it has one effect.
func (s *Supply) Close(ctx context.Context, id fab.DonationID, seen string) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.Donation(id)
		if err != nil || d.Status == fab.DonationReceived && d.Why == fab.GiftNotComing {
			return err
		}
		if d, err = open(tx, id, seen); err != nil {
			return err
		}
		if d.Received == 0 {
			return fab.Refuse(fab.Conflict, "gift_nothing_came", "")
		}
		d.Close(fab.DonationReceived, fab.GiftNotComing, tx.Now())
		return tx.SetDonation(&d)
	})
}

// book moves a material into the hub as the move says, and filament on spools.
func book(tx *store.Tx, in fab.StockMove, d fab.Donation, material fab.Material, n int64) error {
	in.From, in.To, in.Quantity = fab.OutsideGiven, fab.TheHub, n
	if material.Unit != fab.UnitMG {
		return tx.Post(in)
	}
	each := d.EachMG
	if each == 0 {
		each = spoolMG
	}
	if n/each > maxSpools {
		return fab.Refuse(fab.Invalid, "quantity_too_large", "count", "max", maxSpools*each/1000)
	}
	for left := n; left > 0; left -= each {
		spool, err := addSpool(tx, d, material, min(left, each))
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

func addSpool(tx *store.Tx, d fab.Donation, material fab.Material, mg int64) (fab.Spool, error) {
	n, err := tx.Next("spool")
	if err != nil {
		return fab.Spool{}, err
	}
	s := fab.Spool{
		ID: store.NewID[fab.SpoolID](tx), Code: fmt.Sprintf("F-%03d", n), Filament: material.Code, InitialMG: mg, DonationID: d.ID, CreatedAt: tx.Now(),
	}
	return s, tx.AddSpool(&s)
}
