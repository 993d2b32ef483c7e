package report_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// A season is what a lab has behind it, put in by statements that add rows by the thousand and keep every rule that the rooms
// keep: the audit finds nothing in it. Each bag holds four visor bands, printed from a spool of 25 such plates, brought in,
// counted, assembled with film, packed ten bags to a request and delivered; the last tenth lies at the hub, and some of that
// was brought back to a maker. 40 requests are open, 3 are new.

// lotsFor is how many bags a season of this many moves has.
func lotsFor(moves int) (lots int) { return moves * 1000 / 8637 / 100 * 100 }

// day is when it all happened.
const day = `'2020-04-01 00:00:00+00:00'`

// season are the statements; {n} stands for the number of bags, and the design is there already.
var season = [...]string{
	each(`facilities (id, name, kind, address, postcode, town, contact, phone, email, access, fictitious, created_at)`,
		`'place-' || n, 'EHPAD ' || n, 'ehpad', '', '', 'Ville ' || n, '', '', '', '', (1 = 0), `+day, "60"),
	each(`locations (id, kind, name, created_at)`, `'facility-place-' || n, 'facility', 'EHPAD ' || n, `+day, "60"),
	each(`locations (id, kind, name, created_at)`, `'home-' || n, 'maker', 'Atelier ' || n, `+day, "50"),
	`INSERT INTO locations (id, kind, name, created_at) VALUES ('van', 'vehicle', 'Camion', ` + day + `)`,
	each(`makers (id, name, town, phone, location_id, created_at)`, `'maker-' || n, 'Atelier ' || n, '', '', 'home-' || n, `+day, "50"),
	each(`workers (id, kind, name, maker_id, rev, paused, created_at, key, model, nozzle_um, filament, plate_clear, steps, quota, time_factor_pm, good_pieces, bad_pieces, state, updated_at)`,
		`'worker-' || n, 'printer', 'Imprimante ' || n, 'maker-' || n, 1, (1 = 0), `+day+`, '', 'ender3', 400, 'petg', (1 = 1), '[]', 0, 1000, 0, 0, '', `+day, "50"),
	each(`donations (id, ref, donor, town, phone, email, material, pledged, received, status, may_name, submit_key, created_at, received_at)`,
		`'gift-' || n, 'g' || n, 'Papeterie', 'Rue', '', '', 'film-a4', 4000, 4000, 'received', (1 = 0), 'g' || n, `+day+`, `+day, "{n} / 1000"),
	each(`donations (id, ref, donor, town, phone, email, material, pledged, received, status, may_name, submit_key, created_at)`,
		`'pledge-' || n, 'p' || n, 'Papeterie', 'Rue', '', '', 'film-a4', 400, 0, 'pledged', (1 = 0), 'p' || n, `+day, "5"),
	each(`spools (id, code, filament, colour, initial_mg, recalled, created_at)`, `'spool-' || n, 'F-' || n, 'petg', '', 1000000, (1 = 0), `+day, "{n} / 25 + 40"),
	each(`requests (id, ref, facility_id, channel, need_by, note, status, why_code, submit_key, created_at, approved_at, closed_at)`,
		`'request-' || n, 'r' || n, 'place-' || (n % 60 + 1), 'web', `+day+`, '', 'delivered', '', 'r' || n, `+day+`, `+day+`, `+day, "{n} / 10"),
	each(`requests (id, ref, facility_id, channel, need_by, note, status, why_code, submit_key, created_at, approved_at)`,
		`'open-' || n, 'o' || n, 'place-' || n, 'web', `+day+`, '', CASE WHEN n > 40 THEN 'received' ELSE 'approved' END, '', 'o' || n, `+day+`, CASE WHEN n > 40 THEN NULL ELSE `+typed(day)+` END`, "43"),
	each(`request_lines (id, request_id, product, asked, promised)`, `'line-' || n, 'request-' || n, 'visor', 36, 36`, "{n} / 10"),
	each(`request_lines (id, request_id, product, asked, promised)`, `'open-' || n, 'open-' || n, 'visor', 24, CASE WHEN n > 40 THEN 0 ELSE 24 END`, "43"),
	each(`batches (id, request_id, design_id, product, quantity, due_at, priority, status, created_at, done_at)`,
		`'batch-' || n, 'request-' || n, {design}, 'visor', 36, `+day+`, 0, 'done', `+day+`, `+day, "{n} / 10"),
	each(`batches (id, request_id, design_id, product, quantity, due_at, priority, status, created_at)`,
		`'open-' || n, 'open-' || n, {design}, 'visor', 24, `+day+`, 0, 'open', `+day, "40"),
	`INSERT INTO plates (id, design_id, part, copies, model, nozzle_um, filament, status, why, gcode_hash, gcode_bytes, seconds, filament_mg, layers, lines, slicer, overlay, created_at)
		VALUES ('plate', {design}, 'visor-band', 4, 'ender3', 400, 'petg', 'ready', '{}', 'h', 1, 7200, 40000, 100, 1000, '', '', ` + day + `)`,
	each(`jobs (id, batch_id, part, how, copies, status, tries, rev, wait, created_at)`,
		`'open-' || n, 'open-' || (n % 40 + 1), 'visor-band', 'print', 4, 'waiting', 0, 1, '{}', `+day, "240"),
	each(`jobs (id, batch_id, part, how, copies, status, attempt_id, tries, rev, wait, created_at)`,
		`'job-' || n, 'batch-' || ((n - 1) / 10 + 1), 'visor-band', 'print', 4, 'done', 'attempt-' || n, 1, 2, '{}', `+day, "{n}"),
	each(`attempts (id, job_id, batch_id, worker_id, plate_id, spool_id, part, copies, no, status, why, end_reason, lease_until, lines, resends, started_at, ended_at, created_at)`,
		`'attempt-' || n, 'job-' || n, 'batch-' || ((n - 1) / 10 + 1), 'worker-' || (n % 50 + 1), 'plate', 'spool-' || ((n - 1) / 25 + 1), 'visor-band', 4, 1, 'done', '{}', '{}', `+day+`, 1000, 0, `+day+`, `+day+`, `+day, "{n}"),
	each(`lots (id, code, attempt_id, batch_id, design_id, part, worker_id, maker_id, spool_id, declared, bad, good, status, created_at, settled_at)`,
		`'lot-' || n, 'V-' || n, 'attempt-' || n, 'batch-' || ((n - 1) / 10 + 1), {design}, 'visor-band', 'worker-' || (n % 50 + 1), 'maker-' || (n % 50 + 1), 'spool-' || ((n - 1) / 25 + 1), 4, 0, 4, 'ready', `+day+`, `+day, "{n}"),
	each(`inspections (id, lot_id, good, bad, reason, at)`, `'inspection-' || n, 'lot-' || n, 4, 0, '', `+day, "{n}"),
	each(`runs (id, code, driver, phone, day, vehicle_id, status, created_at, finished_at)`, `'run-' || n, 'T-' || n, 'Chauffeur', '', `+day+`, 'van', 'done', `+day+`, `+day, "({n} / 10 - 1) / 6 + 1"),
	each(`stops (id, run_id, seq, no, kind, facility_id, request_id, status, why, done_at)`,
		`'stop-' || n, 'run-' || ((n - 1) / 6 + 1), (n - 1) % 6 + 1, (n - 1) % 6 + 1, 'deliver', 'place-' || (n % 60 + 1), 'request-' || n, 'done', '', `+day, "{n} / 10"),
	each(`proofs (id, stop_id, kind, name, blob, reservations, at)`, `'proof-' || n, 'stop-' || n, 'name', 'Accueil', '', '', `+day, "{n} / 10"),
	each(`delivery_notes (id, no, stop_id, request_id, lines, created_at)`, `'note-' || n, n, 'stop-' || n, 'request-' || n, '[]', `+day, "{n} / 10"),
	each(`boxes (id, code, request_id, stop_id, status, recalled, created_at)`, `'box-' || n, 'B-' || n, 'request-' || n, 'stop-' || n, 'delivered', (1 = 0), `+day, "{n} / 10"),
	each(`kits (id, request_id, product, design_id, quantity, box_id, created_at)`,
		`'kit-' || n, 'request-' || ((n - 1) / 9 + 1), 'visor', {design}, 4, 'box-' || ((n - 1) / 9 + 1), `+day, "{n} * 9 / 10"),
	each(`kit_lots (kit_id, lot_id, quantity)`, `'kit-' || n, 'lot-' || n, 4`, "{n} * 9 / 10"),
	each(`changes (at, code, subject, request_id, args)`, day+`, 'kit_made', 'kit-' || n, 'request-' || ((n - 1) / 9 + 1), '{"product":"visor","quantity":4}'`, "{n} * 9 / 10"),
	`INSERT INTO counters (name, value) VALUES ('delivery-note', {n} / 10), ('box', {n} / 10), ('run', {n} / 10), ('spool', {n} / 25 + 40), ('lot-visor', {n})`,
	moves("gift", "material:film-a4", "'gift-' || n", "'outside-given'", "'hub'", "4000", "piece", "received", "'gift-' || n", "{n} / 1000"),
	moves("reel", "material:petg", "'spool-' || n", "'outside-given'", maker, "1000000", "mg", "received", "'spool-' || n", "{n} / 25 + 40"),
	moves("print", "material:petg", "'spool-' || ((n - 1) / 25 + 1)", "'home-' || (((n - 1) / 25 + 1) % 50 + 1)", "'outside-used'", "40000", "mg", "printed", "'attempt-' || n", "{n}"),
	moves("made", "part:visor-band", "'lot-' || n", "'outside-made'", maker, "4", "piece", "made", "'attempt-' || n", "{n}"),
	moves("fetched", "part:visor-band", "'lot-' || n", maker, "'van'", "4", "piece", "collected", "'lot-' || n", "{n}"),
	moves("settled", "part:visor-band", "'lot-' || n", "'van'", "'hub'", "4", "piece", "settled", "'lot-' || n", "{n}"),
	moves("used", "part:visor-band", "'lot-' || n", "'hub'", "'outside-used'", "4", "piece", "kitted", "'kit-' || n", "{n} * 9 / 10"),
	moves("film", "material:film-a4", "'gift-' || (n % ({n} / 1000) + 1)", "'hub'", "'outside-used'", "4", "piece", "kitted", "'kit-' || n", "{n} * 9 / 10"),
	moves("kit", "kit:visor", "'kit-' || n", "'outside-made'", "'hub'", "4", "piece", "kitted", "'kit-' || n", "{n} * 9 / 10"),
	moves("loaded", "kit:visor", "'kit-' || n", "'hub'", "'van'", "4", "piece", "loaded", "'box-' || ((n - 1) / 9 + 1)", "{n} * 9 / 10"),
	moves("given", "kit:visor", "'kit-' || n", "'van'", "'facility-place-' || (((n - 1) / 9 + 1) % 60 + 1)", "4", "piece", "delivered", "'box-' || ((n - 1) / 9 + 1)", "{n} * 9 / 10"),
	moves("moved", "part:visor-band", "'lot-' || (n + {n} * 9 / 10)", "'hub'", maker, "1", "piece", "moved", "''", "{n} / 10"),
	`INSERT INTO balances (location, item, source, quantity) SELECT location, item, source, SUM(q) FROM (
		SELECT to_location AS location, item, source, quantity AS q FROM stock_moves UNION ALL SELECT from_location, item, source, -quantity FROM stock_moves) AS m
		GROUP BY location, item, source`,
	`ANALYZE`,
}

