package schedule

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// sized makes plates of several sizes, each piece taking an hour, for jobs of four pieces.
func sizedLab(jobs int, sizes ...int64) Snapshot {
	s := lab()
	s.Plates = nil
	for _, n := range sizes {
		p := plate("ender3", 3600*n)
		p.ID, p.Copies = fab.PlateID(fmt.Sprintf("p-%d", n)), n
		s.Plates = append(s.Plates, p)
	}
	bands(&s, "b", jobs)
	for i := range s.Jobs {
		s.Jobs[i].Copies = 4
	}
	return s
}

// Ensure that a printer begins the tallest plate that is done by morning before nobody is there, and the jobs whose
// pieces it makes are taken in.
func TestATallPlateBeforeTheNight(t *testing.T) {
	s := sizedLab(12, 1, 4, 12)
	s.Workers = []fab.Worker{printer("a", 1000)}
	s.Workers[0].ClearHours = "07:30-22:30"
	s.Workers[0].GoodPieces = 100_000
	evening := time.Date(2020, 4, 3, 20, 0, 0, 0, time.UTC)
	plan := Make(s, evening)
	require.Len(t, plan.Assign, 1)
	require.EqualValues(t, 12, plan.Assign[0].Copies)
	require.Equal(t, fab.PlateID("p-12"), plan.Assign[0].Plate)
	require.Len(t, plan.Assign[0].Absorbs, 2)
	require.Equal(t, evening.Add(12*time.Hour).Truncate(time.Hour), plan.Assign[0].Finish.Truncate(time.Hour))
}

// Ensure that the last job is cut into small plates when several printers stand free, so that all end sooner.
func TestTheLastPiecesAreSharedOut(t *testing.T) {
	s := sizedLab(1, 1, 4)
	for i := range 4 {
		s.Workers = append(s.Workers, printer(fab.WorkerID(fmt.Sprintf("w%d", i)), 1000))
	}
	plan := Make(s, now)
	require.Len(t, plan.Assign, 1, "one row can be committed once; the rest is for the next plan")
	require.EqualValues(t, 1, plan.Assign[0].Copies)
	require.Less(t, plan.Finish["b"].Sub(now), 2*time.Hour)
}

// Ensure that a machine whose bed is too small for the job's plate makes what it can instead of standing idle.
func TestASmallBedMakesSmallPlates(t *testing.T) {
	s := sizedLab(3, 1)
	s.Workers = []fab.Worker{printer("small", 1000)}
	plan := Make(s, now)
	require.Len(t, plan.Assign, 1)
	require.EqualValues(t, 1, plan.Assign[0].Copies)
}

// Ensure, for any lab with plates of several sizes: what a plan takes in waits, belongs to the same part and batch, and is
// taken in once; no plate makes more than its job and what it takes in, unless it is the smallest there is; and a maker's
// portion is kept to. Everybody else has a reason, and the order of the rows does not matter.
func TestPortionsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyLab(t)
		for i, p := range slices.Clone(s.Plates) {
			for _, n := range rapid.SliceOfNDistinct(rapid.Int64Range(2, 9), 0, 3, rapid.ID[int64]).Draw(t, "sizes") {
				p.ID, p.Copies, p.Seconds = fab.PlateID(fmt.Sprintf("q-%d-%d", i, n)), n, s.Plates[i].Seconds*n
				s.Plates = append(s.Plates, p)
			}
		}
		for i := range s.Jobs {
			s.Jobs[i].Copies = rapid.Int64Range(1, 6).Draw(t, "copies")
		}
		for i := range s.Workers {
			s.Workers[i].ClearHours = rapid.SampledFrom([]fab.Hours{"", "06:00-20:00", "07:59-08:10", "18:00-22:00"}).Draw(t, "hours")
		}
		used := map[fab.JobID]bool{}
		plan := Make(s, now)
		for _, a := range plan.Assign {
			sound(t, s, a)
			takenIn(t, s, a, used)
		}
		for _, j := range s.Jobs {
			require.True(t, used[j.ID] || plan.Jobs[j.ID].Code != "", "job %s has no reason", j.ID)
		}
		for _, w := range s.Workers {
			given := slices.ContainsFunc(plan.Assign, func(a Assignment) bool { return a.Worker == w.ID })
			require.True(t, given || w.AttemptID != "" || plan.Workers[w.ID].Code != "", "worker %s has no reason", w.ID)
		}
		slices.Reverse(s.Jobs)
		slices.Reverse(s.Workers)
		slices.Reverse(s.Plates)
		require.Empty(t, cmp.Diff(plan, Make(s, now)))
	})
}

func takenIn(t *rapid.T, s Snapshot, a Assignment, used map[fab.JobID]bool) {
	find := func(id fab.JobID) fab.Job {
		require.False(t, used[id], "%s is used twice", id)
		used[id] = true
		return s.Jobs[slices.IndexFunc(s.Jobs, func(j fab.Job) bool { return j.ID == id })]
	}
	j := find(a.Job)
	open := j.Copies
	for _, other := range a.Absorbs {
		require.Less(t, open, a.Copies, "a job is taken in for nothing")
		row := find(other.Job)
		require.Equal(t, fab.JobWaiting, row.Status)
		require.Equal(t, j.BatchID, row.BatchID)
		require.Equal(t, j.Part, row.Part)
		open += row.Copies
	}
	w := s.Workers[slices.IndexFunc(s.Workers, func(w fab.Worker) bool { return w.ID == a.Worker })]
	p := s.Plates[slices.IndexFunc(s.Plates, func(p fab.Plate) bool { return p.ID == a.Plate })]
	require.Equal(t, p.Copies, a.Copies)
	if w.Kind == fab.WorkerHand {
		require.LessOrEqual(t, a.Copies, w.Quota)
	}
	if a.Copies > open {
		for _, smaller := range s.Plates {
			fits := smaller.Status == fab.PlateReady && smaller.Model == w.Model && smaller.Copies >= open
			require.False(t, fits && smaller.Copies < a.Copies, "plate of %d for %d pieces, although there is one of %d", a.Copies, open, smaller.Copies)
		}
	}
}
