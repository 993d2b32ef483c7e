package gcode_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// rich is a file that uses every kind of state.
const rich = start + `M201 X900 Y900
M203 Z8
M204 P800 T1000
M205 X8 Y8
M900 K0.05
M420 S1 Z10
G92 E0
;LAYER_CHANGE
G1 Z0.3 F600
G1 X10 Y10 F6000
G1 X30 E1 F1200
M106 S128
G1 Y30 E1
M82
G92 E0
G1 X10 E1
G1 Y10 E2.5
M106 P1 S255
M83
M220 S95
G1 E-2 F1800
;LAYER_CHANGE
G1 Z0.6
G1 E2
G2 X30 Y10 I10 J0 E1 F1200
M221 S103
G92 X0 Y0
G1 X0 Y20 E1
G91
G1 Z0.3
G1 X-20 E1
G90
M83
G92 X10 Y30
M104 S205
M204 S700
G1 Y10 E1
` + end

func replay(t *testing.T, text string, offset int) gcode.State {
	t.Helper()
	s, err := gcode.Replay(strings.NewReader(text), int64(offset), limits())
	require.NoError(t, err)
	return s
}

// after gives the offset behind the first line that begins so.
func after(t *testing.T, text, line string) int {
	t.Helper()
	i := strings.Index(text, "\n"+line)
	require.GreaterOrEqual(t, i, 0, line)
	return i + 1 + strings.IndexByte(text[i+1:], '\n') + 1
}

// The state after a line is what a firmware would have in memory, to the last word.
func TestReplayKnowsTheState(t *testing.T) {
	at := after(t, rich, "G92 X0 Y0")
	s := replay(t, rich, at)
	require.Empty(t, cmp.Diff(gcode.State{
		Offset: int64(at), Lines: s.Lines, RelativeE: true, Machine: [3]float64{30, 10, 0.6}, Logical: [4]float64{0, 0, 0.6, 3.5},
		Homed: [3]bool{true, true, true}, Placed: [3]bool{true, true, true}, Feed: 20, LayerZ: 0.6, TopZ: 0.6, Layer: 2,
		Nozzle: []float64{210}, Bed: 60, Fan: []float64{128, 255}, Speed: 95, Flow: 103, Mesh: gcode.MeshStored, Fade: 10,
		Settings: []string{"M201 X900 Y900", "M203 Z8", "M204 P800 T1000", "M205 X8 Y8", "M900 K0.05"},
	}, s, cmpopts.EquateApprox(0, 1e-9)))
	late := replay(t, rich, after(t, rich, "M204 S700"))
	require.Contains(t, late.Settings, "M204 S700", "S stands for all that was set before")
	require.Equal(t, []float64{205}, late.Nozzle)
	require.InDelta(t, 0.9, late.Machine[2], 1e-9)
	done := replay(t, rich, len(rich)+100)
	require.Equal(t, int64(len(rich)), done.Offset)
	require.Equal(t, []float64{0}, done.Nozzle)
	require.Equal(t, [3]bool{}, done.Homed)
	require.Equal(t, gcode.State{Nozzle: []float64{0}, Fan: []float64{0}, Speed: 100, Flow: 100}, replay(t, rich, 0))
}

// An offset within a line counts the line; reading in small pieces changes nothing.
func TestReplayAtAnyByte(t *testing.T) {
	at := after(t, rich, "G1 Y30 E1")
	inside := replay(t, rich, at-3)
	require.Equal(t, replay(t, rich, at), inside)
	bytewise, err := gcode.Replay(iotest.OneByteReader(strings.NewReader(rich)), int64(at), limits())
	require.NoError(t, err)
	require.Equal(t, inside, bytewise)
}

// A state that rests on what nobody can know says so.
func TestStateSaysWhetherItIsExact(t *testing.T) {
	for line, exact := range map[string]bool{
		"G1 X5": true, "EXCLUDE_OBJECT_START NAME=a": true, "M420 S1": true, "G29": false, "BED_MESH_CALIBRATE": false,
		"WIPE_NOZZLE": false, "SET_PRESSURE_ADVANCE ADVANCE=0.04": false,
	} {
		text := start + line + "\n"
		require.Equal(t, exact, replay(t, text, len(text)).Exact(), line)
	}
}

// Going back counts commands, not lines, over any distance, and ends at the beginning of the file.
func TestRewindCountsCommands(t *testing.T) {
	var text strings.Builder
	var at []int64
	for n := range 3_000 {
		if n%3 == 0 {
			text.WriteString("; " + strings.Repeat("x", n%200) + "\n\r\n")
		}
		at = append(at, int64(text.Len()))
		fmt.Fprintf(&text, "G1 X%d ; right\n", n)
	}
	file := strings.NewReader(text.String())
	for _, back := range []int{0, 1, 2, 20, 1_500, 2_990} {
		got, err := gcode.Rewind(file, at[2_995], back)
		require.NoError(t, err)
		require.Equal(t, at[2_995-back], got, back)
	}
	got, err := gcode.Rewind(file, at[5], 50)
	require.NoError(t, err)
	require.Zero(t, got)
	_, err = gcode.Rewind(file, int64(text.Len())+1_000_000, 1)
	require.ErrorContains(t, err, "beyond the end")
}

