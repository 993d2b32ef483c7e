package gcode_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// with checks a text against changed limits.
func with(t *testing.T, text string, change func(*gcode.Limits)) []gcode.Finding {
	t.Helper()
	l := limits()
	change(&l)
	_, findings, err := gcode.Check(strings.NewReader(text), l)
	require.NoError(t, err)
	return findings
}

func one(t *testing.T, findings []gcode.Finding, code string) gcode.Finding {
	t.Helper()
	require.Len(t, findings, 1, "%v", findings)
	require.Equal(t, code, findings[0].Code)
	return findings[0]
}

// A clip stops every way through it below its height: across, down onto it, along an arc; above it and beside it the way
// is free, and homing, which ends nobody knows where, is no way.
func TestClipsAreKeptClear(t *testing.T) {
	clips := func(l *gcode.Limits) {
		l.Bed.Clips = []profiles.Clip{
			{MinX: 0, MinY: 0, MaxX: 15_000, MaxY: 10_000, Height: 4_000}, {MinX: 90_000, MinY: 190_000, MaxX: 110_000, MaxY: 200_000, Height: 4_000},
		}
	}
	body := strings.ReplaceAll(square, "X10 ", "X50 ")
	for name, c := range map[string]struct{ way, clip string }{
		"across":        {"G1 Z0.3\nG1 X5 Y12 F6000\nG1 X20 Y5", "1"},
		"without stop":  {"G1 Z3.9\nG1 X50 Y195 F6000\nG1 X150", "2"},
		"down onto":     {"G1 Z10\nG1 X100 Y195 F6000\nG1 Z3", "2"},
		"sinking":       {"G1 Z10\nG1 X50 Y195 F6000\nG1 X100 Z3", "2"},
		"along an arc":  {"G1 Z1\nG1 X80 Y180 F6000\nG2 X120 Y180 I20 J0", "2"},
		"right after":   {"G1 X5 Y5 F6000\nG1 Z0.3", "1"},
		"by its origin": {"G1 Z0.3\nG1 X50 Y50 F6000\nG92 X0 Y0\nG1 X50 Y145\nG1 X0 Y0\nG92 X50 Y50", "2"},
	} {
		findings := with(t, start+c.way+"\nG1 Z10\n"+body+end, clips)
		require.NotEmpty(t, findings, name)
		f := findings[len(findings)-1]
		require.Equal(t, gcode.CodeOnClip, f.Code, name)
		require.Equal(t, c.clip, f.Args["clip"], name)
		require.Equal(t, "4", f.Args["max_mm"])
	}
	for name, way := range map[string]string{
		"above":     "G1 Z4\nG1 X5 Y5 F6000\nG1 X150 Y195",
		"beside":    "G1 Z0.3\nG1 X15 Y50 F6000\nG1 X15 Y10\nG1 X180",
		"home over": "G1 Z4\nG1 X150 Y150",
	} {
		require.Empty(t, with(t, start+way+"\n"+body+end, clips), name)
	}
}

// A dialect says which commands its firmware knows, and how long a line may be.
func TestDialectsAllowWhatTheirFirmwareKnows(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	object := "EXCLUDE_OBJECT_DEFINE NAME=visor CENTER=100,100 POLYGON=[[50.5,50.5],[150.5,50.5],[150.5,150.5],[50.5,150.5]]\nEXCLUDE_OBJECT_START NAME=visor"
	inch := "G20\nG1 X1 F600\nG21\n"
	for name, c := range map[string]struct{ line, dialect, want string }{
		"objects on Klipper":         {object, "klipper", ""},
		"objects on Marlin":          {object, "marlin2", gcode.CodeLineTooLong},
		"inches on Repetier":         {inch, "repetier", ""},
		"inches on Marlin":           {inch, "marlin2", gcode.CodeInches},
		"PID values on Repetier":     {"M204 X20", "repetier", gcode.CodeRefusedCommand},
		"accelerations on Marlin":    {"M204 P800 T1000", "marlin2", ""},
		"filament change":            {"M600", "marlin2", gcode.CodePause},
		"filament change on Klipper": {"M600", "klipper", gcode.CodeRefusedCommand},
		"pause of Prusa":             {"M601", "prusa-mk3", gcode.CodePause},
		"pause for no Marlin":        {"M601", "marlin2", gcode.CodeRefusedCommand},
		"objects by number":          {"M486 T2\nM486 S0\nM486 AÉlément", "marlin2", ""},
		"a chamber that is none":     {"M141 S40", "marlin2", gcode.CodeTooHot},
		"saves from Klipper":         {"save_config", "klipper", gcode.CodeForbidden},
		"heats RepRapFirmware":       {"M104 S0\nG10 P0 S200 R150\nM116", "reprapfirmware", ""},
		"overheats it":               {"G10 P0 S250", "reprapfirmware", gcode.CodeTooHot},
		"Prusa's own checks":         {"M862.3 P \"MK4\"\nM555 X90 Y80 W60 H50\nM569 S0 E\nM572 S0.036\nM84 E", "prusa-buddy", ""},
		"timelapse":                  {"TIMELAPSE_TAKE_FRAME", "klipper", gcode.CodeRefusedCommand},
	} {
		d, ok := set.Dialect(c.dialect)
		require.True(t, ok)
		findings := with(t, start+c.line+"\n"+square+end, func(l *gcode.Limits) { *l = l.Speaking(d) })
		if c.want == "" {
			require.Empty(t, findings, name)
			continue
		}
		require.Equal(t, c.want, findings[0].Code, name)
		require.Equal(t, c.want != gcode.CodePause, !gcode.Safe(findings), name)
	}
}

