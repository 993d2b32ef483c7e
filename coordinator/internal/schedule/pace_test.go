package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that what a printer showed at this very part counts before what it shows otherwise: the one that is quick in
// general gets nothing of the part at which the other is quicker.
func TestThePaceAtThePartCountsFirst(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("a", 1000), printer("b", 2000)}
	bands(&s, "b", 1)
	require.EqualValues(t, "a", Make(s, now).Assign[0].Worker)
	s.Paces = []fab.Pace{{WorkerID: "a", Product: "visor", Part: "other", FactorPM: 4000}, {WorkerID: "a", Product: "visor", Part: "band", FactorPM: 3000}}
	plan := Make(s, now)
	require.EqualValues(t, "b", plan.Assign[0].Worker)
	s.Paces = []fab.Pace{{WorkerID: "a", Product: "visor", Part: "band", Bad: 60}}
	require.EqualValues(t, "b", Make(s, now).Assign[0].Worker, "what fails has to be made again")
	w := worker{Worker: printer("a", 1000), yield: 950, paces: []fab.Pace{{Part: "band", FactorPM: 1500, Good: 20, Bad: 20}}}
	require.Equal(t, 3600*1500/650*time.Second, w.cost("band", time.Hour).Truncate(time.Second), "half of its pieces and a prior of 20")
}

// Ensure that plates over pass the gate where there is material for all products, and that they are the first to wait
// where there is not.
func TestPlatesOverPassTheGate(t *testing.T) {
	s := lab()
	s.Batches[0].Quantity = 2
	s.Workers = []fab.Worker{printer("a", 1000), printer("b", 1000), printer("c", 1000), printer("d", 1000)}
	bands(&s, "b", 4)
	s.Made["b"] = Made{Over: map[string]int64{"band": 1}}
	plan := Make(s, now)
	require.Len(t, plan.Assign, 3)
	require.Equal(t, WaitEnough, plan.Jobs["b-003"].Code)
	s.Stock["film"] = 1
	plan = Make(s, now)
	require.Len(t, plan.Assign, 1)
	require.Equal(t, WaitMaterial, plan.Jobs["b-002"].Code)
}

// Ensure that nothing of a request that somebody should ask about once more is begun, and that a machine held for its
// pieces gets nothing, each with its reason.
func TestWhatIsToBeAskedAboutWaits(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("a", 1000)}
	bands(&s, "b", 2)
	s.Stale = []fab.BatchID{"b"}
	plan := Make(s, now)
	require.Empty(t, plan.Assign)
	require.Equal(t, WaitReconfirm, plan.Jobs["b-000"].Code)
	s.Stale = nil
	s.Workers[0].Hold = fab.Because(fab.HoldYield)
	plan = Make(s, now)
	require.Empty(t, plan.Assign)
	require.Equal(t, WaitHeld, plan.Jobs["b-000"].Code)
	require.Equal(t, IdleHeld, plan.Workers["a"].Code)
	s.Workers[0].Hold = fab.Because(fab.HoldTrial)
	require.Len(t, Make(s, now).Assign, 1, "one plate, to show that it is well")
}
