package production

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// recallLinkFor is how long the link of a recall's letter works.
const recallLinkFor = 365 * 24 * time.Hour

// Told is one who is told of a recall, with what he or she has of it.
type Told struct {
	Kind    string // fab.ToldFacility, …
	Subject string // id of the facility, the maker or the donation
	Spot    fab.Spot
	Email   string
	Notice  fab.RecallNotice // without an id while nothing was noted

	Boxes []RecalledBox // of a facility
	Lots  []fab.Reached // of a maker: loose pieces that are there still
	Reels []fab.Spool   // of a maker: recalled spools that are there still
	Gift  fab.Donation  // of a donor
	Sent  int64         // products of it that were handed over
	Back  int64         // of those, how many came back
}

// Done reports whether nothing more is to be done about the recipient: it knows, and has none of it.
func (t Told) Done() bool {
	return !t.Notice.ToldAt.IsZero() && (t.Kind == fab.ToldDonor || !t.Notice.AnsweredAt.IsZero() || t.Kind == fab.ToldMaker && len(t.Lots)+len(t.Reels) == 0)
}

// RecalledBox is one box that holds pieces of a recall and left the lab.
type RecalledBox struct {
	Box    fab.Box
	At     time.Time // when it was handed over; zero while it is on its way
	Kits   []RecalledKit
	Others []fab.Kit // of which nothing is recalled
}

// RecalledKit is products of one box that hold pieces of a recall.
type RecalledKit struct {
	Kit  fab.Kit
	Lots []string // codes of the recalled lots inside
	Left int64    // products that are there still
}

// Telling is a recall with all who are told of it: facilities, makers, donors.
type Telling struct {
	Recall fab.Recall
	Told   []Told
}

// Find is the recipient of this kind and subject.
func (t Telling) Find(kind, subject string) (Told, error) {
	i := slices.IndexFunc(t.Told, func(one Told) bool { return one.Kind == kind && one.Subject == subject })
	if i < 0 {
		return Told{}, fab.Refuse(fab.NotFound, "not_found", "", "what", "recall letter")
	}
	return t.Told[i], nil
}

// Telling reads who is told of a recall, as the books have it now.
func (p *Production) Telling(ctx context.Context, id fab.RecallID) (t Telling, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		t, err = telling(tx, id)
		return err
	})
	return t, err
}

func telling(tx *store.Tx, id fab.RecallID) (t Telling, err error) {
	if t.Recall, err = tx.Recall(id); err != nil {
		return t, err
	}
	lots, err := tx.LotsTouched(t.Recall.What, t.Recall.Subject)
	if err != nil {
		return t, err
	}
	for _, find := range []func(*store.Tx, fab.Recall, []fab.Lot) ([]Told, error){toldFacilities, toldMakers, toldDonors} {
		more, err := find(tx, t.Recall, lots)
		if err != nil {
			return t, err
		}
		slices.SortStableFunc(more, func(a, b Told) int { return cmp.Compare(fab.Folded(a.Spot.Name), fab.Folded(b.Spot.Name)) })
		t.Told = append(t.Told, more...)
	}
	notices, err := tx.RecallNotices(id)
	for _, n := range notices {
		for i := range t.Told {
			if t.Told[i].Kind == n.Kind && t.Told[i].Subject == n.Subject {
				t.Told[i].Notice = n
			}
		}
	}
	return t, err
}

