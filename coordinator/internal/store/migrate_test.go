package store

import (
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// Ensure that a lab of before keeps its plates, and what refers to them, when its schema moves on; also when the program
// was killed in the middle.
func TestOlderPlatesComeAlong(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "lab.db") },
		"postgres": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := dsn(t)
			older(t, at)
			s, err := Open(t.Context(), at, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			require.NoError(t, s.Update(t.Context(), func(tx *Tx) error {
				p, err := tx.Plate("p")
				require.NoError(t, err)
				require.Equal(t, fab.PlateReady, p.Status)
				require.Equal(t, fab.PlateBySlicer, p.Source)
				require.Equal(t, int64(600), p.Seconds)
				require.Empty(t, p.Warnings)
				require.Empty(t, p.WorkerID)
				require.NoError(t, p.Turn(fab.PlateCancelled, fab.Because(fab.WhyPlateReplaced), tx.now))
				return tx.SetPlate(&p)
			}))
			err = s.Update(t.Context(), func(tx *Tx) error { return tx.AddAttempt(&fab.Attempt{ID: "b", PlateID: "nobody", CreatedAt: tx.now}) })
			require.Error(t, err, "references are held again")
		})
	}
}

// older makes a database as the first version did, with a plate that an attempt printed.
func older(t *testing.T, dsn string) {
	t.Helper()
	s := &Store{log: slog.New(slog.DiscardHandler), watchers: map[int]func([]fab.Change){}}
	folder, dialect := "migrations/sqlite", goose.DialectSQLite3
	if postgres(dsn) {
		folder, dialect = "migrations/postgres", goose.DialectPostgres
		require.NoError(t, s.openPostgres(dsn))
	} else {
		require.NoError(t, s.openSQLite(dsn))
	}
	defer func() { require.NoError(t, s.Close()) }()
	sub, err := fs.Sub(migrations, folder)
	require.NoError(t, err)
	provider, err := goose.NewProvider(dialect, s.write.DB, sub)
	require.NoError(t, err)
	_, err = provider.UpTo(t.Context(), 1)
	require.NoError(t, err)
	for _, row := range []string{
		`INSERT INTO makers (id, name, town, phone, location_id, created_at) VALUES ('m', 'n', '', '', 'hub', '2020-04-01 00:00:00+00:00')`,
		`INSERT INTO workers (id, kind, name, maker_id, rev, paused, created_at, key, model, nozzle_um, filament, plate_clear, steps, quota, time_factor_pm, good_pieces, bad_pieces, state, updated_at)
			VALUES ('w', 'printer', 'n', 'm', 1, false, '2020-04-01 00:00:00+00:00', '', 'ender-3', 400, 'pla', true, '[]', 0, 1000, 0, 0, '', '2020-04-01 00:00:00+00:00')`,
		`INSERT INTO design_versions (id, product, version, hash, status, claim, names, blurbs, notices, colour, bom, created_at, dangerous)
			VALUES ('d', 'visor', '1', 'h', 'trialled', '', '{}', '{}', '{}', '', '{}', '2020-04-01 00:00:00+00:00', false)`,
		`INSERT INTO plates (id, design_id, part, copies, model, nozzle_um, filament, status, why, gcode_hash, gcode_bytes, seconds, filament_mg, layers, lines, slicer, created_at)
			VALUES ('p', 'd', 'band', 2, 'ender-3', 400, 'pla', 'ready', '{"code":""}', 'x', 1, 600, 1, 1, 1, 's', '2020-04-01 00:00:00+00:00')`,
		`INSERT INTO batches (id, design_id, product, quantity, due_at, priority, status, created_at)
			VALUES ('b', 'd', 'visor', 2, '2020-04-01 00:00:00+00:00', 0, 'open', '2020-04-01 00:00:00+00:00')`,
		`INSERT INTO jobs (id, batch_id, part, how, copies, status, tries, rev, wait, created_at)
			VALUES ('j', 'b', 'band', 'print', 2, 'waiting', 0, 1, '{"code":""}', '2020-04-01 00:00:00+00:00')`,
		`INSERT INTO attempts (id, job_id, batch_id, worker_id, plate_id, part, copies, no, status, why, end_reason, lease_until, lines, resends, created_at)
			VALUES ('a', 'j', 'b', 'w', 'p', 'band', 2, 1, 'failed', '{"code":""}', '{"code":""}', '2020-04-01 00:00:00+00:00', 0, 0, '2020-04-01 00:00:00+00:00')`,
	} {
		_, err := s.write.DB.ExecContext(t.Context(), row)
		require.NoError(t, err, row)
	}
	if !postgres(dsn) { // killed after the table was made anew, and before the version was noted
		_, err = provider.UpTo(t.Context(), 2)
		require.NoError(t, err)
		_, err = s.write.DB.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id = 2")
		require.NoError(t, err)
	}
}