// recovery is a machine that may home beside a part.
func recovery() gcode.Limits {
	l := limits()
	l.Recovery = profiles.PrinterRecovery{HomeXY: true, SetZ: "G92 Z{mm}", Lift: 5_000, Prime: 20_000}
	return l
}

// Wherever the board was reset, the prologue brings back exactly the state that the next line of the file rests on: from
// there the whole rest runs as if nothing had been.
func TestPrologueRestoresTheState(t *testing.T) {
	inches := strings.Replace(rich, "G2 X30", "G20\nG1 X0.5 F50\nG21\nG2 X30", 1)
	for _, text := range []string{rich, inches} {
		restored := 0
		for at := 0; at < len(text); at += strings.IndexByte(text[at:], '\n') + 1 {
			s := replay(t, text, at)
			lines, err := gcode.Prologue(s, recovery())
			if err != nil {
				continue
			}
			restored++
			// The board forgets everything; the screw holds the nozzle where it is.
			machine := fmt.Sprintf("G28\nG1 Z%f\n", s.Machine[2])
			before := machine + strings.Join(lines, "\n") + "\n"
			same(t, s, replay(t, before, len(before)), fmt.Sprintf("before %q", text[at:at+20]))
			same(t, replay(t, text, len(text)), replay(t, before+text[at:], len(before+text)), "at the end")
		}
		require.Greater(t, restored, 20)
	}
}

// same compares what a firmware remembers, not how the file came there.
func same(t *testing.T, want, got gcode.State, where string) {
	t.Helper()
	for _, s := range []*gcode.State{&want, &got} {
		s.Offset, s.Lines, s.Layer, s.LayerZ, s.TopZ = 0, 0, 0, 0, 0
	}
	require.Empty(t, cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-4)), where)
}

// The prologue heats the bed before the nozzle, moves nothing before both are hot, homes X and Y alone, and travels only
// above everything that is printed.
func TestPrologueTouchesNothing(t *testing.T) {
	text := start + "G1 Z12 F600\nG1 X80 Y80 F6000\nG1 X90 E2\nG1 Z0.3\nG1 X10 Y10\nG1 X30 E1 F1200\n"
	s := replay(t, text, len(text))
	require.InDelta(t, 12, s.TopZ, 1e-9, "one part is finished, the next has begun")
	lines, err := gcode.Prologue(s, recovery())
	require.NoError(t, err)
	require.Equal(t, []string{
		"G21", "G90", "M82", "M107", "M140 S60", "M190 S60", "M104 S210", "M109 S210", "G92 Z0.3", "G1 Z17 F300", "G28 X Y",
		"G92 E0", "G1 E20 F120", "G92 E0", "G1 E-1 F1200", "G1 X30 Y10 F3000", "G1 Z0.3 F300", "G1 E0 F120",
		"G92 E3", "G1 F1200", "M83",
	}, lines)
}

// A machine with two tools gets both back, the chosen one last.
func TestPrologueKnowsTools(t *testing.T) {
	l := recovery()
	l.Commands = []string{"T1"}
	text := start + "M109 T1 S200\nT1\n" + square
	s := replay(t, text, len(text))
	require.Equal(t, 1, s.Tool)
	lines, err := gcode.Prologue(s, l)
	require.NoError(t, err)
	require.Contains(t, strings.Join(lines, "\n"), "T1\nM104 T0 S210\nM104 S200\nM109 S200\n")
}

// Where recovery could hurt, there is none, and the error says why.
func TestPrologueRefuses(t *testing.T) {
	good := replay(t, start+square, len(start+square))
	_, err := gcode.Prologue(good, recovery())
	require.NoError(t, err)
	_, err = gcode.Prologue(good, limits())
	require.ErrorIs(t, err, gcode.ErrNotAllowed)
	for name, c := range map[string]struct {
		want   error
		change func(*gcode.State)
	}{
		"nothing laid": {gcode.ErrTooEarly, func(s *gcode.State) { s.Layer = 0 }},
		"no plastic":   {gcode.ErrTooEarly, func(s *gcode.State) { s.TopZ = 0 }},
		"not homed":    {gcode.ErrTooEarly, func(s *gcode.State) { s.Homed[2] = false }},
		"not placed":   {gcode.ErrTooEarly, func(s *gcode.State) { s.Placed[0] = false }},
		"cold":         {gcode.ErrTooEarly, func(s *gcode.State) { s.Nozzle = []float64{0} }},
		"no tool":      {gcode.ErrTooEarly, func(s *gcode.State) { s.Tool = 3 }},
		"too high":     {gcode.ErrTooHigh, func(s *gcode.State) { s.Machine[2] = 178 }},
		"too hot":      {gcode.ErrTooHotNow, func(s *gcode.State) { s.Nozzle = []float64{250} }},
		"bed too hot":  {gcode.ErrTooHotNow, func(s *gcode.State) { s.Bed = 120 }},
	} {
		s := good
		c.change(&s)
		_, err := gcode.Prologue(s, recovery())
		require.ErrorIs(t, err, c.want, name)
	}
}

func BenchmarkReplay(b *testing.B) {
	text := start + strings.Repeat("G1 X110.123 Y100.456 E.01234\nG1 X110.723 Y100.756 E.01234\nG1 X109.123 Y101.456 E.01234\n", 50_000) + end
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := gcode.Replay(strings.NewReader(text), int64(len(text)), limits()); err != nil {
			b.Fatal(err)
		}
	}
}