// toldFacilities are the places whose boxes left the lab: those on their way may be there already.
func toldFacilities(tx *store.Tx, r fab.Recall, lots []fab.Lot) (list []Told, err error) {
	codes := map[fab.LotID]string{}
	for _, l := range lots {
		codes[l.ID] = l.Code
	}
	boxes, err := tx.BoxesRecalled(r.What, r.Subject)
	if err != nil {
		return nil, err
	}
	for _, b := range boxes {
		if b.Status != fab.BoxDelivered && b.Status != fab.BoxLoaded {
			continue
		}
		request, err := tx.Request(b.RequestID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(list, func(t Told) bool { return t.Subject == string(request.FacilityID) })
		if i < 0 {
			f, err := tx.Facility(request.FacilityID)
			if err != nil {
				return nil, err
			}
			i = len(list)
			list = append(list, Told{Kind: fab.ToldFacility, Subject: string(f.ID), Spot: f.Spot(), Email: f.Email})
		}
		one, err := recalledBox(tx, b, request.FacilityID, codes)
		if err != nil {
			return nil, err
		}
		list[i].Boxes = append(list[i].Boxes, one)
		for _, k := range one.Kits {
			if b.Status == fab.BoxDelivered {
				list[i].Sent += k.Kit.Quantity
				list[i].Back += k.Kit.Quantity - k.Left
			}
		}
	}
	return list, nil
}

func recalledBox(tx *store.Tx, b fab.Box, to fab.FacilityID, codes map[fab.LotID]string) (one RecalledBox, err error) {
	one.Box = b
	if b.Status == fab.BoxDelivered && b.StopID != "" {
		stop, err := tx.Stop(b.StopID)
		if err != nil {
			return one, err
		}
		one.At = stop.DoneAt
	}
	kits, err := tx.KitsIn(b.ID)
	if err != nil {
		return one, err
	}
	for _, k := range kits {
		inside, err := tx.KitLots(k.ID)
		if err != nil {
			return one, err
		}
		found := RecalledKit{Kit: k, Left: k.Quantity}
		for _, kl := range inside {
			if code, ok := codes[kl.LotID]; ok {
				found.Lots = append(found.Lots, code)
			}
		}
		if len(found.Lots) == 0 {
			one.Others = append(one.Others, k)
			continue
		}
		slices.Sort(found.Lots)
		if b.Status == fab.BoxDelivered {
			if found.Left, err = tx.BalanceOf(fab.PlaceOf(fab.LocationFacility, string(to)), fab.KitItem(k.Product), string(k.ID)); err != nil {
				return one, err
			}
		}
		one.Kits = append(one.Kits, found)
	}
	return one, nil
}

// toldMakers are those who made some of it, those at whose home some of it or its spool lies, and the one whose work is
// recalled. Who left is told by nobody.
func toldMakers(tx *store.Tx, r fab.Recall, lots []fab.Lot) (list []Told, err error) {
	at := map[fab.MakerID]*Told{}
	add := func(id fab.MakerID) error {
		if id == "" || at[id] != nil {
			return nil
		}
		m, err := tx.Maker(id)
		if err != nil || m.Status == fab.MakerGone {
			return err
		}
		at[id] = &Told{Kind: fab.ToldMaker, Subject: string(id), Spot: fab.Spot{Name: m.Name, Postcode: m.Postcode, Town: m.Town, Phone: m.Phone}, Email: m.Email}
		return nil
	}
	for _, l := range lots {
		if err := add(l.MakerID); err != nil {
			return nil, err
		}
	}
	switch r.What {
	case fab.RecallMaker:
		err = add(fab.MakerID(r.Subject))
	case fab.RecallWorker:
		var w fab.Worker
		if w, err = tx.Worker(fab.WorkerID(r.Subject)); err == nil {
			err = add(w.MakerID)
		}
	}
	if err != nil {
		return nil, err
	}
	if err := addLoose(tx, r, at); err != nil {
		return nil, err
	}
	if err := addReel(tx, r, at, add); err != nil {
		return nil, err
	}
	for _, t := range at {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Told) int { return strings.Compare(a.Subject, b.Subject) })
	return list, nil
}

// addLoose gives makers the pieces that lie at their homes. All of those are makers of it.
func addLoose(tx *store.Tx, r fab.Recall, at map[fab.MakerID]*Told) error {
	reached, err := tx.Reach(r.What, r.Subject)
	for _, one := range reached {
		if t := at[one.MakerID]; t != nil && one.LotID != "" && one.Kind == fab.LocationMaker {
			t.Lots = append(t.Lots, one)
		}
	}
	return err
}

// addReel gives the recalled spool to the maker at whose home it lies.
func addReel(tx *store.Tx, r fab.Recall, at map[fab.MakerID]*Told, add func(fab.MakerID) error) error {
	if r.What != fab.RecallSpool {
		return nil
	}
	spool, err := tx.Spool(fab.SpoolID(r.Subject))
	if err != nil {
		return err
	}
	holding, err := tx.HoldingSource(fab.MaterialItem(spool.Filament), string(spool.ID))
	if err != nil {
		return err
	}
	makers, err := tx.Makers()
	if err != nil {
		return err
	}
	for _, m := range makers {
		here := func(at fab.Balance) bool { return at.Location == m.LocationID }
		if m.LocationID == fab.TheHub || m.Status == fab.MakerGone || !slices.ContainsFunc(holding, here) {
			continue
		}
		if err := add(m.ID); err != nil {
			return err
		}
		at[m.ID].Reels = append(at[m.ID].Reels, spool)
	}
	return nil
}

// toldDonors are those who gave the spools that it was made from.
func toldDonors(tx *store.Tx, r fab.Recall, lots []fab.Lot) (list []Told, err error) {
	var spools []fab.SpoolID
	if r.What == fab.RecallSpool {
		spools = append(spools, fab.SpoolID(r.Subject))
	}
	for _, l := range lots {
		if l.SpoolID != "" && !slices.Contains(spools, l.SpoolID) {
			spools = append(spools, l.SpoolID)
		}
	}
	for _, id := range spools {
		s, err := tx.Spool(id)
		if err != nil {
			return nil, err
		}
		if s.DonationID == "" || slices.ContainsFunc(list, func(t Told) bool { return t.Subject == string(s.DonationID) }) {
			continue
		}
		g, err := tx.Donation(s.DonationID)
		if err != nil {
			return nil, err
		}
		list = append(list, Told{Kind: fab.ToldDonor, Subject: string(g.ID), Spot: fab.Spot{Name: g.Donor, Town: g.Town, Phone: g.Phone}, Email: g.Email, Gift: g})
	}
	return list, nil
}