// A declared macro is allowed, its temperatures are held against the limits, and what it does is believed.
func TestMacrosAreWhatTheProfileSays(t *testing.T) {
	macros := func(l *gcode.Limits) {
		l.Macros = []profiles.Macro{{Name: "PRINT_START", Homes: true, Nozzle: "EXTRUDER", Bed: "BED"}, {Name: "PRINT_END", Cools: true}}
	}
	plain := "G90\nM83\n" + square
	require.Empty(t, with(t, "PRINT_START BED=60 EXTRUDER=210\n"+plain+"PRINT_END\n", macros))
	require.Empty(t, with(t, "print_start bed=60 extruder=210\n"+plain+"print_end\n", macros))
	f := one(t, with(t, "PRINT_START BED=60 EXTRUDER=300\n"+plain+"PRINT_END\n", macros), gcode.CodeTooHot)
	require.Equal(t, "nozzle", f.Args["heater"])
	f = one(t, with(t, "PRINT_START BED=130 EXTRUDER=210\n"+plain+"PRINT_END\n", macros), gcode.CodeTooHot)
	require.Equal(t, "bed", f.Args["heater"])
	f = one(t, with(t, "PRINT_START BED=60 EXTRUDER=100\n"+plain+"PRINT_END\n", macros), gcode.CodeColdExtrusion)
	require.Equal(t, "100", f.Args["target_c"])
	f = one(t, with(t, "PRINT_START BED=0 EXTRUDER=210\n"+plain, macros), gcode.CodeHeaterLeftOn)
	require.Equal(t, "nozzle", f.Args["heater"])
	left := with(t, "PRINT_START BED={bed} EXTRUDER=210\n"+plain+"PRINT_END\n", macros)
	require.Equal(t, gcode.CodePlaceholder, left[0].Code)
}

// Several extruders have temperatures of their own.
func TestToolsHaveTheirOwnHeat(t *testing.T) {
	two := func(l *gcode.Limits) { l.Commands = []string{"T1"} }
	require.Empty(t, with(t, start+"M104 T1 S200\nM109 T1 S200\nT1\n"+square+"M104 T1 S0\n"+end+"T0\nM104 S0\n", two))
	f := one(t, with(t, start+"M104 T1 S240\nM109 T1 S200\nT1\n"+square+"M104 T1 S0\n"+end+"M104 T0 S0\n", two), gcode.CodeTooHot)
	require.Equal(t, "240", f.Args["want_c"])
	f = one(t, with(t, start+"T1\n"+square+end+"M104 T0 S0\n", two), gcode.CodeColdExtrusion)
	require.Equal(t, "0", f.Args["target_c"], "the other one is hot")
	f = one(t, with(t, start+"M109 T1 S200\n"+square+end, two), gcode.CodeHeaterLeftOn)
	require.Equal(t, "200", f.Args["target_c"])
}

