package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// The helpers below carry context.Background: a transaction is bound to its context by BeginTx, which cancels every
// statement inside it.

type query = *bun.SelectQuery

// one reads the row that q selects; NotFound names what.
func one[T any](tx *Tx, what string, q func(query) query) (T, error) {
	var row T
	err := q(tx.db.NewSelect().Model(&row)).Limit(1).Scan(context.Background())
	if errors.Is(err, sql.ErrNoRows) {
		return row, fab.Refuse(fab.NotFound, "not_found", "", "what", what)
	}
	if err != nil {
		return row, fmt.Errorf("read %s: %w", what, err)
	}
	return row, nil
}

// byID reads the row whose id is given.
func byID[T any, I ~string](tx *Tx, what string, id I) (T, error) {
	return one[T](tx, what, func(q query) query { return q.Where("id = ?", string(id)) })
}

// many reads all rows that q selects.
func many[T any](tx *Tx, what string, q func(query) query) ([]T, error) {
	var rows []T
	if err := q(tx.db.NewSelect().Model(&rows)).Scan(context.Background()); err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return rows, nil
}

// add inserts a row.
func add[T any](tx *Tx, what string, row *T) error {
	if _, err := tx.db.NewInsert().Model(row).Exec(context.Background()); err != nil {
		return fmt.Errorf("store %s: %w", what, err)
	}
	return nil
}

// set writes all columns of a row that exists.
func set[T any](tx *Tx, what string, row *T) error {
	res, err := tx.db.NewUpdate().Model(row).WherePK().Exec(context.Background())
	if err != nil {
		return fmt.Errorf("store %s: %w", what, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(fab.Refuse(fab.NotFound, "not_found", "", "what", what), err)
	}
	return nil
}

// all selects everything in the order of the identifiers, which is the order of age.
func all(q query) query { return q.Order("id") }

// countBy counts the rows of a table in each status.
func countBy[S ~string](tx *Tx, table string) (map[S]int, error) {
	var rows []struct {
		Status S
		N      int
	}
	err := tx.db.NewRaw("SELECT status, COUNT(*) AS n FROM "+table+" GROUP BY status").Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count %s: %w", table, err)
	}
	counts := map[S]int{}
	for _, r := range rows {
		counts[r.Status] = r.N
	}
	return counts, nil
}

func in[S ~string](values []S) any {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return bun.List(list)
}
