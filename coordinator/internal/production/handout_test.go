package production

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// bench is a lab whose visors people punch and put together, with film at the hub.
func (l *lab) bench(film int64) fab.DesignVersion {
	l.t.Helper()
	band, sheet := fab.Input{Item: fab.PartItem("visor-band"), Per: 1}, fab.Input{Item: fab.MaterialItem("film"), Per: 1}
	row := fab.DesignVersion{Product: "visor", Version: "v2", Hash: "works", Status: fab.DesignTrialled, Names: map[string]string{}, Blurbs: map[string]string{}, Notices: map[string]string{},
		BOM: fab.BOM{
			Parts:     []fab.Part{{Code: "visor-band", How: fab.ByHand, Step: "sew", PerUnit: 1}},
			Materials: []fab.BOMMaterial{{Material: "film", PerUnit: 1}},
			Works: []fab.Part{
				{Code: "visor-film", How: fab.ByHand, Step: "punch", PerUnit: 1, Of: []fab.Input{sheet}},
				{Code: "visor-whole", How: fab.ByHand, Step: "assemble", PerUnit: 1, Of: []fab.Input{band, sheet}},
			},
		}}
	require.NoError(l.t, l.p.Adopt(l.t.Context(), row, nil, []fab.Material{{Code: "film", Names: map[string]string{}, Unit: fab.UnitPiece}}))
	l.update(func(tx *store.Tx) (err error) {
		gift := fab.Donation{ID: store.NewID[fab.DonationID](tx), Ref: fab.NewReference(tx.Rand()), Material: "film", Pledged: film, Received: film, Status: fab.DonationReceived, SubmitKey: "film", CreatedAt: tx.Now()}
		in := fab.StockMove{Item: fab.MaterialItem("film"), Source: string(gift.ID), From: fab.OutsideGiven, To: fab.TheHub, Quantity: film, Why: "received", Subject: string(gift.ID)}
		if err := errors.Join(tx.AddDonation(&gift), tx.Post(in)); err != nil {
			return err
		}
		row, err = tx.DesignByHash("works")
		return err
	})
	return row
}

// works opens a batch of visors that people put together.
func (l *lab) works(n int64, works ...string) (b fab.Batch) {
	l.t.Helper()
	l.request("visor", n)
	l.keep()
	l.view(func(tx *store.Tx) error {
		list, err := tx.Batches(fab.BatchOpen)
		b = list[len(list)-1]
		return err
	})
	require.NoError(l.t, l.p.SetWorks(l.t.Context(), b.ID, works))
	l.keep()
	return b
}

// leaseOf gives the oldest waiting job of a part to a pair of hands.
func (l *lab) leaseOf(w fab.Worker, part string) (a fab.Attempt) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting)
		require.NoError(l.t, err)
		for _, j := range jobs {
			if j.Part != part || a.ID != "" {
				continue
			}
			a = fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: j.BatchID, WorkerID: w.ID, Part: part, Copies: j.Copies, No: 1, Status: fab.AttemptLeased,
				LeaseUntil: tx.Now().AddDate(0, 0, 9), StartedAt: tx.Now(), CreatedAt: tx.Now()}
			j.Status, j.AttemptID = fab.JobLeased, a.ID
			_, err := tx.SwapJob(&j)
			require.NoError(l.t, err)
			require.NoError(l.t, tx.AddAttempt(&a))
		}
		return nil
	})
	return a
}

// made is a counted bag of a part, settled at the hub as it was counted.
func (l *lab) made(w fab.Worker, part string) fab.Lot {
	l.t.Helper()
	a := l.leaseOf(w, part)
	lot, err := l.p.Count(l.t.Context(), a.ID, a.Copies, 0)
	require.NoError(l.t, err)
	require.NoError(l.t, l.p.Settle(l.t.Context(), Inspection{Lot: lot.ID, Good: lot.Declared, Reason: "ok"}))
	return l.lot(lot.ID)
}

func (l *lab) balance(place fab.LocationID, item fab.Item) (n int64) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		all, err := tx.Balances(place)
		for _, b := range all {
			if b.Item == item {
				n += b.Quantity
			}
		}
		return err
	})
	return n
}

