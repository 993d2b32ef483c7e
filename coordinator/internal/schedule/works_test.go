package schedule

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// works is a lab whose people put visors together: three jobs of 5, 5 and 2.
func works(atHub map[fab.Item]int64) Snapshot {
	s := lab()
	s.Designs[0].BOM.Works = []fab.Part{{Code: "whole", How: fab.ByHand, Step: "assemble", StepMS: 60_000, PerUnit: 1,
		Of: []fab.Input{{Item: fab.PartItem("band"), Per: 1}, {Item: fab.MaterialItem("film"), Per: 1}}}}
	s.Batches[0].Works, s.Batches[0].Quantity, s.AtHub = []string{"whole"}, 12, atHub
	for id, copies := range map[fab.JobID]int64{"w-0": 5, "w-1": 5, "w-2": 2} {
		s.Jobs = append(s.Jobs, fab.Job{ID: id, BatchID: "b", Part: "whole", How: fab.ByHand, Copies: copies, Status: fab.JobWaiting})
	}
	s.Workers = []fab.Worker{hands("sterne", 10, "assemble"), hands("galet", 10, "assemble"), hands("courlis", 10, "sew")}
	return s
}

// Ensure that putting together is offered only as far as its parts and its material lie counted at the hub, to who has the
// skill, and that what waits says for what.
func TestPuttingTogetherWaitsForItsParts(t *testing.T) {
	s := works(map[fab.Item]int64{fab.PartItem("band"): 8, fab.MaterialItem("film"): 100})
	plan := Make(s, now)
	require.Len(t, plan.Assign, 2, "five, and the two that the rest suffices for")
	for _, a := range plan.Assign {
		require.True(t, a.Offer)
		require.NotEqual(t, fab.WorkerID("courlis"), a.Worker)
		require.Contains(t, []fab.JobID{"w-0", "w-2"}, a.Job)
	}
	require.Empty(t, cmp.Diff(fab.Because(WaitParts, "item", "part:band", "have", int64(3), "need", int64(5)), plan.Jobs["w-1"]))

	plan = Make(works(nil), now)
	require.Empty(t, plan.Assign)
	for _, id := range []fab.JobID{"w-0", "w-1", "w-2"} {
		require.Equal(t, WaitParts, plan.Jobs[id].Code, id)
	}
}

// Ensure that the material inside what was put together is not asked for again.
func TestReadyWorksNeedNoMoreMaterial(t *testing.T) {
	s := works(nil)
	s.Jobs, s.Workers = nil, []fab.Worker{printer("a", 1000)}
	s.Stock["film"] = 4
	bands(&s, "b", 12)
	held := func() (n int) {
		for _, why := range Make(s, now).Jobs {
			if why.Code == WaitMaterial {
				n++
			}
		}
		return n
	}
	require.Equal(t, 8, held())
	s.Made["b"] = Made{Good: map[string]int64{}, Ready: map[string]int64{"whole": 5}}
	require.Equal(t, 3, held())
}
