package gcode_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// tower prints layers of a 20 mm square, each with its comment where named is true.
func tower(layers int, named bool) string {
	var out strings.Builder
	out.WriteString(start)
	for n := 1; n <= layers; n++ {
		if named {
			out.WriteString(";LAYER_CHANGE\n;Z:x\n")
		}
		fmt.Fprintf(&out, "G1 Z%.2f F600\nG1 X10 Y10 F6000\nG1 X30 E1 F1200\nG1 Y30 E1\nG1 X10 E1\nG1 Y10 E1\n", float64(n)*0.2)
	}
	return out.String() + end
}

func index(t *testing.T, text string) (gcode.Report, *gcode.Index) {
	t.Helper()
	r, findings, x, err := gcode.CheckIndexed(strings.NewReader(text), limits())
	require.NoError(t, err)
	require.True(t, gcode.Safe(findings), "%v", findings)
	return r, x
}

// At the beginning of each layer the index knows its number, its height and the time planned so far: layers of equal
// work take equal time.
func TestIndexKnowsLayerAndTime(t *testing.T) {
	for _, named := range []bool{true, false} {
		text := tower(80, named)
		r, x := index(t, text)
		require.EqualValues(t, 80, x.Layers())
		require.Equal(t, r.Layers, x.Layers())
		require.InDelta(t, float64(r.Seconds), x.Total().Seconds(), 0.6)
		each := x.Total().Seconds() / 80
		for n := int64(1); n <= 80; n++ {
			at, ok := x.Layer(n)
			require.True(t, ok)
			p := x.At(at + 40)
			require.Equal(t, n, p.Layer, "named %v, layer %d", named, n)
			require.EqualValues(t, n*200, p.ZUM)
			require.InDelta(t, float64(n-1)*each, p.Done.Seconds(), 2*each)
			require.InDelta(t, x.Total().Seconds(), (p.Done + p.Left).Seconds(), 0.01)
		}
		require.EqualValues(t, 0, x.At(0).Layer)
		require.Zero(t, x.At(-5).Done)
		last := x.At(int64(len(text)) + 9)
		require.EqualValues(t, 80, last.Layer)
		require.Zero(t, last.Left)
		_, ok := x.Layer(81)
		require.False(t, ok)
	}
}

// Time never runs backwards, wherever in the file one looks.
func TestIndexIsMonotonous(t *testing.T) {
	text := tower(40, true)
	_, x := index(t, text)
	before := gcode.Place{}
	for at := range int64(len(text)) + 1 {
		p := x.At(at)
		require.GreaterOrEqual(t, p.Done, before.Done)
		require.GreaterOrEqual(t, p.Layer, before.Layer)
		before = p
	}
}

// A priming line at some height is no layer where the slicer names its own, and a spiral without names stays small.
func TestIndexOfOddFiles(t *testing.T) {
	_, x := index(t, start+"G1 Z0.3\nG1 X50 E5\n"+strings.TrimPrefix(tower(3, true), start))
	require.EqualValues(t, 3, x.Layers())
	var spiral strings.Builder
	for n := range 12_000 {
		fmt.Fprintf(&spiral, "G1 X%d Y%d Z%.4f E.02\n", 50+n%2*50, 50+n/2%2*50, 0.2+float64(n)*0.012)
	}
	_, x = index(t, start+"G1 Z0.2 F6000\nG1 X50 Y50\n"+spiral.String()+end)
	require.Greater(t, x.Layers(), int64(11_900))
	require.LessOrEqual(t, x.Size(), 200_000)
	half := x.At(int64(len(start) + spiral.Len()/2))
	require.InEpsilon(t, 6_000, half.Layer, 0.02)
	require.InEpsilon(t, x.Total().Seconds()/2, half.Left.Seconds(), 0.02)
}

// blocks repeats a text without holding it.
type blocks struct {
	text string
	left int
	at   int
}

func (b *blocks) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.text[b.at:])
	if b.at += n; b.at == len(b.text) {
		b.at, b.left = 0, b.left-1
	}
	return n, nil
}

// A file of 4.5 MB has an index of less than 200 KB, and its places are right to within a thousandth.
func TestIndexOfALargeFileStaysSmall(t *testing.T) {
	work := ";LAYER_CHANGE\n" + strings.Repeat("G1 X30 Y30 E.02 F1200\nG1 X31 Y31 E.02\nG1 X30 Y32 E.02\n", 700)
	body := &blocks{text: work, left: 4_500_000 / len(work)}
	head := start + "G1 Z0.2 F600\n"
	_, _, x, err := gcode.CheckIndexed(io.MultiReader(strings.NewReader(head), body, strings.NewReader(end)), limits())
	require.NoError(t, err)
	require.LessOrEqual(t, x.Size(), 200_000)
	total := int64(4_500_000 / len(work) * len(work))
	for _, part := range []float64{0.1, 0.5, 0.9} {
		p := x.At(int64(len(head)) + int64(part*float64(total)))
		require.InDelta(t, part, float64(p.Done)/float64(x.Total()), 0.001)
		require.InDelta(t, part*float64(x.Layers()), float64(p.Layer), 2)
	}
}

func BenchmarkIndexAt(b *testing.B) {
	text := tower(2000, true)
	x, err := gcode.NewIndex(strings.NewReader(text), limits())
	if err != nil {
		b.Fatal(err)
	}
	var left time.Duration
	for i := 0; b.Loop(); i++ {
		left += x.At(int64(i*997) % int64(len(text))).Left
	}
	b.ReportMetric(float64(x.Size()), "index-bytes")
}
