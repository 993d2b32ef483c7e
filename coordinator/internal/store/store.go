// Package store is the only room that speaks SQL: it keeps the rows of fab in SQLite or PostgreSQL behind
// View and Update, with one method per question, one file per noun. Use-case rooms compose those methods inside one
// transaction; they never see a query.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	_ "modernc.org/sqlite" // driver "sqlite"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Store holds the connections to one lab's database. It is safe for concurrent use.
type Store struct {
	write *bun.DB
	read  *bun.DB
	log   *slog.Logger
	rand  io.Reader
	now   func() time.Time

	mu       sync.Mutex
	watchers map[int]func([]fab.Change)
	nextID   int
}

// Open connects to dsn, brings its schema up to date and checks that this program understands it. dsn is a path to an
// SQLite file (made when absent) or a postgres:// address. A newer or damaged database is refused.
func Open(ctx context.Context, dsn string, log *slog.Logger) (*Store, error) {
	s := &Store{log: log, rand: rand.Reader, now: time.Now, watchers: map[int]func([]fab.Change){}}
	var err error
	if postgres(dsn) {
		err = s.openPostgres(dsn)
	} else {
		err = s.openSQLite(dsn)
	}
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, postgres(dsn)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes the connections.
func (s *Store) Close() error {
	if s.read == s.write {
		return s.write.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

func (s *Store) onPostgres() bool { return s.write.Dialect().Name() == dialect.PG }

func postgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

func (s *Store) openPostgres(dsn string) error {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	if config.RuntimeParams["jit"] == "" {
		config.RuntimeParams["jit"] = "off" // the server would compile our short queries for longer than they take
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(10) // a connection is a process of the server's, slow to start
	db.SetConnMaxIdleTime(5 * time.Minute)
	s.write = bun.NewDB(db, postgresText{pgdialect.New()})
	s.read = s.write
	return nil
}

// openSQLite keeps one writing connection, since SQLite has one writer, and several readers beside it.
func (s *Store) openSQLite(path string) error {
	path = strings.TrimPrefix(path, "sqlite:")
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)"}}
	open := func(lock string, conns int, dialect schema.Dialect) (*bun.DB, error) {
		pragmas.Set("_txlock", lock)
		db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
		if err != nil {
			return nil, fmt.Errorf("open SQLite database: %w", err)
		}
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns) // a new one would read the whole schema again
		return bun.NewDB(db, dialect), nil
	}
	var err error
	if s.write, err = open("immediate", 1, sqliteText{sqlitedialect.New()}); err != nil {
		return err
	}
	s.read, err = open("deferred", 8, sqliteText{sqlitedialect.New()})
	return err
}

// Tx is one transaction. Every method of it sees one time, Now.
type Tx struct {
	db      bun.IDB
	now     time.Time
	rand    io.Reader
	changes []fab.Change
	ids     int               // how many NewID made
	units   map[string]string // of materials, read before
}

// Now is the time of this transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// Rand is the source of randomness for identifiers and references made inside the transaction.
func (tx *Tx) Rand() io.Reader { return tx.rand }

// NewID makes an identifier at the transaction's time. Those made in one transaction sort in the order of their making,
// each a microsecond after the one before.
func NewID[T ~string](tx *Tx) T {
	tx.ids++
	return fab.NewID[T](tx.now.Add(time.Duration(tx.ids)*time.Microsecond), tx.rand)
}

// View runs fn once in a read-only transaction, on what was committed when it began.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	return s.run(ctx, s.read, &sql.TxOptions{ReadOnly: true, Isolation: s.isolation(sql.LevelRepeatableRead)}, fn)
}

// Update runs fn in a transaction and commits when it returns nil. On PostgreSQL a transaction that lost a race is run
// again, so fn must have no effects outside of tx. Watchers hear of the changes noted by fn after the commit.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	for try := 0; ; try++ {
		err := s.run(ctx, s.write, &sql.TxOptions{Isolation: s.isolation(sql.LevelSerializable)}, fn)
		if !serialization(err) || try == 20 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try+1) * time.Millisecond):
		}
	}
}

// isolation asks PostgreSQL for what SQLite gives anyhow: transactions as if one after the other. Readers are content
// with a snapshot, which PostgreSQL never ends with a serialization failure.
func (s *Store) isolation(onPostgres sql.IsolationLevel) sql.IsolationLevel {
	if s.onPostgres() {
		return onPostgres
	}
	return sql.LevelDefault
}

func serialization(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func (s *Store) run(ctx context.Context, db *bun.DB, opts *sql.TxOptions, fn func(*Tx) error) error {
	if opts.ReadOnly && !s.onPostgres() {
		opts = nil // the driver knows no read-only transaction
	}
	inner, err := db.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	tx := &Tx{db: inner, now: fab.Now(s.now()), rand: s.rand}
	if err := fn(tx); err != nil {
		if back := inner.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
			s.log.Debug("roll back", "error", back)
		}
		return ended(ctx, err)
	}
	if err := inner.Commit(); err != nil {
		return ended(ctx, fmt.Errorf("commit: %w", err))
	}
	s.tell(tx.changes)
	return nil
}

// ended names the end of ctx as the cause of a fault that it brought about: it rolls a transaction back under the feet of
// whoever is in it, and the next statement only says that there is none.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil || errors.Is(err, ctx.Err()) || fab.ClassOf(err) != "" {
		return err
	}
	return fmt.Errorf("%w: %w", ctx.Err(), err)
}

// Watch calls f after each commit with the changes noted in it, until the returned function is called. f must not
// block, and may be called from several goroutines.
func (s *Store) Watch(f func([]fab.Change)) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.nextID
	s.nextID++
	s.watchers[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, id)
	}
}

func (s *Store) tell(changes []fab.Change) {
	if len(changes) == 0 {
		return
	}
	s.mu.Lock()
	watchers := make([]func([]fab.Change), 0, len(s.watchers))
	for _, f := range s.watchers {
		watchers = append(watchers, f)
	}
	s.mu.Unlock()
	for _, f := range watchers {
		f(changes)
	}
}
