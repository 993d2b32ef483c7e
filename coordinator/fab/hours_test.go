package fab

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Ensure that hours are read as people write them, whatever the order, and that what touches is one span.
func TestHoursAreRead(t *testing.T) {
	for text, want := range map[Hours][]Span{
		"":                                     nil,
		"00:00-24:00":                          nil,
		"mo 08:00-12:00":                       {{480, 720}},
		"mo 08:00-12:00, 12:00-14:00":          {{480, 840}},
		"su 22:00-02:00":                       {{0, 120}, {6*1440 + 1320, 7 * 1440}},
		"sa-mo 9:00-10:00":                     {{540, 600}, {5*1440 + 540, 5*1440 + 600}, {6*1440 + 540, 6*1440 + 600}},
		" TU,TH 18:00-22:00 ; we 06:30-07:00;": {{1440 + 1080, 1440 + 1320}, {2*1440 + 390, 2*1440 + 420}, {3*1440 + 1080, 3*1440 + 1320}},
	} {
		got, err := text.Week("hours")
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

// Ensure that what cannot be read is refused with the field and the text.
func TestUnreadableHoursAreRefused(t *testing.T) {
	for _, text := range []Hours{"8-12", "25:00-26:00", "08:00", "xx 08:00-09:00", "08:00-08:00", "24:00-08:00", "mo", "08:60-09:00", "mo-", "-1:00-2:00", "08:00--9:00"} {
		_, err := text.Week("may_heat")
		list, ok := RefusalsOf(err)
		require.True(t, ok, "%s: %v", text, err)
		require.Equal(t, "may_heat", list[0].Field)
		require.Equal(t, "hours_unreadable", list[0].Code)
	}
}

// Ensure that spans become real time: past midnight as one, and an hour shorter in the night when clocks go forward.
func TestIntervalsFollowTheClock(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	week, err := Hours("22:00-06:00").Week("hours")
	require.NoError(t, err)
	from := time.Date(2020, 3, 28, 12, 0, 0, 0, zone) // clocks go forward at 02:00 on the 29th
	got := Intervals(week, from, from.Add(48*time.Hour), zone)
	require.Len(t, got, 2)
	require.Equal(t, 7*time.Hour, got[0].To.Sub(got[0].From))
	require.Equal(t, 8*time.Hour, got[1].To.Sub(got[1].From))
	require.True(t, got[0].From.Equal(time.Date(2020, 3, 28, 22, 0, 0, 0, zone)))

	inside := Intervals(week, time.Date(2020, 3, 28, 23, 0, 0, 0, zone), time.Date(2020, 3, 29, 1, 0, 0, 0, zone), zone)
	require.Len(t, inside, 1)
	require.Equal(t, 2*time.Hour, inside[0].To.Sub(inside[0].From))
	require.Equal(t, []Interval{{from, from.Add(time.Hour)}}, Intervals(nil, from, from.Add(time.Hour), zone))
}
