package catalog_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/catalog"
	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// linesPerVisor is what one band and one reinforcement may cost together at draft quality, in G-code lines.
const linesPerVisor = 25_000

// machines are the printers whose beds the drawings are made for; the smallest has 200 mm.
var machines = []string{"ender-3", "prusa-mk3s", "anycubic-i3-mega", "geeetech-i3-pro-b"}

func newSlicer(t *testing.T) *slicing.Slicer {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	slicer, err := slicing.New(slicing.Config{Profiles: set, CacheDir: t.TempDir(), Plain: true})
	require.NoError(t, err, "install package prusa-slicer")
	return slicer
}

// Every machine prints a visor at draft quality within the budget.
func TestVisorStaysWithinItsLineBudgetOnEveryMachine(t *testing.T) {
	slicer := newSlicer(t)
	products, err := catalog.Load()
	require.NoError(t, err)
	visor := products[0]

	for _, printer := range machines {
		var lines int64
		for _, part := range visor.Parts {
			stl, err := visor.File(part.File)
			require.NoError(t, err)
			plate, err := slicer.Slice(context.Background(), slicing.Request{
				STL: stl, PartName: part.Code, Copies: 1, Printer: printer, Filament: part.Filaments[0], Quality: slicing.Draft,
			})
			require.NoError(t, err, "%s on %s", part.Code, printer)
			require.Empty(t, plate.Warnings, "%s on %s", part.Code, printer)
			lines += plate.Lines * part.PerUnit
		}
		t.Logf("%s: %d lines per visor", printer, lines)
		require.LessOrEqual(t, lines, int64(linesPerVisor), printer)
	}
}

func TestEveryMachineTakesThePreferredNumberOfCopies(t *testing.T) {
	slicer := newSlicer(t)
	products, err := catalog.Load()
	require.NoError(t, err)
	for _, p := range products {
		for _, part := range p.Parts {
			if part.How != catalog.HowPrint {
				continue
			}
			stl, err := p.File(part.File)
			require.NoError(t, err)
			for _, printer := range machines {
				n, err := slicer.MaxCopies(slicing.Request{STL: stl, Printer: printer}, int(part.PerPlate))
				require.NoError(t, err)
				require.EqualValues(t, part.PerPlate, n, "%s on %s", part.Code, printer)
			}
		}
	}
}
