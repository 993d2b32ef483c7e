package gcode_test

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// segmented are the shipped facts, but for arcs: the slicer's own estimate is about the file before they are fitted.
type segmented struct{ *profiles.Set }

func (s segmented) Printer(id string) (profiles.Printer, bool) {
	p, ok := s.Set.Printer(id)
	p.Arcs = false
	return p, ok
}

// bench slices parts and holds what Check measures against what the slicer says of its own file.
type bench struct {
	facts  segmented
	slicer *slicing.Slicer
	// The largest differences, in percent, and whose they were.
	time, filament, weight       float64
	timeOf, filamentOf, weightOf string
	plates, refused              int
}

func newBench(t testing.TB) *bench {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	s, err := slicing.New(slicing.Config{Profiles: segmented{set}, CacheDir: t.TempDir(), Plain: true})
	if err != nil {
		t.Fatalf("install package prusa-slicer: %v", err)
	}
	return &bench{facts: segmented{set}, slicer: s}
}

func percentOff(got, want int64) float64 {
	if want == 0 {
		return math.Inf(1)
	}
	return 100 * (float64(got) - float64(want)) / float64(want)
}

// plate slices one part; a machine that cannot make it is passed over, with the reason in the log.
func (b *bench) plate(t testing.TB, stl, printer, filament string, quality slicing.Quality) {
	t.Helper()
	data, err := os.ReadFile(stl)
	require.NoError(t, err)
	name := fmt.Sprintf("%s %s %s %s", strings.TrimSuffix(filepath.Base(stl), ".stl"), printer, filament, quality)
	made, err := b.slicer.Slice(t.Context(), slicing.Request{STL: data, Copies: 1, Printer: printer, Filament: filament, Quality: quality})
	if err != nil {
		b.refused++
		t.Logf("%-60s refused: %v", name, err)
		return
	}
	b.plates++
	p, _ := b.facts.Printer(printer)
	f, _ := b.facts.Filament(filament)
	d, _ := b.facts.Dialect(p.Dialect)
	file, err := os.Open(made.Path)
	require.NoError(t, err)
	defer file.Close()
	l := gcode.LimitsFor(p, f).Speaking(d)
	l.Motion = known(p)
	r, _, err := gcode.Check(file, l)
	require.NoError(t, err)
	b.compare(t, name, r)
}

// known is what the slicer reckons with, so that planner is held against planner: it knows the limits of Marlin and
// RepRapFirmware only, in old Marlin no acceleration of its own for travel, and takes any other firmware for its generic
// machine (PrusaSlicer 2.5, GCodeProcessor and the defaults of MachineEnvelopeConfig).
func known(p profiles.Printer) profiles.PrinterMotion {
	m := p.Motion
	switch p.Flavor {
	case "marlin2", "reprapfirmware":
		return m
	case "marlin":
		m.AccelTravel = m.AccelPrint
		return m
	}
	return profiles.PrinterMotion{
		MaxSpeedX: 500, MaxSpeedY: 500, MaxSpeedZ: 12, MaxSpeedE: 120, MaxAccelX: 9000, MaxAccelY: 9000, MaxAccelZ: 500, MaxAccelE: 10_000,
		AccelPrint: 1500, AccelTravel: 1500, AccelRetract: 1500, JerkX: 10_000, JerkY: 10_000, JerkZ: 200, JerkE: 2_500,
	}
}

func (b *bench) compare(t testing.TB, name string, r gcode.Report) {
	t.Helper()
	said := r.Claimed
	require.Positive(t, said.Seconds, name)
	time, length := percentOff(r.Seconds, said.Seconds), percentOff(r.FilamentUM-r.PrimedUM, said.FilamentUM)
	weight := percentOff(int64(float64(r.FilamentMG)*float64(r.FilamentUM-r.PrimedUM)/float64(r.FilamentUM)), said.FilamentMG)
	t.Logf("%-60s %6d s %+.2f %%, %8.1f mm %+.3f %%, %6.2f g %+.3f %%", name, r.Seconds, time, float64(r.FilamentUM)/1000, length,
		float64(r.FilamentMG)/1000, weight)
	worse := func(of *float64, by *string, v float64) {
		if math.Abs(v) > math.Abs(*of) {
			*of, *by = v, name
		}
	}
	worse(&b.time, &b.timeOf, time)
	worse(&b.filament, &b.filamentOf, length)
	worse(&b.weight, &b.weightOf, weight)
}

// verdict prints the worst of all and holds it against what is promised: time within 1 %, filament within 0.5 %.
func (b *bench) verdict(t testing.TB, out io.Writer) {
	t.Helper()
	require.Positive(t, b.plates)
	fmt.Fprintf(out, "%d plates, %d refused; worst time %+.2f %% (%s), length %+.3f %% (%s), weight %+.3f %% (%s)\n", b.plates, b.refused,
		b.time, b.timeOf, b.filament, b.filamentOf, b.weight, b.weightOf)
	require.Less(t, math.Abs(b.time), 1.0, b.timeOf)
	require.Less(t, math.Abs(b.filament), 0.5, b.filamentOf)
	require.Less(t, math.Abs(b.weight), 0.5, b.weightOf)
}

// What is measured in a file agrees with what its slicer says of it: the time within 1 %, the filament within 0.5 %.
func TestFiguresAgreeWithTheSlicers(t *testing.T) {
	b := newBench(t)
	b.plate(t, "../../coordinator/catalog/hook/hook.stl", "prusa-mk3s", "petg", slicing.Normal)
	b.plate(t, "../../coordinator/catalog/visor/reinforcement.stl", "ender-3", "pla", slicing.Draft)
	b.verdict(t, t.Output())
}
