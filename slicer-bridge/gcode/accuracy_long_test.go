//go:build long

package gcode_test

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// What is measured agrees with the slicer's own figures on our designs and on real parts (folder MAILLEUR_MODELS), for
// every machine and filament that is described.
func TestLongFiguresAgreeOnTheCorpus(t *testing.T) {
	parts, err := filepath.Glob("../../coordinator/catalog/*/*.stl")
	require.NoError(t, err)
	require.NotEmpty(t, parts)
	real, err := filepath.Glob(filepath.Join(cmp.Or(os.Getenv("MAILLEUR_MODELS"), "../../../shared/models"), "*.stl"))
	require.NoError(t, err)
	b := newBench(t)
	for _, part := range append(parts, real...) {
		for _, p := range b.facts.Printers() {
			for _, f := range b.facts.Filaments() {
				for _, quality := range []slicing.Quality{slicing.Draft, slicing.Normal} {
					b.plate(t, part, p.ID, f.ID, quality)
				}
			}
		}
	}
	b.verdict(t, t.Output())
}
