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

// What is measured agrees with the slicer's own figures: for the hook on every machine with every filament, for our designs
// and real parts (folder MAILLEUR_MODELS) on one machine at both qualities, and for two of them, in turn, on every other.
// Every part on every machine would take half an hour.
func TestLongFiguresAgreeOnTheCorpus(t *testing.T) {
	const hook, first = "../../coordinator/catalog/hook/hook.stl", "prusa-mk3s"
	ours, err := filepath.Glob("../../coordinator/catalog/*/*.stl")
	require.NoError(t, err)
	require.Contains(t, ours, hook)
	real, err := filepath.Glob(filepath.Join(cmp.Or(os.Getenv("MAILLEUR_MODELS"), "../../../shared/models"), "*.stl"))
	require.NoError(t, err)
	parts := append(ours, real...)
	qualities := []slicing.Quality{slicing.Draft, slicing.Normal}
	b := newBench(t)
	for i, p := range b.facts.Printers() {
		for _, f := range b.facts.Filaments() {
			b.plate(t, hook, p.ID, f.ID, slicing.Draft)
		}
		b.plate(t, parts[i%len(parts)], p.ID, "pla", qualities[i/len(parts)%2])
		b.plate(t, parts[(i+len(parts)/2)%len(parts)], p.ID, "pla", slicing.Normal)
	}
	for _, part := range parts {
		for _, q := range qualities {
			b.plate(t, part, first, "pla", q)
		}
	}
	b.verdict(t, t.Output())
}
