package production

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

func (l *lab) batches(statuses ...fab.BatchStatus) (b []fab.Batch) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { b, err = tx.Batches(statuses...); return err })
	return b
}

// order is a batch by hand of the current visor.
func (l *lab) order(n int64) BatchOrder {
	l.t.Helper()
	var o BatchOrder
	l.update(func(tx *store.Tx) error {
		d, err := tx.CurrentDesign("visor")
		o = BatchOrder{ID: store.NewID[fab.BatchID](tx), Design: d.ID, Quantity: n, DueAt: tx.Now().Add(48 * time.Hour)}
		return err
	})
	return o
}

// Ensure that a batch by hand is opened once however often its form is sent, and only of a version that may leave the lab.
func TestABatchByHand(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		o := l.order(6)
		for range 2 {
			b, err := l.p.OpenBatch(t.Context(), o)
			require.NoError(t, err)
			require.Equal(t, o.ID, b.ID)
		}
		require.Len(t, l.batches(), 1)
		l.keep()
		require.Equal(t, 3, l.jobs()[fab.JobWaiting])
		bad := l.order(0)
		bad.Priority, bad.DueAt = 9, time.Time{}
		_, err := l.p.OpenBatch(t.Context(), bad)
		refusals, _ := fab.RefusalsOf(err)
		require.Len(t, refusals, 3)
		bad = l.order(1)
		bad.ID = "../../etc"
		_, err = l.p.OpenBatch(t.Context(), bad)
		refused(t, err, fab.Invalid, "form_expired")
		bad = l.order(1)
		bad.Design = "nothing"
		_, err = l.p.OpenBatch(t.Context(), bad)
		refused(t, err, fab.Invalid, "design_missing")
		require.NoError(t, l.p.Withdraw(t.Context(), o.Design, false, ""))
		bad.Design = o.Design
		_, err = l.p.OpenBatch(t.Context(), bad)
		refused(t, err, fab.Conflict, "design_not_trialled")
	})
}

// Ensure that what is said of a change of number is what the change does: more plates, fewer plates, and what is under way
// to stock.
func TestTheNumberChangesWhileItRuns(t *testing.T) {
	l := open(t)
	w, other := l.printer("tortue", "ender-3", 1_000_000), l.printer("orange", "ender-3", 1_000_000)
	r := l.request("visor", 10)
	l.ready()
	l.printed(w)
	under := l.lease(other)
	b := l.batches()[0]
	change := BatchChange{Quantity: 2, DueAt: b.DueAt, Priority: 1}
	e, err := l.p.Foresee(t.Context(), b.ID, change)
	require.NoError(t, err)
	require.Equal(t, Effect{From: 10, To: 2, Fewer: 4, Running: 2}, e)
	require.NoError(t, l.p.Change(t.Context(), b.ID, change))
	l.keep()
	require.Equal(t, map[fab.JobStatus]int{fab.JobDone: 1, fab.JobLeased: 1, fab.JobCancelled: 4}, l.jobs())
	require.Equal(t, fab.BatchDone, l.batches()[0].Status)
	l.view(func(tx *store.Tx) error {
		lines, err := tx.RequestLines(r.ID)
		require.EqualValues(t, 2, lines[0].Promised, "the promise follows")
		return err
	})
	change.Quantity = 8
	e, err = l.p.Foresee(t.Context(), b.ID, change)
	require.NoError(t, err)
	require.Equal(t, Effect{From: 2, To: 8, More: 2}, e)
	require.NoError(t, l.p.Change(t.Context(), b.ID, change))
	l.keep()
	require.Equal(t, fab.BatchOpen, l.batches()[0].Status)
	require.Equal(t, 2, l.jobs()[fab.JobWaiting])
	l.report(under, fab.ReportFinished, 100)
	_, err = l.p.Count(t.Context(), under.ID, 2, 0)
	require.NoError(t, err)
	require.NoError(t, l.p.Cancel(t.Context(), b.ID))
	refused(t, l.p.Change(t.Context(), b.ID, change), fab.Conflict, "batch_over")
	l.sound()
}

// Ensure that good pieces that nobody needs any more are given to the next batch of the version before anything is made
// for it, once, and that a recall takes them back from whoever has them.
func TestStockGoesFirst(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		w := l.printer("tortue", "ender-3", 1_000_000)
		l.request("visor", 4)
		l.ready()
		lot, second := l.printed(w), l.printed(w)
		for _, id := range []fab.LotID{lot.ID, second.ID} {
			require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: id, Good: 2, Reason: "ok"}))
		}
		l.keep()
		old := l.batches()[0]
		change := BatchChange{Quantity: 1, DueAt: old.DueAt}
		require.NoError(t, l.p.Change(t.Context(), old.ID, change))
		l.request("visor", 5)
		l.keep()
		l.keep()
		fresh := l.batches()[1]
		l.view(func(tx *store.Tx) error {
			d, err := tx.Design(fresh.DesignID)
			require.NoError(t, err)
			counts, err := tx.PartCounts(fresh, d.BOM)
			require.EqualValues(t, 3, counts[0].Good, "three of four were over")
			gives, failed := tx.GivesTo(fresh.ID)
			require.NoError(t, failed)
			require.Len(t, gives, 2)
			counts, failed = tx.PartCounts(old, d.BOM)
			require.NoError(t, failed)
			require.EqualValues(t, 1, counts[0].Good)
			return err
		})
		require.Equal(t, 1, l.jobs()[fab.JobWaiting], "two more pieces")
		l.sound()
		_, err := l.p.Recall(t.Context(), "spool", string(w.SpoolID), "brittle", "")
		require.NoError(t, err)
		l.keep()
		require.Equal(t, 3+1, l.jobs()[fab.JobWaiting], "five for one, one for the other")
		l.sound()
	})
}

// Ensure that what was made to stock stays made when it is given away, and is given once.
func TestStockIsGivenOnce(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	_, err := l.p.OpenBatch(t.Context(), l.order(2))
	require.NoError(t, err)
	l.ready()
	lot := l.printed(w)
	require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: lot.ID, Good: 2, Reason: "ok"}))
	l.keep()
	l.request("visor", 2)
	l.keep()
	require.Len(t, l.batches(fab.BatchDone), 2)
	l.request("visor", 2)
	l.keep()
	require.Len(t, l.batches(fab.BatchDone), 2)
	require.Equal(t, 1, l.jobs()[fab.JobWaiting])
	l.sound()
}
