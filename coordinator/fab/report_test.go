package fab_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

const lease = 15 * time.Minute

var reportedAt = time.Date(2020, 4, 3, 6, 0, 0, 0, time.UTC)

// running is a job on a printer.
func running(status fab.AttemptStatus) (*fab.Attempt, *fab.Job, *fab.Worker) {
	return &fab.Attempt{ID: "a", JobID: "j", WorkerID: "w", Status: status},
		&fab.Job{ID: "j", Status: fab.JobLeased, AttemptID: "a"},
		&fab.Worker{ID: "w", AttemptID: "a", PlateClear: true}
}

// Ensure that the first sign of a print starts the attempt, holds the lease and takes the clear bed.
func TestAStartIsASignOfLife(t *testing.T) {
	a, j, w := running(fab.AttemptLeased)
	require.Equal(t, "attempt_started", fab.Report{Kind: fab.ReportStarted}.Apply(a, j, w, reportedAt, lease))
	require.Equal(t, fab.AttemptPrinting, a.Status)
	require.Equal(t, reportedAt.Add(lease), a.LeaseUntil)
	require.Equal(t, reportedAt, a.StartedAt)
	require.False(t, w.PlateClear)
	require.Empty(t, fab.Report{Kind: fab.ReportProgress, Lines: 7}.Apply(a, j, w, reportedAt.Add(time.Minute), lease))
	require.Equal(t, reportedAt.Add(time.Minute+lease), a.LeaseUntil)
	require.Equal(t, int64(7), a.Lines)
}

// Ensure that a finished print waits to be counted, keeps its job, frees the machine, and that the time it took is the
// agent's, however long the report was on its way.
func TestAFinishedPrintIsToCount(t *testing.T) {
	a, j, w := running(fab.AttemptPrinting)
	require.Equal(t, "attempt_finished", fab.Report{Kind: fab.ReportFinished, Seconds: 600}.Apply(a, j, w, reportedAt, lease))
	require.Equal(t, fab.AttemptToCount, a.Status)
	require.Equal(t, 10*time.Minute, a.EndedAt.Sub(a.StartedAt))
	require.Equal(t, fab.AttemptID("a"), j.AttemptID)
	require.Equal(t, fab.JobLeased, j.Status)
	require.Empty(t, w.AttemptID)
	require.False(t, w.PlateClear)
	require.Empty(t, fab.Report{Kind: fab.ReportFailed}.Apply(a, j, w, reportedAt, lease), "what is over is over")
	require.Equal(t, fab.AttemptToCount, a.Status)
}

// Ensure that a failed or stopped print says why, and that its job waits again.
func TestAFailedPrintIsMadeAgain(t *testing.T) {
	for kind, status := range map[fab.ReportKind]fab.AttemptStatus{fab.ReportFailed: fab.AttemptFailed, fab.ReportStopped: fab.AttemptStopped} {
		a, j, w := running(fab.AttemptPrinting)
		require.NotEmpty(t, fab.Report{Kind: kind, Reason: "halted", Lines: 3}.Apply(a, j, w, reportedAt, lease))
		require.Equal(t, status, a.Status)
		require.Equal(t, "ended_halted", a.End.Code)
		require.Equal(t, fab.JobWaiting, j.Status)
		require.Empty(t, j.AttemptID)
		require.Empty(t, w.AttemptID)
		require.False(t, w.PlateClear)
	}
}

// Ensure that a start which was refused leaves the bed as it was, unless the refusal is about the bed.
func TestARefusedStartLeavesTheBedAsItWas(t *testing.T) {
	a, j, w := running(fab.AttemptLeased)
	a.Refuse("busy", j, w, reportedAt)
	require.Equal(t, fab.AttemptFailed, a.Status)
	require.Equal(t, fab.JobWaiting, j.Status)
	require.True(t, w.PlateClear)
	a, j, w = running(fab.AttemptLeased)
	require.Equal(t, "start_not_clear", a.Refuse("not_clear", j, w, reportedAt))
	require.Equal(t, fab.AttemptStopped, a.Status)
	require.Equal(t, fab.JobWaiting, j.Status)
	require.False(t, w.PlateClear)
}

