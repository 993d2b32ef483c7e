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

// What is measured agrees with the slicer's own figures for every machine that is described: on our designs with every
// filament, and on real parts (folder MAILLEUR_MODELS).
func TestLongFiguresAgreeOnTheCorpus(t *testing.T) {
	parts, err := filepath.Glob("../../coordinator/catalog/*/*.stl")
	require.NoError(t, err)
	require.NotEmpty(t, parts)
	real, err := filepath.Glob(filepath.Join(cmp.Or(os.Getenv("MAILLEUR_MODELS"), "../../../shared/models"), "*.stl"))
	require.NoError(t, err)
	b := newBench(t)
	for _, p := range b.facts.Printers() {
		for i, f := range b.facts.Filaments() {
			for _, part := range parts {
				b.plate(t, part, p.ID, f.ID, slicing.Draft)
			}
			if i > 0 { // shapes and qualities are told apart with one filament
				continue
			}
			for _, part := range append(parts, real...) {
				b.plate(t, part, p.ID, "pla", slicing.Normal)
			}
			for _, part := range real {
				b.plate(t, part, p.ID, "pla", slicing.Draft)
			}
		}
	}
	b.verdict(t, t.Output())
}
