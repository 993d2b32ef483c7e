package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
	"github.com/mailleur/mailleur/slicer-bridge/internal/corpus"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// A part that no machine holds is refused by each with its reason, on the terminal and in the table, and that is no error.
func TestSurveySaysWhyNot(t *testing.T) {
	var large []byte
	for _, f := range corpus.Files() {
		if f.Name == "too_big" {
			large = f.Make()
		}
	}
	require.NotEmpty(t, large)
	dir := t.TempDir()
	part, doc := filepath.Join(dir, "large.stl"), filepath.Join(dir, "survey.md")
	require.NoError(t, os.WriteFile(part, large, 0o600))
	var out, said strings.Builder
	require.Zero(t, run([]string{"survey", part, "--doc", doc, "--commit", "abc", "--cache", dir}, console{&out, &said}), said.String())
	set, err := profiles.Load()
	require.NoError(t, err)
	table, err := os.ReadFile(doc)
	require.NoError(t, err)
	for _, p := range set.Printers() {
		require.Regexp(t, `(?m)^large on `+p.ID+`: the part is too big`, out.String())
		require.Regexp(t, `(?m)^\| `+p.ID+` \| \w+ \| .*the part is too big.* \|$`, string(table))
	}
	require.Contains(t, out.String(), "plates made: 0, refused with the reason: ")
	require.Contains(t, string(table), "commit abc")
}

// A plate's row tells what it takes, what arcs left of its lines and how far our time is from the slicer's; the worst of
// all plates is what the verdict rests on.
func TestSurveyTellsAPlate(t *testing.T) {
	made := onMachine{printer: "ender-3", material: "petg", fits: 3, claimed: 1000,
		plate: slicing.Result{Seconds: 990, FilamentMG: 12_340, Layers: 44, Arcs: &arcfit.Stats{LinesIn: 400, LinesOut: 100, MaxDrawnUM: 61}}}
	require.Equal(t, "| ender-3 | petg | 3 | 16m30s | 12.3 | 44 | 25 % | -1.0 % |  |", made.row())
	var out strings.Builder
	surveyCommand{}.verdicts(console{&out, &out}, []surveyed{{name: "ring", outcomes: []onMachine{made, {why: "too big"}}}})
	require.Contains(t, out.String(), "plates made: 1, refused with the reason: 1")
	require.Contains(t, out.String(), "61 µm; at most 50 µm; short")
	require.Contains(t, out.String(), "lines left of ring: 25 % at best")
}
