// Package spool is what a printer agent must not lose: downloaded G-code by hash, the journal of the print on each
// printer, the outbox of events, and the attempts and commands it has seen. Everything but the files themselves lives
// in one database file, so that what belongs together changes in one transaction and survives a kill at any moment.
package spool

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Format is the version of the database and of everything in it. A newer one is refused.
const Format = 1

// Errors of this package; test with errors.Is.
var (
	ErrNewer         = errors.New("the state folder was written by a newer agent")
	ErrInUse         = errors.New("the state folder is in use by another agent")
	ErrDiskFull      = errors.New("the disk is full")
	ErrStartedBefore = errors.New("this attempt was started before")
	ErrBusy          = errors.New("another attempt is in the journal of this printer")
	ErrMissing       = errors.New("no such file in the spool")
	ErrHash          = errors.New("the file does not have the hash it was asked for")
	ErrTooLarge      = errors.New("the file is larger than allowed")
)

// Limits bound what the spool may take of the disk. Zero values stand for the defaults.
type Limits struct {
	File     int64 // bytes of one G-code file; default 256 MiB
	Files    int64 // bytes of all of them, beyond which Sweep removes the oldest; default 1 GiB
	Database int64 // bytes of the database, rounded down to a power of two from 128 KiB on; default 256 MiB
}

func (l Limits) orDefault() Limits {
	database := max(or(l.Database, 256<<20), 128<<10)
	database = 1 << (bits.Len64(uint64(database)) - 1) // the database's map doubles
	return Limits{File: or(l.File, 256<<20), Files: or(l.Files, 1<<30), Database: database}
}

// reserve is what additions leave free for removals, which need fresh pages too: a database that could not forget would
// stay full for ever.
const reserve = 64 << 10

func or(v, otherwise int64) int64 {
	if v > 0 {
		return v
	}
	return otherwise
}

// Spool is an open state folder. Its methods may be called from any goroutine; those that write return only after the
// data is on the disk.
type Spool struct {
	db     *bolt.DB
	files  string
	limits Limits
	create func(path string) (file, error)
}

var (
	bucketMeta     = []byte("meta")
	bucketEvents   = []byte("events")
	bucketJournal  = []byte("journal")
	bucketAttempts = []byte("attempts")
	bucketCommands = []byte("commands")
	bucketOrder    = []byte("command-order")
	bucketClear    = []byte("clear")

	keyFormat = []byte("format")
	keyOutbox = []byte("outbox")
)

// Open opens the state folder, making what is missing. One process at a time may hold it.
func Open(dir string, limits Limits) (*Spool, error) {
	s := &Spool{files: filepath.Join(dir, "files"), limits: limits.orDefault(), create: createFile}
	if err := os.MkdirAll(s.files, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", s.files, explain(err))
	}
	path := filepath.Join(dir, "spool.db")
	db, err := openDB(path, s.limits.Database)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	s.db = db
	if err := s.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return s, nil
}

// openDB turns bbolt's panic on a damaged page into an error.
func openDB(path string, limit int64) (db *bolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the database is damaged: %v", p)
		}
	}()
	db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, MaxSize: int(limit), FreelistType: bolt.FreelistMapType})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, ErrInUse
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, fmt.Errorf("the database is damaged: %w", err)
	}
	return db, explain(err)
}

// prepare checks the format number and makes the buckets of a new database.
func (s *Spool) prepare() error {
	return s.update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketEvents, bucketJournal, bucketAttempts, bucketCommands, bucketOrder, bucketClear} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		meta := tx.Bucket(bucketMeta)
		if v := meta.Get(keyFormat); v != nil {
			return checkFormat(string(v))
		}
		if err := meta.Put(keyOutbox, newOutboxID()); err != nil {
			return err
		}
		return meta.Put(keyFormat, []byte(strconv.Itoa(Format)))
	})
}

func checkFormat(v string) error {
	n, err := strconv.Atoi(v)
	if err != nil {
		return fmt.Errorf("the database is damaged: format %q", v)
	}
	if n > Format {
		return fmt.Errorf("%w: its format is %d, this one knows %d", ErrNewer, n, Format)
	}
	return nil
}

// Close releases the folder.
func (s *Spool) Close() error { return s.db.Close() }

func (s *Spool) update(f func(tx *bolt.Tx) error) error { return explain(s.db.Update(f)) }

// grow is an update that adds: it is refused when less than the reserve would be left.
func (s *Spool) grow(f func(tx *bolt.Tx) error) error { return s.growBeyond(reserve, f) }

func (s *Spool) growBeyond(reserve int64, f func(tx *bolt.Tx) error) error {
	return s.update(func(tx *bolt.Tx) error {
		free := int64(s.db.Stats().FreePageN) * int64(s.db.Info().PageSize)
		if s.limits.Database-tx.Size()+free < reserve {
			return ErrDiskFull
		}
		return f(tx)
	})
}

func (s *Spool) view(f func(tx *bolt.Tx) error) error { return s.db.View(f) }

// explain marks the errors that mean a full disk, or a full allowance on it.
func explain(err error) error {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, berrors.ErrMaxSizeReached} {
		if errors.Is(err, full) {
			return fmt.Errorf("%w: %w", ErrDiskFull, err)
		}
	}
	return err
}

func newOutboxID() []byte {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return []byte(hex.EncodeToString(b[:]))
}

// seqKey orders events by their number.
func seqKey(seq int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(seq)) }

func seqOf(key []byte) int64 { return int64(binary.BigEndian.Uint64(key)) }
