package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// everyPlate calls f for every machine and filament that go together, and counts those that do not.
func everyPlate(t *testing.T, f func(t *testing.T, p profiles.Printer, f profiles.Filament, l gcode.Limits)) (refused int) {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	for _, p := range set.Printers() {
		d, ok := set.Dialect(p.Dialect)
		require.True(t, ok)
		for _, plastic := range set.Filaments() {
			if p.Bears(plastic) != nil {
				refused++
				continue
			}
			t.Run(p.ID+" "+plastic.ID, func(t *testing.T) { f(t, p, plastic, gcode.LimitsFor(p, plastic).Speaking(d)) })
		}
	}
	return refused
}

// around gives a machine's start and end with the filament's temperatures.
func around(p profiles.Printer, f profiles.Filament) (start, end string) {
	fill := strings.NewReplacer("{nozzle_c}", fmt.Sprint(f.NozzleFirst), "{bed_c}", fmt.Sprint(f.BedFirst))
	return fill.Replace(p.StartEnd.Start), fill.Replace(p.StartEnd.End)
}

// tower lays one layer in the middle of the bed, and one as high as a part may be.
func tower(p profiles.Printer) string {
	x, y := (p.Bed.MinX+p.Bed.MaxX)/2000, (p.Bed.MinY+p.Bed.MaxY)/2000
	layer := func(z float64) string {
		return fmt.Sprintf("G1 Z%g F300\nG1 X%d Y%d F3000\nG1 X%d E0.5 F1200\n", z, x, y, x+10)
	}
	return layer(0.3) + layer(slicing.AreaOf(p).Height)
}

// The start and end of every machine pass the safety check with every filament that the machine bears, around the highest
// part there may be, without a warning.
func TestStartAndEndOfEveryMachinePassTheCheck(t *testing.T) {
	refused := everyPlate(t, func(t *testing.T, p profiles.Printer, f profiles.Filament, l gcode.Limits) {
		start, end := around(p, f)
		report, findings, err := gcode.Check(strings.NewReader(start+tower(p)+end), l)
		require.NoError(t, err)
		require.Empty(t, findings)
		require.True(t, report.HeatersOff)
		require.Equal(t, f.NozzleFirst, max(report.NozzleMaxC, f.NozzleFirst))
		if p.Heat.BedMax > 0 {
			require.Equal(t, f.BedFirst, report.BedMaxC)
		}
	})
	require.Equal(t, 3, refused, "ABS and PETG without a heated bed, ABS on a bed of 90 °C")
}

// What a start lays down to prime the nozzle lies on the bed or beside it, never where a part may stand or a clip does.
func TestPrimingStaysOutOfThePlate(t *testing.T) {
	everyPlate(t, func(t *testing.T, p profiles.Printer, f profiles.Filament, l gcode.Limits) {
		start, end := around(p, f)
		report, findings, err := gcode.Check(strings.NewReader(start+end), l)
		require.NoError(t, err)
		require.Empty(t, findings)
		b, a := report.Bounds, slicing.AreaOf(p)
		require.Positive(t, report.FilamentUM)
		inside := float64(b.MaxX)/1000 > a.MinX && float64(b.MinX)/1000 < a.MaxX && float64(b.MaxY)/1000 > a.MinY && float64(b.MinY)/1000 < a.MaxY
		require.False(t, inside, "%+v lies in %+v", b, a)
	})
}

// The overlays that are shipped as examples suit the Voron, and what it prints with them passes the check.
func TestOverlaysOfTheVoronPassTheCheck(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	model, _ := set.Printer("voron-2.4")
	pla, _ := set.Filament("pla")
	klipper, _ := set.Dialect(model.Dialect)
	for _, name := range []string{"voron-print-start", "voron-250"} {
		text, err := os.ReadFile("../firmware-profiles/overlays/" + name + ".toml")
		require.NoError(t, err)
		o, err := profiles.ParseOverlay(text)
		require.NoError(t, err)
		p, err := model.With(o)
		require.NoError(t, err)
		start, end := around(p, pla)
		_, findings, err := gcode.Check(strings.NewReader(start+"G90\nM83\n"+tower(p)+end), gcode.LimitsFor(p, pla).Speaking(klipper))
		require.NoError(t, err)
		require.Empty(t, findings, name)
	}
}

