package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema forward. Migrations are never edited once released; a database that is newer than this
// program, or damaged, is refused.
func (s *Store) migrate(ctx context.Context, onPostgres bool) error {
	folder, dialect := "migrations/sqlite", goose.DialectSQLite3
	if onPostgres {
		folder, dialect = "migrations/postgres", goose.DialectPostgres
	}
	sub, err := fs.Sub(migrations, folder)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if onPostgres {
		err = s.reachPostgres(ctx)
	} else {
		err = s.checkSQLite(ctx)
	}
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, s.write.DB, sub)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the database's version: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	if have > newest {
		return fmt.Errorf("the database has version %d, this program knows up to %d: use the newer program", have, newest)
	}
	if have == newest {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring the database up to date: %w", err)
	}
	return nil
}

// reachPostgres waits at most a few seconds: a server that does not answer at start is a wrong address more often than
// a slow one.
func (s *Store) reachPostgres(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := s.write.DB.PingContext(ctx); err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	return nil
}

// checkSQLite reads the whole file structure, so that a damaged file is told at start and not in the middle of a day.
func (s *Store) checkSQLite(ctx context.Context) error {
	var verdict string
	err := s.write.DB.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict)
	var told *sqlite.Error
	if errors.As(err, &told) && told.Code()&0xff != sqlite3.SQLITE_CORRUPT && told.Code()&0xff != sqlite3.SQLITE_NOTADB {
		return fmt.Errorf("open the database file: %w", err)
	}
	if err != nil {
		return fmt.Errorf("the database file is damaged, restore a backup: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("the database file is damaged, restore a backup: %s", verdict)
	}
	return nil
}

// Columns lists table.column of the whole schema, sorted, so that the two dialects can be compared.
func (s *Store) Columns(ctx context.Context) ([]string, error) {
	query := `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose%'`
	if s.onPostgres() {
		query = `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose%'`
	}
	var names []string
	if err := s.read.NewRaw(query).Scan(ctx, &names); err != nil {
		return nil, fmt.Errorf("list columns: %w", err)
	}
	slices.Sort(names)
	return names, nil
}
