//go:build long

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/internal/corpus"
)

// Ensure that a million triangles, be they torn apart or noise, are measured or refused within 400 MiB and 10 s.
func TestLongMillionsAreInspectedWithinBounds(t *testing.T) {
	files := slices.DeleteFunc(corpus.Files(), func(f corpus.File) bool { return !f.Large })
	require.Len(t, files, 4)
	inspectAll(t, built(t), t.TempDir(), files)
}

// Ensure that every part of the corpus gives a plate or a refusal that is worded, never an exit 0 without layers.
func TestLongWholeCorpusIsSlicedOrRefused(t *testing.T) {
	dir := t.TempDir()
	for _, f := range corpus.Files() {
		if f.Large || f.Plate != "" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			path, out := filepath.Join(dir, f.Name+".stl"), filepath.Join(dir, f.Name+".gcode")
			require.NoError(t, os.WriteFile(path, f.Make(), 0o600))
			code, text, msg := call("slice", path, "--printer", "ender-3", "--material", "pla", "-o", out, "--cache", filepath.Join(dir, "cache"), "--json")
			if code == 0 {
				require.Empty(t, f.Refusal)
				require.NotContains(t, text, `"layers":0,`)
				require.FileExists(t, out)
				return
			}
			require.Equal(t, 1, strings.Count(msg, "\n"), msg)
			require.NotContains(t, msg, "mesh.", "a code instead of a sentence")
			require.NotContains(t, msg, "slicing.")
			require.NoFileExists(t, out)
			t.Log(msg)
		})
	}
}
