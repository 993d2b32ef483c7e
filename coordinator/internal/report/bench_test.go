package report_test

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// perLot is how many moves the season below has for each bag.
const perLot = 10

// season are statements that fill an empty lab with this many bags, each printed, brought in, counted, assembled, packed
// and delivered, but for one in ten that lies at the hub; {n} stands for the number of bags.
var season = [...]string{
	`INSERT INTO facilities (id, name, kind, address, postcode, town, contact, phone, email, access, fictitious, created_at) VALUES ('place', 'EHPAD', 'ehpad', '', '', 'Rue', '', '', '', '', (1 = 0), '2020-04-01 00:00:00+00:00')`,
	`INSERT INTO locations (id, kind, name, created_at) VALUES ('home', 'maker', 'n', '2020-04-01 00:00:00+00:00'), ('van', 'vehicle', 'n', '2020-04-01 00:00:00+00:00'), ('facility-place', 'facility', 'n', '2020-04-01 00:00:00+00:00')`,
	`INSERT INTO materials (code, names, unit) VALUES ('film-a4', '{}', 'piece'), ('petg', '{}', 'mg')`,
	`INSERT INTO design_versions (id, product, version, hash, status, claim, names, blurbs, notices, colour, bom, created_at, dangerous)
		VALUES ('design', 'visor', '1', 'h', 'trialled', '', '{}', '{}', '{}', '', '{}', '2020-04-01 00:00:00+00:00', (1 = 0))`,
	`INSERT INTO batches (id, design_id, product, quantity, due_at, priority, status, created_at) VALUES ('batch', 'design', 'visor', 1, '2020-04-01 00:00:00+00:00', 0, 'done', '2020-04-01 00:00:00+00:00')`,
	`INSERT INTO jobs (id, batch_id, part, how, copies, status, tries, rev, wait, created_at) VALUES ('job', 'batch', 'visor-band', 'print', 4, 'done', 0, 1, '{}', '2020-04-01 00:00:00+00:00')`,
	`INSERT INTO makers (id, name, town, phone, location_id, created_at) VALUES ('maker', 'n', '', '', 'home', '2020-04-01 00:00:00+00:00')`,
	`INSERT INTO workers (id, kind, name, maker_id, rev, paused, created_at, key, model, nozzle_um, filament, plate_clear, steps, quota, time_factor_pm, good_pieces, bad_pieces, state, updated_at)
		VALUES ('worker', 'printer', 'n', 'maker', 1, (1 = 0), '2020-04-01 00:00:00+00:00', '', 'm', 400, 'petg', (1 = 1), '[]', 0, 1000, 0, 0, '', '2020-04-01 00:00:00+00:00')`,
	each(`donations (id, ref, donor, town, phone, email, material, pledged, received, status, may_name, submit_key, created_at)`,
		`'gift-' || n, 'g' || n, '', '', '', '', 'film-a4', 400, 400, 'received', (1 = 0), 'g' || n, '2020-04-01 00:00:00+00:00'`, "{n} / 100"),
	each(`spools (id, code, filament, colour, initial_mg, recalled, created_at)`, `'spool-' || n, 'F-' || n, 'petg', '', 2000000, (1 = 0), '2020-04-01 00:00:00+00:00'`, "{n} / 100"),
	each(`requests (id, ref, facility_id, channel, need_by, note, status, why_code, submit_key, created_at)`,
		`'request-' || n, 'r' || n, 'place', 'web', '2020-04-01 00:00:00+00:00', '', 'approved', '', 'r' || n, '2020-04-01 00:00:00+00:00'`, "{n} / 10"),
	each(`boxes (id, code, request_id, status, recalled, created_at)`, `'box-' || n, 'B-' || n, 'request-' || n, 'delivered', (1 = 0), '2020-04-01 00:00:00+00:00'`, "{n} / 10"),
	each(`attempts (id, job_id, batch_id, worker_id, spool_id, part, copies, no, status, why, end_reason, lease_until, lines, resends, created_at)`,
		`'attempt-' || n, 'job', 'batch', 'worker', 'spool-' || (n % ({n} / 100) + 1), 'visor-band', 4, 1, 'done', '{}', '{}', '2020-04-01 00:00:00+00:00', 0, 0, '2020-04-01 00:00:00+00:00'`, "{n}"),
	each(`lots (id, code, attempt_id, batch_id, design_id, part, worker_id, maker_id, spool_id, declared, bad, good, status, created_at, settled_at)`,
		`'lot-' || n, 'V-' || n, 'attempt-' || n, 'batch', 'design', 'visor-band', 'worker', 'maker', 'spool-' || (n % ({n} / 100) + 1), 4, 0, 4, 'ready', '2020-04-01 00:00:00+00:00', '2020-04-01 00:00:00+00:00'`, "{n}"),
	each(`kits (id, request_id, product, design_id, quantity, box_id, created_at)`,
		`'kit-' || n, 'request-' || (n % ({n} / 10) + 1), 'visor', 'design', 4, 'box-' || (n % ({n} / 10) + 1), '2020-04-01 00:00:00+00:00'`, "{n} * 9 / 10"),
	each(`kit_lots (kit_id, lot_id, quantity)`, `'kit-' || n, 'lot-' || n, 4`, "{n} * 9 / 10"),
	moves("gift", "material:film-a4", "gift-", "outside-given", "hub", "400", "piece", "received", "gift-", "{n} / 100"),
	moves("reel", "material:petg", "spool-", "outside-given", "home", "2000000", "mg", "received", "spool-", "{n} / 100"),
	each(`stock_moves (`+columns+`)`, `'print-' || n, '2020-04-01 00:00:00+00:00', 'material:petg', 'spool-' || (n % ({n} / 100) + 1), 'home', 'outside-used', 5000, 'mg', 'printed', 'attempt-' || n, '', NULL`, "{n}"),
	moves("made", "part:visor-band", "lot-", "outside-made", "home", "4", "piece", "made", "attempt-", "{n}"),
	moves("fetched", "part:visor-band", "lot-", "home", "van", "4", "piece", "collected", "lot-", "{n}"),
	moves("settled", "part:visor-band", "lot-", "van", "hub", "4", "piece", "settled", "lot-", "{n}"),
	moves("used", "part:visor-band", "lot-", "hub", "outside-used", "4", "piece", "kitted", "kit-", "{n} * 9 / 10"),
	each(`stock_moves (`+columns+`)`, `'film-' || n, '2020-04-01 00:00:00+00:00', 'material:film-a4', 'gift-' || (n % ({n} / 100) + 1), 'hub', 'outside-used', 4, 'piece', 'kitted', 'kit-' || n, '', NULL`, "{n} * 9 / 10"),
	moves("kit", "kit:visor", "kit-", "outside-made", "hub", "4", "piece", "kitted", "kit-", "{n} * 9 / 10"),
	moves("loaded", "kit:visor", "kit-", "hub", "van", "4", "piece", "loaded", "box-", "{n} * 9 / 10"),
	moves("given", "kit:visor", "kit-", "van", "facility-place", "4", "piece", "delivered", "box-", "{n} * 9 / 10"),
	each(`stock_moves (`+columns+`)`, `'moved-' || n, '2020-04-01 00:00:00+00:00', 'part:visor-band', 'lot-' || (n + {n} * 9 / 10), 'hub', 'home', 1, 'piece', 'moved', '', '', NULL`, "{n} / 10"),
	`INSERT INTO balances (location, item, source, quantity) SELECT location, item, source, SUM(q) FROM (
		SELECT to_location AS location, item, source, quantity AS q FROM stock_moves UNION ALL SELECT from_location, item, source, -quantity FROM stock_moves) AS m
		GROUP BY location, item, source`,
	`ANALYZE`,
}

