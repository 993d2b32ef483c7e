package arcfit_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
)

// fitted fits with the options and proves the result.
func fitted(t require.TestingT, text string, o arcfit.Options) (string, arcfit.Stats) {
	var out bytes.Buffer
	s, err := arcfit.Fit(&out, strings.NewReader(text), o)
	require.NoError(t, err)
	p, err := prove([]byte(text), out.Bytes(), o)
	require.NoError(t, err, "before:\n%s\nafter:\n%s", clip(text), clip(out.String()))
	require.EqualValues(t, p.arcs, s.Arcs)
	require.EqualValues(t, p.moves, s.Moves)
	require.LessOrEqual(t, p.deviation*1000, float64(s.MaxDeviationUM)+0.5, "no deviation is hidden")
	require.LessOrEqual(t, p.pieces*1000, float64(s.MaxDrawnUM)+0.5, "no deviation is hidden")
	require.Equal(t, s.ExtrusionInUM, s.ExtrusionOutUM)
	require.Equal(t, s.LinesIn-s.LinesOut, s.Moves-s.Arcs)
	return out.String(), s
}

func clip(s string) string { return s[:min(len(s), 4000)] }

// turn writes moves along a circle around 100, 100, from the angle a to b in n moves with 0.03 mm of filament a millimetre.
func turn(radius, a, b float64, n int) string {
	var w strings.Builder
	for k := 1; k <= n; k++ {
		angle := a + (b-a)*float64(k)/float64(n)
		fmt.Fprintf(&w, "G1 X%.3f Y%.3f E%.5f\n", 100+radius*math.Cos(angle), 100+radius*math.Sin(angle),
			0.03*radius*math.Abs(b-a)/float64(n))
	}
	return w.String()
}

// start is a head that stands at 130, 100 with feed and relative filament.
const start = "G21\nG90\nM83\nG1 X130 Y100 Z0.2 F1800\n"

// A full circle becomes arcs of less than half a turn, either way round; the lines around it stay.
func TestCircleBecomesArcs(t *testing.T) {
	for word, to := range map[string]float64{"G3": 2 * math.Pi, "G2": -2 * math.Pi} {
		out, s := fitted(t, start+";TYPE:Perimeter\n"+turn(30, 0, to, 200)+"G1 E-.8 F2100\n;LAYER_CHANGE\n", arcfit.Options{})
		require.EqualValues(t, 200, s.Moves)
		require.EqualValues(t, 3, s.Arcs)
		require.Equal(t, 3, strings.Count(out, "\n"+word+" X"))
		require.True(t, strings.HasPrefix(out, start+";TYPE:Perimeter\n"+word))
		require.True(t, strings.HasSuffix(out, "\nG1 E-.8 F2100\n;LAYER_CHANGE\n"))
		require.Less(t, s.MaxDeviationUM, int64(10))
	}
}

// What has corners or straight sides keeps them: nothing is changed.
func TestPolygonsStay(t *testing.T) {
	for name, sides := range map[string]int{"triangle": 3, "square": 4, "hexagon": 6, "octagon": 8, "dodecagon": 12} {
		text := start + turn(30, 0, 2*math.Pi, sides)
		out, _ := fitted(t, text, arcfit.Options{})
		require.Equal(t, text, out, name)
	}
	straight := start
	for k := range 300 {
		straight += fmt.Sprintf("G1 X%.3f Y%.3f E.006\n", 130-0.2*float64(k+1)*0.8, 100+0.2*float64(k+1)*0.6)
	}
	out, _ := fitted(t, straight, arcfit.Options{})
	require.Equal(t, straight, out, "a straight line in 300 moves")
}

// A dense square keeps its corners to the tolerance, and an S becomes two arcs that turn opposite ways.
func TestCornersAndTurnsStay(t *testing.T) {
	square := start
	x, y := 130.0, 100.0
	for _, d := range [][2]float64{{-1, 0}, {0, 1}, {1, 0}, {0, -1}} {
		for range 100 {
			x, y = x+d[0]*0.2, y+d[1]*0.2
			square += fmt.Sprintf("G1 X%.3f Y%.3f E.00600\n", x, y)
		}
	}
	_, s := fitted(t, square, arcfit.Options{})
	require.LessOrEqual(t, s.MaxDrawnUM, int64(50))

	var s2 strings.Builder
	s2.WriteString("G21\nG90\nM83\nG1 X100 Y100 F1800\n")
	for k := 1; k <= 200; k++ {
		a := math.Pi * float64(k) / 100
		if k <= 100 {
			fmt.Fprintf(&s2, "G1 X%.3f Y%.3f E.01885\n", 120-20*math.Cos(a), 100+20*math.Sin(a))
		} else {
			fmt.Fprintf(&s2, "G1 X%.3f Y%.3f E.01885\n", 160+20*math.Cos(a), 100+20*math.Sin(a))
		}
	}
	out, _ := fitted(t, s2.String(), arcfit.Options{})
	require.Contains(t, out, "\nG2 ")
	require.Contains(t, out, "\nG3 ")
}