// A machine whose macros heat, home and cool gets a plate with nothing but them around it: the slicer adds no wait for a
// temperature of its own.
func TestMacrosAreAllThatStandsAroundAPlate(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	s, err := slicing.New(slicing.Config{Profiles: set, CacheDir: t.TempDir(), Plain: true})
	require.NoError(t, err)
	own, err := os.ReadFile("../firmware-profiles/overlays/voron-print-start.toml")
	require.NoError(t, err)
	o, err := slicing.ParseOverlay(own)
	require.NoError(t, err)
	stl, err := os.ReadFile(hook)
	require.NoError(t, err)
	r, err := s.Slice(t.Context(), slicing.Request{STL: stl, Copies: 1, Printer: "voron-2.4", Filament: "pla", Overlay: o})
	require.NoError(t, err)
	file, err := os.ReadFile(r.Path)
	require.NoError(t, err)
	words := map[string]int{}
	for line := range strings.Lines(string(file)) {
		if word, _, _ := strings.Cut(strings.TrimSpace(line), " "); word != "" {
			words[word]++
		}
	}
	require.Contains(t, string(file), "\nPRINT_START EXTRUDER=210 BED=60\n")
	require.Equal(t, []int{1, 1, 0, 0, 0}, []int{words["PRINT_START"], words["PRINT_END"], words["M109"], words["M190"], words["G28"]})
}

// A filament that the machine cannot heat for is refused by name before anything is sliced, and a bed that is missing is not
// said to bear nothing.
func TestFilamentsAMachineCannotHeatForAreRefused(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	s, err := slicing.New(slicing.Config{Profiles: set, CacheDir: t.TempDir(), Plain: true})
	require.NoError(t, err)
	stl, err := os.ReadFile(hook)
	require.NoError(t, err)
	for _, c := range []struct {
		printer, filament, code, says string
	}{
		{"dagoma-discoeasy200", "abs", slicing.CodeNeedsBed, "wants a heated bed (100 °C), and the machine has none"},
		{"dagoma-discoeasy200", "petg", slicing.CodeNeedsBed, "wants a heated bed (80 °C), and the machine has none"},
		{"alfawise-u30", "abs", slicing.CodeBedTooHot, "wants the bed at 100 °C, the machine's bed bears 90 °C"},
	} {
		_, err := s.Slice(t.Context(), slicing.Request{STL: stl, Copies: 1, Printer: c.printer, Filament: c.filament})
		var p *slicing.Problem
		require.ErrorAs(t, err, &p)
		require.Equal(t, c.code, p.Code)
		require.Contains(t, word(p), c.says)
	}
}

// The door hook is really sliced for the machines that a lab begins with, each filament on two of them; make check-long
// slices every machine with every filament.
func TestTheFirstMachinesSliceTheHook(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	s, err := slicing.New(slicing.Config{Profiles: set, CacheDir: t.TempDir(), Plain: true})
	require.NoError(t, err)
	for printer, filament := range map[string]string{"prusa-mk3s": "petg", "ender-3": "pla", "anycubic-i3-mega": "petg", "voron-2.4": "pla"} {
		t.Run(printer, func(t *testing.T) {
			t.Parallel()
			p, ok := set.Printer(printer)
			require.True(t, ok)
			f, ok := set.Filament(filament)
			require.True(t, ok)
			d, ok := set.Dialect(p.Dialect)
			require.True(t, ok)
			sliceHook(t, s, p, f, gcode.LimitsFor(p, f).Speaking(d))
		})
	}
}

const hook = "../coordinator/catalog/hook/hook.stl"

// sliceHook slices the door hook, and checks what came.
func sliceHook(t *testing.T, s *slicing.Slicer, p profiles.Printer, f profiles.Filament, l gcode.Limits) slicing.Result {
	stl, err := os.ReadFile(hook)
	require.NoError(t, err)
	r, err := s.Slice(t.Context(), slicing.Request{STL: stl, PartName: "hook", Copies: 1, Printer: p.ID, Filament: f.ID, NozzleUM: 400})
	require.NoError(t, err)
	text, err := os.Open(r.Path)
	require.NoError(t, err)
	defer func() { require.NoError(t, text.Close()) }()
	report, findings, err := gcode.Check(text, l)
	require.NoError(t, err)
	require.Empty(t, findings, "not even a warning")
	require.True(t, report.HeatersOff)
	require.Positive(t, r.FilamentMG)
	require.InEpsilon(t, r.Seconds, report.Seconds, 0.05)
	return r
}
