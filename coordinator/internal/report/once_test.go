package report_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// One effect and a clear word, whatever two people do at once or somebody does twice. Here are the last lot and the driver
// whose telephone tells hours later; elsewhere, on the rooms themselves:
//
//   - a bag scanned or counted twice: production.TestACountSentAtOnceCountsOnce, delivery.TestBagsAreCollectedOnce
//   - a gift received by two: supply.TestAGiftIsReceivedOnce; a place counted twice: supply.TestACountPutsTheBooksRight
//   - two tables that kit from one shelf: supply.TestTablesBesideEachOtherDoNotOversell, supply.TestTwoHandsOnTheLastSheet
//   - a move taken back by several: store.TestAMoveIsTakenBackByAMove
//   - a run closed twice: delivery.TestARunIsClosedOnce; one stop told by two: delivery.TestTwoReportOneStop
//   - the last place of a time slot: delivery.TestSlotsAreNotOverbooked
//   - a telephone that sends what it kept, in a real browser: web.TestDriverWithoutNetwork

// table is a hub with bands, two requests for all there is, and a maker to bring things to.
type table struct {
	*lab
	one, other fab.RequestID
	maker      fab.Maker
	gifts      int
}

func newTable(l *lab) *table {
	l.adopt()
	t := &table{lab: l}
	t.one, t.other = t.ask("1"), t.ask("2")
	var err error
	t.maker, err = l.identity.AddMaker(l.t.Context(), identity.NewMaker{Name: "Atelier", Town: "Rue", Steps: []string{"sew"}})
	require.NoError(l.t, err)
	return t
}

func (l *table) ask(key string) fab.RequestID {
	f := form("40")
	f.Facility.Name, f.SubmitKey = "EHPAD "+key, "ask-"+key
	r, err := l.intake.Ask(l.t.Context(), f)
	require.NoError(l.t, err)
	require.NoError(l.t, l.intake.Approve(l.t.Context(), r.Request.ID))
	return r.Request.ID
}

// bands puts n checked bands on the table.
func (l *table) bands(n int64) {
	var a fab.Attempt
	require.NoError(l.t, l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		hands, err := tx.WorkersOf(l.maker.ID)
		require.NoError(l.t, err)
		d, err := tx.CurrentDesign("visor")
		b := fab.Batch{ID: store.NewID[fab.BatchID](tx), DesignID: d.ID, Product: "visor", Quantity: n, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now()}
		j := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: b.ID, Part: "visor-band", How: fab.ByPrint, Copies: n, Status: fab.JobLeased, CreatedAt: tx.Now()}
		a = fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: b.ID, WorkerID: hands[0].ID, Part: j.Part, Copies: n, Status: fab.AttemptToCount,
			LeaseUntil: tx.Now(), StartedAt: tx.Now(), EndedAt: tx.Now(), CreatedAt: tx.Now()}
		j.AttemptID = a.ID
		return errors.Join(err, tx.AddBatch(&b), tx.AddJobs([]fab.Job{j}), tx.AddAttempt(&a))
	}))
	lot, err := l.production.Unload(l.t.Context(), production.Unloading{Attempt: a.ID, Good: n})
	require.NoError(l.t, err)
	require.NoError(l.t, l.production.Settle(l.t.Context(), production.Inspection{Lot: lot.ID, Good: n, Reason: "ok"}))
}

// The four ways in which the last sheets go.
var ways = [...]string{"kit", "keep", "move", "scrap"}

// take does one of the ways with four sheets of a gift, for a request.
func (l *table) take(ctx context.Context, way string, film fab.Item, gift string, r fab.RequestID) error {
	h := supply.Handling{Item: film, Source: gift, From: fab.TheHub, To: l.maker.LocationID, Count: "4", Note: "wet"}
	switch way {
	case "kit":
		_, err := l.supply.MakeKits(ctx, r, "visor", 4, "")
		return err
	case "keep":
		return l.supply.Reserve(ctx, supply.Keeping{Item: film, Request: r, Count: "4"})
	case "move":
		return l.supply.Move(ctx, h)
	}
	return l.supply.Scrap(ctx, h)
}

// Ensure that of two people who kit, keep, move or throw away the last sheets at the same moment one has them, on either
// database, and that the other reads what is there; what is thrown away is gone even when it was kept, and that is noted.
func TestTheLastLotGoesOnce(t *testing.T) {
	onBoth(t, func(l *lab) {
		table := newTable(l)
		table.bands(40)
		for i, one := range ways {
			for _, other := range ways[i:] {
				table.race(one, other)
			}
		}
		found, err := l.report.Audit(l.t.Context())
		require.NoError(l.t, err)
		require.Empty(l.t, found)
	})
}

