package delivery_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that of two who take the last place of a slot one gets it and the other reads that it is full, that another slot
// may be chosen instead, and that nonsense opens none.
func TestSlotsAreNotOverbooked(t *testing.T) {
	onBoth(t, func(l *lab) {
		ctx, day := l.t.Context(), time.Now().UTC().AddDate(0, 0, 1).Format("2006-01-02")
		good := delivery.NewSlot{Day: day, From: "14:00", To: "15:00", Capacity: 1}
		for code, change := range map[string]func(*delivery.NewSlot){
			"date_wrong": func(n *delivery.NewSlot) { n.Day = "demain" }, "clock_wrong": func(n *delivery.NewSlot) { n.From = "tôt" },
			"slot_backwards": func(n *delivery.NewSlot) { n.To = "13:00" }, "slot_size": func(n *delivery.NewSlot) { n.Capacity = 0 }, "date_past": func(n *delivery.NewSlot) { n.Day = "2020-04-03" },
		} {
			n := good
			change(&n)
			refused(l.t, l.delivery.AddSlot(ctx, n), fab.Invalid, code)
		}
		require.NoError(l.t, l.delivery.AddSlot(ctx, good))
		good.From, good.To = "16:00", "17:00"
		require.NoError(l.t, l.delivery.AddSlot(ctx, good))
		slots, err := l.delivery.Slots(ctx)
		require.NoError(l.t, err)
		require.Len(l.t, slots, 2)
		bare, _ := l.request("tried")
		refused(l.t, l.delivery.Book(ctx, bare.ID, slots[0].Slot.ID), fab.Conflict, "nothing_to_fetch")
		var asked []fab.RequestID
		for range 4 {
			r, _ := l.request("tried", 1)
			asked = append(asked, r.ID)
		}
		answers := make([]error, len(asked))
		var all sync.WaitGroup
		for i, id := range asked {
			all.Go(func() { answers[i] = l.delivery.Book(ctx, id, slots[0].Slot.ID) })
		}
		all.Wait()
		var got fab.RequestID
		for i, err := range answers {
			if err == nil {
				require.Empty(l.t, got, "two got the last place")
				got = asked[i]
				continue
			}
			refused(l.t, err, fab.Conflict, "slot_full")
		}
		require.NotEmpty(l.t, got)
		require.NoError(l.t, l.delivery.Book(ctx, got, slots[0].Slot.ID), "chosen again")
		require.NoError(l.t, l.delivery.Book(ctx, got, slots[1].Slot.ID))
		slots, err = l.delivery.Slots(ctx)
		require.NoError(l.t, err)
		require.Equal(l.t, []int64{1, 0}, []int64{slots[0].Free(), slots[1].Free()})
		require.NoError(l.t, l.delivery.Unbook(ctx, got))
		require.NoError(l.t, l.delivery.CloseSlot(ctx, slots[1].Slot.ID))
		refused(l.t, l.delivery.Book(ctx, got, slots[1].Slot.ID), fab.Invalid, "slot_over")
	})
}

// Ensure that boxes are handed out at the hub once, with a note and a name; that the lab's own members are counted and not
// named; and that bad pieces that come back are scrapped and stand with their lot.
func TestGivenAtTheHubAndBackAgain(t *testing.T) {
	l := open(t)
	ctx, by := t.Context(), l.desk()
	r, boxes := l.request("tried", 4, 2)
	refused(t, l.delivery.Give(ctx, delivery.HandOut{Request: r.ID, By: by}), fab.Invalid, "receiver_missing")
	for range 2 {
		require.NoError(t, l.delivery.Give(ctx, delivery.HandOut{Request: r.ID, Boxes: []fab.BoxID{boxes[0].ID}, Receiver: "Une infirmière", Key: "form", By: by}))
	}
	require.Equal(t, []fab.BoxStatus{fab.BoxDelivered, fab.BoxPacked}, []fab.BoxStatus{l.box(boxes[0].ID).Status, l.box(boxes[1].ID).Status})
	refused(t, l.delivery.Give(ctx, delivery.HandOut{Request: r.ID, Boxes: []fab.BoxID{boxes[0].ID}, Receiver: "Une autre", By: by}), fab.Conflict, "no_box_packed")

	own, _ := l.request("tried", 3)
	l.update(func(tx *store.Tx) error {
		f, err := tx.Facility(own.FacilityID)
		f.Kind = fab.FacilityMember
		return errors.Join(err, tx.SetFacility(&f))
	})
	require.NoError(t, l.delivery.Give(ctx, delivery.HandOut{Request: own.ID, Receiver: "Un nom que personne ne garde", By: by}))
	_, status := l.progress(own.ID)
	require.Equal(t, fab.RequestDelivered, status)
	l.view(func(tx *store.Tx) error {
		runs, err := tx.Runs()
		require.NoError(t, err)
		require.Len(t, runs, 1, "one a day")
		stops, err := tx.Stops(runs[0].ID)
		require.NoError(t, err)
		proofs, err := tx.Proofs(stops[1].ID)
		require.Equal(t, []string{fab.ProofCount, ""}, []string{proofs[0].Kind, proofs[0].Name})
		return err
	})

	bad := delivery.BadPieces{Box: boxes[0].Code, Quantity: 1, Why: "broken", By: by}
	for code, change := range map[string]func(*delivery.BadPieces){
		"box_not_delivered": func(b *delivery.BadPieces) { b.Box = boxes[1].Code }, "quantity_not_positive": func(b *delivery.BadPieces) { b.Quantity = 0 },
		"came_back_more": func(b *delivery.BadPieces) { b.Quantity = 5 }, "reason_missing": func(b *delivery.BadPieces) { b.Why = "" }, "lot_not_in_box": func(b *delivery.BadPieces) { b.Lot = "V-404" },
	} {
		b := bad
		change(&b)
		refused(t, l.delivery.ComeBack(ctx, b), fab.Invalid, code)
	}
	require.NoError(t, l.delivery.ComeBack(ctx, bad))
	l.view(func(tx *store.Tx) error {
		back, err := tx.DefectsOf(r.ID)
		require.Len(t, back, 1)
		return err
	})
	l.sound()
}
