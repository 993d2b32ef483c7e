package delivery

import (
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Unused is a delivered box, or some of it, that comes back because nobody needed it, as it was looked at.
type Unused struct {
	Box  fab.BoxID
	Good int64
	Bad  int64
	Why  string // of fab.DefectReasons when some are bad
	Said string
	By   fab.AccountID
}

// TakeBack puts good products that come back into stock again, as pieces and materials under their own names, and no longer
// promises them to who gave them back. Bad ones are scrapped and stand with their lots.
func (d *Delivery) TakeBack(ctx context.Context, u Unused) error {
	u.Said = fab.Lines(u.Said)
	var errs fab.Errors
	switch {
	case u.Good < 0 || u.Bad < 0:
		errs = append(errs, fab.Refuse(fab.Invalid, "count_negative", "good"))
	case u.Good+u.Bad == 0:
		errs = append(errs, fab.Refuse(fab.Invalid, "quantity_not_positive", "good"))
	}
	if u.Bad > 0 && !slices.Contains(fab.DefectReasons[:], u.Why) {
		errs = append(errs, fab.Refuse(fab.Invalid, "reason_missing", "reason"))
	}
	errs = append(errs, fab.CheckLength("note", u.Said, maxText, "")...)
	if err := errs.Or(); err != nil {
		return err
	}
	return d.store.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Box(u.Box)
		if err != nil {
			return err
		}
		if box.Status != fab.BoxDelivered {
			return fab.Refuse(fab.Conflict, "box_not_delivered", "good")
		}
		return takeBack(tx, box, u)
	})
}

func takeBack(tx *store.Tx, box fab.Box, u Unused) error {
	r, err := tx.Request(box.RequestID)
	if err != nil {
		return err
	}
	place := fab.PlaceOf(fab.LocationFacility, string(r.FacilityID))
	kits, err := tx.KitsIn(box.ID)
	if err != nil {
		return err
	}
	there, all := make([]int64, len(kits)), int64(0)
	for i, k := range kits {
		if there[i], err = tx.BalanceOf(place, fab.KitItem(k.Product), string(k.ID)); err != nil {
			return err
		}
		all += there[i]
	}
	if u.Good > all || u.Bad > all-u.Good {
		return fab.Refuse(fab.Invalid, "came_back_more", "good", "max", all)
	}
	good, bad := u.Good, u.Bad
	for i, k := range kits {
		g := min(good, there[i])
		b := min(bad, there[i]-g)
		good, bad = good-g, bad-b
		if err := scrapBack(tx, r, place, k, b, u); err != nil {
			return err
		}
		if err := stockBack(tx, r, box, place, k, g, u.By); err != nil {
			return err
		}
	}
	if err := tx.EndIfEmpty(box); err != nil {
		return err
	}
	if err := tx.Note(fab.Change{Code: "box_back", Subject: string(box.ID), Request: r.ID, Args: fab.Args{"box": box.Code, "good": u.Good, "bad": u.Bad}}); err != nil {
		return err
	}
	return closeRequest(tx, r.ID)
}

// scrapBack scraps bad products of a kit.
func scrapBack(tx *store.Tx, r fab.Request, place fab.LocationID, k fab.Kit, n int64, u Unused) error {
	if n == 0 {
		return nil
	}
	bad := fab.Defect{ID: store.NewID[fab.DefectID](tx), RequestID: r.ID, KitID: k.ID, Quantity: n, Why: u.Why, Said: u.Said, By: u.By, At: tx.Now()}
	err := tx.Post(fab.StockMove{Item: fab.KitItem(k.Product), Source: string(k.ID), From: place, To: fab.OutsideScrapped, Quantity: n, Why: fab.MoveScrapped, Subject: string(bad.ID), By: u.By})
	if err != nil {
		return err
	}
	return tx.AddDefect(&bad)
}

// stockBack takes good products of a kit apart at the hub, and promises so many less.
func stockBack(tx *store.Tx, r fab.Request, box fab.Box, place fab.LocationID, k fab.Kit, n int64, by fab.AccountID) error {
	if n == 0 {
		return nil
	}
	err := tx.Post(fab.StockMove{Item: fab.KitItem(k.Product), Source: string(k.ID), From: place, To: fab.TheHub, Quantity: n, Why: fab.MoveHandedBack, Subject: string(box.ID), By: by})
	if err != nil {
		return err
	}
	if _, err := tx.Unpack(&k, n, by); err != nil {
		return err
	}
	return tx.PromiseLess(r.ID, k.Product, n)
}
