package supply

import (
	"context"
	"fmt"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Unlabelled is the form for goods without a paper, as typed. Donation is the gift that they belong to, "" when nobody knows.
type Unlabelled struct {
	Donation  fab.DonationID
	Words     string // what it looks like; "" for the words of the gift
	Count     string // pieces
	Photo     []byte
	Last      bool // nothing more of the gift comes
	Seen      string
	SubmitKey string
	By        fab.AccountID
}

// Block takes goods into the hub that nobody knows: without a label, or nothing that the lab has a name for. Nothing can be
// made of them, and nobody can be given them, before somebody says what they are. The same form sent twice has one effect.
func (s *Supply) Block(ctx context.Context, u Unlabelled) (lot fab.BlockedLot, err error) {
	if !fab.ValidKey(u.SubmitKey) {
		return lot, fab.Refuse(fab.Invalid, "form_expired", "key")
	}
	photo, err := s.store.PutPhoto(ctx, u.Photo, photoSide, photoBytes, "photo")
	if err != nil {
		return lot, err
	}
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		if lot, err = tx.BlockedBySubmitKey(u.SubmitKey); err == nil || fab.ClassOf(err) != fab.NotFound {
			return err
		}
		lot, err = block(tx, u, photo)
		return err
	})
	return lot, err
}

func block(tx *store.Tx, u Unlabelled, photo string) (fab.BlockedLot, error) {
	lot := fab.BlockedLot{Words: fab.Line(u.Words), Photo: photo, Status: fab.BlockedHere, SubmitKey: u.SubmitKey, By: u.By, CreatedAt: tx.Now()}
	d, err := giftOf(tx, u)
	if err != nil {
		return lot, err
	}
	if lot.Words == "" {
		lot.Words = d.Words
	}
	if errs := fab.CheckLength("words", lot.Words, maxNote, "words_missing"); errs != nil {
		return lot, errs.Or()
	}
	var refused *fab.Error
	if lot.Quantity, refused = amount(fab.Material{Unit: fab.UnitPiece}, u.Count, ""); refused != nil {
		return lot, refused
	}
	n, err := tx.Next("blocked")
	if err != nil {
		return lot, err
	}
	lot.ID, lot.Code = store.NewID[fab.BlockedID](tx), fmt.Sprintf("Q-%03d", n)
	if lot.DonationID, err = tookPart(tx, d, lot, u.Last); err != nil {
		return lot, err
	}
	if err := tx.AddBlocked(&lot); err != nil {
		return lot, err
	}
	in := fab.StockMove{Item: fab.BlockedItem, Source: string(lot.ID), From: fab.OutsideGiven, To: fab.TheHub, Quantity: lot.Quantity, Why: fab.MoveBlocked, Subject: string(lot.ID), By: u.By}
	if err := tx.Post(in); err != nil {
		return lot, err
	}
	return lot, tx.Note(fab.Change{Code: "goods_blocked", Subject: string(lot.ID), Args: fab.Args{"code": lot.Code, "quantity": lot.Quantity}})
}

// giftOf is the gift that goods belong to; the zero gift for goods that nobody knows anything about.
func giftOf(tx *store.Tx, u Unlabelled) (fab.Donation, error) {
	if u.Donation == "" {
		return fab.Donation{}, nil
	}
	return open(tx, u.Donation, u.Seen)
}

// tookPart notes goods with their gift. Those of nobody get one of their own, so that what they become has a source. A gift
// that has a name stays open: what came is not known to be it.
func tookPart(tx *store.Tx, d fab.Donation, lot fab.BlockedLot, last bool) (fab.DonationID, error) {
	if d.ID == "" {
		d = fab.Donation{
			ID: store.NewID[fab.DonationID](tx), Ref: fab.NewReference(tx.Rand()), Words: lot.Words, Condition: fab.ConditionUnknown, Photo: lot.Photo,
			Pledged: lot.Quantity, Received: lot.Quantity, Status: fab.DonationReceived, SubmitKey: lot.SubmitKey, CreatedAt: tx.Now(), ReceivedAt: tx.Now(), ClosedAt: tx.Now(),
		}
		return d.ID, tx.AddDonation(&d)
	}
	if !d.Other() {
		return d.ID, nil
	}
	d.Takes(lot.Quantity, last, tx.Now())
	return d.ID, tx.SetDonation(&d)
}

