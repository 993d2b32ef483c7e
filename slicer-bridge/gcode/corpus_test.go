package gcode_test

import (
	"compress/gzip"
	"io"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// sliced reads a file of testdata/slicers. Those that are packed were written by the slicer itself of our own
// reinforcement; the others were written by hand after what the slicers' formats say, each a square in two layers.
func sliced(t testing.TB, name string) string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "slicers", name))
	require.NoError(t, err)
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		in, err = gzip.NewReader(f)
		require.NoError(t, err)
	}
	text, err := io.ReadAll(in)
	require.NoError(t, err)
	// What the slicer's window fills in, its command line leaves as it is.
	return strings.Replace(string(text), "{machine_depth}", "200", 1)
}

// plain measures a file in the plainest way there is: the length drawn from the spool, and the box of what is laid. It
// shares nothing with the package.
func plain(text string, follows bool) (drawn float64, box [4]float64) {
	box = [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	var at complex128
	rel, relE, sum, logical := false, false, 0.0, 0.0
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, ";")
		words := map[byte]float64{}
		fields := strings.Fields(line)
		for _, w := range fields[min(1, len(fields)):] {
			words[w[0]], _ = strconv.ParseFloat(w[1:], 64)
		}
		if len(fields) == 0 {
			continue
		}
		switch fields[0] {
		case "G28":
			at = 0
		case "G90", "G91":
			rel = fields[0] == "G91"
			relE = relE && !follows || follows && rel
		case "M82", "M83":
			relE = fields[0] == "M83"
		case "G92":
			if v, ok := words['E']; ok {
				logical = v
			}
		case "G0", "G1", "G2", "G3":
			to := at
			if v, ok := words['X']; ok {
				to = complex(v+when(rel, real(at)), imag(to))
			}
			if v, ok := words['Y']; ok {
				to = complex(real(to), v+when(rel, imag(at)))
			}
			push := 0.0
			if v, ok := words['E']; ok {
				push = v - when(!relE, logical)
				logical += push
			}
			sum += push
			drawn = max(drawn, sum)
			for _, p := range way(at, to, fields[0], words) {
				if push > 0 && (p != at || to != at) {
					box = [4]float64{min(box[0], real(p)), min(box[1], imag(p)), max(box[2], real(p)), max(box[3], imag(p))}
				}
			}
			at = to
		}
	}
	return drawn, box
}

func when(yes bool, v float64) float64 {
	if yes {
		return v
	}
	return 0
}

// way gives points of a move, many of an arc; a radius is turned into a centre by trying both sides.
func way(from, to complex128, word string, words map[byte]float64) []complex128 {
	if word == "G0" || word == "G1" {
		return []complex128{from, to}
	}
	dir := map[string]float64{"G2": -1, "G3": 1}[word]
	centre := from + complex(words['I'], words['J'])
	if r, ok := words['R']; ok {
		half := (to - from) / 2
		up := complex(0, math.Sqrt(r*r-cmplx.Abs(half)*cmplx.Abs(half))) * half / complex(cmplx.Abs(half), 0)
		for _, c := range []complex128{from + half + up, from + half - up} {
			if turn := sweep(from-c, to-c, dir); (turn > math.Pi) == (r < 0) {
				centre = c
			}
		}
	}
	turn := sweep(from-centre, to-centre, dir)
	var out []complex128
	for i := range 2001 {
		out = append(out, centre+(from-centre)*cmplx.Exp(complex(0, dir*turn*float64(i)/2000)))
	}
	return out
}

// sweep is the angle from a to b in a direction, above 0 up to a whole turn.
func sweep(a, b complex128, dir float64) float64 {
	turn := math.Mod(dir*(cmplx.Phase(b)-cmplx.Phase(a))+4*math.Pi, 2*math.Pi)
	if turn < 1e-9 {
		return 2 * math.Pi
	}
	return turn
}

