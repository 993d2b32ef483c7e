package supply_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

func (l *lab) donation(id fab.DonationID) (d fab.Donation) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) {
		d, err = tx.Donation(id)
		return err
	})
	return d
}

func (l *lab) coming(material string) (n int64) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		stock, err := tx.MaterialStock()
		n = stock[material]
		return err
	})
	return n
}

func (l *lab) pledged(p supply.Pledge) supply.Pledged {
	l.t.Helper()
	out, err := l.supply.Pledge(l.t.Context(), p)
	require.NoError(l.t, err)
	return out
}

// Ensure that what came of a gift is in stock and the rest stays pledged, until it comes or somebody says that it does not;
// and that the parcel which two people receive at once counts once.
func TestAGiftComesInParts(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		p := pledge("film-a4", "50", "parts")
		p.Fetch, p.Address, p.Hours = true, "12 rue des Dunes", "mardi"
		id := l.pledged(p).Donation.ID
		require.NoError(t, l.supply.Receive(ctx, supply.Parcel{Donation: id, Count: "20", Seen: "0"}))
		require.EqualValues(t, 50, l.coming("film-a4"), "20 here and 30 pledged")
		require.EqualValues(t, 20, l.at(fab.MaterialItem("film-a4")))
		refused(t, l.supply.Refuse(ctx, supply.Answer{Donation: id, Why: "no_room"}), fab.Conflict, "", "gift_in_part")

		var all sync.WaitGroup
		said := make([]error, 4)
		for i := range said {
			all.Go(func() { said[i] = l.supply.Receive(ctx, supply.Parcel{Donation: id, Count: "10", Seen: "20"}) })
		}
		all.Wait()
		good := 0
		for _, err := range said {
			if err == nil {
				good++
				continue
			}
			refused(t, err, fab.Conflict, "count", "gift_changed")
		}
		require.Equal(t, 1, good)
		require.EqualValues(t, 30, l.donation(id).Received)
		require.Equal(t, "12 rue des Dunes", l.donation(id).Address, "the rest is still to be fetched")
		refused(t, l.supply.Close(ctx, id, "20"), fab.Conflict, "count", "gift_changed")
		require.NoError(t, l.supply.Close(ctx, id, "30"))
		require.NoError(t, l.supply.Close(ctx, id, "30"), "said twice")
		require.EqualValues(t, 30, l.coming("film-a4"), "nothing more is counted on")
		d := l.donation(id)
		require.Equal(t, fab.DonationReceived, d.Status)
		require.Equal(t, fab.GiftNotComing, d.Why)
		require.Empty(t, d.Address+d.Hours, "where it was fetched is forgotten")

		whole := l.pledged(pledge("film-a4", "5", "whole")).Donation.ID
		refused(t, l.supply.Close(ctx, whole, ""), fab.Conflict, "", "gift_nothing_came")
		refused(t, l.supply.Refuse(ctx, supply.Answer{Donation: whole, Why: "because"}), fab.Invalid, "why", "gift_why_missing")
		require.NoError(t, l.supply.Receive(ctx, supply.Parcel{Donation: whole, Count: "6"}), "more than was announced")
		require.Empty(t, l.donation(whole).Why)
		l.sound()
	})
}

// Ensure that a gift is told in the units of its material, and that filament comes on reels of the weight that was told.
func TestAGiftIsToldInItsUnits(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	l.update(func(tx *store.Tx) error {
		return tx.AddMaterial(&fab.Material{Code: "elastic", Unit: fab.UnitUM, Measures: []fab.Measure{{Code: "roll", Factor: 100_000_000}}})
	})
	p := pledge("elastic", "2,5", "rolls")
	p.Measure = "roll"
	require.EqualValues(t, 250_000_000, l.pledged(p).Donation.Pledged)
	p = pledge("petg", "3", "reels")
	p.Measure, p.Each, p.Condition = "reel", "750", "opened"
	d := l.pledged(p).Donation
	require.EqualValues(t, 2_250_000, d.Pledged)
	require.Equal(t, "opened", d.Condition)
	require.NoError(t, l.supply.Receive(t.Context(), supply.Parcel{Donation: d.ID, Count: "1,6", Measure: "kg"}))
	l.view(func(tx *store.Tx) error {
		spools, err := tx.Spools()
		require.Len(t, spools, 3)
		require.EqualValues(t, 750_000, spools[1].InitialMG)
		require.EqualValues(t, 100_000, spools[2].InitialMG)
		return err
	})
	l.sound()
}

