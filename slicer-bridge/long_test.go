//go:build long

package main

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/internal/corpus"
)

// Ensure that a million triangles, be they torn apart or noise, are measured or refused within 400 MiB and 10 s.
func TestLongMillionsAreInspectedWithinBounds(t *testing.T) {
	files := slices.DeleteFunc(corpus.Files(), func(f corpus.File) bool { return !f.Large })
	require.Len(t, files, 4)
	inspectAll(t, built(t), t.TempDir(), files)
}

// Ensure that every file of the corpus gives a plate or a refusal that is worded, never an exit 0 without layers.
func TestLongWholeCorpusIsSlicedOrRefused(t *testing.T) {
	dir := t.TempDir()
	made := 0
	for _, f := range corpus.Files() {
		if f.Large {
			continue
		}
		path, out := filepath.Join(dir, f.Name+".stl"), filepath.Join(dir, f.Name+".gcode")
		require.NoError(t, os.WriteFile(path, f.Make(), 0o600))
		code, text, msg := call("slice", path, "--printer", "ender-3", "--material", "pla", "-o", out, "--cache", filepath.Join(dir, "cache"), "--json")
		if code == 0 {
			var plate plateAnswer
			require.NoError(t, json.Unmarshal([]byte(text), &plate), f.Name)
			assert.Empty(t, f.Refusal, f.Name)
			assert.Positive(t, plate.Layers, f.Name)
			assert.FileExists(t, out, f.Name)
			made++
			continue
		}
		assert.Equal(t, 1, strings.Count(msg, "\n"), "%s: %s", f.Name, msg)
		assert.NotContains(t, msg, "mesh.", "%s: a code instead of a sentence", f.Name)
		assert.NotContains(t, msg, "slicing.", f.Name)
		assert.NoFileExists(t, out, f.Name)
		t.Logf("%s: %s", f.Name, strings.TrimSpace(msg))
	}
	require.Greater(t, made, 30)
}

// Ensure that real parts, in the folder MAILLEUR_MODELS or beside the repository, are watertight, some after a repair.
func TestLongRealModelsAreSoundOnceRepaired(t *testing.T) {
	folder := cmp.Or(os.Getenv("MAILLEUR_MODELS"), "../../shared/models")
	files, err := filepath.Glob(filepath.Join(folder, "*.stl"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no models in %s: set MAILLEUR_MODELS", folder)
	for _, path := range files {
		code, text, msg := call("inspect", path, "--repair", "--json")
		require.Zero(t, code, "%s: %s", path, msg)
		var got inspected
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		assert.True(t, got.Watertight, path)
		assert.Equal(t, "mm", got.Units, path)
		assert.Empty(t, got.Problems, path)
		t.Logf("%s: %d triangles, %.1f cm³, shells: %d, %d corners welded", filepath.Base(path), got.Triangles, got.VolumeMM3/1000, got.Shells, got.Repair.Welded)
	}
}
