package report_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// lab is the use-case rooms over one database, with a slicer that draws nothing and a printer that the test plays.
type lab struct {
	t          testing.TB
	store      *store.Store
	identity   *identity.Identity
	intake     *intake.Intake
	production *production.Production
	supply     *supply.Supply
	delivery   *delivery.Delivery
	report     *report.Report
}

type paperSlicer struct{ dir string }

func (s paperSlicer) Slice(_ context.Context, r slicing.Request) (slicing.Result, error) {
	data := fmt.Appendf(nil, "; %s x%d for %s\nG28\nM104 S0\n", r.PartName, r.Copies, r.Printer)
	sum := sha256.Sum256(data)
	path := filepath.Join(s.dir, hex.EncodeToString(sum[:]))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return slicing.Result{}, err
	}
	return slicing.Result{GCodeSHA256: hex.EncodeToString(sum[:]), Path: path, Size: int64(len(data)), Seconds: 600, FilamentMG: 5000, Layers: 10, Lines: 100}, nil
}

// Check takes any file for G-code.
func (s paperSlicer) Check(_ context.Context, r io.Reader, _ slicing.CheckRequest) (slicing.CheckResult, error) {
	sum := sha256.New()
	size, err := io.Copy(sum, r)
	result := slicing.CheckResult{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size, Safe: true}
	result.Report.Seconds, result.Report.FilamentMG, result.Report.Layers, result.Report.Lines = 600, 5000, 10, 100
	return result, err
}

func onBoth(t *testing.T, test func(l *lab)) {
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return storetest.SQLite(t) },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			log := slog.New(slog.DiscardHandler)
			s, err := store.Open(t.Context(), dsn(t), log)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			l := &lab{
				t: t, store: s, identity: identity.New(s, log), intake: intake.New(s), supply: supply.New(s), delivery: delivery.New(s, time.UTC), report: report.New(s),
				production: production.New(production.Config{Store: s, Slicer: paperSlicer{t.TempDir()}, Checker: paperSlicer{}, Log: log, Every: 50 * time.Millisecond}),
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- l.production.Run(ctx) }()
			t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
			test(l)
		})
	}
}

func (l *lab) adopt() {
	l.t.Helper()
	d := fab.DesignVersion{Product: "visor", Version: "1", Hash: "v1", Status: fab.DesignTrialled, Claim: "splash", Names: map[string]string{"fr": "Visière"}, Blurbs: map[string]string{}, Notices: map[string]string{}, BOM: fab.BOM{
		Parts:     []fab.Part{{Code: "visor-band", How: fab.ByPrint, PerUnit: 1, PerPlate: 2}},
		Materials: []fab.BOMMaterial{{Material: "film-a4", PerUnit: 1}},
	}}
	materials := []fab.Material{{Code: "film-a4", Names: map[string]string{"fr": "Film"}, Unit: fab.UnitPiece}, {Code: "petg", Names: map[string]string{"fr": "PETG"}, Unit: fab.UnitMG}}
	files := map[string]production.Files{"visor-band": {Model: []byte("solid x"), Kind: "model/stl", Picture: []byte("png")}}
	require.NoError(l.t, l.production.Adopt(l.t.Context(), d, files, materials))
	require.NoError(l.t, l.production.Adopt(l.t.Context(), d, files, materials), "the same catalogue again")
}

// printer enrols an agent with one printer and puts a donated spool on it.
func (l *lab) printer(spool fab.SpoolID) fab.Worker {
	l.t.Helper()
	ctx := l.t.Context()
	maker, err := l.identity.AddMaker(ctx, identity.NewMaker{Name: "Atelier", Town: "Rue"})
	require.NoError(l.t, err)
	secret, err := l.identity.NewEnrolment(ctx, maker.ID)
	require.NoError(l.t, err)
	joining := identity.Joining{Secret: hex.EncodeToString(secret[:]), Units: []identity.Unit{{Key: "tortue", Name: "Tortue", Model: "ender3"}}}
	known := func(string) bool { return true }
	agent, token, err := l.identity.Enrol(ctx, joining, known)
	require.NoError(l.t, err)
	_, _, err = l.identity.Enrol(ctx, joining, known)
	require.Equal(l.t, fab.Conflict, fab.ClassOf(err), "a code works once")
	back, err := l.identity.Agent(ctx, token)
	require.NoError(l.t, err)
	require.Equal(l.t, agent.ID, back.ID)
	var w fab.Worker
	require.NoError(l.t, l.store.View(ctx, func(tx *store.Tx) error { w, err = tx.WorkerByKey(agent.ID, "tortue"); return err }))
	require.NoError(l.t, l.production.Load(ctx, w.ID, spool))
	require.NoError(l.t, l.production.ClearPlate(ctx, w.ID))
	return w
}

