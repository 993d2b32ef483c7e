//go:build long

package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// The door hook is really sliced for every machine with every filament that it bears, and weighs the same on all of them
// but for what the start lays down.
func TestLongEveryMachineSlicesTheHook(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	s, err := slicing.New(slicing.Config{Profiles: set, CacheDir: t.TempDir(), Plain: true})
	require.NoError(t, err)
	grams := map[string][]int64{}
	everyPlate(t, func(t *testing.T, p profiles.Printer, f profiles.Filament, l gcode.Limits) {
		r := sliceHook(t, s, p, f, l)
		grams[f.ID] = append(grams[f.ID], r.FilamentMG)
		t.Logf("%d s, %d mg, %d layers", r.Seconds, r.FilamentMG, r.Layers)
	})
	for filament, all := range grams {
		for _, mg := range all {
			require.InEpsilon(t, all[0], mg, 0.03, filament)
		}
	}
}