// Files of every usual slicer are measured right, by their own way of writing and by what a plain reading gives, and
// what they say of themselves is read.
func TestFilesOfEverySlicer(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		dialect, slicer string
		layers          int64
		said            gcode.Claimed
		warnings        []string
	}{
		"cura-4.13.gcode.gz": {"marlin1", "Cura_SteamEngine 4.13.0", 24, gcode.Claimed{Seconds: 680, Layers: 24}, []string{gcode.CodeHostOwned}},
		"slic3r-1.3.gcode.gz": {"marlin1", "Slic3r 1.3.0", 24,
			gcode.Claimed{FilamentUM: 620_900, NozzleUM: 400}, nil},
		"prusaslicer-2.5.gcode.gz": {"marlin1", "PrusaSlicer 2.5.0", 24,
			gcode.Claimed{Seconds: 291, FilamentUM: 716_280, FilamentMG: 2_140, NozzleUM: 400, Material: "PLA"}, nil},
		"orca.gcode": {"klipper", "OrcaSlicer 2.1.1", 2,
			gcode.Claimed{Seconds: 72, FilamentUM: 7_200, FilamentMG: 20, Layers: 2, NozzleUM: 400, Material: "PLA", Printer: "Voron 2.4 350"}, nil},
		"bambu.gcode": {"marlin2", "BambuStudio 01.09.07.52", 2,
			gcode.Claimed{Seconds: 369, FilamentUM: 7_200, FilamentMG: 20, Layers: 2, NozzleUM: 400, Material: "PLA", Printer: "Bambu Lab A1 mini"}, nil},
		"ideamaker.gcode": {"marlin2", "ideaMaker 4.0.1.4802", 2,
			gcode.Claimed{Seconds: 46, FilamentUM: 13_000, NozzleUM: 400, Material: "PETG"}, nil},
		"simplify3d.gcode": {"marlin1", "Simplify3D 4.1.2", 2,
			gcode.Claimed{Seconds: 2_520, FilamentUM: 8_000, FilamentMG: 20, NozzleUM: 400, Material: "PLA"}, nil},
		"kisslicer.gcode": {"marlin2", "KISSlicer 1.6.3", 2,
			gcode.Claimed{Seconds: 50, FilamentUM: 8_000, Material: "PLA", Printer: "Ender-3"}, nil},
		"kirimoto.gcode": {"marlin2", "Kiri:Moto 3.9.2", 2, gcode.Claimed{Seconds: 52, FilamentUM: 8_000}, nil},
		"superslicer.gcode": {"marlin2", "SuperSlicer 2.4.58", 2,
			gcode.Claimed{Seconds: 52, FilamentUM: 8_000, FilamentMG: 20, NozzleUM: 600, Material: "PLA", Printer: "ENDER3"}, nil},
		"radius.gcode": {"marlin2", "", 1, gcode.Claimed{Seconds: 12, NozzleUM: 400, Material: "ABS"}, nil},
	} {
		d, ok := set.Dialect(c.dialect)
		require.True(t, ok)
		l := limits().Speaking(d)
		l.NozzleMaxC = 260
		l.Bed.MaxX, l.Bed.MaxY = 220_000, 220_000
		l.Macros = []profiles.Macro{{Name: "PRINT_START", Homes: true, Nozzle: "EXTRUDER", Bed: "BED"}, {Name: "PRINT_END", Cools: true}}
		text := sliced(t, name)
		r, findings, err := gcode.Check(strings.NewReader(text), l)
		require.NoError(t, err)
		var codes []string
		for _, f := range findings {
			codes = append(codes, f.Code)
		}
		require.Equal(t, c.warnings, codes, "%s: %v", name, findings)
		require.Equal(t, c.slicer, r.Slicer, name)
		require.Equal(t, c.layers, r.Layers, name)
		require.Equal(t, c.said, r.Claimed, name)
		drawn, box := plain(text, d.File.Extruder == profiles.ExtruderFollows)
		require.InDelta(t, drawn*1000, r.FilamentUM, 2, name)
		for i, got := range []int64{r.Bounds.MinX, r.Bounds.MinY, r.Bounds.MaxX, r.Bounds.MaxY} {
			require.InDelta(t, box[i]*1000, got, 2, "%s %d", name, i)
		}
	}
}

// A file from Cura's command line, whose window alone fills in the machine's size, is refused for the gap.
func TestGapsThatASlicerLeftAreFound(t *testing.T) {
	text := strings.Replace(sliced(t, "cura-4.13.gcode.gz"), "Y200 ;Present", "Y{machine_depth} ;Present", 1)
	_, findings := check(t, text)
	require.False(t, gcode.Safe(findings))
	f := findings[len(findings)-1]
	require.Equal(t, gcode.CodePlaceholder, f.Code)
	require.Equal(t, "G1 X0 Y{machine_depth}", f.Args["text"])
}
