package schedule

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
)

const day = 24 * time.Hour

// member is a printer that has been there for long.
func member(id fab.WorkerID, factor int64) fab.Worker {
	w := printer(id, factor)
	w.CreatedAt = now.Add(-90 * day)
	return w
}

// beaten is a lab of two plates, two printers that make one in half an hour, and one that takes four hours and got nothing
// for so long.
func beaten(idle time.Duration) Snapshot {
	s := lab()
	s.Workers = []fab.Worker{member("fast", 500), member("quick", 500), member("slow", 4000)}
	s.Given = map[fab.WorkerID]time.Time{"fast": now.Add(-day), "quick": now.Add(-day), "slow": now.Add(-idle)}
	bands(&s, "b", 2)
	return s
}

// Ensure that who got nothing for a week is given a plate that others would be done with sooner, that the reason says so,
// and that who got something yesterday, or just joined, is not.
func TestWhoGotNothingForAWeekGetsAPlate(t *testing.T) {
	plan := Make(beaten(6*day), now)
	require.NotContains(t, given(plan), fab.WorkerID("slow"))
	plan = Make(beaten(8*day), now)
	got := given(plan)
	require.Contains(t, got, fab.WorkerID("slow"))
	require.Len(t, got, 2)
	for _, a := range plan.Assign {
		if a.Worker == "slow" {
			require.Equal(t, WhyGoodwill, a.Why.Code)
			require.Equal(t, 8, a.Why.Args["days"])
			require.Contains(t, []string{"fast", "quick"}, a.Why.Args["other"])
			require.Equal(t, a.Finish, plan.Finish["b"])
		} else {
			require.Equal(t, WhyEarliest, a.Why.Code)
		}
	}
	s := beaten(0)
	delete(s.Given, "slow")
	require.Contains(t, given(Make(s, now)), fab.WorkerID("slow"), "it never got anything")
	s.Workers[2].CreatedAt = now.Add(-3 * day)
	require.NotContains(t, given(Make(s, now)), fab.WorkerID("slow"), "it joined three days ago")
	s = beaten(8 * day)
	s.Settings.Goodwill = 0
	require.NotContains(t, given(Make(s, now)), fab.WorkerID("slow"))
}

// Ensure that goodwill ends where somebody would pay for it: where the plate, made once more by the fastest, would be late;
// where the batch would end a day later; where nobody is there to begin it; and where it failed before.
func TestGoodwillHarmsNobody(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Snapshot)
		gets   bool
	}{
		"time enough":              {func(s *Snapshot) { s.Batches[0].DueAt = now.Add(5*time.Hour + 30*time.Minute) }, true},
		"none for a second try":    {func(s *Snapshot) { s.Batches[0].DueAt = now.Add(4*time.Hour + 30*time.Minute) }, false},
		"no date, less than a day": {func(s *Snapshot) { s.Batches[0].DueAt, s.Plates[0].Seconds = time.Time{}, 6*3600 }, true},
		"no date, more than a day": {func(s *Snapshot) { s.Batches[0].DueAt, s.Plates[0].Seconds = time.Time{}, 8*3600 }, false},
		"nobody there":             {func(s *Snapshot) { s.Workers[2].ClearHours = "18:00-22:00" }, false},
		"cold before it ends":      {func(s *Snapshot) { s.Workers[2].HeatHours = "06:00-10:00" }, false},
		"at rest":                  {func(s *Snapshot) { s.Workers[2].Paused = true }, false},
		"failed before":            {func(s *Snapshot) { s.Jobs[0].Tries, s.Jobs[1].Tries = 1, 1 }, false},
	} {
		s := beaten(30 * day)
		c.change(&s)
		got := given(Make(s, now))
		if c.gets {
			require.Contains(t, got, fab.WorkerID("slow"), name)
		} else {
			require.NotContains(t, got, fab.WorkerID("slow"), name)
		}
	}
}

