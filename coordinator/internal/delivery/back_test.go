package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
)

// Ensure that what comes back unused is stock again and no longer promised, that bad products of it are scrapped, that the
// box ends with its last product, and that the same box does not come back twice.
func TestAnUnusedBoxComesBackAsStock(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx, by := l.t, l.t.Context(), l.desk()
		r, boxes := l.request("tried", 4, 2)
		u := delivery.Unused{Box: boxes[0].ID, Good: 3, Bad: 1, Why: "broken", By: by}
		refused(t, l.delivery.TakeBack(ctx, u), fab.Conflict, "box_not_delivered")
		require.NoError(t, l.delivery.Give(ctx, delivery.HandOut{Request: r.ID, Boxes: []fab.BoxID{boxes[0].ID}, Receiver: "Une infirmière", Key: "form", By: by}))
		for code, change := range map[string]func(*delivery.Unused){
			"came_back_more": func(u *delivery.Unused) { u.Good = 4 }, "reason_missing": func(u *delivery.Unused) { u.Why = "bored" },
			"quantity_not_positive": func(u *delivery.Unused) { u.Good, u.Bad = 0, 0 }, "count_negative": func(u *delivery.Unused) { u.Good = -1 },
		} {
			wrong := u
			change(&wrong)
			refused(t, l.delivery.TakeBack(ctx, wrong), fab.Invalid, code)
		}
		part := u
		part.Good, part.Bad = 1, 0
		require.NoError(t, l.delivery.TakeBack(ctx, part))
		require.Equal(t, fab.BoxDelivered, l.box(boxes[0].ID).Status)
		p, status := l.progress(r.ID)
		require.Equal(t, fab.Progress{Product: "visor", Asked: 6, Promised: 5, InProduction: 2, Delivered: 3}, p)
		require.Equal(t, fab.RequestApproved, status)
		u.Good = 2
		require.NoError(t, l.delivery.TakeBack(ctx, u))
		refused(t, l.delivery.TakeBack(ctx, u), fab.Invalid, "came_back_more")
		p, _ = l.progress(r.ID)
		require.Equal(t, fab.Progress{Product: "visor", Asked: 6, Promised: 3, InProduction: 2, Delivered: 1}, p, "the broken one was delivered")
		require.NoError(t, l.delivery.Give(ctx, delivery.HandOut{Request: r.ID, Receiver: "Une infirmière", Key: "form 2", By: by}))
		_, status = l.progress(r.ID)
		require.Equal(t, fab.RequestDelivered, status)
		u.Box, u.Good, u.Bad = boxes[1].ID, 2, 0
		require.NoError(t, l.delivery.TakeBack(ctx, u))
		require.Equal(t, fab.BoxReturned, l.box(boxes[1].ID).Status)
		refused(t, l.delivery.TakeBack(ctx, u), fab.Conflict, "box_not_delivered")
		l.sound()
	})
}
