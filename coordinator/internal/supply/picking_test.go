package supply_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// Ensure that the list says what the kits will be made of, lot by lot, and what cannot be made yet; and that it takes
// nothing.
func TestThePickingListIsWhatKitsTake(t *testing.T) {
	l := open(t, storetest.SQLite(t))
	l.gift("film-a4", "6", "k")
	first, second := l.lot("V-1", 4), l.lot("V-2", 10)
	id := l.request("Rue", 8)
	picks, err := l.supply.Picking(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, picks, 1)
	require.EqualValues(t, 6, picks[0].Now)
	require.EqualValues(t, 2, picks[0].Left)
	taken := map[string]int64{}
	for _, take := range picks[0].Takes {
		taken[take.Source] += take.Quantity
	}
	require.EqualValues(t, 4, taken[string(first.ID)], "the oldest first")
	require.EqualValues(t, 2, taken[string(second.ID)])
	require.EqualValues(t, 14, l.at(fab.PartItem("visor-band")), "nothing is taken")

	_, err = l.supply.MakeKits(t.Context(), id, "visor", 6, "")
	require.NoError(t, err)
	require.EqualValues(t, 14-6, l.at(fab.PartItem("visor-band")))
	picks, err = l.supply.Picking(t.Context(), id)
	require.NoError(t, err)
	require.EqualValues(t, 0, picks[0].Now)
	require.EqualValues(t, 2, picks[0].Left, "film is short")
	require.Empty(t, picks[0].Takes)
	_, err = l.supply.Picking(t.Context(), "nobody")
	refused(t, err, fab.NotFound, "", "not_found")
}
