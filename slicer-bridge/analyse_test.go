package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file of another slicer is told in one object: what it will do, what its slicer says, what is held against it in
// words, and where each layer begins.
func TestAnalyseTellsAll(t *testing.T) {
	const file = "gcode/testdata/slicers/superslicer.gcode"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	code, out, msg := call("analyse", file, "--printer", "ender-3", "--material", "petg", "--json", "--layers")
	require.Zero(t, code, msg)
	require.Equal(t, 1, strings.Count(out, "\n"))
	var a fileAnswer
	require.NoError(t, json.Unmarshal([]byte(out), &a))
	require.True(t, a.Safe)
	require.EqualValues(t, 2, a.Layers)
	require.InDelta(t, 0.015, a.Metres, 1e-6)
	require.InDelta(t, 0.007, a.Primed, 1e-6)
	require.EqualValues(t, 210, a.MaxTempC)
	require.Equal(t, "SuperSlicer 2.4.58", a.Slicer)
	require.Equal(t, claimed{Seconds: 52, Grams: 0.02, Metres: 0.008, Nozzle: 0.6, Material: "PLA", Printer: "ENDER3"}, a.Claimed)
	require.Len(t, a.Findings, 2)
	require.Equal(t, "sliced for a nozzle of 0.6 mm, the machine has 0.4 mm", a.Findings[0].Text)
	require.Equal(t, "sliced for PLA, to be printed with PETG", a.Findings[1].Text)
	require.Len(t, a.Places, 2)
	for i, p := range a.Places {
		require.EqualValues(t, i+1, p.Layer)
		require.True(t, strings.HasPrefix(string(text[p.Offset:]), ";LAYER_CHANGE\n"))
		require.InDelta(t, 0.3*float64(i+1), p.Z, 1e-6)
	}
	require.Less(t, a.Places[0].Seconds, a.Places[1].Seconds)

	_, out, _ = call("analyse", file, "--printer", "ender-3", "--layers")
	require.Contains(t, out, "the slicer says: 52s, 0.01 m")
	require.Contains(t, out, "layer 2: byte ")
	require.Contains(t, out, "note: line 0 (1 times): sliced for a nozzle")

	_, out, _ = call("analyse", "gcode/testdata/slicers/simplify3d.gcode", "--printer", "ender-3", "--material", "pla", "--json")
	require.Contains(t, out, `"findings":[]`, "none is an empty list")
	require.Contains(t, out, `"safe":true`)
}

// What one machine has beside its model counts: a clip under the print makes a file that its model may print unsafe, and
// an overlay that is wrong is refused by its key.
func TestAnalyseKnowsTheMachinesOwn(t *testing.T) {
	own := func(text string) string {
		path := filepath.Join(t.TempDir(), "own.toml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	args := []string{"analyse", "gcode/testdata/slicers/simplify3d.gcode", "--printer", "ender-3", "--json", "--overlay"}
	code, _, msg := call(append(args, own("[limits]\nheight_um = 200000\n"))...)
	require.Zero(t, code, msg)
	code, out, msg := call(append(args, own("[[clips]]\nmin_x_um = 85000\nmin_y_um = 85000\nmax_x_um = 95000\nmax_y_um = 95000\nheight_um = 4000\n"))...)
	require.Equal(t, 1, code)
	require.Contains(t, msg, "must not print")
	require.Contains(t, out, "gcode.on_clip")
	for text, says := range map[string]string{
		"[limits]\nheight_um = 900000\n": "limits.height_um", "colour = 3\n": "colour", "[limits\n": "own.toml",
	} {
		code, out, msg := call(append(args, own(text))...)
		require.Equal(t, 1, code)
		require.Empty(t, out)
		require.Contains(t, msg, says)
	}
}