// Ensure that the bound holds for all that is given of a batch together: a plate that somebody has for goodwill does not
// make room for the next to end a day after it.
func TestGoodwillDoesNotAddUp(t *testing.T) {
	s := lab()
	first := printing(&s, member("first", 4000), time.Minute)
	s.Attempts[0].Why = fab.Because(WhyGoodwill)
	s.Batches[0].DueAt, s.Plates[0].Seconds = now.Add(90*day), 6*3600
	slow := member("slow", 4000)
	s.Workers = []fab.Worker{first, member("fast", 500), slow}
	s.Given = map[fab.WorkerID]time.Time{"fast": now}
	bands(&s, "b", 1)
	require.Contains(t, given(Make(s, now)), fab.WorkerID("slow"), "24 h, when the fast one ends after 3")
	s.Plates[0].Seconds = 8 * 3600
	require.NotContains(t, given(Make(s, now)), fab.WorkerID("slow"), "32 h, when the fast one ends after 4, the first after 32")
}

// Ensure that hands are remembered as printers are.
func TestHandsGetAPortionAWeek(t *testing.T) {
	s := lab()
	quick, slow := hands("quick", 10, "sew"), hands("slow", 10, "sew")
	quick.TimeFactorPM, slow.TimeFactorPM, slow.CreatedAt = 500, 4000, now.Add(-30*day)
	s.Workers = []fab.Worker{quick, slow}
	s.Batches = []fab.Batch{{ID: "m", DesignID: "d-mask", Quantity: 10, Status: fab.BatchOpen, DueAt: now.Add(5 * day)}}
	s.Jobs = []fab.Job{{ID: "m-0", BatchID: "m", Part: "mask", How: fab.ByHand, Copies: 10, Status: fab.JobWaiting}}
	plan := Make(s, now)
	require.Equal(t, map[fab.WorkerID]fab.JobID{"slow": "m-0"}, given(plan))
	require.True(t, plan.Assign[0].Offer)
}

// Ensure, for any lab whose workers got nothing for some time: goodwill gives nobody two jobs, takes nobody's work
// who is owed some, and no batch that would end in time ends late or a day later.
func TestGoodwillKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyLab(t)
		s.Given = map[fab.WorkerID]time.Time{}
		for i := range s.Workers {
			s.Workers[i].CreatedAt = now.Add(-60 * day)
			s.Given[s.Workers[i].ID] = now.Add(-time.Duration(rapid.IntRange(0, 20).Draw(t, fmt.Sprint("idle", i))) * day)
		}
		unkind := s
		unkind.Settings.Goodwill = 0
		with, without := Make(s, now), Make(unkind, now)
		workers := map[fab.WorkerID]bool{}
		for _, a := range with.Assign {
			require.False(t, workers[a.Worker])
			workers[a.Worker] = true
			sound(t, s, a)
			if a.Why.Code == WhyGoodwill {
				require.False(t, s.Given[a.Worker].After(now.Add(-7*day)))
			}
		}
		for _, a := range without.Assign {
			require.True(t, workers[a.Worker] || s.Given[a.Worker].After(now.Add(-7*day)), "%s was owed something and lost what it had", a.Worker)
		}
		for _, b := range s.Batches {
			is, was := with.Finish[b.ID], without.Finish[b.ID]
			require.False(t, is.After(was.Add(day)) && is.After(lastRunning(s, b.ID).Add(day)), "%s ends at %s instead of %s", b.ID, is, was)
			require.False(t, is.After(b.DueAt) && !was.After(b.DueAt), "%s is late for goodwill", b.ID)
		}
	})
}

// lastRunning is when what is being made of a batch ends.
func lastRunning(s Snapshot, id fab.BatchID) (end time.Time) {
	p := newPlanner(s, now)
	for _, a := range s.Attempts {
		if at := p.now.Add(p.left(p.worker(a.WorkerID), a)); a.BatchID == id && at.After(end) {
			end = at
		}
	}
	return end
}
