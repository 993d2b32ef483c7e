package schedule

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that a printer does not begin a plate that its spool does not last for: both sides say so; that it takes the
// smaller plate for which it does; and that an empty record stops nobody.
func TestASpoolHasToLast(t *testing.T) {
	s := sizedLab(1, 4)
	s.Plates[0].FilamentMG = 40_000
	s.Workers = []fab.Worker{printer("a", 1000)}
	s.Workers[0].SpoolID = "spool"
	s.Spools = map[fab.SpoolID]int64{"spool": 30_000}
	plan := Make(s, now)
	require.Empty(t, plan.Assign)
	require.Equal(t, fab.Because(WaitSpoolShort, "part", "band", "worker", "a", "left", int64(30), "needs", int64(40)), plan.Jobs["b-000"])
	require.Equal(t, IdleSpoolShort, plan.Workers["a"].Code)

	small := plate("ender3", 7200)
	small.ID, small.Copies, small.FilamentMG = "p-2", 2, 20_000
	s.Plates = append(s.Plates, small)
	plan = Make(s, now)
	require.Len(t, plan.Assign, 1)
	require.EqualValues(t, 2, plan.Assign[0].Copies)

	s.Plates, s.Spools = s.Plates[:1], nil
	require.Len(t, Make(s, now).Assign, 1)
}

// Ensure that a printer that is loaded otherwise than what waits is sliced for hears with what it would have work.
func TestAnotherFilamentWouldGiveWork(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("a", 1000)}
	s.Workers[0].Filament = "petg"
	bands(&s, "b", 1)
	require.Equal(t, fab.Because(IdleOtherFilament, "part", "band", "loaded", "petg", "filament", "pla"), Make(s, now).Workers["a"])
	s.Workers[0].NozzleUM = 600
	require.Equal(t, IdleNothingFits, Make(s, now).Workers["a"].Code)
}
