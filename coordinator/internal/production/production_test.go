package production

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Ensure that a count which cannot be is refused with its field, and changes nothing.
func TestCountsThatCannotBe(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 4)
	l.ready()
	a := l.lease(w)
	_, err := l.p.Count(t.Context(), a.ID, 2, 0)
	refused(t, err, fab.Conflict, "state_not_allowed")
	l.report(a, fab.ReportFinished, 100)
	for name, c := range map[string]struct {
		good, bad int64
		code      string
	}{
		"good below zero": {-1, 3, "count_negative"},
		"bad below zero":  {3, -1, "count_negative"},
		"more than made":  {2, 1, "count_too_many"},
		"fewer than made": {1, 0, "count_differs"},
		"overflow":        {math.MaxInt64, math.MaxInt64, "count_differs"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := l.p.Count(t.Context(), a.ID, c.good, c.bad)
			refused(t, err, fab.Invalid, c.code)
		})
	}
	_, err = l.p.Count(t.Context(), "nobody", 2, 0)
	refused(t, err, fab.NotFound, "not_found")
	l.view(func(tx *store.Tx) error {
		lots, err := tx.Lots()
		require.Empty(t, lots)
		return err
	})
	failed := func() fab.Attempt {
		_, err := l.p.Count(t.Context(), a.ID, 1, 1)
		require.NoError(t, err)
		a := l.lease(w)
		l.report(a, fab.ReportFailed, 50)
		return a
	}()
	_, err = l.p.Count(t.Context(), failed.ID, 2, 0)
	refused(t, err, fab.Conflict, "state_not_allowed")
	l.sound()
}

// Ensure that a count sent several times at once makes one lot.
func TestACountSentAtOnceCountsOnce(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		w := l.printer("tortue", "ender-3", 1_000_000)
		l.request("visor", 2)
		l.ready()
		a := l.lease(w)
		l.report(a, fab.ReportFinished, 100)
		lots := make([]fab.Lot, 6)
		var all sync.WaitGroup
		for i := range lots {
			all.Go(func() {
				lot, err := l.p.Count(t.Context(), a.ID, 2, 0)
				if err == nil {
					lots[i] = lot
				} else {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, lot := range lots {
			require.Equal(t, lots[0].ID, lot.ID)
		}
		require.Equal(t, map[fab.JobStatus]int{fab.JobDone: 1}, l.jobs())
		l.sound()
	})
}

// Ensure that the result of an attempt that was given up still counts: it settles the job that still waits, and is a
// surplus when somebody else has it.
func TestALateResultCounts(t *testing.T) {
	l := open(t)
	first, second := l.printer("tortue", "ender-3", 1_000_000), l.printer("orange", "mk3s", 1_000_000)
	l.request("visor", 4)
	l.ready()
	late := l.lease(first)
	l.lose(late)
	require.Equal(t, map[fab.JobStatus]int{fab.JobWaiting: 2}, l.jobs())
	_, err := l.p.Count(t.Context(), late.ID, 2, 0)
	require.NoError(t, err)
	require.Equal(t, map[fab.JobStatus]int{fab.JobWaiting: 1, fab.JobDone: 1}, l.jobs(), "nobody makes it again")

	late = l.lease(first)
	l.lose(late)
	now := l.lease(second)
	require.Equal(t, late.JobID, now.JobID)
	l.report(late, fab.ReportFinished, 100)
	_, err = l.p.Count(t.Context(), late.ID, 2, 0)
	require.NoError(t, err)
	require.Equal(t, map[fab.JobStatus]int{fab.JobLeased: 1, fab.JobDone: 1}, l.jobs(), "who has it keeps it")
	l.report(now, fab.ReportFinished, 100)
	_, err = l.p.Count(t.Context(), now.ID, 2, 0)
	require.NoError(t, err)
	l.keep()
	l.sound()
}

// Ensure that the hub's count wins, that a difference needs a reason, and that what lacks is printed again.
func TestTheHubCountsAgain(t *testing.T) {
	l := open(t)
	lot := l.bag(2)
	l.keep()
	require.Zero(t, l.jobs()[fab.JobWaiting])
	settle := func(good, bad int64, reason string) error {
		return l.p.Settle(t.Context(), Inspection{Lot: lot.ID, Good: good, Bad: bad, Reason: reason})
	}
	refused(t, settle(-1, 0, "miscounted"), fab.Invalid, "count_negative")
	refused(t, settle(5, 0, "miscounted"), fab.Invalid, "bag_too_many")
	refused(t, settle(math.MaxInt64, 1, "miscounted"), fab.Invalid, "bag_too_many")
	refused(t, settle(1, math.MaxInt64, "miscounted"), fab.Invalid, "bag_too_many")
	refused(t, settle(1, 1, "ok"), fab.Invalid, "reason_missing")
	refused(t, settle(1, 1, "moonlight"), fab.Invalid, "reason_missing")
	require.NoError(t, settle(1, 1, "broken"))
	refused(t, settle(2, 0, "ok"), fab.Conflict, "lot_settled")
	l.keep()
	require.Equal(t, 1, l.jobs()[fab.JobWaiting], "the broken one is printed again")
	l.sound()
}

// Ensure that the recall of a spool blocks what was made of it, what is being made of it, and the spool.
func TestTheRecallOfASpool(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 4)
	l.ready()
	ready, under := l.printed(w), l.lease(w)
	require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: ready.ID, Good: 2, Reason: "ok"}))
	r, err := l.p.Recall(t.Context(), "spool", string(w.SpoolID), "brittle", "")
	require.NoError(t, err)
	require.Len(t, r.Lots, 1)
	require.Equal(t, fab.LotBlocked, l.lot(ready.ID).Status)
	l.report(under, fab.ReportFinished, 100)
	late, err := l.p.Count(t.Context(), under.ID, 2, 0)
	require.NoError(t, err)
	require.Equal(t, fab.LotBlocked, late.Status, "what was on the bed is of that spool too")
	refused(t, l.p.Settle(t.Context(), Inspection{Lot: late.ID, Good: 2, Reason: "ok"}), fab.Conflict, "lot_blocked")
	refused(t, l.p.Load(t.Context(), w.ID, w.SpoolID), fab.Conflict, "spool_recalled")
	_, err = l.p.Recall(t.Context(), "spool", "nobody's", "brittle", "")
	refused(t, err, fab.NotFound, "not_found")
	_, err = l.p.Recall(t.Context(), "colour", "blue", "brittle", "")
	refused(t, err, fab.Invalid, "recall_unknown")
	l.keep()
	require.Equal(t, 2, l.jobs()[fab.JobWaiting], "all four are made again")
	l.sound()
}

