package store

import (
	"strings"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// The dialects below write a zero byte as they write bytes that are not UTF-8: as U+FFFD. bun would make a query of it
// that no database can read, so a question after such a name would be a fault instead of finding nothing.

type sqliteText struct{ *sqlitedialect.Dialect }

// AppendString quotes s.
func (d sqliteText) AppendString(b []byte, s string) []byte {
	return d.Dialect.AppendString(b, withoutZero(s))
}

type postgresText struct{ *pgdialect.Dialect }

// AppendString quotes s.
func (d postgresText) AppendString(b []byte, s string) []byte {
	return d.Dialect.AppendString(b, withoutZero(s))
}

func withoutZero(s string) string { return strings.ReplaceAll(s, "\x00", "\ufffd") }
