package guard

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func paris(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	return zone
}

func schedule(t testing.TB, stretches ...string) Schedule {
	t.Helper()
	s, err := ParseSchedule("may_heat", stretches, paris(t))
	require.NoError(t, err)
	return s
}

// at is a moment of November 2026, whose 23rd is a Monday.
func at(t testing.TB, day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, paris(t))
}

func TestSchedulesOpenAndCloseAsWritten(t *testing.T) {
	for _, c := range []struct {
		stretches []string
		now       time.Time
		open      bool
		until     time.Time // or, when closed, the next opening
	}{
		{[]string{"mon-fri 08:00-20:00"}, at(t, 23, 7, 59), false, at(t, 23, 8, 0)},
		{[]string{"mon-fri 08:00-20:00"}, at(t, 23, 8, 0), true, at(t, 23, 20, 0)},
		{[]string{"mon-fri 08:00-20:00"}, at(t, 23, 20, 0), false, at(t, 24, 8, 0)},
		{[]string{"mon-fri 08:00-20:00"}, at(t, 27, 21, 0), false, at(t, 30, 8, 0)},
		{[]string{"lun-ven 08:00-20:00"}, at(t, 28, 12, 0), false, at(t, 30, 8, 0)},
		{[]string{"fri 22:00-06:00"}, at(t, 28, 5, 59), true, at(t, 28, 6, 0)},
		{[]string{"fri 22:00-06:00"}, at(t, 27, 5, 59), false, at(t, 27, 22, 0)},
		{[]string{"sat-mon 10:00-12:00"}, at(t, 29, 11, 0), true, at(t, 29, 12, 0)},
		{[]string{"tue 09:00-12:00", "tue 12:00-18:00", "tue 17:00-19:00"}, at(t, 24, 10, 0), true, at(t, 24, 19, 0)},
		{[]string{"Mon,Wed  08:00-20:00"}, at(t, 24, 10, 0), false, at(t, 25, 8, 0)},
		{[]string{"daily 18:00-24:00", "daily 00:00-02:00"}, at(t, 24, 23, 0), true, at(t, 25, 2, 0)},
		{[]string{Daytime}, at(t, 24, 23, 0), false, at(t, 25, 8, 0)},
	} {
		s := schedule(t, c.stretches...)
		until, open := s.Open(c.now)
		require.Equal(t, c.open, open, "%v at %s", c.stretches, c.now)
		if open {
			require.True(t, c.until.Equal(until), "%v at %s: until %s", c.stretches, c.now, until)
			continue
		}
		from, ok := s.Next(c.now, 0)
		require.True(t, ok)
		require.True(t, c.until.Equal(from), "%v at %s: from %s", c.stretches, c.now, from)
	}
	until, open := schedule(t, "always").Open(at(t, 23, 3, 0))
	require.True(t, open)
	require.Greater(t, until.Sub(at(t, 23, 3, 0)), 7*24*time.Hour)
	_, open = schedule(t, "never").Open(at(t, 23, 3, 0))
	require.False(t, open)
}

// When the clocks change, hours are what the clock on the wall says, and a length is what really passes.
func TestSchedulesKeepToTheWallWhenClocksChange(t *testing.T) {
	spring := time.Date(2026, 3, 29, 0, 30, 0, 0, paris(t)) // 02:00 becomes 03:00
	until, open := schedule(t, "sun 00:00-06:00").Open(spring)
	require.True(t, open)
	require.Equal(t, 4*time.Hour+30*time.Minute, until.Sub(spring))
	autumn := time.Date(2026, 10, 25, 0, 30, 0, 0, paris(t)) // 03:00 becomes 02:00
	until, open = schedule(t, "sat 22:00-06:00").Open(autumn)
	require.True(t, open)
	require.Equal(t, 6*time.Hour+30*time.Minute, until.Sub(autumn))
	from, ok := schedule(t, "sun 00:00-06:00").Next(spring, 5*time.Hour)
	require.True(t, ok)
	require.Equal(t, 5, from.In(paris(t)).Day(), "the short night is too short, the one a week later is not")
}

// Over a year and in several zones: an opening that is promised is open at that moment and not before.
func TestSchedulesKeepTheirPromise(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		zone, err := time.LoadLocation([]string{"Europe/Paris", "America/Martinique", "Pacific/Chatham", "Australia/Lord_Howe"}[rnd.IntN(4)])
		require.NoError(t, err)
		s := Schedule{zone: zone}
		for range 1 + rnd.IntN(3) {
			h := hours{from: rnd.IntN(dayMinutes)}
			h.to = h.from + 1 + rnd.IntN(dayMinutes)
			h.days[rnd.IntN(7)] = true
			s.hours = append(s.hours, h)
		}
		for range 100 {
			now := epoch.Add(time.Duration(rnd.Int64N(int64(365 * 24 * time.Hour))))
			length := time.Duration(rnd.Int64N(int64(6 * time.Hour)))
			from, ok := s.Next(now, length)
			until, open := s.Open(now)
			if open && until.Sub(now) >= length {
				require.True(t, ok && from.Equal(now))
			}
			if !ok {
				continue
			}
			require.False(t, from.Before(now))
			end, isOpen := s.Open(from)
			require.True(t, isOpen)
			require.GreaterOrEqual(t, end.Sub(from), length)
			if from.After(now) && !open {
				_, early := s.Open(from.Add(-time.Millisecond))
				require.False(t, early)
			}
		}
	}
}