// Ensure that a superseded version is finished as begun, and gets no new batch.
func TestASupersededVersionIsFinished(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	old := l.adopt("visor", "v1")
	l.request("visor", 4)
	l.ready()
	lot := l.printed(w)
	fresh := l.adopt("visor", "v2")
	require.NoError(t, l.p.Withdraw(t.Context(), old.ID, false, ""))
	l.request("visor", 2)
	l.ready()
	require.Equal(t, fab.LotMade, l.lot(lot.ID).Status)
	require.Equal(t, map[fab.JobStatus]int{fab.JobDone: 1, fab.JobWaiting: 2}, l.jobs())
	l.view(func(tx *store.Tx) error {
		batches, err := tx.Batches(fab.BatchOpen)
		require.Len(t, batches, 2)
		require.Equal(t, []fab.DesignVersionID{old.ID, fresh.ID}, []fab.DesignVersionID{batches[0].DesignID, batches[1].DesignID})
		return err
	})
}

// Ensure that nothing more is made of a dangerous version: what was not begun is taken back, the printer that is at it is
// told to stop, once; that what exists of it is blocked, and that the request is made after the next version once there is
// one.
func TestADangerousVersionIsGivenUp(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	other := l.printer("lievre", "ender-3", 1_000_000)
	old := l.adopt("visor", "v1")
	l.request("visor", 6)
	l.ready()
	lot, under := l.printed(w), l.lease(w)
	fresh := l.lease(other)
	fresh.Status, fresh.StartedAt = fab.AttemptLeased, time.Time{}
	l.update(func(tx *store.Tx) error { return tx.SetAttempt(&fresh) })
	require.NoError(t, l.p.Withdraw(t.Context(), old.ID, true, ""))
	l.view(func(tx *store.Tx) error {
		open, err := tx.OpenCommands()
		var told []fab.AttemptID
		for _, c := range open {
			if c.Kind == "cancel" {
				told = append(told, c.AttemptID)
			}
		}
		require.ElementsMatch(t, []fab.AttemptID{under.ID, fresh.ID}, told)
		a, failed := tx.Attempt(fresh.ID)
		require.Equal(t, fab.AttemptStopped, a.Status)
		require.Equal(t, fab.EndedDangerous, a.End.Code)
		return errors.Join(err, failed)
	})
	require.Empty(t, l.worker(other.ID).AttemptID)
	require.NoError(t, l.p.Withdraw(t.Context(), old.ID, true, ""), "said twice")
	require.NoError(t, l.p.Withdraw(t.Context(), old.ID, false, ""))
	l.view(func(tx *store.Tx) error {
		d, err := tx.Design(old.ID)
		require.True(t, d.Dangerous, "once dangerous, always dangerous")
		recalls, failed := tx.Recalls()
		require.Len(t, recalls, 1)
		return errors.Join(err, failed)
	})
	require.Equal(t, fab.LotBlocked, l.lot(lot.ID).Status)
	l.keep()
	require.Equal(t, map[fab.JobStatus]int{fab.JobDone: 1, fab.JobLeased: 1, fab.JobCancelled: 1}, l.jobs())
	l.report(under, fab.ReportFinished, 100)
	late, err := l.p.Count(t.Context(), under.ID, 2, 0)
	require.NoError(t, err)
	require.Equal(t, fab.LotBlocked, late.Status)
	l.keep()
	require.Zero(t, l.jobs()[fab.JobWaiting])
	l.adopt("visor", "v2")
	l.keep()
	l.keep()
	require.Equal(t, 3, l.jobs()[fab.JobWaiting], "all six, after the new version, once")
	l.sound()
}