// Ensure that the photo of a gift is drawn anew.
func TestAPhotoOfAGiftIsDrawnAnew(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	var picture bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 3000, 20))))
	p := pledge("film-a4", "5", "photo")
	p.Photo = picture.Bytes()
	d := l.pledged(p).Donation
	blob, err := l.store.Blob(t.Context(), d.Photo)
	require.NoError(t, err)
	require.Equal(t, fab.PhotoKind, blob.Kind)
	var kept bytes.Buffer
	require.NoError(t, l.store.ReadBlob(t.Context(), d.Photo, &kept))
	size, _, err := image.DecodeConfig(&kept)
	require.NoError(t, err)
	require.Equal(t, 1280, size.Width)
}

// Ensure that what nobody knows is in the ledger once, goes nowhere, and becomes a material, or leaves, once and with a
// reason; and that its donor reads it.
func TestUnknownGoodsWaitUntilSomebodyKnows(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		p := pledge(supply.GiftOther, "4", "odd")
		p.Words = "grey reels"
		gift := l.pledged(p)
		refused(t, l.supply.Receive(ctx, supply.Parcel{Donation: gift.Donation.ID, Count: "4"}), fab.Conflict, "", "gift_unnamed")
		u := supply.Unlabelled{Donation: gift.Donation.ID, Count: "4", SubmitKey: "block", Seen: "0"}
		lot, err := l.supply.Block(ctx, u)
		require.NoError(t, err)
		again, err := l.supply.Block(ctx, u)
		require.NoError(t, err)
		require.Equal(t, lot.ID, again.ID, "sent twice")
		require.Equal(t, "grey reels", lot.Words)
		require.Equal(t, fab.DonationReceived, l.donation(gift.Donation.ID).Status)
		require.EqualValues(t, 4, l.at(fab.BlockedItem))
		l.sound()

		as := supply.Identity{Lot: lot.ID, Material: "petg", Count: "3", Measure: "reel", Each: "800"}
		refused(t, l.supply.Identify(ctx, as), fab.Invalid, "note", "reason_missing")
		as.Note, as.Material = "the maker of the reel said so", "gold"
		refused(t, l.supply.Identify(ctx, as), fab.Invalid, "material", "material_missing")
		as.Material = "petg"
		require.NoError(t, l.supply.Identify(ctx, as))
		refused(t, l.supply.Identify(ctx, as), fab.Conflict, "", "blocked_gone")
		refused(t, l.supply.LetGo(ctx, lot.ID, fab.BlockedScrapped, "old", ""), fab.Conflict, "", "blocked_gone")
		require.Zero(t, l.at(fab.BlockedItem))
		require.EqualValues(t, 2_400_000, l.at(fab.MaterialItem("petg")))
		g, err := l.supply.Gift(ctx, gift.Token)
		require.NoError(t, err)
		require.EqualValues(t, 2_400_000, g.Left)
		require.Equal(t, "petg", g.Material.Code)
		require.Len(t, g.Blocked, 1)
		l.sound()

		for i, as := range []fab.BlockedStatus{fab.BlockedScrapped, fab.BlockedReturned} {
			lot, err := l.supply.Block(ctx, supply.Unlabelled{Words: "a box", Count: "1", SubmitKey: fmt.Sprint("stray", i)})
			require.NoError(t, err)
			refused(t, l.supply.LetGo(ctx, lot.ID, as, " ", ""), fab.Invalid, "note", "reason_missing")
			require.NoError(t, l.supply.LetGo(ctx, lot.ID, as, "nobody knows", ""))
		}
		require.Zero(t, l.at(fab.BlockedItem))
		l.sound()
	})
}

