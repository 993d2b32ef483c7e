package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// mixed is a lab whose batch is to be printed in petg, of which a plate takes an hour, with n plates open.
func mixed(n int, workers ...fab.Worker) Snapshot {
	s := lab()
	s.Designs[0].BOM.Parts[0].Filaments = []string{"petg"}
	petg := plate("ender3", 3600)
	petg.ID, petg.Filament = "p-petg", "petg"
	s.Plates, s.Workers = append(s.Plates, petg), workers
	bands(&s, "b", n)
	return s
}

func loaded(id fab.WorkerID, filament string, others ...string) fab.Worker {
	w := printer(id, 1000)
	w.Filament, w.CanLoad = filament, others
	return w
}

// Ensure that a part goes on no printer whose filament it may not be printed in, although there is a plate for it.
func TestAPartIsPrintedInItsFilamentsAlone(t *testing.T) {
	s := mixed(2, loaded("pla", "pla"), loaded("petg", "petg"))
	plan := Make(s, now)
	require.Equal(t, map[fab.WorkerID]fab.JobID{"petg": "b-000"}, given(plan))
	require.Equal(t, "p-petg", string(plan.Assign[0].Plate))
	require.Equal(t, IdleOtherFilament, plan.Workers["pla"].Code)
	s.Designs[0].BOM.Parts[0].Filaments = []string{"petg", "pla"}
	require.Len(t, given(Make(s, now)), 2)
}

// Ensure that a maker is asked for another filament where that makes what nobody can make, or much sooner; not for one
// plate that another is done with as soon, not for a filament that he or she has not, and not a second time.
func TestAMakerIsAskedForAnotherFilamentWhereItPays(t *testing.T) {
	q, ok := Ask(mixed(6, loaded("pla", "pla", "petg")), nil, now)
	require.True(t, ok)
	require.Equal(t, Question{Worker: "pla", Filament: "petg", Batch: "b", Part: "band", Plates: 6, Why: fab.Because(WhyReloadOnly, "plates", 6)}, q)

	q, ok = Ask(mixed(12, loaded("petg", "petg"), loaded("pla", "pla", "petg")), nil, now)
	require.True(t, ok)
	require.Equal(t, fab.WorkerID("pla"), q.Worker)
	require.Equal(t, WhyReloadSooner, q.Why.Code)
	require.EqualValues(t, 7, q.Why.Args["hours"], "6 plates of 78 minutes instead of 12, less a quarter of an hour")

	for name, s := range map[string]Snapshot{
		"no time is won":    mixed(1, loaded("petg", "petg"), loaded("pla", "pla", "petg")),
		"has no petg":       mixed(6, loaded("pla", "pla", "tpu")),
		"not sliced":        func() Snapshot { s := mixed(6, loaded("pla", "pla", "petg")); s.Plates = s.Plates[:1]; return s }(),
		"away":              func() Snapshot { w := loaded("pla", "pla", "petg"); w.State = "offline"; return mixed(6, w) }(),
		"slices for itself": func() Snapshot { w := loaded("pla", "pla", "petg"); w.SlicesSelf = true; return mixed(6, w) }(),
		"asked already": func() Snapshot {
			s := mixed(6, loaded("pla", "pla", "petg"))
			s.Reloads = []fab.Reload{{WorkerID: "pla", Filament: "petg", Status: fab.ReloadAsked}}
			return s
		}(),
	} {
		_, ok := Ask(s, nil, now)
		require.False(t, ok, name)
	}
	_, ok = Ask(mixed(6, loaded("pla", "pla", "petg")), map[fab.WorkerID]bool{"pla": true}, now)
	require.False(t, ok, "said no yesterday")
}

// Ensure that one question at a time serves the same plates: with an open one a second printer is asked only as long as there
// is enough for both.
func TestAnOpenQuestionCountsAsPromised(t *testing.T) {
	s := mixed(2, loaded("a", "pla", "petg"), loaded("b", "pla", "petg"))
	s.Reloads = []fab.Reload{{WorkerID: "a", Filament: "petg", Status: fab.ReloadAsked}}
	s.Settings.Setup = 30 * time.Minute
	_, ok := Ask(s, nil, now)
	require.False(t, ok)
	require.True(t, Needed(s, "a", now))
	s.Jobs = nil
	require.False(t, Needed(s, "a", now))
	bands(&s, "b", 20)
	q, ok := Ask(s, nil, now)
	require.True(t, ok)
	require.Equal(t, fab.WorkerID("b"), q.Worker)
}

// Ensure that a yes keeps plates for a printer from when its maker had the time to load it, that nothing starts before, and
// that neither goes to the filament that is coming off. Nobody loads while nobody is there.
func TestAPromisedFilamentIsCountedOnAndWaitedFor(t *testing.T) {
	s := mixed(2, loaded("slow", "petg"), loaded("fast", "pla", "petg"))
	s.Workers[0].TimeFactorPM, s.Workers[1].TimeFactorPM = 4000, 500
	s.Reloads = []fab.Reload{{WorkerID: "fast", Filament: "petg", Status: fab.ReloadYes, AnsweredAt: now}}
	plan := Make(s, now)
	require.Empty(t, plan.Assign)
	require.Equal(t, fab.Because(IdleLoading, "filament", "petg"), plan.Workers["fast"])
	require.Equal(t, WaitSparedSlow, plan.Jobs["b-001"].Code)
	s.Workers = s.Workers[1:]
	plan = Make(s, now)
	require.Equal(t, WaitLoading, plan.Jobs["b-000"].Code)
	require.Equal(t, now.Add(15*time.Minute), plan.Jobs["b-000"].Args["start"])
	s.Workers[0].ClearHours = "18:00-22:00"
	plan = Make(s, now)
	require.Equal(t, now.Add(10*time.Hour+15*time.Minute), plan.Jobs["b-000"].Args["start"])
	s.Workers[0].Filament = "petg"
	s.Workers[0].ClearHours, s.Reloads = "", nil
	require.Len(t, Make(s, now).Assign, 1, "it is loaded")
}
