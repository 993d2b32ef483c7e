package supply_test

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// lab is supply over a real database that knows a visor of one band and one sheet.
type lab struct {
	t      *testing.T
	supply *supply.Supply
	store  *store.Store
	design fab.DesignVersion
	worker fab.WorkerID
	batch  fab.BatchID
}

func onBoth(t *testing.T, test func(l *lab)) {
	t.Run("sqlite", func(t *testing.T) { test(open(t, storetest.SQLite(t))) })
	t.Run("postgres", func(t *testing.T) { test(open(t, storetest.Postgres(t))) })
}

func open(t *testing.T, dsn string) *lab {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	l := &lab{t: t, supply: supply.New(s), store: s}
	l.update(func(tx *store.Tx) error {
		l.design = fab.DesignVersion{ID: store.NewID[fab.DesignVersionID](tx), Product: "visor", Hash: "v1", Status: fab.DesignTrialled, CreatedAt: tx.Now(), BOM: fab.BOM{
			Parts:     []fab.Part{{Code: "visor-band", How: fab.ByPrint, PerUnit: 1}},
			Materials: []fab.BOMMaterial{{Material: "film-a4", PerUnit: 1}},
		}}
		place := fab.Location{ID: "home", Kind: fab.LocationMaker, Name: "Atelier", CreatedAt: tx.Now()}
		maker := fab.Maker{ID: "maker", Name: "Atelier", Town: "Rue", LocationID: place.ID, CreatedAt: tx.Now()}
		hands := fab.Worker{ID: "hands", Kind: fab.WorkerHand, MakerID: maker.ID, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		batch := fab.Batch{ID: "stock", DesignID: l.design.ID, Product: "visor", Quantity: 1000, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now()}
		l.worker, l.batch = hands.ID, batch.ID
		return errors.Join(tx.AddDesign(&l.design), tx.AddLocation(&place), tx.AddMaker(&maker), tx.AddWorker(&hands), tx.AddBatch(&batch),
			tx.AddMaterial(&fab.Material{Code: "film-a4", Unit: fab.UnitPiece}), tx.AddMaterial(&fab.Material{Code: "petg", Unit: fab.UnitMG}))
	})
	return l
}

func (l *lab) update(fn func(tx *store.Tx) error) {
	l.t.Helper()
	require.NoError(l.t, l.store.Update(l.t.Context(), fn))
}

func (l *lab) view(fn func(tx *store.Tx) error) {
	l.t.Helper()
	require.NoError(l.t, l.store.View(l.t.Context(), fn))
}

// lot puts a settled bag of bands into the hub.
func (l *lab) lot(code string, n int64) (lot fab.Lot) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		j := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: l.batch, Part: "visor-band", How: fab.ByPrint, Copies: n, Status: fab.JobDone, CreatedAt: tx.Now()}
		a := fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: l.batch, WorkerID: l.worker, Part: j.Part, Copies: n, Status: fab.AttemptDone, LeaseUntil: tx.Now(), CreatedAt: tx.Now()}
		lot = fab.Lot{ID: store.NewID[fab.LotID](tx), Code: code, AttemptID: a.ID, BatchID: l.batch, DesignID: l.design.ID, Part: j.Part, WorkerID: l.worker, MakerID: "maker",
			Declared: n, Good: n, Status: fab.LotReady, CreatedAt: tx.Now(), SettledAt: tx.Now()}
		made := fab.StockMove{Item: fab.PartItem(j.Part), Source: string(lot.ID), From: fab.OutsideMade, To: "home", Quantity: n, Why: "made", Subject: string(a.ID)}
		settled := made
		settled.From, settled.To, settled.Why = "home", fab.TheHub, "settled"
		return errors.Join(tx.AddJobs([]fab.Job{j}), tx.AddAttempt(&a), tx.AddLot(&lot), tx.Post(made, settled))
	})
	return lot
}

