package bench

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Segments are 0.2 mm long, and lines of one length.
func TestArcsAreDense(t *testing.T) {
	lines := arcs(2000, 60)
	require.Len(t, lines, prelude+2000)
	require.Equal(t, "G92 X190 Y150", lines[1])
	require.Equal(t, "G0 F3600", lines[2])
	place := regexp.MustCompile(`^G1 X(\d{3}\.\d{3}) Y(\d{3}\.\d{3})$`)
	x, y := 190.0, 150.0
	for _, line := range lines[prelude:] {
		m := place.FindStringSubmatch(line)
		require.NotNil(t, m, line)
		require.True(t, segment(line))
		toX, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		toY, err := strconv.ParseFloat(m[2], 64)
		require.NoError(t, err)
		require.InDelta(t, 0.2, math.Hypot(toX-x, toY-y), 0.002)
		x, y = toX, toY
	}
}

// The ceiling is the wire's where the window covers the round trip, else the window's.
func TestCeiling(t *testing.T) {
	wire := Setting{Baud: 250000}
	require.InDelta(t, 1000, wire.ceiling(25, 3), 1e-9, "25 bytes of 40 µs")
	require.InDelta(t, 1000/(1+0.025+0.12), wire.ceiling(25, 1), 1e-6, "and three bytes back")
	late := Setting{Baud: 250000, Latency: 16 * time.Millisecond}
	require.InDelta(t, 3000/(1+0.025+0.04+16), late.ceiling(25, 3), 1e-6, "the adapter waits from the first byte on")
	require.InDelta(t, 1000, late.ceiling(25, 100), 1e-9)
	require.InDelta(t, float64(len("N7 G1 X1*00\n")), wireBytes([]string{"G1 X1"}, 7), 1, "with number, checksum and line ending")
}

// A figure is short exactly when it misses what it is held against.
func TestFiguresAreJudged(t *testing.T) {
	pair := Pair{
		Setting: Setting{Baud: 250000, Latency: 16 * time.Millisecond, Parser: true}, Ceiling: 400,
		Hosts: []Host{{Name: "printer-agent", Rate: 390, CPU: 0.03}, {Name: "printcore", Rate: 90, CPU: 0.4}},
	}
	verdicts := func(p Pair) (all []bool) {
		for _, f := range p.figures() {
			all = append(all, f.OK)
		}
		return all
	}
	require.Equal(t, []bool{true, true, true, true}, verdicts(pair))
	pair.Hosts[0] = Host{Name: "printer-agent", Rate: 350, CPU: 0.05, Starved: 1}
	require.Equal(t, []bool{false, false, false, false}, verdicts(pair))
	pair.Setting.Parser = false
	require.Equal(t, []bool{false, false, true, false}, verdicts(pair), "2.7 times are enough without a parser")
	result := StreamResult{Lines: 300, Rounds: 1, Pairs: []Pair{pair}}
	require.Contains(t, result.Markdown([]string{"commit: x"}), "- 250000 baud, 16 ms, no parser: lines/s: 350.0 = 87.5 % of the ceiling 400.0")
}

// A print that was not executed exactly is an error: a line missing, doubled or out of order, or an end that never came.
func TestWrongExecutionIsNoFigure(t *testing.T) {
	lines := []string{"G90", "G1 X1", "G1 X2"}
	start := `{"t":0,"k":"start","why":"boot","fw":"marlin"}` + "\n" + `{"t":0,"k":"attempt","id":"bench"}` + "\n"
	g90, one, two := `{"t":0,"n":1,"c":"G90"}`+"\n", `{"t":1,"n":2,"c":"G1 X1"}`+"\n", `{"t":1.5,"n":3,"c":"G1 X2"}`+"\n"
	end := `{"t":2,"k":"end","id":"bench"}` + "\n"
	for truth, right := range map[string]bool{
		start + g90 + one + two + end:                                 true,
		start + g90 + two + end:                                       false,
		start + g90 + one + one + two + end:                           false,
		start + g90 + two + one + end:                                 false,
		start + g90 + one + two:                                       false,
		start + g90 + one + two + end + start + g90 + one + two + end: false,
	} {
		path := filepath.Join(t.TempDir(), "truth.jsonl")
		require.NoError(t, os.WriteFile(path, []byte(truth), 0o600))
		found, err := look(path, lines)
		if !right {
			require.Error(t, err, truth)
			continue
		}
		require.NoError(t, err)
		require.InDelta(t, 2, found.rate, 1e-9, "one segment after the other, half a second apart")
	}
}

// The median of a host's runs counts, and what starting takes is left out.
func TestMediansLeaveStartingOut(t *testing.T) {
	m := &meter{hosts: []host{{name: "x"}}, idle: []run{{lines: 50, cpu: time.Second}}}
	h := m.host(0, []run{
		{lines: 1050, rate: 3, cpu: 3 * time.Second, starved: 1}, {lines: 1050, rate: 1, cpu: 2 * time.Second}, {lines: 1050, rate: 2, cpu: 9 * time.Second},
	})
	require.InDelta(t, 2, h.Rate, 1e-9)
	require.InDelta(t, 2, h.CPU, 1e-9)
	require.Equal(t, 1, h.Starved)
	require.InDelta(t, 1.5, median([]run{{rate: 1}, {rate: 2}}, func(r run) float64 { return r.rate }), 1e-9)
}
