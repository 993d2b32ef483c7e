package schedule

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// plateOf is the plate on which the only printer begins; "" when it gets nothing.
func plateOf(t *testing.T, plates []fab.Plate, change func(*fab.Worker)) (fab.PlateID, Plan) {
	t.Helper()
	s := lab()
	w := printer("mine", 1000)
	if change != nil {
		change(&w)
	}
	s.Workers, s.Plates = []fab.Worker{w}, plates
	bands(&s, "b", 1)
	plan := Make(s, now)
	if len(plan.Assign) == 0 {
		return "", plan
	}
	return plan.Assign[0].Plate, plan
}

// Ensure that a plate goes to machines that are set up as it was made for, and a maker's own file to its machine alone,
// before the lab's.
func TestAPlateFitsTheMachineItWasMadeFor(t *testing.T) {
	all := plate("ender3", 3600)
	own := plate("ender3", 7200)
	own.ID, own.WorkerID, own.Copies, own.Source = "p-own", "mine", 4, fab.PlateByMaker
	foreign := own
	foreign.ID, foreign.WorkerID = "p-foreign", "other"
	overlaid := all
	overlaid.ID, overlaid.Overlay = "p-overlaid", fab.OverlayHash("x = 1")
	self := func(w *fab.Worker) { w.SlicesSelf = true }
	over := func(w *fab.Worker) { w.Overlay = "x = 1" }
	for name, c := range map[string]struct {
		plates []fab.Plate
		change func(*fab.Worker)
		want   fab.PlateID
	}{
		"the lab's":                            {[]fab.Plate{all, overlaid, foreign}, nil, "p-ender3"},
		"its own first":                        {[]fab.Plate{own, all}, nil, "p-own"},
		"only its own, when its maker slices":  {[]fab.Plate{all, own}, self, "p-own"},
		"none, when its maker slices":          {[]fab.Plate{all}, self, ""},
		"another's is nobody else's":           {[]fab.Plate{foreign}, nil, ""},
		"that of its own settings":             {[]fab.Plate{all, overlaid}, over, "p-overlaid"},
		"not the model's, with settings of it": {[]fab.Plate{all}, over, ""},
	} {
		got, _ := plateOf(t, c.plates, c.change)
		require.Equal(t, c.want, got, name)
	}
	failed := all
	failed.Status = fab.PlateFailed
	_, plan := plateOf(t, []fab.Plate{failed}, nil)
	require.Equal(t, WaitSlicing, plan.Jobs["b-000"].Code, "it is tried again")
	cancelled := all
	cancelled.Status = fab.PlateCancelled
	_, plan = plateOf(t, []fab.Plate{cancelled}, nil)
	require.Equal(t, WaitNoPrinter, plan.Jobs["b-000"].Code)
	got, plan := plateOf(t, []fab.Plate{all}, func(w *fab.Worker) { w.SlicesSelf, w.AgentID = true, "" })
	require.Empty(t, got)
	require.Len(t, plan.Assign, 1, "a maker without agent is asked, and slices then")
}
