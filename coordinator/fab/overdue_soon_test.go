package fab_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that a maker is reminded from the morning of the day before until the date is over, by the lab's clock, once for
// each date, and not of what was taken on that very day.
func TestAMakerIsRemindedOnceOfADate(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	at := func(day, hour int) time.Time { return time.Date(2020, 4, day, hour, 0, 0, 0, paris) }
	for _, until := range []time.Time{at(11, 0), at(10, 15)} { // the whole of the tenth, and its afternoon
		a := fab.Attempt{Status: fab.AttemptLeased, StartedAt: at(1, 9), LeaseUntil: until}
		require.Equal(t, at(10, 0), a.HandInDay(paris))
		require.False(t, a.ToRemind(at(8, 23), paris))
		require.True(t, a.ToRemind(at(9, 0), paris))
		require.True(t, a.ToRemind(at(10, 14), paris))
		require.False(t, a.ToRemind(until, paris), "then it is overdue")
		require.True(t, a.Overdue(until))
		a.RemindedAt = at(9, 8)
		require.True(t, a.DueSoon(at(9, 9), paris))
		require.False(t, a.ToRemind(at(9, 9), paris))
		a.Postpone(at(20, 0), &fab.Job{}, &fab.Worker{})
		require.False(t, a.DueSoon(at(9, 9), paris))
		require.True(t, a.ToRemind(at(18, 9), paris))
		a.StartedAt = at(18, 8)
		require.False(t, a.ToRemind(at(18, 9), paris))
	}
}