// Whatever leaves a doubt about what moves mean leaves them as they are.
func TestDoubtLeavesMovesAsTheyAre(t *testing.T) {
	circle := turn(30, 0, 2*math.Pi, 100)
	for name, text := range map[string]string{
		"where the head is":       "G21\nG90\nM83\nG1 X130 F1800\n" + strings.ReplaceAll(circle, " Y", " ;"),
		"relative moves":          start + "G91\n" + circle,
		"inches":                  start + "G20\n" + circle,
		"another plane":           start + "G18\n" + circle,
		"E after G91":             start + "M82\nG91\n" + circle,
		"E after G90":             "G21\nM83\nG90\nG1 X130 Y100 Z0.2 F1800\n" + circle,
		"numbered lines":          start + "N1 G1 X130 Y100*22\n" + circle,
		"a height in every move":  start + strings.ReplaceAll(circle, " E", " Z0.2 E"),
		"a fifth axis":            start + strings.ReplaceAll(circle, " E", " U1 E"),
		"a feed for every move":   start + numbered(circle, " F%d"),
		"a comment for each":      start + numbered(circle, " ; %d"),
		"filament that varies":    start + rewritten(circle),
		"filament drawn back":     start + strings.ReplaceAll(circle, " E", " E-"),
		"carriage returns inside": start + strings.ReplaceAll(circle, "\n", "\rG1 X5 Y5\n"),
		"two commands on a line":  start + strings.ReplaceAll(circle, "\n", " G1 F500\n"),
		"G0":                      start + strings.ReplaceAll(circle, "G1", "G0"),
		"exponents":               start + strings.ReplaceAll(circle, " E", "e1 E"),
		"ten decimals":            start + numbered(circle, "0000%d"),
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			s, err := arcfit.Fit(&out, strings.NewReader(text), arcfit.Options{})
			require.NoError(t, err)
			require.Equal(t, text, out.String())
			require.Zero(t, s.Arcs)
			require.Equal(t, s.LinesIn, s.LinesOut)
		})
	}
}

// numbered puts a different number behind each line.
func numbered(text, format string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	for k, line := range lines {
		lines[k] = strings.TrimSuffix(line, "\n") + fmt.Sprintf(format, 1000+k) + "\n"
	}
	return strings.Join(lines, "")
}

// rewritten doubles the filament of every second line.
func rewritten(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for k := 0; k < len(lines); k += 2 {
		lines[k] = strings.Replace(lines[k], " E0", " E1", 1)
	}
	return strings.Join(lines, "")
}

// Absolute filament, as Cura writes it, ends each arc at the figure that the last move had; G92 is followed.
func TestAbsoluteFilament(t *testing.T) {
	var w strings.Builder
	w.WriteString("M82\nG90\nG92 E0\nG0 X130 Y100 F9000\nG1 F1200 E0\n")
	e := 0.0
	for k := 1; k <= 120; k++ {
		if k == 61 {
			w.WriteString("G92 E0\n")
			e = 0
		}
		e += 0.0471239
		a := 2 * math.Pi * float64(k) / 120
		fmt.Fprintf(&w, "G1 X%.3f Y%.3f E%.5f\n", 100+30*math.Cos(a), 100+30*math.Sin(a), e)
	}
	out, s := fitted(t, w.String(), arcfit.Options{})
	require.EqualValues(t, 120, s.Moves)
	require.Contains(t, out, fmt.Sprintf(" E%.5f\n", e))
	require.Contains(t, out, "\nG92 E0\nG3 ")
}

// A feed on the first move of a run goes to its arc; one that repeats what holds already ends nothing; another begins
// another arc.
func TestFeedGoesWithTheArc(t *testing.T) {
	circle := strings.SplitAfter(turn(30, 0, math.Pi, 60), "\n")
	circle[0] = strings.Replace(circle[0], "\n", " F1200\n", 1)
	circle[10] = strings.Replace(circle[10], "\n", " F1200\n", 1)
	circle[30] = strings.Replace(circle[30], "\n", " F900\n", 1)
	out, s := fitted(t, start+strings.Join(circle, ""), arcfit.Options{})
	require.EqualValues(t, 60, s.Moves)
	require.Equal(t, 1, strings.Count(out, " F1200\n"))
	require.Equal(t, 1, strings.Count(out, " F900\n"))
	require.EqualValues(t, 2, s.Arcs)
}

// A circle of which one part is printed and the other travelled becomes arcs of one kind each.
func TestPrintAndTravelStayApart(t *testing.T) {
	circle := strings.SplitAfter(turn(30, 0, 2.9, 60), "\n")
	for k := 20; k < 40; k++ {
		circle[k], _, _ = strings.Cut(circle[k], " E")
		circle[k] += "\n"
	}
	_, s := fitted(t, start+strings.Join(circle, ""), arcfit.Options{})
	require.EqualValues(t, 3, s.Arcs)
	require.EqualValues(t, 60, s.Moves)
}