func (l *table) race(one, other string) {
	l.t.Helper()
	ctx, film := l.t.Context(), fab.MaterialItem("film-a4")
	l.gifts++
	gift, _ := l.gift("film-a4", "4", fmt.Sprint("gift-", l.gifts))
	var failed [2]error
	var both sync.WaitGroup
	both.Go(func() { failed[0] = l.take(ctx, one, film, string(gift.ID), l.one) })
	both.Go(func() { failed[1] = l.take(ctx, other, film, string(gift.ID), l.other) })
	both.Wait()
	won := 0
	for _, err := range failed {
		if err == nil {
			won++
			continue
		}
		refusals, ok := fab.RefusalsOf(err)
		require.True(l.t, ok, err)
		require.Contains(l.t, []string{"kit_short", "stock_reserved", "not_enough_stock"}, refusals[0].Code, one+" "+other)
		require.EqualValues(l.t, 0, refusals[0].Args["have"], "the word says what is there")
	}
	thrown := one == "keep" && other == "scrap" && won == 2
	require.True(l.t, won == 1 || thrown, "%s %s: %v", one, other, failed)
	require.NoError(l.t, l.store.Update(ctx, func(tx *store.Tx) error {
		kept, err := tx.Reservations(film)
		require.LessOrEqual(l.t, len(kept), 1)
		if thrown {
			require.Empty(l.t, kept)
			changes, failed := tx.ChangesOf(l.one)
			require.NoError(l.t, failed)
			require.Equal(l.t, "reservation_lost", changes[len(changes)-1].Code)
		}
		for _, k := range kept { // and the next two start from nothing
			at := fab.StockMove{Item: film, Source: k.Source, From: fab.TheHub, To: fab.OutsideScrapped, Quantity: 4, Why: fab.MoveScrapped}
			err = errors.Join(err, tx.Release(k, k.Quantity), tx.Post(at))
		}
		left, failed := tx.BalanceOf(fab.TheHub, film, string(gift.ID))
		require.Zero(l.t, left)
		return errors.Join(err, failed)
	}))
}

// Ensure that what a driver wrote down three hours ago has one effect, dated three hours ago, although the desk changed the
// order of the run, added a stop and took one off meanwhile, and although the telephone sends all of it twice: the stop
// that is as it was is delivered, and of the one that was taken off the driver reads what the books say until the desk
// believes him.
func TestADriverTellsThreeHoursLater(t *testing.T) {
	onBoth(t, func(l *lab) {
		ctx, table := l.t.Context(), newTable(l)
		table.bands(12)
		third := table.ask("3")
		l.gift("film-a4", "12", "film")
		for _, r := range []fab.RequestID{table.one, table.other, third} {
			_, err := l.supply.MakeKits(ctx, r, "visor", 4, "")
			require.NoError(l.t, err)
			_, err = l.supply.Pack(ctx, r)
			require.NoError(l.t, err)
		}
		p, err := l.delivery.Plan(ctx, delivery.NewRun{Driver: "Chauffeur", Day: time.Now().UTC().Format(time.DateOnly), NewStops: delivery.NewStops{Requests: []fab.RequestID{table.one, table.other}}})
		require.NoError(l.t, err)
		then := fab.Now(time.Now().Add(-3 * time.Hour))
		require.NoError(l.t, l.store.Update(ctx, func(tx *store.Tx) error { // it was planned this morning
			run, err := tx.Run(p.Run.ID)
			run.CreatedAt = then.Add(-time.Hour)
			return errors.Join(err, tx.SetRun(&run))
		}))

		require.NoError(l.t, l.delivery.Move(ctx, p.Run.ID, 1, false))
		require.NoError(l.t, l.delivery.Add(ctx, p.Run.ID, delivery.NewStops{Requests: []fab.RequestID{third}}))
		require.NoError(l.t, l.delivery.TakeOff(ctx, p.Run.ID, 2))
		marks := []delivery.Report{
			{Token: p.Token, No: 1, Key: "phone-1", Receiver: "Accueil", At: then},
			{Token: p.Token, No: 2, Key: "phone-2", Receiver: "La cadre", At: then.Add(20 * time.Minute)},
		}
		for range 2 {
			require.NoError(l.t, l.delivery.Deliver(ctx, marks[0]))
			refusals, ok := fab.RefusalsOf(l.delivery.Deliver(ctx, marks[1]))
			require.True(l.t, ok)
			require.Equal(l.t, "stop_told_failed", refusals[0].Code)
		}
		table.told(p.Run.ID, 1, fab.StopDone, then)

		late, err := l.delivery.LateMarks(ctx)
		require.NoError(l.t, err)
		require.Len(l.t, late, 1)
		require.True(l.t, late[0].CanTrust)
		require.NoError(l.t, l.delivery.Settle(ctx, late[0].Mark.Key, true, ""))
		table.told(p.Run.ID, 2, fab.StopDone, then.Add(20*time.Minute))
		found, err := l.report.Audit(ctx)
		require.NoError(l.t, err)
		require.Empty(l.t, found)
	})
}

// told says how a stop ended, when, and that four visors are at its place.
func (l *table) told(id fab.RunID, no int64, status fab.StopStatus, at time.Time) {
	l.t.Helper()
	v, err := l.delivery.Show(l.t.Context(), id)
	require.NoError(l.t, err)
	for _, s := range v.Stops {
		if s.Stop.No != no {
			continue
		}
		require.Equal(l.t, status, s.Stop.Status)
		require.True(l.t, at.Equal(s.Stop.DoneAt), "when it was, not when it was sent")
		require.Len(l.t, s.Proofs, 1)
		require.True(l.t, at.Equal(s.Proofs[0].At))
		require.NoError(l.t, l.store.View(l.t.Context(), func(tx *store.Tx) error {
			place, n := fab.PlaceOf(fab.LocationFacility, string(s.Facility.ID)), int64(0)
			all, err := tx.Balances(place)
			for _, b := range all {
				n += b.Quantity
			}
			require.EqualValues(l.t, 4, n)
			return err
		}))
		return
	}
	require.Fail(l.t, "the stop is gone")
}
