package printsim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Bytes arrive at the wire's pace, and what a full ring cannot take is lost
// without a word.
func TestWireAndRing(t *testing.T) {
	w := wire{byteTime: byteTime(250000)}
	w.put(time.Second, make([]sent, 200))
	_, ok := w.take(time.Second)
	require.False(t, ok, "a byte takes its time")
	r := ring{size: 127}
	for {
		c, ok := w.take(time.Second + 200*40*time.Microsecond)
		if !ok {
			break
		}
		r.push(c, false)
	}
	require.Len(t, r.bytes, 127)
	require.Equal(t, 73, r.lost)
}

// The hotend heats as the recorded one did: within a few degrees of each
// reading, and it holds its target.
func TestHeaterFollowsTheRecording(t *testing.T) {
	h := newHotend(25)
	h.set(205)
	for _, seen := range []struct{ at, temp float64 }{{1, 31.69}, {2, 41.71}, {3, 51.45}, {4, 60.88}} {
		h.advance(seconds(seen.at))
		require.InDelta(t, seen.temp, h.temp, 4)
	}
	h.advance(time.Minute)
	require.InDelta(t, 205, h.temp, 0.001)
	require.InDelta(t, 0.46, h.duty(), 0.02)
	h.set(0)
	h.advance(time.Hour)
	require.InDelta(t, 25, h.temp, 0.001)
	require.Equal(t, time.Minute, h.on)
}

func TestPlannerHoldsFifteenMovesAndStopsWhereItIs(t *testing.T) {
	p := planner{slots: 16}
	for i := range 15 {
		require.LessOrEqual(t, p.room(), time.Duration(0), i)
		p.push(0, point{float64(i)}, point{float64(i + 1)}, time.Second, 0)
	}
	require.Equal(t, time.Second, p.room())
	at, moving := p.stop(2500 * time.Millisecond)
	require.True(t, moving)
	require.InDelta(t, 2.5, at[0], 0.001)
	require.Zero(t, p.end())
}

// Move times come from the slowest axis and the feed rate; arcs are measured
// along their path.
func TestMotionTimes(t *testing.T) {
	m := newMotion([3]float64{200, 200, 200})
	took := func(line string) time.Duration {
		c := parseCommand(line)
		to := m.target(c)
		length := m.line(to)
		if c.code == "G2" || c.code == "G3" {
			var ok bool
			length, ok = m.arc(c, to, c.code == "G2")
			require.True(t, ok, line)
		}
		d, _ := m.duration(to, length)
		m.at = to
		return d.Round(time.Millisecond)
	}
	require.Equal(t, time.Second, took("G1 X60 F3600"))
	require.Equal(t, 2*time.Second, took("G1 Z10"), "Z goes at most at 5 mm/s")
	require.Equal(t, 500*time.Millisecond, took("G1 E5 F600"))
	require.Equal(t, 3142*time.Millisecond, took("G3 X60 Y0 I10 J0 F1200"), "a full circle")
	require.Equal(t, 1571*time.Millisecond, took("G2 X80 Y0 I10 J0"), "half a circle")
	require.Equal(t, 1571*time.Millisecond, took("G3 X60 Y0 R10"), "half a circle by its radius")
	m.homed = true
	took("G1 X500 Y-3")
	require.Equal(t, point{200, 0, 10, 5}, m.at, "end stops hold the head on the bed")
}

// Commands that wait do wait, and the keep-alive comes every two seconds.
func TestWaitingCommands(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin"})
	b.say("M110 N0")
	require.Empty(t, b.say("G28"))
	require.Equal(t, 5, strings.Count(b.run(15*time.Second), "busy"))
	require.Equal(t, " T:25.00 /0.00 B:25.00 /60.00 @:0 B@:0 W:?\n", b.say("M190 S60"))
	answer := b.run(3 * time.Minute)
	require.Contains(t, answer, "B:60.00 /60.00")
	require.Contains(t, answer, "W:9\n")
	require.True(t, strings.HasSuffix(answer, "ok\n"))
	require.Equal(t, "ok\nok\n", b.say("G91\nG1 X10 F600"))
	require.Empty(t, b.say("M400"))
	require.Equal(t, "ok\n", b.run(time.Second))
	require.Contains(t, b.say("M114"), "X:10.00 Y:0.00")
}

func TestCountsIsTheSharedRule(t *testing.T) {
	for _, line := range []string{"G1 X1", "N7 G1 X1*3", "M73 P4", "M107", "T0", "G92 E0 ; reset"} {
		require.True(t, Counts(line), line)
	}
	for _, line := range []string{"", "; only a comment", "M105", "N3 M105*36", "M110 N0", "N0 M110 N0*125", "M115", "M117 mailleur x", "M155 S1"} {
		require.False(t, Counts(line), line)
	}
}