// A text that a host or a page could take for more than text is noted; it is never sent.
func TestTextThatLooksLikeMoreIsNoted(t *testing.T) {
	for _, line := range []string{"M118 //action:cancel", "M117 <b>now</b>", "m118 E1 // action:pause", "M117 </p>"} {
		_, findings := check(t, start+line+"\n"+square+end)
		require.Len(t, findings, 2, line)
		require.Equal(t, gcode.CodeHostOwned, findings[0].Code)
		require.Equal(t, gcode.CodeInertText, findings[1].Code)
		require.True(t, gcode.Safe(findings))
	}
	_, findings := check(t, start+"M117 Étage 3 < 4, {layer} "+strings.Repeat("x", 100)+"\n"+square+end)
	one(t, findings, gcode.CodeHostOwned)
}

// What is no G-code is named by what it is, once, however it goes on.
func TestOtherFilesAreNamed(t *testing.T) {
	for is, text := range map[string]string{
		"jpeg": "\xff\xd8\xff\xe0\x00\x10JFIF\n\n", "png": "\x89PNG\r\n\x1a\n", "zip": "PK\x03\x04\x14\x00", "bgcode": "GCDE\x01\x00\x00\x00",
		"html": "  <!DOCTYPE html>\n<p>", "stl": "solid visor\nfacet normal 0 0 1\n", "gzip": "\x1f\x8b\x08\x00", "pdf": "%PDF-1.7\n",
		"json": "{\"a\": 1}\n", "utf-16": "\xff\xfeG\x001\x00\n\x00",
	} {
		r, findings := check(t, text+strings.Repeat("\x00\x80garbage\n", 1000))
		f := one(t, findings, gcode.CodeNotGCode)
		require.Equal(t, is, f.Args["is"])
		require.EqualValues(t, len(text)+10_000, r.Bytes)
	}
	binary := "visor" + strings.Repeat("\x00", 75) + "\x0c\x00\x00\x00" + strings.Repeat("\x00\x00\x80\x3f", 50)
	_, findings := check(t, binary)
	require.Equal(t, "stl", one(t, findings, gcode.CodeNotGCode).Args["is"])
	_, findings = check(t, "\xef\xbb\xbf"+start+square+end)
	require.Empty(t, findings, "a byte order mark is no harm")
}

// Heat left on is a refusal, unless the caller promises the end that switches it off; that end leaves nothing on.
func TestSafeEndSwitchesEverythingOff(t *testing.T) {
	appended := func(l *gcode.Limits) { l.EndAppended = true; l.Commands = []string{"T1"} }
	two := start + "M109 T1 S200\n" + square
	findings := with(t, two, appended)
	require.Len(t, findings, 2)
	require.True(t, gcode.Safe(findings))
	require.False(t, gcode.Safe(with(t, two, func(l *gcode.Limits) { l.Commands = []string{"T1"} })))
	l := limits()
	appended(&l)
	safe := strings.Join(gcode.SafeEnd(l), "\n")
	require.Empty(t, with(t, two+safe, appended))
	require.Equal(t, "M104 S0\nM104 T1 S0\nM140 S0\nM107\nM84 X Y E", safe)
}

// A file written with line numbers and checksums means the same as without.
func TestNumberedFilesAreRead(t *testing.T) {
	var numbered strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(start+square+end), "\n") {
		numbered.WriteString("N12 " + strings.Split(line, ";")[0] + "*99\n")
	}
	text := strings.NewReplacer("N12 *99\n", "").Replace(numbered.String())
	want, _ := check(t, start+strings.ReplaceAll(square, ";LAYER_CHANGE", "")+end)
	got, findings := check(t, text)
	require.Empty(t, findings)
	require.Equal(t, want.Bounds, got.Bounds)
	require.Equal(t, want.FilamentUM, got.FilamentUM)
	got, findings = check(t, strings.ReplaceAll(start+square+end, "G1 X30 ", "G1 (to the right) X30 "))
	require.Empty(t, findings)
	require.Equal(t, want.Bounds, got.Bounds)
}