func pledge(material, count, key string) supply.Pledge {
	return supply.Pledge{Material: material, Count: count, Donor: "Papeterie", Town: "Abbeville", Phone: "03 00 00 00 00", SubmitKey: key}
}

// gift pledges and receives, and returns the donor's token.
func (l *lab) gift(material, count, key string) (fab.Donation, string) {
	l.t.Helper()
	p, err := l.supply.Pledge(l.t.Context(), pledge(material, count, key))
	require.NoError(l.t, err)
	require.NoError(l.t, l.supply.Receive(l.t.Context(), supply.Parcel{Donation: p.Donation.ID, Count: count}))
	return p.Donation, p.Token
}

// request is an approved request of a town for visors.
func (l *lab) request(town string, n int64) (id fab.RequestID) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		f := fab.Facility{ID: store.NewID[fab.FacilityID](tx), Name: "EHPAD", Kind: fab.FacilityCareHome, Town: town, CreatedAt: tx.Now()}
		id = store.NewID[fab.RequestID](tx)
		r := fab.Request{ID: id, Ref: fab.NewReference(tx.Rand()), FacilityID: f.ID, Channel: fab.ChannelWeb, NeedBy: tx.Now(), Status: fab.RequestApproved, SubmitKey: string(id), CreatedAt: tx.Now()}
		return errors.Join(tx.AddFacility(&f), tx.AddRequest(&r, []fab.RequestLine{{ID: store.NewID[fab.RequestLineID](tx), RequestID: id, Product: "visor", Asked: n, Promised: n}}))
	})
	return id
}

func (l *lab) at(item fab.Item) (n int64) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		held, err := tx.Holding(item)
		for _, b := range held {
			n += b.Quantity
		}
		return err
	})
	return n
}

func (l *lab) sound() {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(l.t, found)
		return err
	})
}

func refused(t *testing.T, err error, class, field, code string) {
	t.Helper()
	refusals, ok := fab.RefusalsOf(err)
	require.True(t, ok, "%v", err)
	require.Len(t, refusals, 1)
	require.Equal(t, []string{class, field, code}, []string{refusals[0].Class, refusals[0].Field, refusals[0].Code})
}

