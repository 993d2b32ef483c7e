package production

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that more plates are made than lack where the yield says that some will fail, and that those which nobody needs
// any more are dropped; what is on a bed then goes to stock.
func TestPlatesOverAreMadeAndDropped(t *testing.T) {
	l := open(t)
	w, other := l.printer("tortue", "ender-3", 1_000_000), l.printer("orange", "ender-3", 1_000_000)
	l.update(func(tx *store.Tx) error { // every third plate fails
		w, err := tx.Worker(w.ID)
		require.NoError(t, err)
		w.GoodPieces, w.BadPieces = 200, 100
		_, err = tx.SwapWorker(&w)
		return err
	})
	l.request("visor", 4)
	l.ready()
	require.Equal(t, map[fab.JobStatus]int{fab.JobWaiting: 2 + 1}, l.jobs())
	l.printed(w)
	surplus := l.lease(other)
	l.printed(w)
	l.keep()
	require.Equal(t, map[fab.JobStatus]int{fab.JobDone: 2, fab.JobLeased: 1}, l.jobs())
	l.report(surplus, fab.ReportFinished, 100)
	lot, err := l.p.Count(t.Context(), surplus.ID, 2, 0)
	require.NoError(t, err)
	require.Equal(t, fab.LotMade, lot.Status)
	l.keep()
	require.Equal(t, map[fab.JobStatus]int{fab.JobDone: 3}, l.jobs())
	l.sound()
}

// Ensure that a plate over is dropped as soon as good pieces suffice, while it waits.
func TestAPlateOverIsDroppedWhileItWaits(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 20)
	l.ready()
	require.Equal(t, 11, l.jobs()[fab.JobWaiting], "one over of ten")
	for range 10 {
		l.printed(w)
		l.keep()
	}
	require.Equal(t, map[fab.JobStatus]int{fab.JobDone: 10, fab.JobCancelled: 1}, l.jobs())
	l.view(func(tx *store.Tx) error {
		batches, err := tx.Batches(fab.BatchDone)
		require.Len(t, batches, 1)
		return err
	})
	l.sound()
}

// Ensure that what was learned is kept by worker and part: a count and a plate that failed each add to it once.
func TestAPaceIsKeptByWorkerAndPart(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		w := l.printer("tortue", "ender-3", 1_000_000)
		l.request("visor", 8)
		l.ready()
		l.printed(w)
		a := l.lease(w)
		l.report(a, fab.ReportFailed, 50)
		l.report(a, fab.ReportFailed, 50)
		b := l.lease(w)
		l.report(b, fab.ReportFinished, 100)
		_, err := l.p.Count(t.Context(), b.ID, 1, 1)
		require.NoError(t, err)
		_, err = l.p.Count(t.Context(), b.ID, 1, 1)
		require.NoError(t, err)
		l.view(func(tx *store.Tx) error {
			paces, err := tx.PacesOf(w.ID)
			require.NoError(t, err)
			require.Len(t, paces, 1)
			p := paces[0]
			require.Equal(t, []any{"visor", "visor-band", int64(3), int64(3), int64(2)}, []any{p.Product, p.Part, p.Good, p.Bad, p.Jobs})
			require.Less(t, p.FactorPM, int64(1000), "a tenth of the estimate")
			row, err := tx.Worker(w.ID)
			require.Equal(t, []int64{3, 3}, []int64{row.GoodPieces, row.BadPieces})
			return err
		})
		l.sound()
	})
}
