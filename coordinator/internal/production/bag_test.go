package production

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that two people who count one bag at once count it once, that the other is told, and that what was missing is made
// again at once.
func TestTwoPeopleCountOneBag(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		lot := l.bag(2)
		errs := make([]error, 5)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				errs[i] = l.p.Settle(t.Context(), Inspection{Lot: lot.ID, Good: 1, Reason: "miscounted"})
			})
		}
		all.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
				continue
			}
			refused(t, err, fab.Conflict, "lot_settled")
		}
		require.Equal(t, 1, taken)
		require.EqualValues(t, 1, l.lot(lot.ID).Good)
		l.keep()
		require.Equal(t, 1, l.jobs()[fab.JobWaiting], "one is made again")
		l.sound()
	})
}

// Ensure that a bag given twice in one list is counted once.
func TestABagTwiceInOneList(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 2)
	l.ready()
	in := Inspection{Lot: l.printed(w).ID, Good: 2, Reason: "ok"}
	refused(t, l.p.SettleAll(t.Context(), []Inspection{in, in}), fab.Conflict, "lot_settled")
	require.True(t, l.lot(in.Lot).SettledAt.IsZero())
	require.NoError(t, l.p.SettleAll(t.Context(), []Inspection{in}))
	l.sound()
}

// Ensure that more than the label says is taken into the books, and that nothing is made again for it.
func TestMoreThanTheLabelSays(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		lot := l.bag(2)
		require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: lot.ID, Good: 3, Reason: "extra"}))
		l.view(func(tx *store.Tx) error {
			n, err := tx.BalanceOf(fab.TheHub, fab.PartItem(lot.Part), string(lot.ID))
			require.EqualValues(t, 3, n)
			return err
		})
		l.keep()
		require.Zero(t, l.jobs()[fab.JobWaiting])
		l.sound()
	})
}

// Ensure that a maker says how and until when a bag comes, may take it back, and that nobody else may, nor anybody once it is
// counted; and that a bag that did not come in time is asked for.
func TestABagOnItsWay(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		lot := l.bag(2)
		now := time.Now()
		send := func(by fab.MakerID, how string, until time.Time) error {
			return l.p.Send(t.Context(), Sending{Lot: lot.ID, By: by, How: how, Until: until})
		}
		day := now.AddDate(0, 0, 2)
		refused(t, send("other", fab.SentPost, day), fab.Forbidden, "not_yours")
		refused(t, send(lot.MakerID, "pigeon", day), fab.Invalid, "sent_how_missing")
		refused(t, send(lot.MakerID, fab.SentPost, now.Add(-time.Hour)), fab.Invalid, "sent_day_wrong")
		refused(t, send(lot.MakerID, fab.SentPost, now.AddDate(1, 0, 0)), fab.Invalid, "sent_day_wrong")
		require.NoError(t, send(lot.MakerID, fab.SentPost, day))
		require.NoError(t, send("", fab.SentPoint, day), "the last word counts")
		sent := l.lot(lot.ID)
		require.Equal(t, fab.SentPoint, sent.SentHow)
		require.False(t, sent.Awaited(now))
		require.True(t, sent.Awaited(day.Add(time.Hour)))
		require.NoError(t, l.p.Unsend(t.Context(), lot.ID, lot.MakerID))
		require.False(t, l.lot(lot.ID).Awaited(day.Add(time.Hour)))
		require.NoError(t, send(lot.MakerID, fab.SentBrought, day))
		require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: lot.ID, Good: 2, Reason: "ok"}))
		refused(t, send(lot.MakerID, fab.SentPost, day), fab.Conflict, "lot_settled")
		refused(t, l.p.Unsend(t.Context(), lot.ID, lot.MakerID), fab.Conflict, "lot_settled")
		l.sound()
	})
}

// Ensure that a bag rests as long as the lab says, that a filament may have hours of its own, and that hours that cannot be
// are refused.
func TestBagsRest(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		w := l.printer("tortue", "ender-3", 1_000_000)
		l.request("visor", 6)
		l.ready()
		rest := func(hours int64, of map[string]int64) time.Duration {
			t.Helper()
			require.NoError(t, l.p.SetResting(t.Context(), Resting{Hours: hours, Of: of}))
			kept, err := l.p.Resting(t.Context())
			require.NoError(t, err)
			require.Equal(t, hours, kept.Hours)
			require.Len(t, kept.Of, len(of))
			lot := l.printed(w)
			require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: lot.ID, Good: lot.Declared, Reason: "ok"}))
			lot = l.lot(lot.ID)
			if lot.RestsUntil.IsZero() {
				return 0
			}
			return lot.RestsUntil.Sub(lot.SettledAt)
		}
		require.Zero(t, rest(0, nil))
		require.Equal(t, 72*time.Hour, rest(72, nil))
		require.Equal(t, 24*time.Hour, rest(72, map[string]int64{"petg": 24}))
		refused(t, l.p.SetResting(t.Context(), Resting{Hours: -1}), fab.Invalid, "rest_hours_wrong")
		refused(t, l.p.SetResting(t.Context(), Resting{Of: map[string]int64{"petg": 9999}}), fab.Invalid, "rest_hours_wrong")
	})
}
