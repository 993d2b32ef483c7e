package testkit_test

import (
	"bufio"
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// Two tests get two databases: what one creates, the other does not see.
func TestPostgresGivesEachTestItsOwnDatabase(t *testing.T) {
	first, second := connect(t, testkit.Postgres(t)), connect(t, testkit.Postgres(t))
	if _, err := first.Exec(t.Context(), "CREATE TABLE visor (n int)"); err != nil {
		t.Fatal(err)
	}
	var tables int
	row := second.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE tablename = 'visor'")
	if err := row.Scan(&tables); err != nil {
		t.Fatal(err)
	}
	if tables != 0 {
		t.Fatal("the second database sees the table of the first")
	}
}

// Two copies of a database both have what it was filled with, once, and do not see each other's changes.
func TestPostgresCopyFillsOnce(t *testing.T) {
	filled := 0
	fill := func(dsn string) error {
		filled++
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			return err
		}
		_, err = conn.Exec(t.Context(), "CREATE TABLE visor (n int)")
		return errors.Join(err, conn.Close(t.Context()))
	}
	first, second := connect(t, testkit.PostgresCopy(t, "visors", fill)), connect(t, testkit.PostgresCopy(t, "visors", fill))
	if filled != 1 {
		t.Fatalf("the database was filled %d times", filled)
	}
	if _, err := first.Exec(t.Context(), "INSERT INTO visor VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := second.QueryRow(t.Context(), "SELECT count(*) FROM visor").Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if rows != 0 {
		t.Fatal("the second copy sees the row of the first")
	}
}

// A database is gone when its test has ended, even with a connection left open.
func TestPostgresDropsTheDatabaseOfAnEndedTest(t *testing.T) {
	var ended string
	t.Run("ended", func(t *testing.T) {
		ended = testkit.Postgres(t)
		conn, err := pgx.Connect(t.Context(), ended)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if conn, err := pgx.Connect(t.Context(), ended); err == nil {
		_ = conn.Close(t.Context())
		t.Fatal("the database of an ended test still answers")
	}
}

const victimVariable = "MAILLEUR_TESTKIT_VICTIM"

// TestVictim is the process that TestPostgresLeavesNothingBehind kills.
func TestVictim(t *testing.T) {
	if os.Getenv(victimVariable) == "" {
		return
	}
	os.Stdout.WriteString("dsn " + testkit.Postgres(t) + "\n")
	<-t.Context().Done()
}

// A test process that is killed takes its server and its folder with it.
func TestPostgresLeavesNothingBehind(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	victim := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestVictim$")
	victim.Env = append(os.Environ(), victimVariable+"=1")
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	folder := socketFolder(t, bufio.NewScanner(out))
	if _, err := os.Stat(folder); err != nil {
		t.Fatalf("the server has no folder while its test runs: %v", err)
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait()
	testkit.Eventually(t, 20*time.Second, func() bool {
		_, err := os.Stat(folder)
		return os.IsNotExist(err)
	})
}

// socketFolder reads the line that TestVictim prints.
func socketFolder(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	for lines.Scan() {
		if dsn, ok := strings.CutPrefix(lines.Text(), "dsn "); ok {
			u, err := url.Parse(dsn)
			if err != nil {
				t.Fatal(err)
			}
			return u.Query().Get("host")
		}
	}
	t.Fatal("the victim ended before it named its server")
	return ""
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatalf("connect to %s: %v", dsn, err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
