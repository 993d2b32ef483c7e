package supply_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// together puts a settled bag of visors into the hub that somebody put together of bands and film.
func (l *lab) together(code string, n int64) (lot fab.Lot) {
	l.t.Helper()
	lot = l.lot(code, n)
	l.update(func(tx *store.Tx) error {
		d, err := tx.Design(l.design.ID)
		require.NoError(l.t, err)
		d.BOM.Works = []fab.Part{{Code: "visor-whole", How: fab.ByHand, Step: "assemble", PerUnit: 1, Of: d.BOM.Product()}}
		a, err := tx.Attempt(lot.AttemptID)
		require.NoError(l.t, err)
		whole := a
		whole.ID, whole.Part = store.NewID[fab.AttemptID](tx), "visor-whole"
		made := fab.Lot{ID: store.NewID[fab.LotID](tx), Code: code + "-W", AttemptID: whole.ID, BatchID: lot.BatchID, DesignID: d.ID, Part: "visor-whole", WorkerID: lot.WorkerID, MakerID: lot.MakerID,
			Declared: n, Good: n, Status: fab.LotReady, CreatedAt: tx.Now(), SettledAt: tx.Now()}
		h := fab.Handout{AttemptID: whole.ID, Item: fab.PartItem("visor-band"), Source: string(lot.ID), Quantity: n, Used: n, At: tx.Now()}
		move := func(item fab.Item, source string, from, to fab.LocationID, why, subject string) fab.StockMove {
			return fab.StockMove{Item: item, Source: source, From: from, To: to, Quantity: n, Why: why, Subject: subject}
		}
		bands, item := string(lot.ID), fab.PartItem("visor-whole")
		err = errors.Join(tx.SetDesign(&d), tx.AddAttempt(&whole), tx.AddLot(&made), tx.AddHandout(&h), tx.Post(
			move(h.Item, bands, fab.TheHub, "home", fab.MoveHandedOut, string(whole.ID)), move(h.Item, bands, "home", fab.OutsideUsed, fab.MoveAssembled, string(whole.ID)),
			move(item, string(made.ID), fab.OutsideMade, "home", "made", string(whole.ID)), move(item, string(made.ID), "home", fab.TheHub, "settled", string(made.ID))))
		lot = made
		return err
	})
	return lot
}

// Ensure that what people put together goes into kits first and into kits of its own, that what limits a request counts it,
// and that products come apart again as they went in.
func TestKitsTakeFirstWhatWasPutTogether(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		l.gift("film-a4", "4", "film")
		whole := l.together("V-1", 3)
		l.lot("V-2", 10)
		id := l.request("Rue", 9)
		can, err := l.supply.Closable(ctx)
		require.NoError(t, err)
		require.Len(t, can, 1)
		require.EqualValues(t, 7, can[0].Now)
		require.Equal(t, fab.Because("kit_short", "item", "material:film-a4", "have", int64(7), "need", int64(9)), can[0].Short)
		_, err = l.supply.MakeKits(ctx, id, "visor", 8, "")
		refused(t, err, fab.Conflict, "count", "kit_short")
		_, err = l.supply.MakeKits(ctx, id, "visor", 7, "")
		require.NoError(t, err)
		l.sound()
		require.EqualValues(t, []int64{0, 6, 0, 7}, []int64{l.at(fab.PartItem("visor-whole")), l.at(fab.PartItem("visor-band")), l.at(fab.MaterialItem("film-a4")), l.at(fab.KitItem("visor"))})
		l.view(func(tx *store.Tx) error {
			kits, err := tx.KitsOf(id)
			require.Len(t, kits, 2)
			lots, err2 := tx.KitLots(kits[0].ID)
			require.Equal(t, []fab.KitLot{{KitID: kits[0].ID, LotID: whole.ID, Quantity: 3}}, lots)
			return errors.Join(err, err2)
		})
		require.NoError(t, l.supply.Unpack(ctx, supply.Unpacking{Request: id, Product: "visor", Count: "5"}))
		require.EqualValues(t, []int64{1, 10, 4}, []int64{l.at(fab.PartItem("visor-whole")), l.at(fab.PartItem("visor-band")), l.at(fab.MaterialItem("film-a4"))})
		l.sound()
	})
}

// Ensure that a donor reads what became of a gift that went into products through somebody's hands.
func TestADonorFollowsTheGiftThroughAWork(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		gift, token := l.gift("film-a4", "8", "film")
		whole := l.together("V-1", 3)
		l.update(func(tx *store.Tx) error {
			film := fab.StockMove{Item: fab.MaterialItem("film-a4"), Source: string(gift.ID), From: fab.TheHub, To: "home", Quantity: 3, Why: fab.MoveHandedOut, Subject: string(whole.AttemptID)}
			used := film
			used.From, used.To, used.Why = "home", fab.OutsideUsed, fab.MoveAssembled
			return errors.Join(tx.AddHandout(&fab.Handout{AttemptID: whole.AttemptID, Item: film.Item, Source: film.Source, Quantity: 3, Used: 3, At: tx.Now()}), tx.Post(film, used))
		})
		id := l.request("Rue", 2)
		_, err := l.supply.MakeKits(ctx, id, "visor", 2, "")
		require.NoError(t, err)
		l.sound()
		g, err := l.supply.Gift(ctx, token)
		require.NoError(t, err)
		require.EqualValues(t, 3, g.Used)
		require.Equal(t, []supply.Use{{Product: "visor", Products: 2, Quantity: 2}}, g.Uses)
	})
}
