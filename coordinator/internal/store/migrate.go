package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pressly/goose/v3"
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
	if !onPostgres {
		if err := s.checkSQLite(ctx); err != nil {
			return err
		}
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
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring the database up to date: %w", err)
	}
	return nil
}

// checkSQLite reads the whole file structure, so that a damaged file is told at start and not in the middle of a day.
func (s *Store) checkSQLite(ctx context.Context) error {
	var verdict string
	if err := s.write.DB.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
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