// Ensure that a product without a version holds nobody else's request up.
func TestAProductWithoutAVersionHoldsNobodyUp(t *testing.T) {
	l := open(t)
	l.request("crown", 1)
	l.request("visor", 2)
	l.keep()
	require.Equal(t, map[fab.JobStatus]int{fab.JobWaiting: 1}, l.jobs())
}

// Ensure that a plate which one machine cannot make says why, while another makes it.
func TestAPlateMayBeImpossibleForOneMachine(t *testing.T) {
	l := open(t)
	l.printer("tortue", "ender-3", 1_000_000)
	big := l.printer("orange", "mk3s", 1_000_000)
	l.slicer.set("ender-3", &slicing.Problem{Code: "plate.too_many", Args: map[string]string{"copies": "2"}})
	l.request("visor", 2)
	l.ready()
	l.view(func(tx *store.Tx) error {
		plates, err := tx.Plates("")
		require.Len(t, plates, 2)
		for _, p := range plates {
			if p.Model == "ender-3" {
				require.Equal(t, fab.PlateImpossible, p.Status)
				require.Equal(t, "plate.too_many", p.Why.Code)
				require.Equal(t, "2", p.Why.Args["copies"])
			} else {
				require.Equal(t, fab.PlateReady, p.Status)
				require.NotEmpty(t, p.GCodeHash)
			}
		}
		return err
	})
	calls := l.slicer.count()
	l.ready()
	require.Equal(t, calls+1, l.slicer.count(), "a plate of one piece is tried where the bed is too small for two")
	l.ready()
	require.Equal(t, calls+1, l.slicer.count(), "what is known is not asked again")
	l.printed(big)
	l.sound()
}

// Ensure that every attempt takes its filament once: all of the plate when it ended well, else its share, and never more
// than the spool has.
func TestAttemptsTakeTheirFilamentOnce(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 18_000) // plates take 10 g of 100 lines
	l.request("visor", 4)
	l.ready()
	left := func() (mg int64) {
		l.keep()
		l.keep()
		l.view(func(tx *store.Tx) (err error) {
			mg, err = tx.BalanceOf("home", fab.MaterialItem("petg"), string(w.SpoolID))
			return err
		})
		return mg
	}
	a := l.lease(w)
	l.report(a, fab.ReportFailed, 25)
	require.EqualValues(t, 15_500, left())
	l.printed(w)
	require.EqualValues(t, 5_500, left())
	lost := l.lease(w)
	l.lose(lost)
	require.EqualValues(t, 5_500, left(), "nobody knows yet")
	l.report(lost, fab.ReportFinished, 100)
	require.EqualValues(t, 0, left(), "a spool gives what it has")
	l.sound()
}