// Ensure that each field of a pledge is refused by its name, and that a refused one leaves nothing behind.
func TestAPledgeIsRefusedByField(t *testing.T) {
	onBoth(t, func(l *lab) {
		long := strings.Repeat("é", 81)
		for name, c := range map[string]struct {
			spoil       func(*supply.Pledge)
			field, code string
		}{
			"nothing":          {func(p *supply.Pledge) { p.Count = "0" }, "count", "quantity_not_positive"},
			"below zero":       {func(p *supply.Pledge) { p.Count = "-1" }, "count", "quantity_not_positive"},
			"in words":         {func(p *supply.Pledge) { p.Count = "a pack" }, "count", "amount_wrong"},
			"a fraction":       {func(p *supply.Pledge) { p.Count = "1.5" }, "count", "amount_too_fine"},
			"too much":         {func(p *supply.Pledge) { p.Count = "1000001" }, "count", "quantity_too_large"},
			"overflow in mg":   {func(p *supply.Pledge) { p.Material, p.Count = "petg", "9223372036854775807" }, "count", "amount_too_large"},
			"unknown material": {func(p *supply.Pledge) { p.Material = "gold\x00" }, "material", "material_missing"},
			"nobody":           {func(p *supply.Pledge) { p.Donor = "\u200b" }, "donor", "donor_missing"},
			"long name":        {func(p *supply.Pledge) { p.Donor = long }, "donor", "too_long"},
			"nowhere":          {func(p *supply.Pledge) { p.Town = " " }, "town", "town_missing"},
			"no way to answer": {func(p *supply.Pledge) { p.Phone = "" }, "phone", "phone_or_email"},
			"long phone":       {func(p *supply.Pledge) { p.Phone = strings.Repeat("0", 41) }, "phone", "phone_wrong"},
			"no @":             {func(p *supply.Pledge) { p.Email = "papeterie" }, "email", "email_wrong"},
			"something unsaid": {func(p *supply.Pledge) { p.Material = supply.GiftOther }, "words", "words_missing"},
			"long words":       {func(p *supply.Pledge) { p.Material, p.Words = supply.GiftOther, strings.Repeat("é", 201) }, "words", "words_missing"},
			"odd device":       {func(p *supply.Pledge) { p.Material = supply.GiftDevice + "fridge" }, "material", "material_missing"},
			"grams of sheets":  {func(p *supply.Pledge) { p.Measure = "g" }, "measure", "measure_unfit"},
			"odd measure":      {func(p *supply.Pledge) { p.Measure = "\x00" }, "measure", "measure_unfit"},
			"reels of nothing": {func(p *supply.Pledge) { p.Material, p.Measure = "petg", "reel" }, "each", "reel_weight_missing"},
			"a feather":        {func(p *supply.Pledge) { p.Material, p.Measure, p.Each = "petg", "reel", "1" }, "each", "reel_weight_wrong"},
			"a million reels":  {func(p *supply.Pledge) { p.Material, p.Measure, p.Each, p.Count = "petg", "reel", "1000", "1000001" }, "count", "quantity_too_large"},
			"odd condition":    {func(p *supply.Pledge) { p.Condition = "eaten" }, "condition", "condition_unknown"},
			"fetched nowhere":  {func(p *supply.Pledge) { p.Fetch = true }, "address", "fetch_where"},
			"no picture":       {func(p *supply.Pledge) { p.Photo = []byte("<svg/>") }, "photo", "photo_unreadable"},
			"a huge picture":   {func(p *supply.Pledge) { p.Photo = make([]byte, fab.MaxPhoto+1) }, "photo", "photo_too_large"},
			"no key":           {func(p *supply.Pledge) { p.SubmitKey = "" }, "key", "form_expired"},
			"odd key":          {func(p *supply.Pledge) { p.SubmitKey = "\x00" }, "key", "form_expired"},
		} {
			p := pledge("film-a4", "50", "refused")
			c.spoil(&p)
			_, err := l.supply.Pledge(l.t.Context(), p)
			require.Error(l.t, err, name)
			refused(l.t, err, fab.Invalid, c.field, c.code)
		}
		l.view(func(tx *store.Tx) error {
			list, err := tx.Donations()
			require.Empty(l.t, list)
			return err
		})
	})
}

// Ensure that a form sent at once is one gift, which is received once, and may differ from what was announced.
func TestAGiftIsReceivedOnce(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		var all sync.WaitGroup
		gifts := make([]supply.Pledged, 6)
		for i := range gifts {
			all.Go(func() {
				p, err := l.supply.Pledge(t.Context(), pledge("film-a4", "50", "same"))
				if err != nil {
					t.Error(err)
				}
				gifts[i] = p
			})
		}
		all.Wait()
		id := gifts[0].Donation.ID
		for _, g := range gifts {
			require.Equal(t, id, g.Donation.ID)
		}
		refused(t, l.supply.Receive(t.Context(), supply.Parcel{Donation: id, Count: "a pack", Last: true}), fab.Invalid, "count", "amount_wrong")
		received := make([]error, 6)
		for i := range received {
			all.Go(func() {
				received[i] = l.supply.Receive(t.Context(), supply.Parcel{Donation: id, Count: "48", Last: true})
			})
		}
		all.Wait()
		good := 0
		for _, err := range received {
			if err == nil {
				good++
			} else {
				refused(t, err, fab.Conflict, "count", "gift_received")
			}
		}
		require.Equal(t, 1, good)
		require.EqualValues(t, 48, l.at(fab.MaterialItem("film-a4")))
		refused(t, l.supply.Refuse(t.Context(), supply.Answer{Donation: id, Why: "not_needed"}), fab.Conflict, "count", "gift_received")
		require.Equal(t, fab.NotFound, fab.ClassOf(l.supply.Receive(t.Context(), supply.Parcel{Donation: "nobody", Count: "1"})))

		p, err := l.supply.Pledge(t.Context(), pledge("film-a4", "5", "other"))
		require.NoError(t, err)
		require.NoError(t, l.supply.Refuse(t.Context(), supply.Answer{Donation: p.Donation.ID, Why: "not_needed"}))
		require.NoError(t, l.supply.Refuse(t.Context(), supply.Answer{Donation: p.Donation.ID, Why: "not_needed"}), "refused twice")
		refused(t, l.supply.Receive(t.Context(), supply.Parcel{Donation: p.Donation.ID, Count: "5"}), fab.Conflict, "", "gift_refused")
		l.sound()
	})
}

