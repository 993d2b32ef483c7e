package production

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Ensure that piles of a part that allows them are sliced for a printer whose maker wants them, and for no other, once the
// flat plate is there and somebody waits: two heights, as low as the slicer says where the machine is too low.
func TestPilesAreMadeWithAMakersLeave(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.printer("orange", "mk3s", 1_000_000)
	l.update(func(tx *store.Tx) error {
		d, err := tx.CurrentDesign("visor")
		require.NoError(t, err)
		d.BOM.Parts[0].PileMax = 10
		return tx.SetDesign(&d)
	})
	l.keep()
	l.ready()
	piles := func() (high []int64) {
		l.view(func(tx *store.Tx) error {
			plates, err := tx.Plates("")
			for _, p := range plates {
				if p.Pile > 1 {
					require.Equal(t, "ender-3", p.Model)
					require.Equal(t, 2*p.Pile, p.Copies, "two to a plate")
					if p.Status == fab.PlateReady {
						high = append(high, p.Pile)
					}
				}
			}
			return err
		})
		return high
	}
	l.request("visor", 60)
	l.ready()
	require.Empty(t, piles(), "nobody gave leave")
	l.update(func(tx *store.Tx) error {
		row, err := tx.Worker(w.ID)
		require.NoError(t, err)
		row.Piles = true
		_, err = tx.SwapWorker(&row)
		return err
	})
	l.slicer.set("ender-3", &slicing.Problem{Code: "plate.pile_too_tall", Args: map[string]string{"pieces": "10", "max": "7", "max_mm": "100"}})
	l.keep()
	c, ok := l.claim()
	require.True(t, ok)
	require.EqualValues(t, 10, c.Plate.Pile)
	require.NoError(t, l.p.Fail(t.Context(), c.Plate.ID, c.Plate.ClaimToken, Impossible, fab.Because("plate.pile_too_tall", "pieces", "10", "max", "7", "max_mm", "100")))
	l.slicer.set("ender-3", nil)
	for range 3 {
		l.keep()
		l.ready()
	}
	require.ElementsMatch(t, []int64{7, 3}, piles())
}
