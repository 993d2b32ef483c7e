package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// fillWork puts a batch of a request with one job into the database, leased by a printer as attempt "a".
func fillWork(t *testing.T, tx *store.Tx) {
	t.Helper()
	now := tx.Now()
	require.NoError(t, tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, CreatedAt: now}))
	require.NoError(t, tx.AddMaker(&fab.Maker{ID: "maker", LocationID: "home", CreatedAt: now}))
	require.NoError(t, tx.AddAgent(&fab.Agent{ID: "agent", MakerID: "maker", Online: true, CreatedAt: now}))
	require.NoError(t, tx.AddFacility(&fab.Facility{ID: "place", CreatedAt: now}))
	require.NoError(t, tx.AddRequest(&fab.Request{ID: "request", FacilityID: "place", NeedBy: now, Status: fab.RequestApproved, CreatedAt: now},
		[]fab.RequestLine{{ID: "line", RequestID: "request", Product: "visor", Asked: 9}}))
	require.NoError(t, tx.AddDesign(&fab.DesignVersion{ID: "design", Hash: "h", Status: fab.DesignTrialled, CreatedAt: now}))
	require.NoError(t, tx.AddBatch(&fab.Batch{ID: "batch", RequestID: "request", DesignID: "design", Quantity: 9, Status: fab.BatchOpen, DueAt: now, CreatedAt: now}))
	require.NoError(t, tx.AddWorker(&fab.Worker{ID: "w", Kind: fab.WorkerPrinter, MakerID: "maker", AgentID: "agent", Key: "w", AttemptID: "a", CreatedAt: now, UpdatedAt: now}))
	require.NoError(t, tx.AddJobs([]fab.Job{{ID: "job", BatchID: "batch", How: fab.ByPrint, Copies: 1, Status: fab.JobLeased, AttemptID: "a", CreatedAt: now}}))
	require.NoError(t, tx.AddAttempt(&fab.Attempt{ID: "a", JobID: "job", BatchID: "batch", WorkerID: "w", Copies: 1, Status: fab.AttemptLeased,
		LeaseUntil: now.Add(-time.Second), CreatedAt: now}))
}

// Ensure that material is counted inside the lab and as pledged, and that what is used up or refused is not.
func TestMaterialStockCountsWhatThereIsAndWhatIsPledged(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			for i, d := range []fab.Donation{{Pledged: 50, Status: fab.DonationPledged}, {Pledged: 7, Status: fab.DonationRefused}, {Pledged: 20, Received: 20, Status: fab.DonationReceived}} {
				d.ID, d.Ref, d.SubmitKey = fab.DonationID(rune('a'+i)), string(rune('a'+i)), string(rune('a'+i))
				d.Material, d.CreatedAt = "film", tx.Now()
				require.NoError(t, tx.AddDonation(&d))
			}
			film := fab.MaterialItem("film")
			require.NoError(t, tx.AddMaterial(&fab.Material{Code: "film", Unit: fab.UnitPiece}))
			return tx.Post(
				fab.StockMove{Item: film, Source: "c", From: fab.OutsideGiven, To: fab.TheHub, Quantity: 20, Why: "received"},
				fab.StockMove{Item: film, Source: "c", From: fab.TheHub, To: fab.OutsideUsed, Quantity: 6, Why: "kitted"},
				fab.StockMove{Item: fab.PartItem("band"), Source: "lot", From: fab.OutsideMade, To: fab.TheHub, Quantity: 3, Why: "made"},
			)
		})
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			stock, err := tx.MaterialStock()
			require.Equal(t, map[string]int64{"film": 64}, stock)
			return err
		}))
	})
}

// Ensure that kits are counted for the batch of their request and design.
func TestKitsAreCountedForTheirBatch(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			fillWork(t, tx)
			for _, k := range []fab.Kit{{ID: "k1", Quantity: 2}, {ID: "k2", Quantity: 3}} {
				k.RequestID, k.DesignID, k.Product, k.CreatedAt = "request", "design", "visor", tx.Now()
				require.NoError(t, tx.AddKit(&k, nil))
			}
			kitted, err := tx.Kitted()
			require.Equal(t, map[fab.BatchID]int64{"batch": 5}, kitted)
			return err
		})
	})
}

// Ensure that a rule on an attempt changes job and worker with it, and counts their revs for whoever planned with them.
func TestAnAttemptChangesWithItsJobAndWorker(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error { fillWork(t, tx); return nil })
		update(t, s, func(tx *store.Tx) error {
			overdue, err := tx.OverdueAttempts()
			require.NoError(t, err)
			require.Len(t, overdue, 1)
			return tx.ChangeAttempt(overdue[0], func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { a.Lose(fab.EndedSilent, j, w, tx.Now()) })
		})
		update(t, s, func(tx *store.Tx) error {
			a, err := tx.Attempt("a")
			require.NoError(t, err)
			require.Equal(t, fab.AttemptLost, a.Status)
			j, err := tx.Job("job")
			require.NoError(t, err)
			require.Equal(t, fab.JobWaiting, j.Status)
			require.Equal(t, int64(1), j.Rev)
			w, err := tx.Worker("w")
			require.NoError(t, err)
			require.Empty(t, w.AttemptID)
			require.Equal(t, int64(1), w.Rev)
			require.NoError(t, tx.RenewLeases([]fab.AttemptID{"a"}, tx.Now().Add(time.Hour)))
			b, err := tx.Attempt("a")
			require.True(t, b.LeaseUntil.Equal(a.LeaseUntil), "what is over has no lease")
			ended, err2 := tx.AttemptsEndedSince(tx.Now().Add(-time.Hour))
			require.NoError(t, err2)
			require.Len(t, ended, 1)
			return err
		})
	})
}

// Ensure that the books tell when workers without work were last given some, whatever came of it.
func TestLastGivenTellsTheNewest(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			fillWork(t, tx)
			now := tx.Now()
			for _, id := range []fab.WorkerID{"idle", "new"} {
				require.NoError(t, tx.AddWorker(&fab.Worker{ID: id, Kind: fab.WorkerPrinter, MakerID: "maker", AgentID: "agent", Key: string(id), CreatedAt: now, UpdatedAt: now}))
			}
			for i, status := range []fab.AttemptStatus{fab.AttemptDone, fab.AttemptDeclined} {
				require.NoError(t, tx.AddAttempt(&fab.Attempt{ID: fab.AttemptID([]string{"y", "x"}[i]), JobID: "job", BatchID: "batch", WorkerID: "idle", Copies: 1, Status: status,
					LeaseUntil: now, CreatedAt: now.Add(time.Duration(i-9) * time.Hour)}))
			}
			given, err := tx.LastGiven()
			require.NoError(t, err)
			require.Len(t, given, 1)
			require.True(t, given["idle"].Equal(now.Add(-8*time.Hour)), "%s", given["idle"])
			return nil
		})
	})
}