// Line endings, and comments that all moves share, stay behind the arc; lower case and missing blanks are read.
func TestTextAroundCommandsStays(t *testing.T) {
	circle := turn(30, 0, 2.9, 60)
	out, _ := fitted(t, strings.ReplaceAll(start+circle, "\n", "\r\n"), arcfit.Options{})
	require.Zero(t, strings.Count(strings.ReplaceAll(out, "\r\n", ""), "\n"))
	require.Contains(t, out, "G3")
	out, _ = fitted(t, start+strings.ReplaceAll(circle, "\n", " ; perimeter\n"), arcfit.Options{})
	require.Regexp(t, `G3 X\S+ Y\S+ I\S+ J\S+ E\S+ ; perimeter\n$`, out)
	out, _ = fitted(t, start+strings.ToLower(strings.ReplaceAll(circle, " ", "")), arcfit.Options{})
	require.Contains(t, out, "G3")
	out, _ = fitted(t, strings.TrimSuffix(start+circle, "\n"), arcfit.Options{})
	require.NotEqual(t, byte('\n'), out[len(out)-1], "a missing last line ending stays missing")
}

// Circles that a firmware would draw as a few chords stay moves: below 2.5 mm a piece of 1 mm leaves the tolerance. Those
// that it cuts more finely do not.
func TestSmallCirclesStay(t *testing.T) {
	arcs := func(radius float64, o arcfit.Options) int64 {
		text := fmt.Sprintf("G21\nG90\nM83\nG1 X%.3f Y100 F1800\n", 100+radius)
		_, s := fitted(t, text+turn(radius, 0, 2*math.Pi, 48), o)
		return s.Arcs
	}
	require.Zero(t, arcs(1, arcfit.Options{}))
	require.Zero(t, arcs(2, arcfit.Options{}))
	require.NotZero(t, arcs(6, arcfit.Options{}))
	require.NotZero(t, arcs(1, arcfit.Options{CirclePieces: 24}))
	require.NotZero(t, arcs(1, arcfit.Options{CirclePieces: 72, ShortestUM: 100}))
	require.Zero(t, arcs(1, arcfit.Options{CirclePieces: 72, ShortestUM: 900}))
}

// A line of any length passes, and hides no move.
func TestLinesOfAnyLengthPass(t *testing.T) {
	circle := turn(30, 0, 2.9, 60)
	comment := "; " + strings.Repeat("x", 200_000) + "\n"
	out, s := fitted(t, start+comment+circle, arcfit.Options{})
	require.Contains(t, out, comment)
	require.NotZero(t, s.Arcs)
	text := start + "G1 X1 " + strings.Repeat(" ", 200_000) + "Y7\n" + circle[:len(circle)/2]
	var pass bytes.Buffer
	_, err := arcfit.Fit(&pass, strings.NewReader(text), arcfit.Options{})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(pass.String(), text[:len(start)+200_010]))
}

// Whatever the length of a file, and of one run in it, memory stays what it was.
func TestMemoryStaysBounded(t *testing.T) {
	spiral := start + strings.Repeat(turn(30, 0, 6, 3000), 40)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := arcfit.Fit(io.Discard, strings.NewReader(spiral), arcfit.Options{})
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.Greater(t, s.Moves, int64(100_000))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "of a file of 4 MB")
}

// Odd options are refused by name, and what reader or writer say is passed on.
func TestErrorsAreTold(t *testing.T) {
	for _, o := range []arcfit.Options{{ToleranceUM: 1}, {PieceUM: -1}, {CirclePieces: 3}, {ShortestUM: -1}, {MinMoves: 1}, {MaxRadiusUM: 5}, {RatePermil: 900}, {Payload: 10}} {
		_, err := arcfit.Fit(io.Discard, strings.NewReader(""), o)
		require.ErrorContains(t, err, "give")
	}
	broken := errors.New("broken")
	_, err := arcfit.Fit(io.Discard, iotest.ErrReader(broken), arcfit.Options{})
	require.ErrorIs(t, err, broken)
	_, err = arcfit.Fit(failing{broken}, strings.NewReader(start), arcfit.Options{})
	require.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// No line is longer than the payload allows.
func TestPayloadHolds(t *testing.T) {
	circle := strings.ReplaceAll(turn(300, 0.1, 3, 300), "X", "X-")
	text := fmt.Sprintf("G90\nM83\nG1 X-%.3f Y%.3f F1800\n", 100+300*math.Cos(0.1), 100+300*math.Sin(0.1)) + circle
	out, s := fitted(t, text, arcfit.Options{Payload: 40})
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, len(strings.TrimSpace(line)), 40)
	}
	_, wide := fitted(t, text, arcfit.Options{})
	require.NotZero(t, wide.Arcs)
	require.LessOrEqual(t, s.Arcs, wide.Arcs)
}
