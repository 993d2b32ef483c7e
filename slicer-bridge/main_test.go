package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// cube writes a text STL of a cube, mm, and returns its path.
func cube(t *testing.T, side float64) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("solid cube\n")
	for _, f := range [][4]int{{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}} {
		for _, tri := range [][3]int{{f[0], f[1], f[2]}, {f[0], f[2], f[3]}} {
			b.WriteString("facet normal 0 0 0\nouter loop\n")
			for _, v := range tri {
				fmt.Fprintf(&b, "vertex %g %g %g\n", side*float64(v&1), side*float64(v>>1&1), side*float64(v>>2&1))
			}
			b.WriteString("endloop\nendfacet\n")
		}
	}
	b.WriteString("endsolid cube\n")
	path := filepath.Join(t.TempDir(), "cube.stl")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// call runs the program and gives its exit code and what it printed.
func call(args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = run(args, console{&o, &e})
	return code, o.String(), e.String()
}

// A part goes through the whole program: looked at, sliced, the plate judged,
// and judged again for a machine too small for it.
func TestFromPartToJudgedPlate(t *testing.T) {
	part, out := cube(t, 20), filepath.Join(t.TempDir(), "plate.gcode")
	code, text, msg := call("inspect", part, "--json")
	require.Zero(t, code, msg)
	var info struct {
		Triangles  int     `json:"triangles"`
		Volume     float64 `json:"volume_mm3"`
		Watertight bool    `json:"watertight"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &info))
	require.Equal(t, 12, info.Triangles)
	require.InDelta(t, 8000, info.Volume, 1e-6)
	require.True(t, info.Watertight)

	cache := t.TempDir()
	slice := []string{"slice", part, "--printer", "ender-3", "--material", "petg", "--copies", "2", "-o", out, "--cache", cache, "--json"}
	code, text, msg = call(slice...)
	if strings.Contains(msg, "not installed") {
		t.Fatal("install package prusa-slicer")
	}
	require.Zero(t, code, msg)
	var first, again plateAnswer
	require.NoError(t, json.Unmarshal([]byte(text), &first))
	require.Equal(t, 2, first.Copies)
	require.Greater(t, first.Grams, 5.0)
	require.False(t, first.Cached)
	_, text, _ = call(slice...)
	require.NoError(t, json.Unmarshal([]byte(text), &again))
	require.True(t, again.Cached)
	require.Equal(t, first.SHA256, again.SHA256)

	code, text, msg = call("analyse", out, "--printer", "ender-3", "--material", "petg", "--json")
	require.Zero(t, code, msg)
	var judged fileAnswer
	require.NoError(t, json.Unmarshal([]byte(text), &judged))
	require.True(t, judged.Safe)
	require.Empty(t, judged.Findings)
	require.Equal(t, first.Lines, judged.Lines)
	require.Equal(t, first.Grams, judged.Grams)

	// The end presents the plate at a Y that this smaller bed does not reach.
	code, text, msg = call("analyse", out, "--printer", "geeetech-i3-pro-b", "--json")
	require.Equal(t, 1, code)
	require.Contains(t, msg, "must not print")
	require.NoError(t, json.Unmarshal([]byte(text), &judged))
	require.Equal(t, "gcode.outside_bed", judged.Findings[0].Code)
}

// Parts of several kinds share a plate, with what one machine has beside its model; the answer tells of all of them.
func TestPlateOfTwoPartsForOneMachine(t *testing.T) {
	out, own := filepath.Join(t.TempDir(), "plate.gcode"), filepath.Join(t.TempDir(), "own.toml")
	require.NoError(t, os.WriteFile(own, []byte("arcs = true\n[limits]\nheight_um = 50000\n"), 0o600))
	small, large := cube(t, 10), cube(t, 14)
	slice := []string{"slice", small, large, "--copies", "3,1", "--printer", "ender-3", "--material", "pla", "-o", out, "--cache", t.TempDir(), "--overlay", own, "--picture", out + ".png", "--json"}
	code, text, msg := call(slice...)
	require.Zero(t, code, msg)
	require.Empty(t, msg)
	var plate plateAnswer
	require.NoError(t, json.Unmarshal([]byte(text), &plate))
	require.Equal(t, 4, plate.Copies)
	require.NotNil(t, plate.Arcs, "by the machine's own firmware")
	require.InDelta(t, 13.8, plate.Bounds.Max[2], 0.31)
	require.FileExists(t, out)
	require.FileExists(t, out+".png")

	code, _, msg = call(append(slice, "--scale", "4")...)
	require.NotZero(t, code)
	require.Contains(t, msg, "too tall")
}

func TestPictureIsWritten(t *testing.T) {
	out := filepath.Join(t.TempDir(), "part.png")
	code, _, msg := call("picture", cube(t, 20), "-o", out, "--color", "#b5460f", "--paper", "--width", "64", "--height", "48")
	require.Zero(t, code, msg)
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(data, []byte("\x89PNG")))
}

// Every refusal is one line on standard error and a non-zero exit; nothing is
// written.
func TestRefusalsAreOneLine(t *testing.T) {
	part := cube(t, 20)
	broken := filepath.Join(t.TempDir(), "broken.stl")
	require.NoError(t, os.WriteFile(broken, []byte("\xff\xd8\xff\xe0 a photograph"), 0o600))
	out := filepath.Join(t.TempDir(), "x.gcode")
	slice := func(more ...string) []string {
		return append([]string{"slice", part, "-o", out, "--cache", t.TempDir(), "--printer", "ender-3", "--material", "pla"}, more...)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"a photograph":     {[]string{"inspect", broken}, "this is no STL or 3MF file (it looks like: jpeg)"},
		"no such file":     {[]string{"inspect", broken + "x"}, "no such file"},
		"no command":       {nil, "expected one of"},
		"unknown flag":     {[]string{"inspect", part, "--nope"}, "unknown flag"},
		"unknown printer":  {slice("--printer", "nope"), "--printer must be one of"},
		"unknown material": {slice("--material", "nope"), "--material must be one of"},
		"too many":         {slice("--copies", "200"), "200 copies do not fit on the bed"},
		"no slicer":        {slice("--slicer", "no-such-slicer"), "install the package prusa-slicer"},
		"no such overlay":  {slice("--overlay", broken+"x"), "no such file"},
		"odd overlay":      {slice("--overlay", part), "own settings cannot be used"},
		"copies for none":  {slice("--copies", "1,2"), "2 numbers for 1 files"},
		"which part":       {append([]string{"slice", cube(t, 300)}, slice()[1:]...), "cube.stl: the part is too tall"},
		"too high a pile":  {slice("--pile", "51"), "51 is out of range for pile"},
		"no scale":         {slice("--scale", "0.0001"), "out of range for scale"},
		"over a part":      {append(slice(), "-o", part), "is one of the parts"},
		"one is broken":    {append([]string{"slice", broken}, slice()[1:]...), "broken.stl: this is no STL"},
		"odd color":        {[]string{"picture", part, "-o", out, "--color", "green"}, "six hexadecimal digits"},
	} {
		t.Run(name, func(t *testing.T) {
			code, text, msg := call(c.args...)
			require.NotZero(t, code)
			require.Empty(t, text)
			require.Contains(t, msg, c.says)
			require.Equal(t, 1, strings.Count(msg, "\n"), msg)
			require.NoFileExists(t, out)
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	code, out, _ := call("--help")
	require.Zero(t, code)
	require.Contains(t, out, "analyse")
}

// Sentences name no argument that could stay unfilled in sight of a person.
func TestWordsAreTold(t *testing.T) {
	for code, text := range words {
		require.NotEmpty(t, text, code)
		require.Equal(t, strings.Count(text, "{"), strings.Count(text, "}"), code)
	}
}

// A file with a dense circle comes out with arcs; a tolerance that is none writes nothing.
func TestArcsAreWritten(t *testing.T) {
	in, out := filepath.Join(t.TempDir(), "in.gcode"), filepath.Join(t.TempDir(), "out.gcode")
	var b strings.Builder
	b.WriteString("G90\nM83\nG1 X30 Y0 F1800\n")
	for k := 1; k <= 90; k++ {
		fmt.Fprintf(&b, "G1 X%.3f Y%.3f E.05\n", 30*math.Cos(float64(k)/60), 30*math.Sin(float64(k)/60))
	}
	require.NoError(t, os.WriteFile(in, []byte(b.String()), 0o600))
	code, text, msg := call("arcs", in, "-o", out, "--json")
	require.Zero(t, code, msg)
	require.Contains(t, text, `"lines_in":93,"lines_out":4,"arcs":1,"moves":90,`)
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Contains(t, string(data), "\nG3 X")

	code, _, msg = call("arcs", in, "-o", out+"x", "--tolerance", "1")
	require.Equal(t, 1, code)
	require.Contains(t, msg, "--tolerance is 1: give 5 to 500")
	require.NoFileExists(t, out+"x")
	code, _, msg = call("arcs", in, "-o", out+"x", "--circle", "3")
	require.Equal(t, 1, code)
	require.Contains(t, msg, "--circle is 3: give 8 to 360")
	require.NoFileExists(t, out+"x")
}