func (l *lab) gift(material, count, key string) (fab.Donation, string) {
	l.t.Helper()
	ctx := l.t.Context()
	p, err := l.supply.Pledge(ctx, supply.Pledge{Material: material, Count: count, Donor: "Papeterie", Town: "Abbeville", Phone: "03 00 00 00 00", SubmitKey: key})
	require.NoError(l.t, err)
	require.NoError(l.t, l.supply.Receive(ctx, supply.Parcel{Donation: p.Donation.ID, Count: count}))
	return p.Donation, p.Token
}

func form(quantity string) intake.Form {
	return intake.Form{
		Facility:   fab.Facility{Name: "EHPAD Les Tilleuls", Kind: fab.FacilityCareHome, Town: "Rue", Contact: "Accueil", Phone: "03 00 00 00 00"},
		Quantities: map[string]string{"visor": quantity}, NeedBy: time.Now().Add(72 * time.Hour).Format("2006-01-02"), Channel: fab.ChannelWeb, SubmitKey: "form-1",
	}
}

// lease gives the next waiting job to a printer, as dispatch would.
func (l *lab) lease(w fab.WorkerID) (fab.Attempt, bool) {
	l.t.Helper()
	var a fab.Attempt
	found := false
	require.NoError(l.t, l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		found = false
		jobs, err := tx.Jobs(fab.JobWaiting)
		if err != nil || len(jobs) == 0 {
			return err
		}
		plates, err := tx.Plates("")
		if err != nil || len(plates) == 0 || plates[0].Status != fab.PlateReady {
			return err
		}
		found = true
		worker, err := tx.Worker(w)
		if err != nil {
			return err
		}
		j := jobs[0]
		a = fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: j.BatchID, WorkerID: w, PlateID: plates[0].ID, SpoolID: worker.SpoolID, Part: j.Part, Copies: j.Copies, No: j.Tries + 1, Status: fab.AttemptToCount, LeaseUntil: tx.Now(), Lines: 100, StartedAt: tx.Now(), EndedAt: tx.Now(), CreatedAt: tx.Now()}
		j.Status, j.AttemptID, j.Tries = fab.JobLeased, a.ID, j.Tries+1
		if ok, err := tx.SwapJob(&j); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		worker.AttemptID, worker.PlateClear = a.ID, false
		if ok, err := tx.SwapWorker(&worker); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		return tx.AddAttempt(&a)
	}))
	return a, found
}

// printAll plays the printer until the batch is done, losing this many pieces on the first plate.
func (l *lab) printAll(w fab.WorkerID, lost int64) {
	l.t.Helper()
	testkit.Eventually(l.t, 20*time.Second, func() bool {
		if a, ok := l.lease(w); ok {
			bad := lost
			lost = 0
			lot, err := l.production.Count(l.t.Context(), a.ID, a.Copies-bad, bad)
			require.NoError(l.t, err)
			again, err := l.production.Count(l.t.Context(), a.ID, a.Copies, 0)
			require.NoError(l.t, err, "sent twice")
			require.Equal(l.t, lot.ID, again.ID)
		}
		done := false
		require.NoError(l.t, l.store.View(l.t.Context(), func(tx *store.Tx) error {
			batches, err := tx.Batches(fab.BatchDone)
			done = len(batches) == 1
			return err
		}))
		return done
	})
}

// makeUp prints and settles whatever is still missing, until so many products can be kitted.
func (l *lab) makeUp(w fab.WorkerID, products int64) {
	l.t.Helper()
	testkit.Eventually(l.t, 20*time.Second, func() bool {
		if a, ok := l.lease(w); ok {
			_, err := l.production.Count(l.t.Context(), a.ID, a.Copies, 0)
			require.NoError(l.t, err)
		}
		var lots []fab.Lot
		require.NoError(l.t, l.store.View(l.t.Context(), func(tx *store.Tx) (err error) { lots, err = tx.Lots(fab.LotMade); return err }))
		for _, lot := range lots {
			require.NoError(l.t, l.production.Settle(l.t.Context(), production.Inspection{Lot: lot.ID, Good: lot.Declared, Reason: "ok"}))
		}
		closable, err := l.supply.Closable(l.t.Context())
		require.NoError(l.t, err)
		return closable[0].Now == products
	})
}