// Ensure that filament becomes spools of a kilogram, each with a code of its own, and the rest one more.
func TestFilamentBecomesSpools(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	d, _ := l.gift("petg", "2 500", "k")
	l.view(func(tx *store.Tx) error {
		spools, err := tx.Spools()
		require.Len(t, spools, 3)
		for i, mg := range []int64{1_000_000, 1_000_000, 500_000} {
			require.Equal(t, mg, spools[i].InitialMG)
			require.Equal(t, d.ID, spools[i].DonationID)
			held, err := tx.BalanceOf(fab.TheHub, fab.MaterialItem("petg"), string(spools[i].ID))
			require.NoError(t, err)
			require.Equal(t, mg, held)
		}
		require.NotEqual(t, spools[0].Code, spools[1].Code)
		return err
	})
	l.sound()
}

// Ensure that kits take the oldest good bags, never a blocked one, never more than is promised, and that a refusal takes
// nothing.
func TestKitsTakeOnlyWhatTheyMay(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	ctx := t.Context()
	l.gift("film-a4", "50", "k")
	blocked, old, young := l.lot("V-1", 10), l.lot("V-2", 3), l.lot("V-3", 10)
	l.update(func(tx *store.Tx) error { blocked.Status = fab.LotBlocked; return tx.SetLot(&blocked) })
	id := l.request("Rue", 8)
	for name, c := range map[string]struct {
		id                 fab.RequestID
		product            string
		quantity           int64
		class, field, code string
	}{
		"none":            {id, "visor", 0, fab.Invalid, "count", "quantity_not_positive"},
		"below zero":      {id, "visor", -3, fab.Invalid, "count", "quantity_not_positive"},
		"very many":       {id, "visor", 1 << 62, fab.Invalid, "count", "quantity_not_positive"},
		"short of bands":  {id, "visor", 14, fab.Conflict, "count", "kit_short"},
		"more than asked": {id, "visor", 9, fab.Conflict, "count", "too_many"},
		"no such product": {id, "crown", 1, fab.NotFound, "", "not_found"},
		"no such request": {"nobody", "visor", 1, fab.NotFound, "", "not_found"},
	} {
		_, err := l.supply.MakeKits(ctx, c.id, c.product, c.quantity, "")
		require.Error(t, err, name)
		refused(t, err, c.class, c.field, c.code)
	}
	require.EqualValues(t, 23, l.at(fab.PartItem("visor-band")), "nothing is taken")
	closable, err := l.supply.Closable(ctx)
	require.NoError(t, err)
	require.Equal(t, []supply.Closable{{Request: id, Product: "visor", Wanted: 8, Now: 8}}, closable)

	k, err := l.supply.MakeKits(ctx, id, "visor", 5, "")
	require.NoError(t, err)
	l.view(func(tx *store.Tx) error {
		inside, err := tx.KitLots(k.ID)
		require.ElementsMatch(t, []fab.KitLot{{KitID: k.ID, LotID: old.ID, Quantity: 3}, {KitID: k.ID, LotID: young.ID, Quantity: 2}}, inside)
		return err
	})
	_, err = l.supply.MakeKits(ctx, id, "visor", 4, "")
	refused(t, err, fab.Conflict, "count", "too_many")
	_, err = l.supply.MakeKits(ctx, id, "visor", 3, "")
	require.NoError(t, err)
	boxes, err := l.supply.Pack(ctx, id)
	require.NoError(t, err)
	require.Len(t, boxes, 1)
	_, err = l.supply.Pack(ctx, id)
	refused(t, err, fab.Conflict, "request", "nothing_to_pack")
	closable, err = l.supply.Closable(ctx)
	require.NoError(t, err)
	require.Zero(t, closable[0].Wanted)

	over := l.request("Quend", 1)
	l.update(func(tx *store.Tx) error {
		r, err := tx.Request(over)
		r.Status = fab.RequestCancelled
		return errors.Join(err, tx.SetRequest(&r))
	})
	_, err = l.supply.MakeKits(ctx, over, "visor", 1, "")
	refused(t, err, fab.Conflict, "request", "request_not_open")
	l.sound()
}

