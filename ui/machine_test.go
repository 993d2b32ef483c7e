package ui

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui/locales"
)

// What a live page of a printer hears is what it would read after a reload.
func TestMachineTelemetryMatchesThePage(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 6, 0, 0, time.UTC)
	m := Machine{Frame: Frame{Lang: "fr", Now: now}, Key: "a", Name: "Tortue", State: StatePrinting, Seen: now.Add(-3 * time.Second), Chain: ChainNone,
		Job:     &MachineJob{Name: "x.gcode", Percent: 42, Layer: 12, Layers: 80, Left: 70 * time.Minute, Ends: now.Add(70 * time.Minute)},
		Heaters: []Heater{{Code: "nozzle", Known: true, Milli: 239_600, Target: 240_000}, {Code: "bed"}}}
	page := render(t, m)
	for _, one := range MachineTelemetry(m) {
		require.Contains(t, page, `data-live-key="`+one.ID+`"`)
		if one.Text != "" {
			require.Contains(t, page, one.Text)
		}
	}
	require.Contains(t, page, "couche 12/80 · reste 1\u00a0h\u00a010 · fin vers 15\u00a0h\u00a016")
}

func points(t *testing.T, line string) (xs, ys []float64) {
	t.Helper()
	for _, p := range strings.Fields(line) {
		x, y, ok := strings.Cut(p, ",")
		require.True(t, ok)
		fx, err := strconv.ParseFloat(x, 64)
		require.NoError(t, err)
		fy, err := strconv.ParseFloat(y, 64)
		require.NoError(t, err)
		xs, ys = append(xs, fx), append(ys, fy)
	}
	return xs, ys
}

// A plot leaves gaps where nothing is known, forgets what is too old, and keeps its scale when a sensor says nonsense.
func TestAPlotIsHonest(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	var samples []Sample
	for ago := 15 * time.Minute; ago > 0; ago -= 2 * time.Second {
		s := Sample{At: now.Add(-ago), Known: true, Milli: 200_000, Target: 210_000}
		switch {
		case ago < 8*time.Minute && ago > 7*time.Minute:
			s.Known = false
		case ago < 4*time.Minute && ago > 3*time.Minute:
			s.Milli = 99_999_000
		}
		samples = append(samples, s)
	}
	p := NewPlot(Heater{Code: "nozzle"}, samples, now, 10*time.Minute)
	require.Len(t, p.Lines, 3)
	require.Len(t, p.Goals, 1)
	for _, line := range append(p.Lines, p.Goals...) {
		xs, ys := points(t, line)
		for i := range xs {
			require.GreaterOrEqual(t, xs[i], 0.0)
			require.LessOrEqual(t, xs[i], float64(plotWidth))
			require.GreaterOrEqual(t, ys[i], 0.0)
			require.LessOrEqual(t, ys[i], float64(plotHeight))
		}
	}
	require.LessOrEqual(t, len(p.Rows), 10, "about one a minute")
	require.True(t, p.Rows[0].At.After(p.Rows[1].At), "newest first")
	require.Empty(t, NewPlot(Heater{}, nil, now, time.Minute).Lines)
	require.Empty(t, NewPlot(Heater{}, samples[:1], now, time.Minute).Lines)
}

// The one primary button is what the person has to do first.
func TestTheFirstThingToDo(t *testing.T) {
	files := []MachineFile{{Name: "a"}}
	for want, m := range map[string]Machine{
		"clear":  {Can: MachineCan{Clear: true, Start: true}},
		"resume": {Can: MachineCan{Resume: true}},
		"print":  {Can: MachineCan{Start: true}, Files: files},
		"add":    {Can: MachineCan{Start: true}},
		"":       {Prompt: &Prompt{Choices: []string{"a", "b"}}, Can: MachineCan{Resume: true}},
	} {
		require.Equal(t, want, m.Primary())
	}
}

// A renderer for a few pages draws those, and says so of others.
func TestARendererMayReadAFewPages(t *testing.T) {
	r, err := New("machine_enter")
	require.NoError(t, err)
	require.NoError(t, r.Render(&strings.Builder{}, MachineEnter{}))
	require.ErrorContains(t, r.Render(&strings.Builder{}, Home{}), "no such template")
}

func TestLengthsAndSizesAsPeopleReadThem(t *testing.T) {
	for got, want := range map[string]string{
		locales.Millimetres("fr", -50): "−0,05\u00a0mm", locales.Millimetres("en", 1500): "+1.5\u00a0mm", locales.Millimetres("fr", 0): "0\u00a0mm", locales.Millimetres("fr", 100_000): "+100\u00a0mm",
		locales.Bytes("fr", 820_000): "820\u00a0ko", locales.Bytes("en", 12_440_000): "12.4\u00a0MB", locales.Bytes("fr", 12_440_000): "12,4\u00a0Mo", locales.Bytes("fr", 3): "1\u00a0ko",
	} {
		require.Equal(t, want, got)
	}
}
