package store_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that what came between since a window was told is counted, and that what was so before, or concerns others, is not.
func TestSetbacksAreWhatCameSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "lab.db"), slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		update := func(fn func(tx *store.Tx)) {
			t.Helper()
			require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error { fn(tx); return nil }))
		}
		var r fab.Request
		setbacks := func() (b fab.Setbacks) {
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { b, err = tx.Setbacks(r); return err }))
			return b
		}
		batch := func(tx *store.Tx, id fab.BatchID, request fab.RequestID, due time.Duration) fab.Batch {
			b := fab.Batch{ID: id, RequestID: request, DesignID: "design", Product: "visor", Quantity: 10, Status: fab.BatchOpen, DueAt: tx.Now().Add(due), CreatedAt: tx.Now()}
			require.NoError(t, tx.AddBatch(&b))
			return b
		}
		var own fab.Batch
		failed := func(tx *store.Tx, id fab.AttemptID) {
			require.NoError(t, tx.AddAttempt(&fab.Attempt{ID: id, JobID: "job", BatchID: "own", WorkerID: "printer", Part: "band", Copies: 4, No: 1,
				Status: fab.AttemptFailed, StartedAt: tx.Now(), EndedAt: tx.Now(), CreatedAt: tx.Now()}))
		}
		var w fab.Worker
		update(func(tx *store.Tx) {
			now := tx.Now()
			require.NoError(t, tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, Name: "home", CreatedAt: now}))
			require.NoError(t, tx.AddMaker(&fab.Maker{ID: "maker", Name: "Camille", LocationID: "home", CreatedAt: now}))
			require.NoError(t, tx.AddAgent(&fab.Agent{ID: "agent", MakerID: "maker", Name: "pi", Online: true, SeenAt: now, CreatedAt: now}))
			w = fab.Worker{ID: "printer", Kind: fab.WorkerPrinter, Name: "P", MakerID: "maker", AgentID: "agent", Key: "p", CreatedAt: now, UpdatedAt: now}
			require.NoError(t, tx.AddWorker(&w))
			require.NoError(t, tx.AddDesign(&fab.DesignVersion{ID: "design", Product: "visor", Hash: "h", Status: fab.DesignTrialled, CreatedAt: now}))
			require.NoError(t, tx.AddFacility(&fab.Facility{ID: "place", Name: "Les Tilleuls", CreatedAt: now}))
			r = fab.Request{ID: "asked", Ref: "asked", FacilityID: "place", NeedBy: now, Status: fab.RequestApproved, SubmitKey: "k", CreatedAt: now}
			require.NoError(t, tx.AddRequest(&r, []fab.RequestLine{{ID: "line", RequestID: "asked", Product: "visor", Asked: 10, Promised: 10}}))
			own = batch(tx, "own", "asked", 100*time.Hour)
			batch(tx, "before", "", time.Hour)
			require.NoError(t, tx.AddJobs([]fab.Job{{ID: "job", BatchID: "own", Part: "band", How: fab.ByPrint, Copies: 4, Status: fab.JobWaiting, CreatedAt: now}}))
			failed(tx, "old")
		})
		time.Sleep(time.Hour)
		r.ToldAt = fab.Now(time.Now())
		require.Zero(t, setbacks())

		time.Sleep(time.Hour)
		update(func(tx *store.Tx) {
			batch(tx, "urgent", "", 10*time.Hour)
			batch(tx, "patient", "", 1000*time.Hour)
			failed(tx, "new")
			agent, err := tx.Agent("agent")
			require.NoError(t, err)
			agent.Online, agent.SeenAt = false, tx.Now()
			require.NoError(t, tx.SetAgent(&agent))
			own.MovedFrom, own.MovedAt = "design", tx.Now()
			require.NoError(t, tx.SetBatch(&own))
			job, err := tx.Job("job")
			require.NoError(t, err)
			job.Wait = fab.Because("wait_material", "material", "film")
			_, err = tx.SwapJob(&job)
			require.NoError(t, err)
		})
		require.Equal(t, fab.Setbacks{Again: 4, Urgent: 1, Away: 1, Changed: true, Material: true}, setbacks())
		update(func(tx *store.Tx) { own.Status = fab.BatchPaused; require.NoError(t, tx.SetBatch(&own)) })
		require.True(t, setbacks().Paused)
	})
}