// Ensure that hands at several tables cannot use one band twice, nor make more than is promised.
func TestTablesBesideEachOtherDoNotOversell(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		l.gift("film-a4", "50", "k")
		l.lot("V-1", 4)
		l.lot("V-2", 3)
		requests := []fab.RequestID{l.request("Rue", 5), l.request("Quend", 5)}
		var mu sync.Mutex
		var all sync.WaitGroup
		made := map[fab.RequestID]int64{}
		for n := range 12 {
			all.Go(func() {
				id := requests[n%2]
				switch _, err := l.supply.MakeKits(t.Context(), id, "visor", 1, ""); {
				case err == nil:
					mu.Lock()
					defer mu.Unlock()
					made[id]++
				case fab.ClassOf(err) != fab.Conflict:
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 7, made[requests[0]]+made[requests[1]], "every band once")
		require.LessOrEqual(t, made[requests[0]], int64(5))
		require.LessOrEqual(t, made[requests[1]], int64(5))
		require.Zero(t, l.at(fab.PartItem("visor-band")))
		require.EqualValues(t, 43, l.at(fab.MaterialItem("film-a4")))
		l.sound()
	})
}

// Ensure that a donor reads what the gift became and where, and nobody's name.
func TestADonorFollowsTheGift(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	ctx := t.Context()
	_, first := l.gift("film-a4", "6", "one")
	_, second := l.gift("film-a4", "10", "two")
	l.lot("V-1", 20)
	rue, quend := l.request("Rue", 4), l.request("Quend", 4)
	for _, id := range []fab.RequestID{rue, quend} {
		_, err := l.supply.MakeKits(ctx, id, "visor", 4, "")
		require.NoError(t, err)
	}
	_, err := l.supply.Pack(ctx, rue)
	require.NoError(t, err)
	l.update(func(tx *store.Tx) error {
		boxes, err := tx.BoxesOf(rue)
		boxes[0].Status = fab.BoxDelivered
		return errors.Join(err, tx.SetBox(&boxes[0]))
	})
	g, err := l.supply.Gift(ctx, first)
	require.NoError(t, err)
	require.ElementsMatch(t, []supply.Use{{Product: "visor", Products: 4, Quantity: 4, Town: "Rue", Delivered: true}, {Product: "visor", Products: 2, Quantity: 2}}, g.Uses)
	require.Zero(t, g.Left)
	g, err = l.supply.Gift(ctx, second)
	require.NoError(t, err)
	require.Equal(t, []supply.Use{{Product: "visor", Products: 2, Quantity: 2}}, g.Uses)
	require.EqualValues(t, 8, g.Left)
	_, err = l.supply.Gift(ctx, "nobody")
	require.Equal(t, fab.NotFound, fab.ClassOf(err))
}
