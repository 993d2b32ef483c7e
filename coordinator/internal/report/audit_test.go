package report_test

import (
	"database/sql"
	"errors"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/ui/locales"
)

// tampering is what somebody does to the books behind the program's back, with the rules that must find it.
type tampering struct {
	sql  string
	also []string
}

// tamperings has one for every rule.
func tamperings() map[string]tampering {
	return map[string]tampering{
		"audit_balance_differs": {"UPDATE balances SET quantity = quantity + 1 WHERE location = 'hub' AND item = 'material:film-a4'", []string{"audit_items_not_zero"}},
		"audit_items_not_zero":  {"DELETE FROM balances WHERE location = 'outside-given' AND item = 'material:film-a4'", nil},
		"audit_stock_negative":  {"UPDATE balances SET quantity = -1 WHERE location = 'home' AND item = 'material:petg'", []string{"audit_balance_differs", "audit_items_not_zero"}},
		"audit_lot_made":        {"UPDATE lots SET declared = declared + 1", nil},
		"audit_lot_settled":     {"UPDATE lots SET good = good - 1", nil},
		"audit_lot_twice": {`INSERT INTO lots (id, code, attempt_id, batch_id, design_id, part, worker_id, maker_id, spool_id, declared, bad, good, status, created_at, settled_at)
			SELECT 'twin', 'V-2', attempt_id, batch_id, design_id, part, worker_id, maker_id, spool_id, 0, 0, 0, 'made', created_at, NULL FROM lots`, nil},
		"audit_attempt_uncounted":   {"UPDATE attempts SET status = 'done' WHERE id = 'failed'", nil},
		"audit_job_without_attempt": {"UPDATE jobs SET status = 'leased', attempt_id = 'failed'", nil},
		"audit_kit_parts":           {"UPDATE kit_lots SET quantity = quantity + 1", nil},
		"audit_delivered":           {"UPDATE kits SET quantity = quantity - 1", nil},
		"audit_delivery_unproved":   {"DELETE FROM proofs", nil},
		"audit_gift_received":       {"UPDATE donations SET received = received - 1", nil},
		"audit_filament_twice":      {"UPDATE stock_moves SET why = 'printed', subject = 'attempt' WHERE why = 'loaded'", nil},
		"audit_lot_given":           {"INSERT INTO lot_gives (id, lot_id, from_batch, to_batch, quantity, at) SELECT 'give', id, 'other', batch_id, 1, created_at FROM lots", nil},
		"audit_trial_left":          {"UPDATE lots SET trial_id = 'trial'", nil},
		"audit_over_delivered":      {"UPDATE request_lines SET promised = promised - 1", nil},
	}
}

// rulesOf reads the names of the rules out of the source.
func rulesOf(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("../store/audit.go")
	require.NoError(t, err)
	var rules []string
	for _, m := range regexp.MustCompile(`\{"(audit_[a-z_]+)"`).FindAllSubmatch(source, -1) {
		rules = append(rules, string(m[1]))
	}
	slices.Sort(rules)
	return rules
}

// Ensure that every rule of the audit is green on sound books and red on tampered ones, on both databases, and that a
// person can read what it found.
func TestEveryRuleOfTheAuditTurnsRed(t *testing.T) {
	cases := tamperings()
	require.Equal(t, rulesOf(t), slices.Sorted(maps.Keys(cases)))
	for name, c := range map[string]struct {
		dsn    func(*testing.T) string
		driver string
		loosen []string
	}{
		"sqlite": {func(t *testing.T) string { return storetest.SQLite(t) }, "sqlite",
			[]string{"PRAGMA ignore_check_constraints = 1", "DROP TRIGGER stock_moves_stay", "DROP TRIGGER stock_moves_last"}},
		"postgres": {func(t *testing.T) string { return storetest.Postgres(t) }, "pgx",
			[]string{"ALTER TABLE balances DROP CONSTRAINT IF EXISTS balances_check", "DROP TRIGGER stock_moves_stay ON stock_moves"}},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := c.dsn(t)
			s, err := store.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			db, err := sql.Open(c.driver, dsn)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			db.SetMaxOpenConns(1)
			exec := func(statement string) {
				t.Helper()
				_, err := db.ExecContext(t.Context(), statement)
				require.NoError(t, err, statement)
			}
			for _, statement := range c.loosen {
				exec(statement)
			}
			audit := func() (codes []string) {
				t.Helper()
				found, err := report.New(s).Audit(t.Context())
				require.NoError(t, err)
				for _, f := range found {
					for _, lang := range locales.Langs() {
						require.NotContains(t, locales.Text(lang, f.Code, map[string]any(f.Args)), "⟦")
					}
					codes = append(codes, f.Code)
				}
				slices.Sort(codes)
				return slices.Compact(codes)
			}
			for rule, what := range cases {
				require.NoError(t, s.Update(t.Context(), soundBooks))
				require.Empty(t, audit(), "before %s", rule)
				exec(what.sql)
				want := append([]string{rule}, what.also...)
				slices.Sort(want)
				require.Equal(t, want, audit(), rule)
				for _, table := range []string{"balances", "stock_moves", "proofs", "kit_lots", "kits", "boxes", "stops", "runs", "lot_gives", "lots", "attempts", "jobs", "batches",
					"request_lines", "requests", "trials", "design_versions", "workers", "spools", "donations", "materials", "facilities", "makers"} {
					exec("DELETE FROM " + table)
				}
				exec("DELETE FROM locations WHERE kind <> 'outside' AND id <> 'hub'")
			}
		})
	}
}

