package supply_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

var (
	film = fab.MaterialItem("film-a4")
	petg = fab.MaterialItem("petg")
)

func (l *lab) held(place fab.LocationID, item fab.Item, source string) (n int64) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { n, err = tx.BalanceOf(place, item, source); return err })
	return n
}

func (l *lab) last(item fab.Item) (m fab.StockMove) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		moves, err := tx.LatestMoves(item, "", 1)
		m = moves[0]
		return err
	})
	return m
}

// Ensure that goods are moved, thrown away and taken back by moves that say who and why, in the measures of their material,
// and that what cannot be is refused by field and changes nothing.
func TestGoodsAreMovedByHand(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		gift, _ := l.gift("film-a4", "250", "k")
		require.NoError(t, l.supply.SetMaterial(ctx, supply.MaterialForm{Code: "film-a4", Measures: []supply.MeasureForm{{Code: "pack", Factor: "100"}}, Low: "2", LowMeasure: "pack"}))
		from := supply.Handling{Item: film, Source: string(gift.ID), From: fab.TheHub, To: "home"}
		for name, c := range map[string]struct {
			spoil              func(*supply.Handling)
			class, field, code string
		}{
			"nothing":         {func(h *supply.Handling) { h.Count = "0" }, fab.Invalid, "count", "quantity_not_positive"},
			"below zero":      {func(h *supply.Handling) { h.Count = "-4" }, fab.Invalid, "count", "quantity_not_positive"},
			"half a sheet":    {func(h *supply.Handling) { h.Count = "0,005" }, fab.Invalid, "count", "amount_too_fine"},
			"in kilograms":    {func(h *supply.Handling) { h.Measure = "kg" }, fab.Invalid, "count", "measure_unknown"},
			"more than there": {func(h *supply.Handling) { h.Count = "3" }, fab.Conflict, "count", "not_enough_stock"},
			"to nowhere":      {func(h *supply.Handling) { h.To = "nobody" }, fab.Invalid, "to", "place_missing"},
			"out of the lab":  {func(h *supply.Handling) { h.To = fab.OutsideUsed }, fab.Invalid, "to", "place_missing"},
			"to itself":       {func(h *supply.Handling) { h.To = fab.TheHub }, fab.Invalid, "to", "place_missing"},
			"of nobody":       {func(h *supply.Handling) { h.Source = "nobody" }, fab.Conflict, "count", "not_enough_stock"},
		} {
			h := from
			h.Count, h.Measure = "2", "pack"
			c.spoil(&h)
			err := l.supply.Move(ctx, h)
			require.Error(t, err, name)
			refused(t, err, c.class, c.field, c.code)
		}
		require.EqualValues(t, 250, l.held(fab.TheHub, film, string(gift.ID)))

		from.Count, from.Measure = "1,5", "pack"
		require.NoError(t, l.supply.Move(ctx, from))
		require.EqualValues(t, 150, l.held("home", film, string(gift.ID)))
		away := supply.Handling{Item: film, Source: string(gift.ID), From: "home", Count: "20"}
		refused(t, l.supply.Scrap(ctx, away), fab.Invalid, "note", "reason_missing")
		away.Note = "  wet\n"
		require.NoError(t, l.supply.Scrap(ctx, away))
		thrown := l.last(film)
		require.Equal(t, []any{"wet", fab.MoveScrapped, fab.UnitPiece}, []any{thrown.Note, thrown.Why, thrown.Unit})
		refused(t, l.supply.Undo(ctx, thrown.ID, "", ""), fab.Invalid, "note", "reason_missing")
		require.NoError(t, l.supply.Undo(ctx, thrown.ID, "dried", ""))
		refused(t, l.supply.Undo(ctx, thrown.ID, "again", ""), fab.Conflict, "", "move_undone")
		require.EqualValues(t, 150, l.held("home", film, string(gift.ID)))
		require.Equal(t, fab.NotFound, fab.ClassOf(l.supply.Undo(ctx, "nobody", "why", "")))
		l.sound()
	})
}

