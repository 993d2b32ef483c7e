package supply_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

func (l *lab) devices() (list []fab.Device) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) {
		list, err = tx.DevicesHere()
		return err
	})
	return list
}

// asks turns what a request asks for into tablets.
func (l *lab) asksTablets(town string, n int64) fab.RequestID {
	l.t.Helper()
	id := l.request(town, n)
	l.update(func(tx *store.Tx) error {
		lines, err := tx.RequestLines(id)
		require.NoError(l.t, err)
		lines[0].Product = "tablet"
		return tx.SetRequestLine(&lines[0])
	})
	return id
}

// Ensure that devices come in one by one, are kept for who asked, leave only wiped, and that the donor reads where they went;
// that no batch is opened for them; and that of two people who give one away the second is told.
func TestDevicesAreGivenAsTheyAre(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		require.NoError(t, l.supply.Offer(ctx, "tablet", true, map[string]string{"fr": "Tablette"}))
		require.NoError(t, l.supply.Offer(ctx, "tablet", true, nil), "offered twice")
		require.Equal(t, fab.NotFound, fab.ClassOf(l.supply.Offer(ctx, "fridge", true, nil)))
		gift := l.pledged(pledge(supply.GiftDevice+"tablet", "3", "tablets"))
		require.NoError(t, l.supply.Receive(ctx, supply.Parcel{Donation: gift.Donation.ID, Count: "2", Model: "Galet 10", Seen: "0"}))
		require.NoError(t, l.supply.Receive(ctx, supply.Parcel{Donation: gift.Donation.ID, Count: "1", Wiped: true, Seen: "2"}))
		refused(t, l.supply.Receive(ctx, supply.Parcel{Donation: gift.Donation.ID, Count: "1", Seen: "2"}), fab.Conflict, "count", "gift_received")
		all := l.devices()
		require.Len(t, all, 3)
		require.Equal(t, "D-001", all[0].Code)
		require.True(t, all[2].Ready())
		l.sound()

		rue, quend := l.asksTablets("Rue", 2), l.asksTablets("Quend", 1)
		l.view(func(tx *store.Tx) error {
			lines, err := tx.LinesWithoutBatch()
			require.Empty(t, lines, "nothing is made for them")
			return err
		})
		var both sync.WaitGroup
		said := make([]error, 2)
		for i, to := range []fab.RequestID{rue, quend} {
			both.Go(func() { said[i] = l.supply.Assign(ctx, all[0].ID, to, "") })
		}
		both.Wait()
		require.True(t, (said[0] == nil) != (said[1] == nil), "%v", said)
		for _, err := range said {
			if err != nil {
				refused(t, err, fab.Conflict, "request", "device_taken")
			}
		}
		require.NoError(t, l.supply.Assign(ctx, all[0].ID, rue, l.devices()[0].RequestID))
		require.NoError(t, l.supply.Assign(ctx, all[2].ID, rue, ""))
		refused(t, l.supply.Assign(ctx, all[1].ID, rue, ""), fab.Conflict, "request", "device_enough")
		refused(t, l.supply.Assign(ctx, all[1].ID, l.request("Crécy", 1), ""), fab.Conflict, "request", "device_unasked")
		refused(t, l.supply.Assign(ctx, all[1].ID, "nobody", ""), fab.Conflict, "request", "request_not_open")

		_, err := l.supply.MakeKits(ctx, rue, "tablet", 2, "")
		refused(t, err, fab.Conflict, "count", "device_unwiped")
		_, err = l.supply.MakeKits(ctx, quend, "tablet", 1, "")
		refused(t, err, fab.Conflict, "count", "kit_short")
		closable, err := l.supply.Closable(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, closable[0].Now)
		require.Equal(t, "device_unwiped", closable[0].Short.Code)
		require.NoError(t, l.supply.Wipe(ctx, all[0].ID, ""))
		require.NoError(t, l.supply.Wipe(ctx, all[0].ID, ""), "said twice")
		kit, err := l.supply.MakeKits(ctx, rue, "tablet", 2, "")
		require.NoError(t, err)
		refused(t, l.supply.Assign(ctx, all[0].ID, quend, rue), fab.Conflict, "", "device_gone")
		_, err = l.supply.Pack(ctx, rue)
		require.NoError(t, err)
		l.view(func(tx *store.Tx) error {
			codes, err := tx.CodesIn(kit.ID)
			require.Equal(t, []string{"D-001", "D-003"}, codes)
			return err
		})
		refused(t, l.supply.DropDevice(ctx, all[1].ID, fab.DeviceScrapped, "", ""), fab.Invalid, "note", "reason_missing")
		require.NoError(t, l.supply.DropDevice(ctx, all[1].ID, fab.DeviceScrapped, "the screen is broken", ""))
		require.NoError(t, l.supply.Unpack(ctx, supply.Unpacking{Box: l.boxOf(rue), Count: "1"}))
		back := l.devices()
		require.Len(t, back, 1)
		require.True(t, back[0].Ready(), "it is here again, wiped and kept for whom it was")
		require.Equal(t, rue, back[0].RequestID)
		l.sound()
		_, err = l.supply.MakeKits(ctx, rue, "tablet", 1, "")
		require.NoError(t, err)
		g, err := l.supply.Gift(ctx, gift.Token)
		require.NoError(t, err)
		require.ElementsMatch(t, []supply.Use{{Product: "tablet", Products: 1, Quantity: 1, Town: "Rue"}, {Product: "tablet", Products: 1, Quantity: 1}}, g.Uses)
		require.EqualValues(t, []int64{2, 1, 0}, []int64{g.Used, g.Wasted, g.Left})
		l.sound()
	})
}

func (l *lab) boxOf(id fab.RequestID) (box fab.BoxID) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		boxes, err := tx.BoxesOf(id)
		box = boxes[0].ID
		return err
	})
	return box
}
