package arcfit_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// ring is a binary STL of a ring of so many sides, mm.
func ring(sides int, outer, inner, height float64) []byte {
	var b bytes.Buffer
	b.Write(make([]byte, 80))
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	put(uint32(8 * sides)) //nolint:gosec // a few hundred
	at := func(r float64, k int, z float64) [3]float32 {
		sin, cos := math.Sincos(2 * math.Pi * float64(k%sides) / float64(sides))
		return [3]float32{float32(r * cos), float32(r * sin), float32(z)}
	}
	quad := func(p, q, r, s [3]float32) {
		for _, t := range [][3][3]float32{{p, q, r}, {p, r, s}} {
			put([3]float32{})
			put(t)
			put(uint16(0))
		}
	}
	for k := range sides {
		quad(at(outer, k, 0), at(outer, k+1, 0), at(outer, k+1, height), at(outer, k, height))
		quad(at(inner, k+1, 0), at(inner, k, 0), at(inner, k, height), at(inner, k+1, height))
		quad(at(outer, k, height), at(outer, k+1, height), at(inner, k+1, height), at(inner, k, height))
		quad(at(outer, k+1, 0), at(outer, k, 0), at(inner, k, 0), at(inner, k+1, 0))
	}
	return b.Bytes()
}

// plates slices parts for machines.
type plates struct {
	set    *profiles.Set
	slicer *slicing.Slicer
}

func newPlates(t *testing.T) plates {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	s, err := slicing.New(slicing.Config{Profiles: set, CacheDir: t.TempDir(), Plain: true})
	require.NoError(t, err, "install package prusa-slicer")
	return plates{set, s}
}

func (p plates) slice(t *testing.T, stl []byte, printer string, q slicing.Quality) ([]byte, error) {
	t.Helper()
	r, err := p.slicer.Slice(t.Context(), slicing.Request{STL: stl, PartName: "part", Copies: 1, Printer: printer, Filament: "petg", Quality: q, NoArcs: true})
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(r.Path)
	require.NoError(t, err)
	return data, nil
}

// report checks a file for the machine as if its firmware had arcs.
func (p plates) report(t *testing.T, data []byte, printer string) gcode.Report {
	t.Helper()
	machine, ok := p.set.Printer(printer)
	require.True(t, ok)
	machine.Arcs = true
	f, _ := p.set.Filament("petg")
	d, _ := p.set.Dialect(machine.Dialect)
	r, findings, err := gcode.Check(bytes.NewReader(data), gcode.LimitsFor(machine, f).Speaking(d))
	require.NoError(t, err)
	require.True(t, gcode.Safe(findings), findings)
	return r
}

// proven fits a sliced file and holds it against all that is promised: deviation, filament, feeds, heights, every other
// line; and, in the eyes of the check that printers trust, the same layers, the same box to the tolerance, no more time.
func (p plates) proven(t *testing.T, data []byte, printer string) arcfit.Stats {
	t.Helper()
	out, s := fitted(t, string(data), arcfit.Options{})
	before, after := p.report(t, data, printer), p.report(t, []byte(out), printer)
	require.Equal(t, before.Layers, after.Layers)
	require.Equal(t, before.MaxZUM, after.MaxZUM)
	require.InDelta(t, before.FilamentUM, after.FilamentUM, 1e-4*float64(before.FilamentUM))
	require.InDelta(t, before.Seconds, after.Seconds, max(1, 0.01*float64(before.Seconds)))
	for _, side := range [][2]int64{
		{before.Bounds.MinX, after.Bounds.MinX}, {before.Bounds.MinY, after.Bounds.MinY},
		{before.Bounds.MaxX, after.Bounds.MaxX}, {before.Bounds.MaxY, after.Bounds.MaxY},
	} {
		require.InDelta(t, side[0], side[1], 51)
	}
	t.Logf("%d of %d lines left (%.1f %%), of printed lines %.1f %%; %d µm off, %d as drawn; %d s, before %d s", s.LinesOut, s.LinesIn,
		100*float64(s.LinesOut)/float64(s.LinesIn), 100*walls(out)/walls(string(data)), s.MaxDeviationUM, s.MaxDrawnUM, after.Seconds, before.Seconds)
	return s
}

// walls counts the moves that print perimeters, in PrusaSlicer's files.
func walls(text string) (n float64) {
	inside := false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, ";TYPE:"):
			inside = strings.Contains(line, "erimeter")
		case inside && strings.HasPrefix(line, "G") && strings.Contains(line, " E") && strings.Contains(line, " X"):
			n++
		}
	}
	return n
}

// Of a round part, as the slicer writes it, fewer than a quarter of the lines are left, at either quality.
func TestRoundPartsLoseMostOfTheirLines(t *testing.T) {
	t.Parallel()
	p := newPlates(t)
	for _, q := range []slicing.Quality{slicing.Draft, slicing.Normal} {
		t.Run(string(q), func(t *testing.T) {
			wall := 2.5 // mm: six lines that overlap, and no room for infill
			if q == slicing.Draft {
				wall = 1.8 // four lines
			}
			data, err := p.slice(t, ring(360, 30, 30-wall, 6), "ender-3", q)
			require.NoError(t, err)
			s := p.proven(t, data, "ender-3")
			require.Less(t, 4*s.LinesOut, s.LinesIn)
		})
	}
}

// Our own parts are drawn with long sides on purpose. What the slicer makes of them keeps to the promise all the same.
func TestOurPartsKeepToTheTolerance(t *testing.T) {
	t.Parallel()
	p := newPlates(t)
	for _, part := range []string{"visor/band", "visor/reinforcement", "hook/hook"} {
		t.Run(part, func(t *testing.T) {
			stl, err := os.ReadFile(filepath.Join("../../../coordinator/catalog", part+".stl"))
			require.NoError(t, err)
			data, err := p.slice(t, stl, "prusa-mk3s", slicing.Normal)
			require.NoError(t, err)
			p.proven(t, data, "prusa-mk3s")
		})
	}
}

// BenchmarkFit measures a file of circles and straight infill.
func BenchmarkFit(b *testing.B) {
	var w strings.Builder
	w.WriteString("G21\nG90\nM83\n")
	for layer := range 200 {
		fmt.Fprintf(&w, ";LAYER_CHANGE\nG1 Z%.1f F600\nG1 X130 Y100 F9000\n", 0.2*float64(layer+1))
		w.WriteString(turn(30, 0, 2*math.Pi, 200))
		for k := range 60 {
			fmt.Fprintf(&w, "G1 X%.3f Y%d E.2\n", 80+float64(k)*0.45, 90+k%2*20)
		}
	}
	text := w.String()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_, err := arcfit.Fit(discard{}, strings.NewReader(text), arcfit.Options{})
		require.NoError(b, err)
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