// Identity is what blocked goods were found to be, as typed.
type Identity struct {
	Lot      fab.BlockedID
	Material string
	Count    string
	Measure  string
	Each     string // grams on one reel
	Note     string // how somebody knows
	By       fab.AccountID
}

// Identify makes a material of the lab of blocked goods, with the reason. What turns out to be what its gift was of counts as
// received of it.
func (s *Supply) Identify(ctx context.Context, i Identity) error {
	note, refused := reason(i.Note)
	if refused != nil {
		return refused
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		lot, err := blocked(tx, i.Lot)
		if err != nil {
			return err
		}
		material, err := tx.Material(i.Material)
		if fab.ClassOf(err) == fab.NotFound {
			return fab.Refuse(fab.Invalid, "material_missing", "material")
		} else if err != nil {
			return err
		}
		n, each, refused := quantity(material, Pledge{Count: i.Count, Measure: i.Measure, Each: i.Each})
		if refused != nil {
			return refused
		}
		lot.Material, lot.Became = material.Code, n
		if err := let(tx, lot, fab.BlockedIdentified, fab.MoveIdentified, fab.OutsideGiven, note, i.By); err != nil {
			return err
		}
		return become(tx, lot, material, each, i.By)
	})
}

// become takes what blocked goods were found to be into the hub.
func become(tx *store.Tx, lot fab.BlockedLot, material fab.Material, each int64, by fab.AccountID) error {
	d, err := tx.Donation(lot.DonationID)
	if err != nil {
		return err
	}
	if each > 0 {
		d.EachMG = each
	}
	if d.Material == material.Code && d.Status == fab.DonationPledged {
		return receive(tx, d, material, lot.Became, Parcel{By: by})
	}
	in := fab.StockMove{Item: fab.MaterialItem(material.Code), Source: string(d.ID), Why: fab.MoveIdentified, Subject: string(lot.ID), By: by}
	return book(tx, in, d, material, lot.Became)
}

// LetGo scraps blocked goods or gives them back, with the reason.
func (s *Supply) LetGo(ctx context.Context, id fab.BlockedID, as fab.BlockedStatus, said string, by fab.AccountID) error {
	note, refused := reason(said)
	if refused != nil {
		return refused
	}
	out, err := wayOut(string(as))
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		lot, err := blocked(tx, id)
		if err != nil {
			return err
		}
		return let(tx, lot, as, out.Why, out.To, note, by)
	})
}

// wayOut is the move by which goods leave that the lab makes nothing of: to the bin, or back to who gave them.
func wayOut(as string) (fab.StockMove, error) {
	switch as {
	case string(fab.BlockedScrapped):
		return fab.StockMove{Why: fab.MoveScrapped, To: fab.OutsideScrapped}, nil
	case string(fab.BlockedReturned):
		return fab.StockMove{Why: fab.MoveGivenBack, To: fab.OutsideGiven}, nil
	}
	return fab.StockMove{}, fab.Refuse(fab.Invalid, "blocked_way", "")
}

// blocked reads goods that nobody let go yet.
func blocked(tx *store.Tx, id fab.BlockedID) (fab.BlockedLot, error) {
	lot, err := tx.Blocked(id)
	if err == nil && lot.Status != fab.BlockedHere {
		err = fab.Refuse(fab.Conflict, "blocked_gone", "", "code", lot.Code)
	}
	return lot, err
}

// let ends blocked goods: they leave the hub.
func let(tx *store.Tx, lot fab.BlockedLot, as fab.BlockedStatus, why string, to fab.LocationID, note string, by fab.AccountID) error {
	lot.Status, lot.Note, lot.EndedBy, lot.EndedAt = as, note, by, tx.Now()
	if err := tx.SetBlocked(&lot); err != nil {
		return err
	}
	out := fab.StockMove{Item: fab.BlockedItem, Source: string(lot.ID), From: fab.TheHub, To: to, Quantity: lot.Quantity, Why: why, Subject: string(lot.ID), Note: note, By: by}
	if err := tx.Post(out); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "goods_" + string(as), Subject: string(lot.ID), Args: fab.Args{"code": lot.Code, "by": string(by)}})
}

// Countable leaves out of what lies at a place what nobody counts there: blocked goods are identified, and devices are known
// one by one.
func Countable(held []fab.Balance) []fab.Balance {
	return slices.DeleteFunc(held, func(b fab.Balance) bool {
		kind, _ := b.Item.Split()
		return kind == "blocked" || kind == "device"
	})
}
