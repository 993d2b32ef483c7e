package fab

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Ensure that only an approved request is told a window, that the first stays, and that a request is known to have moved
// by the days of the lab's clock, and to slip by more than a day.
func TestTheFirstWindowIsWhatWasTold(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2020, 4, day, hour, 0, 0, 0, time.UTC) }
	window := func(from, to time.Time) Outlook { return Outlook{From: from, To: to} }
	r := Request{Status: RequestReceived}
	require.False(t, r.Tell(window(at(3, 9), at(4, 18)), at(1, 9)))
	r.Status = RequestApproved
	require.False(t, r.Tell(Outlook{Why: Because("wait_material")}, at(1, 9)))
	require.False(t, r.Slips(Outlook{Why: Because("wait_material")}), "nothing was told")
	require.True(t, r.Tell(window(at(3, 9), at(4, 18)), at(1, 9)))
	require.False(t, r.Tell(window(at(5, 9), at(6, 18)), at(2, 9)))
	require.Equal(t, at(4, 18), r.ToldTo)

	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	for _, c := range []struct {
		o     Outlook
		moves int
		slips bool
	}{
		{window(at(3, 9), at(4, 18)), 0, false},
		{window(at(3, 9), at(4, 21)), 0, false},
		{window(at(3, 9), at(4, 23)), 1, false}, // one o'clock of the next day in Paris
		{window(at(3, 9), at(5, 18)), 1, false},
		{window(at(3, 9), at(5, 19)), 1, true},
		{window(at(2, 9), at(3, 1)), 0, false},
		{window(at(1, 9), at(2, 18)), -1, false},
		{Outlook{Why: Because("wait_material")}, 1, true},
		{Outlook{}, 0, false}, // everything is made
	} {
		require.Equal(t, c.moves, r.Moves(c.o, paris), "%+v", c.o)
		require.Equal(t, c.slips, r.Slips(c.o), "%+v", c.o)
	}
	r.Status = RequestDelivered
	require.False(t, r.Slips(window(at(3, 9), at(9, 9))))
}

// Ensure that a requester always reads a reason, and what weighs most first.
func TestSetbacksAreWorded(t *testing.T) {
	require.Equal(t, []Reason{Because("moved_slower")}, Setbacks{}.Reasons())
	all := Setbacks{Again: 3, Urgent: 1, Away: 2, Changed: true, Paused: true, Material: true}.Reasons()
	require.Equal(t, "moved_paused", all[0].Code)
	require.Equal(t, Because("moved_again", "n", int64(3)), all[len(all)-1])
	require.Len(t, all, 6)
}