// Ensure that a request cancelled during a print lets the print end, makes nothing more for it, and keeps its pieces.
func TestARequestCancelledDuringAPrint(t *testing.T) {
	for name, ends := range map[string]fab.ReportKind{"well": fab.ReportFinished, "badly": fab.ReportFailed} {
		t.Run(name, func(t *testing.T) {
			l := open(t)
			w := l.printer("tortue", "ender-3", 1_000_000)
			r := l.request("visor", 4)
			l.ready()
			a := l.lease(w)
			l.update(func(tx *store.Tx) error { r.Status = fab.RequestCancelled; return tx.SetRequest(&r) })
			l.keep()
			require.Equal(t, map[fab.JobStatus]int{fab.JobLeased: 1, fab.JobCancelled: 1}, l.jobs())
			l.report(a, ends, 60)
			l.keep()
			if ends == fab.ReportFailed {
				require.Equal(t, map[fab.JobStatus]int{fab.JobCancelled: 2}, l.jobs(), "nobody tries it again")
				return
			}
			lot, err := l.p.Count(t.Context(), a.ID, 2, 0)
			require.NoError(t, err)
			require.Equal(t, fab.LotMade, lot.Status)
			l.keep()
			require.Equal(t, map[fab.JobStatus]int{fab.JobDone: 1, fab.JobCancelled: 1}, l.jobs())
			l.sound()
		})
	}
}

// Ensure that an offer is answered once, by the maker it was made to.
func TestOffersAreAnsweredOnce(t *testing.T) {
	l := open(t)
	l.adopt("mask", "m1")
	var hands fab.Worker
	l.update(func(tx *store.Tx) error {
		hands = fab.Worker{ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerHand, Name: "Atelier", MakerID: l.maker.ID, Steps: []string{"sew"}, Quota: 50, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		return tx.AddWorker(&hands)
	})
	l.request("mask", 30)
	l.keep()
	require.Equal(t, 2, l.jobs()[fab.JobWaiting], "an evening's work each")
	offer := func() fab.Attempt {
		a := l.lease(hands)
		l.update(func(tx *store.Tx) error {
			a.Status, a.StartedAt = fab.AttemptOffered, time.Time{}
			return tx.SetAttempt(&a)
		})
		return a
	}
	a := offer()
	refused(t, l.p.Accept(t.Context(), a.ID, "somebody else"), fab.Forbidden, "not_yours")
	_, err := l.p.Count(t.Context(), a.ID, a.Copies, 0)
	refused(t, err, fab.Conflict, "state_not_allowed")
	require.NoError(t, l.p.Decline(t.Context(), a.ID, l.maker.ID))
	require.NoError(t, l.p.Decline(t.Context(), a.ID, l.maker.ID), "said twice")
	refused(t, l.p.Accept(t.Context(), a.ID, l.maker.ID), fab.Conflict, "offer_over")
	require.Equal(t, 2, l.jobs()[fab.JobWaiting])
	b := offer()
	require.NoError(t, l.p.Accept(t.Context(), b.ID, l.maker.ID))
	lot, err := l.p.Count(t.Context(), b.ID, b.Copies-1, 1)
	require.NoError(t, err)
	require.Equal(t, "M-001", lot.Code)
	l.sound()
}

// Ensure that orders to a printer and its spool fit what it does.
func TestOrdersFitWhatThePrinterDoes(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	refused(t, l.p.Order(t.Context(), w.ID, "pause"), fab.Conflict, "nothing_runs")
	refused(t, l.p.Order(t.Context(), w.ID, "dance"), fab.Invalid, "command_unknown")
	require.NoError(t, l.p.Order(t.Context(), w.ID, "stop-now"), "always")
	l.request("visor", 2)
	l.ready()
	l.lease(w)
	refused(t, l.p.ClearPlate(t.Context(), w.ID), fab.Conflict, "plate_in_use")
	refused(t, l.p.Load(t.Context(), w.ID, ""), fab.Conflict, "plate_in_use")
	require.NoError(t, l.p.Order(t.Context(), w.ID, "pause"))
}