// Ensure that the books add up from the request to the signature: a lost piece is printed again, a bag counted short is
// made up, the donor sees what the sheets became, and a recall finds the box.
func TestTheBooksAddUpFromRequestToSignature(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		l.adopt()
		_, sheets := l.gift("film-a4", "50", "gift-1")
		filament, _ := l.gift("petg", "1000", "gift-2")
		var spools []fab.Spool
		require.NoError(t, l.store.View(ctx, func(tx *store.Tx) (err error) { spools, err = tx.Spools(); return err }))
		require.Len(t, spools, 1)
		require.Equal(t, filament.ID, spools[0].DonationID)
		w := l.printer(spools[0].ID)

		asked, err := l.intake.Ask(ctx, form("7"))
		require.NoError(t, err)
		twice, err := l.intake.Ask(ctx, form("7"))
		require.NoError(t, err)
		require.True(t, twice.Again)
		require.Equal(t, asked.Request.ID, twice.Request.ID)
		require.NoError(t, l.intake.Approve(ctx, asked.Request.ID))
		l.printAll(w.ID, 1)

		var lots []fab.Lot
		require.NoError(t, l.store.View(ctx, func(tx *store.Tx) (err error) { lots, err = tx.Lots(fab.LotMade); return err }))
		run, err := l.delivery.Plan(ctx, delivery.NewRun{Driver: "Chauffeur", Day: time.Now().UTC().Format("2006-01-02"), NewStops: delivery.NewStops{Makers: []fab.MakerID{w.MakerID}}})
		require.NoError(t, err)
		require.NoError(t, l.delivery.Collect(ctx, delivery.Report{Token: run.Token, No: 1}))
		require.NoError(t, l.delivery.Collect(ctx, delivery.Report{Token: run.Token, No: 1}), "reported twice")
		for i, lot := range lots {
			in := production.Inspection{Lot: lot.ID, Good: lot.Declared, Reason: "ok"}
			if i == 1 {
				in.Good, in.Reason = lot.Declared-1, "ok"
				require.Equal(t, fab.Invalid, fab.ClassOf(l.production.Settle(ctx, in)), "a difference needs a reason")
				in.Reason = "miscounted"
			}
			require.NoError(t, l.production.Settle(ctx, in))
			require.Equal(t, fab.Conflict, fab.ClassOf(l.production.Settle(ctx, in)), "settled twice")
		}
		_, err = l.supply.MakeKits(ctx, asked.Request.ID, "visor", 70, "")
		require.Equal(t, fab.Conflict, fab.ClassOf(err), "more than there are parts")
		closable, err := l.supply.Closable(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 7, closable[0].Wanted)
		l.makeUp(w.ID, 7)
		_, err = l.supply.MakeKits(ctx, asked.Request.ID, "visor", 7, "")
		require.NoError(t, err)
		boxes, err := l.supply.Pack(ctx, asked.Request.ID)
		require.NoError(t, err)
		run, err = l.delivery.Plan(ctx, delivery.NewRun{Driver: "Chauffeur", Day: time.Now().UTC().Format("2006-01-02"), NewStops: delivery.NewStops{Requests: []fab.RequestID{asked.Request.ID}}})
		require.NoError(t, err)
		track, err := l.intake.Track(ctx, asked.Token)
		require.NoError(t, err)
		require.Equal(t, []fab.Progress{{Product: "visor", Asked: 7, Promised: 7, InTransit: 7}}, track.Lines)
		require.Equal(t, fab.Invalid, fab.ClassOf(l.delivery.Deliver(ctx, delivery.Report{Token: run.Token, No: 1})), "nobody named")
		require.NoError(t, l.delivery.Deliver(ctx, delivery.Report{Token: run.Token, No: 1, Receiver: "Accueil"}))
		require.NoError(t, l.delivery.Deliver(ctx, delivery.Report{Token: run.Token, No: 1, Receiver: "Accueil"}), "reported twice")
		track, err = l.intake.Track(ctx, asked.Token)
		require.NoError(t, err)
		require.Equal(t, []fab.Progress{{Product: "visor", Asked: 7, Promised: 7, Delivered: 7}}, track.Lines)
		require.Equal(t, fab.RequestDelivered, track.Request.Status)
		require.NoError(t, l.intake.Confirm(ctx, asked.Token))

		gift, err := l.supply.Gift(ctx, sheets)
		require.NoError(t, err)
		require.Equal(t, []supply.Use{{Product: "visor", Products: 7, Quantity: 7, Town: "Rue", Delivered: true}}, gift.Uses)
		require.EqualValues(t, 43, gift.Left)
		recalled, err := l.production.Recall(ctx, "spool", string(spools[0].ID), "test", "")
		require.NoError(t, err)
		require.Len(t, recalled.Boxes, 1)
		require.Equal(t, boxes[0].Code, recalled.Boxes[0].Code)

		found, err := l.report.Audit(ctx)
		require.NoError(t, err)
		require.Empty(t, found)
		figures, err := l.report.Figures(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, figures.PrintedBad)
		require.GreaterOrEqual(t, figures.PrintedGood, int64(8))
	})
}

// Ensure that the audit can fail: books that were tampered with are found.
func TestTheAuditFindsWhatDoesNotAddUp(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		l.adopt()
		d, _ := l.gift("film-a4", "50", "gift-1")
		require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
			d, err := tx.Donation(d.ID)
			require.NoError(t, err)
			d.Received = 51
			return tx.SetDonation(&d)
		}))
		found, err := l.report.Audit(t.Context())
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, "audit_gift_received", found[0].Code)
	})
}