// Ensure that what is kept for a request goes into its kits and into nobody else's.
func TestWhatIsKeptServesItsRequest(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	ctx := t.Context()
	l.gift("film-a4", "6", "one")
	l.gift("film-a4", "4", "two")
	l.lot("V-1", 20)
	rue, quend := l.request("Rue", 8), l.request("Quend", 8)
	keep := supply.Keeping{Item: film, Request: rue, Count: "7"}
	require.NoError(t, l.supply.Reserve(ctx, keep))
	keep.Count = "4"
	refused(t, l.supply.Reserve(ctx, keep), fab.Conflict, "count", "stock_reserved")
	closable, err := l.supply.Closable(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 8, closable[0].Now)
	require.EqualValues(t, 3, closable[1].Now, "the rest is kept")
	_, err = l.supply.MakeKits(ctx, quend, "visor", 4, "")
	refused(t, err, fab.Conflict, "count", "kit_short")
	_, err = l.supply.MakeKits(ctx, rue, "visor", 5, "")
	require.NoError(t, err)
	l.view(func(tx *store.Tx) error {
		kept, err := tx.ReservedFor(rue)
		require.Len(t, kept, 2)
		require.EqualValues(t, 2, kept[0].Quantity+kept[1].Quantity)
		return err
	})
	_, err = l.supply.MakeKits(ctx, quend, "visor", 3, "")
	require.NoError(t, err)
	_, err = l.supply.MakeKits(ctx, quend, "visor", 1, "")
	refused(t, err, fab.Conflict, "count", "kit_short")
	l.view(func(tx *store.Tx) error {
		kept, err := tx.ReservedFor(rue)
		for _, r := range kept {
			require.NoError(t, l.supply.Release(ctx, r.ID))
			require.NoError(t, l.supply.Release(ctx, r.ID), "sent twice")
		}
		return err
	})
	_, err = l.supply.MakeKits(ctx, quend, "visor", 1, "")
	require.NoError(t, err)
	l.sound()
}

// Ensure that a count of a place puts the books right by moves with a reason, once, and that a line is counted again whose
// books moved meanwhile.
func TestACountPutsTheBooksRight(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		gift, _ := l.gift("film-a4", "50", "k")
		lot := l.lot("V-1", 10)
		source := string(gift.ID)
		sheets := supply.Counted{Item: film, Source: source, Seen: 50, Count: "48"}
		bands := supply.Counted{Item: fab.PartItem("visor-band"), Source: string(lot.ID), Seen: 10, Count: "11"}
		skipped := supply.Counted{Item: film, Source: "nobody", Count: " "}
		form := supply.Stocktake{Place: fab.TheHub, Lines: []supply.Counted{sheets, bands, skipped}, SubmitKey: "form"}
		_, err := l.supply.TakeStock(ctx, form)
		refused(t, err, fab.Invalid, "note", "reason_missing")
		form.Note = "damp corner"
		stale := form
		stale.Lines = []supply.Counted{{Item: film, Source: source, Seen: 49, Count: "48"}}
		_, err = l.supply.TakeStock(ctx, stale)
		refused(t, err, fab.Conflict, supply.CountField(film, source), "stock_changed")
		wrong := form
		wrong.Lines = []supply.Counted{{Item: film, Source: source, Seen: 50, Count: "-1"}}
		_, err = l.supply.TakeStock(ctx, wrong)
		refused(t, err, fab.Invalid, supply.CountField(film, source), "quantity_not_positive")
		none := form
		none.Lines = []supply.Counted{skipped}
		_, err = l.supply.TakeStock(ctx, none)
		refused(t, err, fab.Invalid, "note", "nothing_counted")
		away := form
		away.Place = fab.OutsideUsed
		_, err = l.supply.TakeStock(ctx, away)
		require.Equal(t, fab.NotFound, fab.ClassOf(err))

		var all sync.WaitGroup
		takes := make([]fab.StockTake, 4)
		for i := range takes {
			all.Go(func() {
				take, err := l.supply.TakeStock(ctx, form)
				if err != nil {
					t.Error(err)
				}
				takes[i] = take
			})
		}
		all.Wait()
		for _, take := range takes {
			require.Equal(t, takes[0].ID, take.ID)
		}
		require.EqualValues(t, 48, l.held(fab.TheHub, film, source))
		require.EqualValues(t, 11, l.held(fab.TheHub, fab.PartItem("visor-band"), string(lot.ID)))
		m := l.last(film)
		require.Equal(t, []any{"damp corner", fab.MoveLost, string(takes[0].ID), int64(2)}, []any{m.Note, m.Why, m.Subject, m.Quantity})
		refused(t, l.supply.Undo(ctx, m.ID, "why", ""), fab.Conflict, "", "move_not_undone")
		l.sound()
	})
}