// each inserts a row for every n up to a number.
func each(into, values, upTo string) string {
	return `INSERT INTO ` + into + ` WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ` + upTo + `) SELECT ` + values + ` FROM c`
}

func moves(id, item, source, from, to, quantity, unit, why, subject, upTo string) string {
	return each(`stock_moves (`+columns+`)`, fmt.Sprintf(`'%s-' || n, '2020-04-01 00:00:00+00:00', '%s', '%s' || n, '%s', '%s', %s, '%s', '%s', '%s' || n, '', NULL`,
		id, item, source, from, to, quantity, unit, why, subject), upTo)
}

// filled is a lab with a season of this many bags behind it, on either database.
func filled(b *testing.B, database string, lots int) *store.Store {
	b.Helper()
	driver, dsn := "sqlite", ""
	if database == "sqlite" {
		dsn = storetest.SQLite(b)
	} else {
		driver, dsn = "pgx", storetest.Postgres(b)
	}
	db, err := sql.Open(driver, dsn)
	require.NoError(b, err)
	db.SetMaxOpenConns(1)
	loosen := "PRAGMA synchronous = OFF"
	if database == "postgres" {
		loosen = "SET session_replication_role = replica"
	}
	for _, statement := range append([]string{loosen}, season[:]...) {
		_, err := db.ExecContext(b.Context(), strings.ReplaceAll(statement, "{n}", strconv.Itoa(lots)))
		require.NoError(b, err, statement)
	}
	require.NoError(b, db.Close())
	s, err := store.Open(b.Context(), dsn, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	return s
}

// BenchmarkRecall reads what a recall reaches among 10,000 bags and 100,000 moves: of one spool, and of a version after
// which all of them were made.
func BenchmarkRecall(b *testing.B) {
	for _, database := range [...]string{"sqlite", "postgres"} {
		s := filled(b, database, 10_000)
		for _, c := range [...]struct{ what, subject string }{{fab.RecallSpool, "spool-7"}, {fab.RecallDesign, "design"}} {
			b.Run(database+"/"+c.what, func(b *testing.B) {
				median(b, func() {
					require.NoError(b, s.View(b.Context(), func(tx *store.Tx) error {
						list, err := tx.Reach(c.what, c.subject)
						require.NotEmpty(b, list)
						return err
					}))
				})
			})
		}
		b.Run(database+"/act", func(b *testing.B) {
			p := production.New(production.Config{Store: s, Log: slog.New(slog.DiscardHandler)})
			median(b, func() {
				_, err := p.Recall(b.Context(), fab.RecallSpool, "spool-7", "brittle", "")
				require.NoError(b, err)
			})
		})
	}
}

// BenchmarkStock reads what the page of the stock shows, with a million moves behind it, and proves it by the audit.
func BenchmarkStock(b *testing.B) {
	for _, database := range [...]string{"sqlite", "postgres"} {
		s := filled(b, database, 1_000_000/perLot*108/100)
		b.Run(database+"/page", func(b *testing.B) {
			median(b, func() {
				require.NoError(b, s.View(b.Context(), func(tx *store.Tx) error {
					_, failed := tx.MaterialStock()
					lines, err := tx.Stock()
					require.NotEmpty(b, lines)
					_, unread := tx.SpoolsLeft()
					_, missing := tx.LatestMoves(fab.PartItem("visor-band"), "", 50)
					return errors.Join(failed, err, unread, missing)
				}))
			})
		})
		b.Run(database+"/audit", func(b *testing.B) {
			median(b, func() {
				found, err := report.New(s).Audit(b.Context())
				require.NoError(b, err)
				b.ReportMetric(float64(len(found)), "findings")
			})
		})
	}
}

// median reports the median time of one call in milliseconds.
func median(b *testing.B, f func()) {
	b.Helper()
	var all []float64
	for b.Loop() {
		begun := time.Now()
		f()
		all = append(all, float64(time.Since(begun).Microseconds())/1000)
	}
	slices.Sort(all)
	b.ReportMetric(all[len(all)/2], "median-ms")
}
