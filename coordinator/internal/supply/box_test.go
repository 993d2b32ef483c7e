package supply_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// boxed is a box of n visors of two bags and two gifts of film.
func (l *lab) boxed(n int64) (fab.RequestID, fab.Box, string) {
	l.t.Helper()
	l.lot("V-001", n/2)
	l.lot("V-002", n)
	_, first := l.gift("film-a4", "30", "first")
	l.gift("film-a4", "90", "second")
	r := l.request("Rue", n)
	_, err := l.supply.MakeKits(l.t.Context(), r, "visor", n, "")
	require.NoError(l.t, err)
	boxes, err := l.supply.Pack(l.t.Context(), r)
	require.NoError(l.t, err)
	return r, boxes[0], first
}

// holds is what the kits of a box hold: products, and pieces of each bag.
func (l *lab) holds(id fab.BoxID) (products int64, lots map[string]int64) {
	l.t.Helper()
	lots = map[string]int64{}
	l.view(func(tx *store.Tx) error {
		kits, err := tx.KitsIn(id)
		for _, k := range kits {
			products += k.Quantity
			inside, failed := tx.KitLots(k.ID)
			for _, kl := range inside {
				lot, also := tx.Lot(kl.LotID)
				lots[lot.Code] += kl.Quantity
				err = errors.Join(err, failed, also)
			}
		}
		return err
	})
	return products, lots
}

// Ensure that a box of 40 becomes two that hold together what it held, bag by bag, whoever asks at the same time, and that
// neither all nor nothing of a box is split off.
func TestABoxIsSplit(t *testing.T) {
	onBoth(t, func(l *lab) {
		_, box, _ := l.boxed(40)
		for count, code := range map[string]string{"": "not_a_number", "0": "split_count", "40": "split_count", "-1": "split_count"} {
			_, err := l.supply.Split(l.t.Context(), box.ID, count, "")
			refused(l.t, err, fab.Invalid, "count", code)
		}
		var both sync.WaitGroup
		made, failed := make([]fab.Box, 2), make([]error, 2)
		for i := range made {
			both.Go(func() { made[i], failed[i] = l.supply.Split(l.t.Context(), box.ID, "25", "") })
		}
		both.Wait()
		if failed[0] != nil {
			made[0], failed[1] = made[1], failed[0]
		}
		refused(l.t, failed[1], fab.Invalid, "count", "split_count")
		n, lots := l.holds(box.ID)
		m, others := l.holds(made[0].ID)
		require.Equal(l.t, []int64{15, 25}, []int64{n, m})
		require.Equal(l.t, map[string]int64{"V-001": 15}, lots)
		require.Equal(l.t, map[string]int64{"V-001": 5, "V-002": 20}, others)
		l.sound()
	})
}

// Ensure that products taken apart are pieces and film again, each under its own name, that what is broken is thrown away,
// that the donor's page follows, and that an empty box ends.
func TestABoxIsTakenApart(t *testing.T) {
	onBoth(t, func(l *lab) {
		ctx, band, film := l.t.Context(), fab.PartItem("visor-band"), fab.MaterialItem("film-a4")
		r, box, donor := l.boxed(40)
		u := supply.Unpacking{Box: box.ID, Count: "15", Bad: map[fab.Item]string{band: "2", film: ""}}
		for name, c := range map[string]struct {
			spoil       func(*supply.Unpacking)
			field, code string
		}{
			"too many":    {func(u *supply.Unpacking) { u.Count = "41" }, "count", "unpack_count"},
			"none":        {func(u *supply.Unpacking) { u.Count = "0" }, "count", "unpack_count"},
			"words":       {func(u *supply.Unpacking) { u.Count = "some" }, "count", "not_a_number"},
			"more broken": {func(u *supply.Unpacking) { u.Bad = map[fab.Item]string{band: "16"} }, "bad.part:visor-band", "too_many"},
			"bad words":   {func(u *supply.Unpacking) { u.Bad = map[fab.Item]string{band: "x"} }, "bad.part:visor-band", "not_a_number"},
			"other thing": {func(u *supply.Unpacking) { u.Bad = map[fab.Item]string{"part:gold": "1"} }, "bad.part:gold", "too_many"},
		} {
			wrong := u
			c.spoil(&wrong)
			err := l.supply.Unpack(ctx, wrong)
			require.Error(l.t, err, name)
			refused(l.t, err, fab.Invalid, c.field, c.code)
		}
		require.NoError(l.t, l.supply.Unpack(ctx, u))
		n, lots := l.holds(box.ID)
		require.EqualValues(l.t, 25, n)
		require.Equal(l.t, map[string]int64{"V-001": 20, "V-002": 5}, lots)
		require.EqualValues(l.t, 20+15-2, l.at(band))
		require.EqualValues(l.t, 120-25, l.at(film))
		u.Count, u.Bad = "25", nil
		require.NoError(l.t, l.supply.Unpack(ctx, u))
		l.view(func(tx *store.Tx) error {
			b, err := tx.Box(box.ID)
			require.Equal(l.t, fab.BoxReturned, b.Status)
			return err
		})
		refused(l.t, l.supply.Unpack(ctx, u), fab.Conflict, "count", "box_not_here")
		g, err := l.supply.Gift(ctx, donor)
		require.NoError(l.t, err)
		require.Empty(l.t, g.Uses)
		require.EqualValues(l.t, 30, g.Left)
		l.sound()
		refused(l.t, l.supply.Unpack(ctx, supply.Unpacking{Request: r, Product: "visor", Count: "1"}), fab.Conflict, "count", "nothing_to_unpack")
		_, err = l.supply.MakeKits(ctx, r, "visor", 38, "")
		require.NoError(l.t, err, "what came out can be assembled again")
		require.NoError(l.t, l.supply.Unpack(ctx, supply.Unpacking{Request: r, Product: "visor", Count: "38"}))
		_, err = l.supply.Pack(ctx, r)
		refused(l.t, err, fab.Conflict, "request", "nothing_to_pack")
		l.sound()
	})
}
