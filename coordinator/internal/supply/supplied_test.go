package supply_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// Ensure that kits for a place that adds the film itself take none, say so, and stay without when they are divided; that
// the picking list leaves it out; and that what the product does not take is refused.
func TestThePlaceSuppliesTheFilm(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		in := intake.New(l.store)
		l.lot("V-001", 20)
		_, token := l.gift("film-a4", "5", "sheets")
		r := l.request("Rue", 12)
		refused(t, in.Supply(ctx, r, map[string][]string{"visor": {"gold"}}), fab.Invalid, "supply_visor", "supplied_unknown")
		closable, err := l.supply.Closable(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 5, closable[0].Now)
		require.NoError(t, in.Supply(ctx, r, map[string][]string{"visor": {"film-a4", "film-a4"}, "hook": {"gold"}}))
		closable, err = l.supply.Closable(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 12, closable[0].Now)
		picks, err := l.supply.Picking(ctx, r)
		require.NoError(t, err)
		require.Equal(t, []string{"film-a4"}, picks[0].Supplied)
		require.Len(t, picks[0].Takes, 1)
		k, err := l.supply.MakeKits(ctx, r, "visor", 12, "")
		require.NoError(t, err)
		require.Equal(t, []string{"film-a4"}, k.Supplied)
		require.EqualValues(t, 5, l.at(fab.MaterialItem("film-a4")), "no sheet was taken")
		boxes, err := l.supply.Pack(ctx, r)
		require.NoError(t, err)
		other, err := l.supply.Split(ctx, boxes[0].ID, "4", "")
		require.NoError(t, err)
		l.view(func(tx *store.Tx) error {
			kits, err := tx.KitsIn(other.ID)
			require.Equal(t, []string{"film-a4"}, kits[0].Supplied)
			return err
		})
		require.NoError(t, in.Supply(ctx, r, map[string][]string{"visor": nil}))
		require.NoError(t, l.supply.Unpack(ctx, supply.Unpacking{Box: other.ID, Count: "4"}))
		require.EqualValues(t, 5, l.at(fab.MaterialItem("film-a4")))
		k, err = l.supply.MakeKits(ctx, r, "visor", 4, "")
		require.NoError(t, err)
		require.Empty(t, k.Supplied)
		g, err := l.supply.Gift(ctx, token)
		require.NoError(t, err)
		require.EqualValues(t, 4, g.Used)
		l.sound()
	})
}

// Ensure that the planner and the call for gifts ask for no material that the place adds.
func TestSuppliedMaterialIsReadByBatch(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	r := l.request("Rue", 12)
	l.update(func(tx *store.Tx) error {
		lines, err := tx.RequestLines(r)
		lines[0].Supplied = []string{"film-a4"}
		b := fab.Batch{ID: "theirs", RequestID: r, DesignID: l.design.ID, Product: "visor", Quantity: 12, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now()}
		return errors.Join(err, tx.SetRequestLine(&lines[0]), tx.AddBatch(&b))
	})
	l.view(func(tx *store.Tx) error {
		supplied, err := tx.Supplied()
		require.Equal(t, map[fab.BatchID][]string{"theirs": {"film-a4"}}, supplied)
		return err
	})
	require.Empty(t, l.design.BOM.Without([]string{"film-a4"}).Materials)
	require.Len(t, l.design.BOM.Materials, 1)
}