// soundBooks writes the way of two visors from a gift and a print to a signature.
func soundBooks(tx *store.Tx) error {
	now := tx.Now()
	petg, film, band, kit := fab.MaterialItem("petg"), fab.MaterialItem("film-a4"), fab.PartItem("visor-band"), fab.KitItem("visor")
	return errors.Join(
		tx.AddFacility(&fab.Facility{ID: "place", Name: "EHPAD", Kind: fab.FacilityCareHome, Town: "Rue", CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "van", Kind: fab.LocationVehicle, CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "there", Kind: fab.LocationFacility, CreatedAt: now}),
		tx.AddMaker(&fab.Maker{ID: "maker", LocationID: "home", CreatedAt: now}),
		tx.AddMaterial(&fab.Material{Code: "film-a4", Unit: fab.UnitPiece}),
		tx.AddMaterial(&fab.Material{Code: "petg", Unit: fab.UnitMG}),
		tx.AddDonation(&fab.Donation{ID: "gift", Ref: "GIFT", Material: "film-a4", Pledged: 9, Received: 9, Status: fab.DonationReceived, SubmitKey: "k", CreatedAt: now}),
		tx.AddSpool(&fab.Spool{ID: "spool", Code: "F-1", Filament: "petg", InitialMG: 1000, CreatedAt: now}),
		tx.AddWorker(&fab.Worker{ID: "worker", Kind: fab.WorkerPrinter, MakerID: "maker", CreatedAt: now, UpdatedAt: now}),
		tx.AddRequest(&fab.Request{ID: "request", Ref: "REQUEST", FacilityID: "place", NeedBy: now, Status: fab.RequestDelivered, SubmitKey: "k", CreatedAt: now},
			[]fab.RequestLine{{ID: "line", RequestID: "request", Product: "visor", Asked: 2, Promised: 2}}),
		tx.AddDesign(&fab.DesignVersion{ID: "design", Product: "visor", Hash: "v1", Status: fab.DesignTrialled, CreatedAt: now}),
		tx.AddTrial(&fab.Trial{ID: "trial", Code: "E-001", DesignID: "design", Status: fab.TrialRunning, CreatedAt: now}),
		tx.AddBatch(&fab.Batch{ID: "other", DesignID: "design", Product: "visor", Quantity: 1, DueAt: now, Status: fab.BatchDone, CreatedAt: now}),
		tx.AddBatch(&fab.Batch{ID: "batch", RequestID: "request", DesignID: "design", Product: "visor", Quantity: 2, DueAt: now, Status: fab.BatchDone, CreatedAt: now}),
		tx.AddJobs([]fab.Job{{ID: "job", BatchID: "batch", Part: "visor-band", How: fab.ByPrint, Copies: 2, Status: fab.JobDone, CreatedAt: now}}),
		tx.AddAttempt(attempt("failed", fab.AttemptFailed, now)),
		tx.AddAttempt(attempt("attempt", fab.AttemptDone, now)),
		tx.AddLot(&fab.Lot{ID: "lot", Code: "V-1", AttemptID: "attempt", BatchID: "batch", DesignID: "design", Part: "visor-band", WorkerID: "worker", MakerID: "maker", SpoolID: "spool",
			Declared: 2, Good: 2, Status: fab.LotReady, CreatedAt: now, SettledAt: now}),
		tx.AddRun(&fab.Run{ID: "run", Code: "T-1", Day: now, VehicleID: "van", Status: fab.RunDone, CreatedAt: now},
			[]fab.Stop{{ID: "stop", RunID: "run", Seq: 1, Kind: fab.StopDeliver, FacilityID: "place", RequestID: "request", Status: fab.StopDone}}),
		tx.AddBox(&fab.Box{ID: "box", Code: "B-1", RequestID: "request", StopID: "stop", Status: fab.BoxDelivered, CreatedAt: now}),
		tx.AddKit(&fab.Kit{ID: "kit", RequestID: "request", Product: "visor", DesignID: "design", Quantity: 2, BoxID: "box", CreatedAt: now}, []fab.KitLot{{KitID: "kit", LotID: "lot", Quantity: 2}}),
		tx.AddProof(&fab.Proof{ID: "proof", StopID: "stop", Kind: "name", Name: "Accueil", At: now}),
		tx.Post(
			move(film, "gift", fab.OutsideGiven, fab.TheHub, 9, "received", "gift"),
			move(petg, "spool", fab.OutsideGiven, "home", 1000, "received", "spool"),
			move(petg, "spool", "home", fab.OutsideUsed, 20, "printed", "attempt"),
			move(band, "lot", fab.OutsideMade, "home", 2, "made", "attempt"),
			move(band, "lot", "home", fab.TheHub, 2, "settled", "lot"),
			move(band, "lot", fab.TheHub, fab.OutsideUsed, 2, "kitted", "kit"),
			move(film, "gift", fab.TheHub, fab.OutsideUsed, 2, "kitted", "kit"),
			move(kit, "kit", fab.OutsideMade, fab.TheHub, 2, "kitted", "kit"),
			move(kit, "kit", fab.TheHub, "van", 2, "loaded", "box"),
			move(kit, "kit", "van", "there", 2, "delivered", "box"),
		),
	)
}

func attempt(id fab.AttemptID, status fab.AttemptStatus, at time.Time) *fab.Attempt {
	return &fab.Attempt{ID: id, JobID: "job", BatchID: "batch", WorkerID: "worker", Part: "visor-band", Copies: 2, Status: status, LeaseUntil: at, CreatedAt: at}
}

func move(item fab.Item, source string, from, to fab.LocationID, n int64, why, subject string) fab.StockMove {
	return fab.StockMove{Item: item, Source: source, From: from, To: to, Quantity: n, Why: why, Subject: subject}
}
