// Package storetest gives tests a database that is already up to date, a copy of one made once per test process:
// bringing a new one through every migration takes longer than most tests. It is imported by tests only.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// SQLite gives the path of an empty lab's database, a file of this test alone. Safe for parallel tests.
func SQLite(t testing.TB) (dsn string) {
	t.Helper()
	data, err := emptyFile()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "lab.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatalf("copy the empty database: %v", err)
	}
	return path
}

// Postgres gives the DSN of an empty lab's database on the private server of testkit, dropped when the test ends. Safe
// for parallel tests.
func Postgres(t testing.TB) (dsn string) {
	t.Helper()
	return testkit.PostgresCopy(t, "lab", migrate)
}

// emptyFile is the database file of an empty lab.
var emptyFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "mailleur-lab-")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	path := filepath.Join(dir, "lab.db")
	err = migrate(path)
	data, unread := os.ReadFile(path)
	return data, errors.Join(err, unread, os.RemoveAll(dir))
})

// migrate makes the database and leaves no connection to it.
func migrate(dsn string) error {
	s, err := store.Open(context.Background(), dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("make the empty database: %w", err)
	}
	return s.Close()
}