func (l *lab) countsOf(id fab.BatchID) map[string]fab.PartCount {
	l.t.Helper()
	counts := map[string]fab.PartCount{}
	l.view(func(tx *store.Tx) error {
		b, err := tx.Batch(id)
		require.NoError(l.t, err)
		d, err := tx.Design(b.DesignID)
		require.NoError(l.t, err)
		list, err := tx.PartCounts(b, d.BOM)
		for _, c := range list {
			counts[c.Part] = c
		}
		return err
	})
	return counts
}

// Ensure that putting together is work for people where a batch says so: what they are given leaves the hub once, what they
// make is a lot, what they spoil is made again with its parts, what they give back is counted, and the batch ends.
func TestPuttingTogetherIsWorkForPeople(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		l.bench(30)
		sewer, friend := l.hands("Sterne", "sew"), l.hands("Galet", "assemble", "punch")
		b := l.works(10, "visor-whole")
		band, film, home := fab.PartItem("visor-band"), fab.MaterialItem("film"), l.maker.LocationID

		refused(t, l.p.SetWorks(ctx, b.ID, []string{"nothing"}), fab.Invalid, "work_unknown")
		early := l.leaseOf(friend, "visor-whole")
		refused(t, l.p.HandOut(ctx, early.ID, ""), fab.Conflict, "kit_short")
		_, err := l.p.Count(ctx, early.ID, 10, 0)
		refused(t, err, fab.Conflict, "kit_short")
		l.made(sewer, "visor-band")
		for range 2 {
			require.NoError(t, l.p.HandOut(ctx, early.ID, ""))
		}
		require.EqualValues(t, []int64{0, 10, 20, 10}, []int64{l.balance(fab.TheHub, band), l.balance(home, band), l.balance(fab.TheHub, film), l.balance(home, film)})
		refused(t, l.p.TakeBack(ctx, early.ID, nil, ""), fab.Conflict, "take_back_over")
		l.sound()

		lot, err := l.p.HandBack(ctx, HandBack{Attempt: early.ID, Good: 5, Bad: 1})
		require.NoError(t, err)
		require.EqualValues(t, []int64{4, 4}, []int64{l.balance(home, band), l.balance(home, film)})
		refused(t, l.p.TakeBack(ctx, early.ID, []Returned{{band, 5}}, ""), fab.Invalid, "take_back_count")
		require.NoError(t, l.p.TakeBack(ctx, early.ID, []Returned{{band, 4}, {film, 3}}, ""))
		refused(t, l.p.TakeBack(ctx, early.ID, []Returned{{band, 4}}, ""), fab.Conflict, "take_back_over")
		require.EqualValues(t, []int64{4, 0, 23, 0}, []int64{l.balance(fab.TheHub, band), l.balance(home, band), l.balance(fab.TheHub, film), l.balance(home, film)})
		l.sound()

		l.keep()
		counts := l.countsOf(b.ID)
		require.EqualValues(t, []int64{9, 1}, []int64{counts["visor-band"].Good, counts["visor-band"].Open}, "the band inside the spoilt one is made again")
		require.EqualValues(t, []int64{5, 5}, []int64{counts["visor-whole"].Good, counts["visor-whole"].Open})
		l.made(sewer, "visor-band")
		require.NoError(t, l.p.Settle(ctx, Inspection{Lot: lot.ID, Good: 5, Reason: "ok"}))
		for range 2 { // the first gave back four, one was spoilt
			if a := l.leaseOf(friend, "visor-whole"); a.ID != "" {
				_, err := l.p.Count(ctx, a.ID, a.Copies, 0)
				require.NoError(t, err, "who counts before the handout was noted got the goods all the same")
			}
		}
		l.keep()
		l.view(func(tx *store.Tx) error {
			b, err := tx.Batch(b.ID)
			require.Equal(t, fab.BatchDone, b.Status)
			return err
		})
		l.sound()
	})
}