// Ensure that a parcel of a gift that came without a label counts as received only once somebody knows it.
func TestAnUnlabelledParcelOfAPledge(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	id := l.pledged(pledge("film-a4", "50", "film")).Donation.ID
	lot, err := l.supply.Block(t.Context(), supply.Unlabelled{Donation: id, Words: "clear sheets", Count: "1", SubmitKey: "film"})
	require.NoError(t, err)
	require.Zero(t, l.donation(id).Received)
	require.NoError(t, l.supply.Identify(t.Context(), supply.Identity{Lot: lot.ID, Material: "film-a4", Count: "50", Note: "measured"}))
	d := l.donation(id)
	require.EqualValues(t, 50, d.Received)
	require.Equal(t, fab.DonationReceived, d.Status)
	l.sound()
}

// Ensure that unknown plastic never goes to care: whatever is tried with blocked goods by hand, at random, they stay at the hub
// or leave to where they came from or to the bin; and no move of the ledger takes them to a kit, a print or a place.
func TestUnknownPlasticNeverGoesToCare(t *testing.T) {
	for _, rule := range fab.MoveRules {
		m := fab.StockMove{Item: fab.BlockedItem, Source: "lot", From: rule.From, To: rule.To, Quantity: 1, Why: rule.Why}
		if m.From == "" {
			m.From = fab.TheHub
		}
		for _, to := range []fab.LocationID{"facility-x", "vehicle-x", "maker-x"} {
			if m.To = rule.To; m.To == "" {
				m.To = to
			}
			if err := fab.CheckMove(m); err == nil {
				require.Contains(t, []string{fab.MoveBlocked, fab.MoveIdentified, fab.MoveGivenBack, fab.MoveScrapped}, m.Why)
				require.Contains(t, []fab.LocationID{fab.TheHub, fab.OutsideGiven, fab.OutsideScrapped}, m.To)
			}
		}
	}
	l := open(t, storetest.SQLite(t))
	ctx, dice := t.Context(), rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	lot, err := l.supply.Block(ctx, supply.Unlabelled{Words: "grey reels", Count: "30", SubmitKey: "k"})
	require.NoError(t, err)
	l.lot("V-1", 20)
	l.gift("film-a4", "5", "film")
	request := l.request("Rue", 20)
	ways := []func(){
		func() {
			require.Error(t, l.supply.Move(ctx, supply.Handling{Item: fab.BlockedItem, Source: string(lot.ID), From: fab.TheHub, To: "home", Count: "1"}))
		},
		func() {
			require.Error(t, l.supply.Reserve(ctx, supply.Keeping{Item: fab.BlockedItem, Request: request, Count: "1"}))
		},
		func() {
			require.Error(t, l.supply.Scrap(ctx, supply.Handling{Item: fab.BlockedItem, Source: string(lot.ID), From: fab.TheHub, Count: "1", Note: "x"}))
		},
		func() { _, _ = l.supply.MakeKits(ctx, request, "visor", 1+dice.Int64N(2), "") },
		func() { _, _ = l.supply.Pack(ctx, request) },
		func() {
			for _, why := range []string{"printed", "kitted", "sent", "dropped", "delivered", "loaded", "moved", "collected", "lost"} {
				err := l.store.Update(ctx, func(tx *store.Tx) error {
					return tx.Post(fab.StockMove{Item: fab.BlockedItem, Source: string(lot.ID), From: fab.TheHub, To: fab.OutsideUsed, Quantity: 1, Why: why})
				})
				require.Error(t, err, why)
			}
		},
	}
	for range 40 {
		ways[dice.IntN(len(ways))]()
	}
	require.EqualValues(t, 30, l.at(fab.BlockedItem))
	l.view(func(tx *store.Tx) error {
		moves, err := tx.Moves("source", string(lot.ID))
		require.Len(t, moves, 1)
		return err
	})
	l.sound()
}