// What cannot be read is refused with the field, the text and the way out.
func TestSchedulesRefuseWhatTheyCannotRead(t *testing.T) {
	for _, c := range []struct {
		want      string
		stretches []string
	}{
		{"is empty", nil},
		{"want days and hours", []string{"08:00-20:00"}},
		{`day "mo"`, []string{"mo-fri 08:00-20:00"}},
		{`day ""`, []string{"mon- 08:00-20:00"}},
		{`time "8"`, []string{"mon-fri 8-20"}},
		{`time "24:01"`, []string{"mon 08:00-24:01"}},
		{`time "8h00"`, []string{"mon 8h00-20h00"}},
		{`time "-1:00"`, []string{"mon 08:00--1:00"}},
		{"end when they begin", []string{"mon 08:00-08:00"}},
		{"begin at 24:00", []string{"mon 24:00-06:00"}},
		{"want a start and an end", []string{"mon 08:00"}},
		{"stands alone", []string{"always", "mon 08:00-20:00"}},
	} {
		_, err := ParseSchedule("printer tortue: may_heat", c.stretches, paris(t))
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, err, "printer tortue: may_heat")
	}
	_, err := ParseRule("rule", "half")
	require.ErrorContains(t, err, `rule = "half"`)
}

func TestPrintsStartOnlyWhenTheyMayHeat(t *testing.T) {
	need := Need{HeatUp: 5 * time.Minute, Whole: 3 * time.Hour}
	day := schedule(t, Daytime)
	none := time.Time{}
	for name, c := range map[string]struct {
		w         Windows
		now, here time.Time
		want      Answer
	}{
		"by day":                        {Windows{Heat: day, Rule: Whole}, at(t, 23, 12, 0), none, Yes()},
		"it would end at night":         {Windows{Heat: day, Rule: Whole}, at(t, 23, 20, 0), none, Answer{false, WindowShort, at(t, 24, 8, 0)}},
		"it may go on at night":         {Windows{Heat: day, Rule: Start}, at(t, 23, 20, 0), none, Yes()},
		"at night":                      {Windows{Heat: day, Rule: Start}, at(t, 23, 23, 0), none, Answer{false, WindowClosed, at(t, 24, 8, 0)}},
		"at night with somebody there":  {Windows{Heat: day, Rule: Start}, at(t, 23, 23, 0), at(t, 24, 0, 30), Yes()},
		"longer than any day":           {Windows{Heat: schedule(t, "mon 08:00-10:00"), Rule: Whole}, at(t, 23, 9, 0), none, No(NeverFits)},
		"a home":                        {Windows{Heat: day, Rule: Whole, Home: true}, at(t, 23, 12, 0), none, No(NobodyHere)},
		"a home with its maker":         {Windows{Heat: day, Rule: Whole, Home: true}, at(t, 23, 12, 0), at(t, 23, 15, 0), Yes()},
		"a home whose maker leaves":     {Windows{Heat: day, Rule: Whole, Home: true}, at(t, 23, 12, 0), at(t, 23, 14, 59), No(HereTooShort)},
		"a maker who left":              {Windows{Heat: day, Rule: Whole, Home: true}, at(t, 23, 12, 0), at(t, 23, 11, 0), No(NobodyHere)},
		"a home, the start only":        {Windows{Heat: day, Rule: Start, Home: true}, at(t, 23, 12, 0), at(t, 23, 12, 10), Yes()},
		"never":                         {Windows{Heat: schedule(t, "never"), Rule: Start}, at(t, 23, 12, 0), none, No(WindowClosed)},
		"nothing set is never, not yes": {Windows{}, at(t, 23, 12, 0), none, No(WindowClosed)},
	} {
		got := c.w.MayHeat(c.now, c.here, need)
		require.True(t, got.From.Equal(c.want.From), "%s: %s", name, got.From)
		got.From, c.want.From = none, none
		require.Equal(t, c.want, got, name)
	}
}

func TestPlatesAreClearedWhenSomebodyCan(t *testing.T) {
	w := Windows{Clear: schedule(t, "mon-fri 09:00-17:00")}
	require.True(t, w.MayClear(at(t, 23, 9, 0), time.Time{}).OK)
	require.True(t, w.MayClear(at(t, 23, 19, 0), at(t, 23, 20, 0)).OK)
	no := w.MayClear(at(t, 23, 19, 0), time.Time{})
	require.Equal(t, WindowClosed, no.Code)
	require.True(t, no.From.Equal(at(t, 24, 9, 0)))
}