// Ensure that nobody is handed pieces out of a bag that rests still.
func TestABagThatRestsIsNotHandedOut(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		l.bench(10)
		sewer, friend := l.hands("Sterne", "sew"), l.hands("Galet", "assemble")
		l.works(10, "visor-whole")
		require.NoError(t, l.p.SetResting(ctx, Resting{Hours: 72}))
		rests := l.made(sewer, "visor-band")
		work := l.leaseOf(friend, "visor-whole")
		refused(t, l.p.HandOut(ctx, work.ID, ""), fab.Conflict, "kit_short")
		l.update(func(tx *store.Tx) error {
			rests.RestsUntil = tx.Now()
			return tx.SetLot(&rests)
		})
		require.NoError(t, l.p.HandOut(ctx, work.ID, ""))
		l.sound()
	})
}

// Ensure that a recall of one bag of bands reaches what was put together of it, also when it was handed out before.
func TestARecallReachesWhatWasPutTogether(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		l.bench(30)
		sewer, friend := l.hands("Sterne", "sew"), l.hands("Galet", "assemble", "punch")
		b := l.works(30, "visor-film", "visor-whole")
		first := l.made(sewer, "visor-band")
		l.made(sewer, "visor-band")
		l.made(friend, "visor-film")
		punched := l.made(friend, "visor-film")
		before := l.made(friend, "visor-whole")
		a := l.leaseOf(friend, "visor-whole")
		require.NoError(t, l.p.HandOut(ctx, a.ID, ""))
		found, err := l.p.Recall(ctx, fab.RecallLot, string(punched.ID), "the punch was dirty", "")
		require.NoError(t, err)
		require.Len(t, found.Lots, 1, "the first 25 took the older film")
		found, err = l.p.Recall(ctx, fab.RecallLot, string(first.ID), "cracks", "")
		require.NoError(t, err)
		require.Len(t, found.Lots, 2)
		require.Equal(t, fab.LotBlocked, l.lot(before.ID).Status)
		l.view(func(tx *store.Tx) error {
			reached, err := tx.Reach(fab.RecallLot, string(first.ID))
			require.Len(t, reached, 1, "the bands are inside")
			require.Equal(t, before.ID, reached[0].LotID)
			return err
		})
		late, err := l.p.Count(ctx, a.ID, a.Copies, 0)
		require.NoError(t, err)
		require.Equal(t, fab.LotBlocked, late.Status, "it holds recalled film")
		l.keep()
		require.EqualValues(t, 30, l.countsOf(b.ID)["visor-whole"].Open, "all is made again")
		l.sound()
	})
}

// Ensure that a recall of a spool reaches the box that holds a visor which somebody put together with its bands.
func TestARecallOfASpoolReachesTheBoxAroundAWork(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		l.bench(30)
		sewer, friend := l.hands("Sterne", "sew"), l.hands("Galet", "assemble", "punch")
		b := l.works(10, "visor-whole")
		spool := l.printer("tortue", "ender-3", 1000).SpoolID
		bands, whole := l.made(sewer, "visor-band"), l.made(friend, "visor-whole")
		l.update(func(tx *store.Tx) error {
			a, err := tx.Attempt(bands.AttemptID)
			require.NoError(t, err)
			a.SpoolID, bands.SpoolID = spool, spool
			box := fab.Box{ID: "box", Code: "B-1", RequestID: b.RequestID, Status: fab.BoxPacked, CreatedAt: tx.Now()}
			kit := fab.Kit{ID: "kit", RequestID: b.RequestID, Product: "visor", DesignID: b.DesignID, Quantity: 4, BoxID: "box", CreatedAt: tx.Now()}
			out := fab.StockMove{Item: fab.PartItem("visor-whole"), Source: string(whole.ID), From: fab.TheHub, To: fab.OutsideUsed, Quantity: 4, Why: "kitted", Subject: "kit"}
			in := fab.StockMove{Item: fab.KitItem("visor"), Source: "kit", From: fab.OutsideMade, To: fab.TheHub, Quantity: 4, Why: "kitted", Subject: "kit"}
			return errors.Join(tx.SetAttempt(&a), tx.SetLot(&bands), tx.AddBox(&box), tx.AddKit(&kit, []fab.KitLot{{KitID: "kit", LotID: whole.ID, Quantity: 4}}), tx.Post(out, in))
		})
		l.sound()
		found, err := l.p.Recall(ctx, fab.RecallSpool, string(spool), "brittle", "")
		require.NoError(t, err)
		require.Len(t, found.Lots, 2)
		require.Len(t, found.Boxes, 1)
		require.True(t, found.Boxes[0].Recalled)
		l.view(func(tx *store.Tx) error {
			reached, err := tx.Reach(fab.RecallSpool, string(spool))
			require.Len(t, reached, 2, "six in a bag, four in a box")
			require.Equal(t, []any{whole.ID, int64(6), fab.BoxID("box"), int64(4)}, []any{reached[0].LotID, reached[0].Quantity, reached[1].BoxID, reached[1].Quantity})
			return err
		})
		l.sound()
	})
}

