package spool

import (
	"errors"
	"syscall"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// reserve is what additions leave free for removals, which need fresh pages too: a database that could not forget would
// stay full for ever. It is free in the allowance and on the disk itself: the blocks are allocated ahead.
const reserve = 64 << 10

// share is what additions leave free besides, in bytes, for each attempt in the journal: its start, its pauses, its end.
// Some fifty events fit.
const share = 16 << 10

// allocateStep is how far ahead of the need blocks are allocated where the disk has them, in bytes.
const allocateStep = 64 << 10

// grow is an update that adds what can wait or be left out: it is refused when the running attempts and the removals
// would not have enough left.
func (s *Spool) grow(f func(tx *bolt.Tx) error) error { return s.growBeyond(0, 1, f) }

// growBeyond is an update that adds, refused when not more than more bytes, the reserve and so many shares for each
// attempt in the journal are left.
func (s *Spool) growBeyond(more, shares int64, f func(tx *bolt.Tx) error) error {
	return s.update(func(tx *bolt.Tx) error {
		attempts := int64(tx.Bucket(bucketJournal).Stats().KeyN)
		if err := s.room(tx, reserve+more+shares*share*attempts); err != nil {
			return err
		}
		return f(tx)
	})
}

// room makes sure that need bytes are free in the database: in its allowance, and in blocks that the disk has given.
func (s *Spool) room(tx *bolt.Tx, need int64) error {
	stats := s.db.Stats() // of the transaction before: its pending pages are free by now, unless somebody still reads them
	free := int64(stats.FreePageN+stats.PendingPageN) * int64(s.db.Info().PageSize)
	if s.limits.Database-tx.Size()+free < need {
		return ErrDiskFull
	}
	end := min(tx.Size()+need-free, s.limits.Database)
	if end <= s.allocated {
		return nil
	}
	ahead := min(end+allocateStep, s.limits.Database)
	if allocate(int(s.file.Fd()), ahead) == nil {
		s.allocated = ahead
		return nil
	}
	if err := allocate(int(s.file.Fd()), end); err != nil {
		return err
	}
	s.allocated = end
	return nil
}

// allocate gives a file blocks up to end, and that size. On a file system that cannot promise blocks it does nothing.
func allocate(fd int, end int64) error {
	for {
		err := unix.Fallocate(fd, 0, 0, end)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS):
			return nil
		default:
			return err
		}
	}
}

// canWait says whether events may be left out when there is little room: signs of life.
func canWait(events []wire.Event) bool {
	for _, ev := range events {
		if ev.Kind != wire.EventProgress {
			return false
		}
	}
	return len(events) > 0
}

// explain marks the errors that mean a full disk, or a full allowance on it.
func explain(err error) error {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, berrors.ErrMaxSizeReached} {
		if errors.Is(err, full) && !errors.Is(err, ErrDiskFull) {
			return &fullError{err}
		}
	}
	return err
}

// fullError is ErrDiskFull with what the system said.
type fullError struct{ cause error }

func (e *fullError) Error() string   { return ErrDiskFull.Error() + ": " + e.cause.Error() }
func (e *fullError) Unwrap() []error { return []error{ErrDiskFull, e.cause} }