// One line costs no memory, whatever it is: a long file of commands needs no more than a short one.
func TestLinesCostNoMemory(t *testing.T) {
	lines := "G1 X30 Y30 E.02\nG3 X31 Y31 I.5 J.5 E.01\nM106 S128\nM117 Layer\nM204 P900\nM73 P3 R4\nG92 E0\nEXCLUDE_OBJECT_START NAME=a\n;TYPE:Skirt\n"
	cost := func(n int) float64 {
		text := start + "G1 Z0.2\nG1 X29 Y29\n" + strings.Repeat(lines, n) + end
		l := limits()
		l.Commands = []string{"EXCLUDE_OBJECT_START"}
		return testing.AllocsPerRun(3, func() {
			_, findings, err := gcode.Check(strings.NewReader(text), l)
			require.NoError(t, err)
			require.True(t, gcode.Safe(findings), "%v", findings)
		})
	}
	require.InDelta(t, cost(50), cost(1_000), 5)
}

// Firmwares differ in what G90 and G91 mean for the extruder; the dialect says it, and so does the state at any byte.
func TestExtruderCountsAsItsFirmwareDoes(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	pushed := "G1 Z0.3 F600\nG1 X10 Y10 F6000\n"
	for name, c := range map[string]struct {
		lines string
		want  map[profiles.ExtruderMode]int64 // µm drawn
	}{
		"G90 behind M83": {"G1 X20 E5 F1200\nG90\nG1 X30 E1\n",
			map[profiles.ExtruderMode]int64{profiles.ExtruderFollows: 5_000, profiles.ExtruderEither: 6_000, profiles.ExtruderOwn: 6_000}},
		"G91 behind M82": {"M82\nG92 E0\nG1 X20 E5 F1200\nG91\nG1 X10 E2\nG90\n",
			map[profiles.ExtruderMode]int64{profiles.ExtruderFollows: 7_000, profiles.ExtruderEither: 7_000, profiles.ExtruderOwn: 5_000}},
		"M82 behind G91": {"G92 E0\nG1 X20 E5 F1200\nG91\nM82\nG1 X10 E6\nG90\n",
			map[profiles.ExtruderMode]int64{profiles.ExtruderFollows: 6_000, profiles.ExtruderEither: 11_000, profiles.ExtruderOwn: 6_000}},
	} {
		for _, dialect := range []string{"marlin1", "marlin2", "prusa-mk3", "klipper", "reprapfirmware"} {
			d, ok := set.Dialect(dialect)
			require.True(t, ok)
			l := limits().Speaking(d)
			text := start + pushed + c.lines
			r, findings, err := gcode.Check(strings.NewReader(text+end), l)
			require.NoError(t, err)
			require.Empty(t, findings)
			require.Equal(t, c.want[d.File.Extruder], r.FilamentUM, "%s on %s", name, dialect)
			s, err := gcode.Replay(strings.NewReader(text), int64(len(text)), l)
			require.NoError(t, err)
			require.Equal(t, !strings.Contains(c.lines, "M82") && d.File.Extruder != profiles.ExtruderFollows, s.RelativeE, "%s on %s", name, dialect)
		}
	}
}

// A radius is an arc's shorter way, or the longer one where it is negative; where the firmware does not know radii, and
// for a whole turn, which has none, it is refused.
func TestArcsByRadius(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	marlin, _ := set.Dialect("marlin2")
	klipper, _ := set.Dialect("klipper")
	draw := start + "G1 Z0.3 F600\nG1 X100 Y100 F6000\n"
	for arc, box := range map[string][4]int64{
		"G2 X110 Y110 R10": {100_000, 100_000, 110_000, 110_000}, "G3 X110 Y110 R-10": {100_000, 90_000, 120_000, 110_000},
		"G3 X110 Y110 R10": {100_000, 100_000, 110_000, 110_000}, "G2 X120 Y100 R10": {100_000, 100_000, 120_000, 110_000},
	} {
		r, findings, err := gcode.Check(strings.NewReader(draw+arc+" E5\n"+end), limits().Speaking(marlin))
		require.NoError(t, err)
		require.Empty(t, findings)
		for i, got := range []int64{r.Bounds.MinX, r.Bounds.MinY, r.Bounds.MaxX, r.Bounds.MaxY} {
			require.InDelta(t, box[i], got, 2, "%s %d", arc, i)
		}
		findings = with(t, draw+arc+" E5\n"+end, func(l *gcode.Limits) { *l = l.Speaking(klipper) })
		require.Equal(t, gcode.CodeUnreadable, findings[0].Code, arc)
	}
	findings := with(t, draw+"G2 X100 Y100 R10 E5\n"+end, func(l *gcode.Limits) { *l = l.Speaking(marlin) })
	require.Equal(t, gcode.CodeUnreadable, findings[0].Code)
}