// Ensure that whatever order things are said in, and twice, no piece is counted that is not there: what was made of a band is
// in stock, in works, scrapped or missing, and the audit finds nothing.
func TestWorksAddUpInAnyOrder(t *testing.T) {
	for seed := range uint64(3) {
		l := open(t)
		l.bench(60)
		r := rand.New(rand.NewPCG(seed, 8))
		hands := []fab.Worker{l.hands("Sterne", "sew"), l.hands("Galet", "assemble", "punch")}
		b := l.works(12, "visor-film", "visor-whole")
		var attempts []fab.Attempt
		for range 60 {
			l.anything(r, b, hands, &attempts)
		}
		l.sound()
		counts := l.countsOf(b.ID)
		for part, c := range counts {
			require.LessOrEqual(t, c.Good, c.Needed+c.Open, "seed %d: %s %+v", seed, part, c)
			require.GreaterOrEqual(t, c.Good, int64(0), "seed %d: %s", seed, part)
		}
	}
}

// anything does one thing that somebody may do, and does it again; refusals are fine.
func (l *lab) anything(r *rand.Rand, b fab.Batch, hands []fab.Worker, attempts *[]fab.Attempt) {
	ctx := l.t.Context()
	fine := func(err error) {
		if err != nil {
			require.NotEmpty(l.t, fab.ClassOf(err), "%v", err)
		}
	}
	any := fab.Attempt{ID: "none"}
	if len(*attempts) > 0 {
		any = (*attempts)[r.IntN(len(*attempts))]
	}
	what := r.IntN(8)
	good := r.Int64N(any.Copies + 1)
	for range 1 + r.IntN(2) {
		switch what {
		case 0, 1:
			part := [...]string{"visor-band", "visor-film", "visor-whole"}[r.IntN(3)]
			if a := l.leaseOf(hands[r.IntN(2)], part); a.ID != "" {
				*attempts = append(*attempts, a)
			}
		case 2:
			fine(l.p.HandOut(ctx, any.ID, ""))
		case 3:
			_, err := l.p.Count(ctx, any.ID, good, any.Copies-good)
			fine(err)
		case 4:
			_, err := l.p.HandBack(ctx, HandBack{Attempt: any.ID, Good: good / 2})
			fine(err)
		case 5:
			fine(l.p.TakeBack(ctx, any.ID, []Returned{{fab.PartItem("visor-band"), r.Int64N(3)}, {fab.MaterialItem("film"), r.Int64N(3)}}, ""))
		case 6:
			var lot fab.Lot
			l.view(func(tx *store.Tx) error { lot, _ = tx.LotByAttempt(any.ID); return nil })
			if lot.ID != "" {
				n := r.Int64N(lot.Declared + 1)
				fine(l.p.Settle(ctx, Inspection{Lot: lot.ID, Good: n, Bad: r.Int64N(lot.Declared - n + 1), Reason: "broken"}))
			}
		case 7:
			fine(l.p.SetWorks(ctx, b.ID, [][]string{{"visor-film", "visor-whole"}, {"visor-whole"}, nil}[r.IntN(3)]))
		}
		l.keep()
	}
}
