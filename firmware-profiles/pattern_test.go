package profiles

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func compiled(t testing.TB, text string) Pattern {
	var p Pattern
	require.NoError(t, p.UnmarshalText([]byte(text)))
	return p
}

// hotLines are what a printer says line after line in a print.
var hotLines = []string{
	"ok", "ok N11365 P1 B15", "ok T:201.3 /210.0 B:60.1 /60.0 @:64 B@:0", " T:31.69 /205.00 B:60.0 /60.0 @:127 B@:0", "Resend: 71",
	"Error:checksum mismatch, Last Line: 70", "echo:busy: processing", "X:10.00 Y:10.00 Z:0.50 E:0.00 Count X:800", "ok 1234", "skip 12",
}

// Ensure that groups are found where regexp finds them, for every pattern of every dialect on every recorded line.
func TestFindAgreesWithRegexp(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	lines := append(recordedLines(t), hotLines...)
	for _, d := range set.Dialects() {
		for key, p := range d.Replies.all() {
			if !p.Set() {
				continue
			}
			for _, line := range lines {
				var g Groups
				found := p.Find([]byte(line), 0, &g)
				want := p.re.FindSubmatchIndex([]byte(line))
				if found != (want != nil) || found != p.Match([]byte(line)) || found && !slices.Equal(want, g.at[:len(want)]) {
					t.Errorf("%s %s on %q: %v at %v, want %v", d.Name, key, line, found, g.at, want)
				}
			}
		}
	}
}

// Ensure the same for any expression and line, those that backtrack without end included.
func FuzzFind(f *testing.F) {
	f.Add(`^ok\b(?: N(?P<n>\d+))?`, "ok N12 P3")
	f.Add(`(a*)*b|(?i)é+$`, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaÉ")
	f.Add(`(?P<x>.*?)(?P<y>[^a]*)\B`, "\xffab\n")
	f.Add(`(?m)^$|x{2,3}`, "a\n\nxxxx")
	f.Fuzz(func(t *testing.T, expression, line string) {
		var p Pattern
		if len(expression) > 60 || len(line) > 60 || p.UnmarshalText([]byte(expression)) != nil {
			return
		}
		var g Groups
		want := regexp.MustCompile(expression).FindStringSubmatchIndex(line)
		require.Equal(t, want != nil, p.Find([]byte(line), 0, &g))
		require.Equal(t, want != nil, p.Match([]byte(line)))
		if want != nil {
			require.Equal(t, want, g.at[:len(want)])
		}
	})
}

// Ensure that each reading of a report is visited once, in order.
func TestEachVisitsEveryMatch(t *testing.T) {
	p := compiled(t, `(?P<sensor>[TB]\d*):(?P<actual>\d+)(?:/(?P<target>\d+))?`)
	var got []string
	p.Each([]byte("T0:20/30 T1:21 B:60/60"), func(group func(string) []byte) {
		got = append(got, string(group("sensor"))+" "+string(group("actual"))+" "+string(group("target")))
		require.Nil(t, group("nothing"))
	})
	require.Equal(t, []string{"T0 20 30", "T1 21 ", "B 60 60"}, got)
	require.Nil(t, Pattern{}.Group([]byte("x"), "sensor"))
	require.Nil(t, p.Group([]byte("x"), "sensor"))
	var g Groups
	require.True(t, p.Find([]byte("T0:20"), 0, &g))
	n, ok := g.Int("actual")
	require.True(t, ok)
	require.Equal(t, int64(20), n)
	_, ok = g.Int("target")
	require.False(t, ok)
}

// Ensure that an expression with more groups than there is room for is refused.
func TestTooManyGroupsAreRefused(t *testing.T) {
	var p Pattern
	require.ErrorContains(t, p.UnmarshalText([]byte(`(a)(a)(a)(a)(a)(a)(a)(a)`)), "8 groups are too many")
}

// Ensure that reading a reply leaves the heap alone.
func TestRepliesAreReadWithoutAllocation(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	for _, d := range set.Dialects() {
		r := d.Replies
		for _, line := range hotLines {
			line := []byte(line)
			require.Zero(t, testing.AllocsPerRun(50, func() {
				var g Groups
				r.Ok.Find(line, 0, &g)
				g.Int("n")
				r.Resend.Find(line, 0, &g)
				r.LineError.Group(line, "last")
				r.TemperatureLine.Match(line)
				for from := 0; r.Temperature.Find(line, from, &g); from = g.End() {
					g.Get("sensor")
				}
				r.Info.Match(line)
			}), "%s %s", d.Name, line)
		}
	}
}

func BenchmarkOkWithGroups(b *testing.B) {
	set, err := Load()
	require.NoError(b, err)
	d, _ := set.Dialect("marlin2")
	line := []byte("ok N11365 P1 B15")
	b.ReportAllocs()
	for b.Loop() {
		var g Groups
		d.Replies.Ok.Find(line, 0, &g)
		g.Int("n")
	}
}

func BenchmarkTemperatureReport(b *testing.B) {
	set, err := Load()
	require.NoError(b, err)
	d, _ := set.Dialect("marlin2")
	line := []byte(" T:31.69 /205.00 B:60.0 /60.0 @:127 B@:0")
	b.ReportAllocs()
	for b.Loop() {
		var g Groups
		for from := 0; d.Replies.Temperature.Find(line, from, &g); from = g.End() {
			g.Get("actual")
		}
	}
}
