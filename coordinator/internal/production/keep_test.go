package production

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// Ensure that the loop comes to rest: a change of the books is followed up, and what that changes does not wake it for
// ever.
func TestTheLoopComesToRest(t *testing.T) {
	l := open(t)
	l.printer("tortue", "ender-3", 1_000_000)
	l.p.every = time.Hour
	var changes atomic.Int64
	defer l.store.Watch(func(c []fab.Change) { changes.Add(int64(len(c))) })()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.p.Run(ctx) }()
	defer func() {
		cancel()
		require.NoError(t, <-done)
	}()
	r := l.request("visor", 5)
	l.update(func(tx *store.Tx) error { return tx.Note(fab.Change{Code: "request_approved", Request: r.ID}) })
	testkit.Eventually(t, 10*time.Second, func() bool {
		var plates []fab.Plate
		l.view(func(tx *store.Tx) (err error) { plates, err = tx.Plates(""); return err })
		return len(plates) == 1 && plates[0].Status == fab.PlateReady
	})
	require.NoError(t, l.p.keep(t.Context()))
	rest := changes.Load()
	require.Never(t, func() bool { return changes.Load() != rest }, 300*time.Millisecond, 20*time.Millisecond)
	l.keep()
	require.Equal(t, rest, changes.Load(), "nothing is left to do")
}

// One look at the books of a lab with a season behind it: 200 batches of 30 printed and counted plates, two a day, every
// second one delivered, 50 printers, and nothing new to do.
func BenchmarkKeep(b *testing.B) {
	for name, dsn := range map[string]func() string{
		"sqlite":   func() string { return storetest.SQLite(b) },
		"postgres": func() string { return storetest.Postgres(b) },
	} {
		b.Run(name, func(b *testing.B) {
			p := New(Config{Store: season(b, dsn(), 200, 30), Log: slog.New(slog.DiscardHandler)})
			require.NoError(b, p.keep(b.Context()))
			for b.Loop() {
				require.NoError(b, p.keep(b.Context()))
			}
		})
	}
}

// season fills a database with finished batches of a visor of one band, two to a plate.
func season(b *testing.B, dsn string, batches, plates int) *store.Store {
	s, err := store.Open(b.Context(), dsn, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	require.NoError(b, s.Update(b.Context(), func(tx *store.Tx) error {
		bom := fab.BOM{Parts: []fab.Part{{Code: "band", How: fab.ByPrint, PerUnit: 1, PerPlate: 2}}}
		require.NoError(b, tx.AddDesign(&fab.DesignVersion{ID: "design", Product: "visor", Hash: "h", Status: fab.DesignTrialled, BOM: bom, CreatedAt: tx.Now()}))
		require.NoError(b, tx.AddFacility(&fab.Facility{ID: "home", Name: "EHPAD", Kind: fab.FacilityCareHome, CreatedAt: tx.Now()}))
		require.NoError(b, tx.AddMaker(&fab.Maker{ID: "maker", LocationID: fab.TheHub, CreatedAt: tx.Now()}))
		require.NoError(b, tx.AddSpool(&fab.Spool{ID: "spool", Code: "F-001", Filament: "petg", InitialMG: 1 << 40, CreatedAt: tx.Now()}))
		require.NoError(b, tx.AddMaterial(&fab.Material{Code: "petg", Unit: fab.UnitMG}))
		require.NoError(b, tx.AddPlate(&fab.Plate{ID: "plate", DesignID: "design", Part: "band", Copies: 2, Model: "ender-3", NozzleUM: 400, Filament: "petg", Status: fab.PlateReady, FilamentMG: 10, CreatedAt: tx.Now()}))
		for n := range 50 {
			id := fab.WorkerID(fmt.Sprint("worker-", n))
			require.NoError(b, tx.AddWorker(&fab.Worker{ID: id, Kind: fab.WorkerPrinter, Name: string(id), MakerID: "maker", Key: string(id), Model: "ender-3", NozzleUM: 400, Filament: "petg", CreatedAt: tx.Now(), UpdatedAt: tx.Now()}))
		}
		return tx.Post(fab.StockMove{Item: fab.MaterialItem("petg"), Source: "spool", From: fab.OutsideGiven, To: fab.TheHub, Quantity: 1 << 40, Why: "received"})
	}))
	for n := range batches {
		require.NoError(b, s.Update(b.Context(), func(tx *store.Tx) error { return finished(b, tx, n, plates) }))
	}
	return s
}

// finished adds a batch whose every plate is printed, counted and received.
func finished(b *testing.B, tx *store.Tx, n, plates int) error {
	r := fab.Request{ID: store.NewID[fab.RequestID](tx), Ref: fab.NewReference(tx.Rand()), FacilityID: "home", NeedBy: tx.Now(), Status: fab.RequestApproved, SubmitKey: fmt.Sprint(n), CreatedAt: tx.Now()}
	if n%2 == 0 {
		r.Status = fab.RequestDelivered
	}
	pieces, ended := int64(2*plates), tx.Now().AddDate(0, 0, -n/2)
	require.NoError(b, tx.AddRequest(&r, []fab.RequestLine{{ID: store.NewID[fab.RequestLineID](tx), RequestID: r.ID, Product: "visor", Asked: pieces, Promised: pieces}}))
	batch := fab.Batch{ID: store.NewID[fab.BatchID](tx), RequestID: r.ID, DesignID: "design", Product: "visor", Quantity: pieces, DueAt: tx.Now(), Status: fab.BatchDone, CreatedAt: tx.Now()}
	require.NoError(b, tx.AddBatch(&batch))
	for i := range plates {
		j := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: batch.ID, Part: "band", How: fab.ByPrint, Copies: 2, Status: fab.JobDone, CreatedAt: tx.Now()}
		a := fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: batch.ID, WorkerID: fab.WorkerID(fmt.Sprint("worker-", i)), PlateID: "plate", SpoolID: "spool", Part: "band", Copies: 2,
			Status: fab.AttemptDone, Lines: 100, StartedAt: tx.Now(), EndedAt: ended, LeaseUntil: tx.Now(), CreatedAt: tx.Now()}
		id := store.NewID[fab.LotID](tx)
		lot := fab.Lot{ID: id, Code: string(id), AttemptID: a.ID, BatchID: batch.ID, DesignID: "design", Part: "band", WorkerID: a.WorkerID, MakerID: "maker", SpoolID: "spool", Declared: 2, Good: 2, Status: fab.LotReady, CreatedAt: tx.Now(), SettledAt: tx.Now()}
		require.NoError(b, tx.AddJobs([]fab.Job{j}))
		require.NoError(b, tx.AddAttempt(&a))
		require.NoError(b, tx.AddLot(&lot))
	}
	return nil
}