// Ensure that lines which a machine executed for an attempt that is over here are kept, and change nothing else.
func TestLinesOfAnAttemptThatIsOverAreKept(t *testing.T) {
	for _, status := range []fab.AttemptStatus{fab.AttemptToCount, fab.AttemptDone, fab.AttemptFailed, fab.AttemptStopped} {
		for _, kind := range []fab.ReportKind{fab.ReportProgress, fab.ReportFinished, fab.ReportStopped} {
			a, j, w := running(status)
			before := *a
			require.Empty(t, fab.Report{Kind: kind, Lines: 70, Resends: 2}.Apply(a, j, w, reportedAt, lease))
			before.Lines, before.Resends = 70, 2
			require.Equal(t, before, *a)
			require.Equal(t, fab.AttemptID("a"), j.AttemptID)
		}
	}
}

// Ensure that the late result of a lost attempt takes back a job that nobody has, and is a surplus otherwise.
func TestALateResultCounts(t *testing.T) {
	a, j, w := running(fab.AttemptPrinting)
	a.Lose(fab.EndedSilent, j, w, reportedAt)
	require.Equal(t, fab.AttemptLost, a.Status)
	require.Equal(t, fab.JobWaiting, j.Status)
	require.Empty(t, fab.Report{Kind: fab.ReportProgress}.Apply(a, j, w, reportedAt, lease))
	require.Equal(t, fab.AttemptLost, a.Status, "signs of life do not take the job back")

	taken := *j
	taken.Status, taken.AttemptID = fab.JobLeased, "b"
	late := *a
	other := fab.Worker{ID: "w", AttemptID: "c"}
	fab.Report{Kind: fab.ReportFinished}.Apply(&late, &taken, &other, reportedAt, lease)
	require.Equal(t, fab.AttemptToCount, late.Status)
	require.Equal(t, fab.AttemptID("b"), taken.AttemptID)
	require.Equal(t, fab.AttemptID("c"), other.AttemptID, "a late report frees nobody from other work")

	fab.Report{Kind: fab.ReportFinished}.Apply(a, j, w, reportedAt, lease)
	require.Equal(t, fab.AttemptToCount, a.Status)
	require.Equal(t, fab.JobLeased, j.Status)
	require.Equal(t, fab.AttemptID("a"), j.AttemptID)
}

// Ensure that every ending is allowed by the state tables.
func TestReportsKeepToTheStateTables(t *testing.T) {
	kinds := []fab.ReportKind{fab.ReportStarted, fab.ReportProgress, fab.ReportPaused, fab.ReportResumed, fab.ReportFinished, fab.ReportFailed, fab.ReportStopped}
	for from := range fab.AttemptTable {
		if from == fab.AttemptOffered {
			continue // no agent reports on hand work
		}
		for _, kind := range kinds {
			a, j, w := running(from)
			fab.Report{Kind: kind, Reason: "x"}.Apply(a, j, w, reportedAt, lease)
			require.NoError(t, fab.AttemptTable.Move("attempt", from, a.Status))
			require.NoError(t, fab.JobTable.Move("job", fab.JobLeased, j.Status))
		}
	}
}

// Ensure that a bed is never clear while something is on the machine.
func TestABedIsNotClearUnderAnAttempt(t *testing.T) {
	w := fab.Worker{AttemptID: "a"}
	require.Empty(t, w.Clear())
	require.False(t, w.PlateClear)
	w.AttemptID = ""
	require.Equal(t, "plate_cleared", w.Clear())
	require.True(t, w.PlateClear)
	require.Empty(t, w.Clear())
}

// Ensure that the numbers of a stored reason are whole numbers again when it is read.
func TestStoredArgumentsKeepTheirNumbers(t *testing.T) {
	raw, err := json.Marshal(fab.Because("wait_material", "material", "film", "short", int64(24), "share", 0.5))
	require.NoError(t, err)
	var back fab.Reason
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, fab.Args{"material": "film", "short": int64(24), "share": 0.5}, back.Args)
}
