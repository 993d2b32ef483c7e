// Package spool is what a printer agent must not lose: G-code by hash, the journal of the print on each printer, the
// outbox of events, the attempts and commands it has seen, and what it learned of each machine. All of that but the
// files themselves lives in one database file, so that what belongs together changes in one transaction and survives a
// kill at any moment. Which line of a file each number stood for, too much for a database, lies in a Track per printer.
package spool

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Format is the version of the database and of everything in it. A newer one is refused.
const Format = 2

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
	ErrEmpty         = errors.New("the file is empty")
	ErrName          = errors.New("the file name has no letter that can be kept")
	ErrNotLive       = errors.New("this attempt is not under way in the journal")
)

// Limits bound what the spool may take of the disk. Zero values stand for the defaults.
type Limits struct {
	File     int64 // bytes of one G-code file; default 256 MiB
	Files    int64 // bytes of all of them, beyond which Sweep removes the oldest; default 1 GiB
	Local    int64 // bytes of the maker's own files, which Sweep never removes; default 1 GiB
	Database int64 // bytes of the database, rounded down to a power of two from 128 KiB on; default 256 MiB
}

func (l Limits) orDefault() Limits {
	database := max(or(l.Database, 256<<20), 128<<10)
	database = 1 << (bits.Len64(uint64(database)) - 1) // the database's map doubles
	return Limits{
		File: or(l.File, 256<<20), Files: or(l.Files, 1<<30), Local: or(l.Local, 1<<30), Database: database,
	}
}

func or(v, otherwise int64) int64 {
	if v > 0 {
		return v
	}
	return otherwise
}

// Spool is an open state folder. Its methods may be called from any goroutine; those that write return only after the
// data is on the disk.
type Spool struct {
	db        *bolt.DB
	file      *os.File // of the database, which closes it
	allocated int64    // bytes of it that have blocks, as far as known; only for update transactions
	files     string
	limits    Limits
	create    func(path string) (file, error)
	parts     sync.Map   // names of the files being stored
	shelf     sync.Mutex // held while the files and what the database says of them may differ
}

var (
	bucketMeta     = []byte("meta")
	bucketEvents   = []byte("events")
	bucketJournal  = []byte("journal")
	bucketAttempts = []byte("attempts")
	bucketCommands = []byte("commands")
	bucketOrder    = []byte("command-order")
	bucketClear    = []byte("clear")
	bucketLocal    = []byte("local")
	bucketFacts    = []byte("facts")

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
	_, missing := os.Lstat(path)
	err := s.open(path)
	if err != nil && errors.Is(missing, fs.ErrNotExist) && !errors.Is(err, ErrInUse) {
		err = errors.Join(err, ignoreMissing(os.Remove(path))) // half a new database would count as a damaged one
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return s, nil
}

func (s *Spool) open(path string) error {
	if err := s.openDB(path); err != nil {
		return err
	}
	if err := s.prepare(); err != nil {
		return errors.Join(err, s.db.Close())
	}
	return nil
}

// openDB turns bbolt's panic on a damaged page into an error.
func (s *Spool) openDB(path string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the database is damaged: %v", p)
		}
	}()
	s.db, err = bolt.Open(path, 0o600, &bolt.Options{
		Timeout: time.Second, MaxSize: int(s.limits.Database), FreelistType: bolt.FreelistMapType,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, mode)
			s.file = f
			return f, err
		},
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return ErrInUse
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return fmt.Errorf("the database is damaged: %w", err)
	}
	return explain(err)
}

// Close releases the folder.
func (s *Spool) Close() error { return s.db.Close() }

func (s *Spool) update(f func(tx *bolt.Tx) error) error { return explain(s.db.Update(f)) }

func (s *Spool) view(f func(tx *bolt.Tx) error) error { return s.db.View(f) }

func newOutboxID() []byte {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return []byte(hex.EncodeToString(b[:]))
}

// seqKey orders events by their number.
func seqKey(seq int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(seq)) }

func seqOf(key []byte) int64 { return int64(binary.BigEndian.Uint64(key)) }
