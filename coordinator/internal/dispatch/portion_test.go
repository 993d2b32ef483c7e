package dispatch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// addPlate makes a ready plate of so many bands.
func (l *lab) addPlate(id fab.PlateID, copies, seconds int64) {
	l.update(func(tx *store.Tx) error {
		return tx.AddPlate(&fab.Plate{ID: id, DesignID: "design", Part: "band", Copies: copies, Model: "ender3", NozzleUM: 400, Filament: "pla",
			Status: fab.PlateReady, Seconds: seconds, CreatedAt: tx.Now()})
	})
}

// open counts the pieces of jobs that are not ended.
func (l *lab) open() (n int64) {
	l.Helper()
	require.NoError(l, l.store.View(l.Context(), func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting, fab.JobLeased)
		for _, j := range jobs {
			n += j.Copies
		}
		return err
	}))
	return n
}

// Ensure that a plate with more pieces than its job takes in waiting jobs, one of them in part, and that as many pieces
// are open as before.
func TestATallPlateTakesWaitingJobsIn(t *testing.T) {
	l := newLab(t, sqlite(t), 8, 1)
	l.addPlate("tall", 6, 3600)
	l.step(l.loop(dispatch.Config{}))
	got := l.attempts(fab.AttemptLeased)
	require.Len(t, got, 1)
	require.Equal(t, fab.PlateID("tall"), got[0].PlateID)
	require.EqualValues(t, 6, got[0].Copies)
	require.EqualValues(t, 6, l.job(got[0].JobID).Copies)
	require.EqualValues(t, 8, l.open())
}

// Ensure that a job that goes on a smaller plate leaves the rest of its pieces waiting, for others to begin with at once.
func TestASmallPlateLeavesTheRestWaiting(t *testing.T) {
	l := newLab(t, sqlite(t), 0, 4)
	l.update(func(tx *store.Tx) error {
		return tx.AddJobs([]fab.Job{{ID: "big", BatchID: "batch", Part: "band", How: fab.ByPrint, Copies: 4, Status: fab.JobWaiting, CreatedAt: tx.Now()}})
	})
	l.addPlate("four", 4, 4*3600)
	loop := l.loop(dispatch.Config{})
	for range 6 {
		l.step(loop)
		require.EqualValues(t, 4, l.open())
	}
	got := l.attempts(fab.AttemptLeased)
	require.Len(t, got, 4)
	for _, a := range got {
		require.EqualValues(t, 1, a.Copies)
		require.Equal(t, fab.PlateID("plate"), a.PlateID)
	}
}
