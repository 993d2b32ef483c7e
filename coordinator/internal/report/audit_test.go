package report_test

import (
	"database/sql"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/ui/locales"
)

// rulesOf reads the names of the rules out of the sources.
func rulesOf(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../store/audit*.go")
	require.NoError(t, err)
	var rules []string
	for _, path := range paths {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`\{"(audit_[a-z_]+)"`).FindAllSubmatch(source, -1) {
			rules = append(rules, string(m[1]))
		}
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// tampered is a lab whose books somebody edits with SQL, past the program and with every safeguard of the database off.
type tampered struct {
	t     *testing.T
	store *store.Store
	db    *sql.DB
}

func newTampered(t *testing.T, driver, dsn string, loosen ...string) *tampered {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	db.SetMaxOpenConns(1)
	l := &tampered{t, s, db}
	for _, statement := range append(loosen, "DROP INDEX stock_moves_reverses_key") {
		l.exec(statement)
	}
	return l
}

func (l *tampered) exec(statement string) int64 {
	l.t.Helper()
	res, err := l.db.ExecContext(l.t.Context(), statement)
	require.NoError(l.t, err, statement)
	n, err := res.RowsAffected()
	require.NoError(l.t, err)
	return n
}

func (l *tampered) audit() []fab.Reason {
	l.t.Helper()
	found, err := report.New(l.store).Audit(l.t.Context())
	require.NoError(l.t, err)
	return found
}

// empty takes the sound books out again.
func (l *tampered) empty() {
	for _, table := range []string{"favour_lots", "favours", "relay_lots", "relay_parts", "reservations", "stock_take_lines", "stock_takes", "weighings", "inspections", "balances", "stock_moves", "proofs", "delivery_notes", "counters",
		"devices", "kit_lots", "kits", "boxes", "stops", "runs", "lot_gives", "handouts", "lots", "attempts", "jobs", "relays", "plates", "batches", "request_lines", "requests", "trials", "design_versions",
		"workers", "spools", "blocked_lots", "donations", "materials", "facilities", "makers"} {
		l.exec("DELETE FROM " + table)
	}
	l.exec("DELETE FROM locations WHERE kind <> 'outside' AND id <> 'hub'")
}

// Ensure that the audit says nothing of sound books, and finds every way in which they were edited behind the program's
// back, on both databases; that the sentence names the thing that is wrong, in both languages; and that every rule of the
// audit is one that some edit turns red.
func TestEveryEditOfTheBooksIsFound(t *testing.T) {
	cases := slices.Concat(tamperings(), workTamperings())
	require.GreaterOrEqual(t, len(cases), 30)
	seen := map[string]bool{}
	for _, c := range cases {
		seen[c.rule] = true
	}
	require.Equal(t, rulesOf(t), slices.Sorted(maps.Keys(seen)))
	for name, open := range map[string]func(*testing.T) *tampered{
		"sqlite": func(t *testing.T) *tampered {
			return newTampered(t, "sqlite", storetest.SQLite(t), "PRAGMA ignore_check_constraints = 1", "DROP TRIGGER stock_moves_stay", "DROP TRIGGER stock_moves_last")
		},
		"postgres": func(t *testing.T) *tampered {
			return newTampered(t, "pgx", storetest.Postgres(t), "SET session_replication_role = replica",
				"ALTER TABLE balances DROP CONSTRAINT IF EXISTS balances_check", "ALTER TABLE balances DROP CONSTRAINT IF EXISTS balances_check1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t)
			require.NoError(t, l.store.Update(t.Context(), soundBooks))
			require.Empty(t, l.audit(), "before")
			l.empty()
			for _, c := range cases {
				t.Run(c.what, func(t *testing.T) {
					l := &tampered{t, l.store, l.db}
					defer l.empty()
					require.NoError(t, l.store.Update(t.Context(), soundBooks))
					require.NotZero(t, l.exec(c.sql))
					l.holds(c, l.audit())
				})
			}
		})
	}
}

// holds checks that what was found is the edit, by name, and nothing that does not follow from it.
func (l *tampered) holds(c tampering, found []fab.Reason) {
	l.t.Helper()
	named := 0
	for _, f := range found {
		require.Contains(l.t, append(c.also, c.rule), f.Code, "%s: %v", c.what, f)
		for _, lang := range locales.Langs() {
			said := locales.Text(lang, f.Code, map[string]any(f.Args))
			require.NotContains(l.t, said, "⟦")
			if f.Code == c.rule && regexp.MustCompile(regexp.QuoteMeta(c.names)).MatchString(said) {
				named++
			}
		}
	}
	require.GreaterOrEqual(l.t, named, len(locales.Langs()), "%s: %v", c.what, found)
}