// Ensure that a spool is worth what the scale says, without its reel, and that a scale that cannot be right is refused.
func TestASpoolIsWorthWhatItWeighs(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		l.gift("petg", "1000", "k")
		var id fab.SpoolID
		l.view(func(tx *store.Tx) error {
			spools, err := tx.Spools()
			id = spools[0].ID
			return err
		})
		weigh := func(gross, tare string) error {
			_, err := l.supply.Weigh(ctx, supply.Scale{Spool: id, Gross: gross, Tare: tare})
			return err
		}
		left := func() int64 { return l.held(fab.TheHub, petg, string(id)) }
		refused(t, weigh("900", ""), fab.Invalid, "tare", "tare_missing")
		refused(t, weigh("200", "230"), fab.Invalid, "gross", "lighter_than_reel")
		refused(t, weigh("-900", "230"), fab.Invalid, "gross", "quantity_not_positive")
		refused(t, weigh("a kilo", "230"), fab.Invalid, "gross", "amount_wrong")
		refused(t, weigh("1500", "230"), fab.Invalid, "gross", "heavier_than_came")
		require.NoError(t, weigh("930,5", "230"))
		require.EqualValues(t, 700_500, left())
		require.NoError(t, weigh("980,5", ""), "the reel is known now, and the prints took less than was thought")
		require.EqualValues(t, 750_500, left())
		require.NoError(t, weigh("230", ""), "empty")
		require.Zero(t, left())
		require.NoError(t, weigh("240", ""))
		require.EqualValues(t, 10_000, left(), "it is where it was")
		require.NoError(t, weigh("240", ""), "nothing to put right")
		require.Equal(t, fab.NotFound, fab.ClassOf(func() error { _, err := l.supply.Weigh(ctx, supply.Scale{Spool: "nobody", Gross: "1"}); return err }()))
		l.view(func(tx *store.Tx) error {
			list, err := tx.Weighings(id)
			require.Len(t, list, 5)
			require.EqualValues(t, 1_000_000, list[0].BookedMG)
			return err
		})
		l.sound()
	})
}

// Ensure that two people who move and throw away the last of a gift at once have one effect, and a clear word.
func TestTwoHandsOnTheLastSheet(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		gift, _ := l.gift("film-a4", "1", "k")
		h := supply.Handling{Item: film, Source: string(gift.ID), From: fab.TheHub, To: "home", Count: "1", Note: "torn"}
		var won atomic.Int64
		var all sync.WaitGroup
		for i := range 6 {
			act := l.supply.Move
			if i%2 == 0 {
				act = l.supply.Scrap
			}
			all.Go(func() {
				err := act(ctx, h)
				if err == nil {
					won.Add(1)
					return
				}
				var word *fab.Error
				if !errors.As(err, &word) || word.Code != "not_enough_stock" || word.Field != "count" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 1, won.Load())
		l.sound()
	})
}