// maker is the home of whoever made bag n.
const maker = `'home-' || (n % 50 + 1)`

// typed is a time where the database would take it for text.
func typed(at string) string { return `CAST(` + at + ` AS {time})` }

// each inserts a row for every n up to a number.
func each(into, values, upTo string) string {
	return `INSERT INTO ` + into + ` WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ` + upTo + `) SELECT ` + values + ` FROM c`
}

func moves(id, item, source, from, to, quantity, unit, why, subject, upTo string) string {
	return each(`stock_moves (`+columns+`)`, fmt.Sprintf(`'%s-' || n, %s, '%s', %s, %s, %s, %s, '%s', '%s', %s, '', NULL`,
		id, day, item, source, from, to, quantity, unit, why, subject), upTo)
}

// filled is a lab with a season of this many bags behind it, on either database. quick takes the checks of the database
// off while it is put in.
func filled(tb testing.TB, database string, lots int, quick bool) *store.Store {
	tb.Helper()
	driver, dsn, kind, loosen := "sqlite", "", "text", "PRAGMA synchronous = OFF"
	if database == "sqlite" {
		dsn = storetest.SQLite(tb)
	} else {
		driver, dsn, kind, loosen = "pgx", storetest.Postgres(tb), "timestamptz", "SET session_replication_role = replica; SET work_mem = '256MB'"
	}
	s, err := store.Open(tb.Context(), dsn, slog.New(slog.DiscardHandler))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	l := &lab{t: tb, store: s, production: production.New(production.Config{Store: s, Log: slog.New(slog.DiscardHandler)})}
	l.adopt()

	db, err := sql.Open(driver, dsn)
	require.NoError(tb, err)
	db.SetMaxOpenConns(1)
	if !quick {
		loosen = map[string]string{"sqlite": "PRAGMA foreign_keys = ON", "pgx": "SET work_mem = '64MB'"}[driver]
	}
	words := strings.NewReplacer("{n}", strconv.Itoa(lots), "{time}", kind, "{design}", "(SELECT id FROM design_versions)")
	for _, statement := range append([]string{loosen}, season[:]...) {
		_, err := db.ExecContext(tb.Context(), words.Replace(statement))
		require.NoError(tb, err, statement)
	}
	require.NoError(tb, db.Close())
	return s
}

// Ensure that the season on which the figures are measured keeps every rule of the books and of the database.
func TestTheSeasonThatIsMeasuredIsSound(t *testing.T) {
	for _, database := range [...]string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			s := filled(t, database, 1000, false)
			found, err := report.New(s).Audit(t.Context())
			require.NoError(t, err)
			require.Empty(t, found)
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
				list, err := tx.Reach(fab.RecallDesign, string(designOf(t, tx)))
				n := int64(0)
				for _, r := range list {
					n += r.Quantity
				}
				require.EqualValues(t, 4000, n, "every piece is somewhere")
				return err
			}))
		})
	}
}

func designOf(tb testing.TB, tx *store.Tx) fab.DesignVersionID {
	tb.Helper()
	designs, err := tx.Designs()
	require.NoError(tb, err)
	return designs[0].ID
}
