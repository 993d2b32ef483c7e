package spool

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// file is what Put writes to.
type file interface {
	io.Writer
	Sync() error
	Close() error
}

func createFile(path string) (file, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
}

const gcodeExt = ".gcode"

func (s *Spool) path(sha string) (string, error) {
	if len(sha) != sha256.Size*2 || strings.Trim(sha, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%w: %q is not a SHA-256", ErrMissing, sha)
	}
	return filepath.Join(s.files, sha+gcodeExt), nil
}

// Put stores what r holds if it has the hash sha (lower-case hexadecimal) and at most size bytes, and returns the path.
// A file that is there is a whole one: it appears under its name only after it was checked and is on the disk.
func (s *Spool) Put(sha string, size int64, r io.Reader) (string, error) {
	path, err := s.path(sha)
	if err != nil {
		return "", err
	}
	if size > s.limits.File {
		return "", fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, size, s.limits.File)
	}
	part := path + "." + rand.Text() + ".part"
	s.parts.Store(filepath.Base(part), true)
	defer s.parts.Delete(filepath.Base(part))
	if err := s.write(part, sha, size, r); err != nil {
		return "", errors.Join(fmt.Errorf("store file: %w", explain(err)), ignoreMissing(os.Remove(part)))
	}
	if err := os.Rename(part, path); err != nil {
		return "", fmt.Errorf("store file: %w", explain(err))
	}
	return path, syncDir(s.files)
}

func (s *Spool) write(part, sha string, size int64, r io.Reader) error {
	got, n, err := s.writePart(part, size, r)
	switch {
	case err != nil:
		return err
	case n > size:
		return fmt.Errorf("%w: more than the %d bytes announced", ErrTooLarge, size)
	case got != sha:
		return ErrHash
	}
	return nil
}

// writePart writes at most size bytes of r, and one more when there are more, to the disk, and returns their hash and
// number.
func (s *Spool) writePart(part string, size int64, r io.Reader) (sha string, n int64, err error) {
	f, err := s.create(part)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	n, err = io.Copy(io.MultiWriter(f, h), io.LimitReader(r, size+1))
	if err != nil || n > size {
		return "", n, err
	}
	return sum(h), n, f.Sync()
}

// Lookup returns the path of a stored file. It reads the whole file once more and removes it when the disk has damaged
// it, so that a print never begins on a bad file. ErrMissing means that it must be fetched.
func (s *Spool) Lookup(sha string) (string, error) {
	path, err := s.path(sha)
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrMissing
	}
	if err != nil {
		return "", fmt.Errorf("open file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil || sum(h) != sha {
		return "", errors.Join(ErrMissing, os.Remove(path))
	}
	now := time.Now()
	return path, os.Chtimes(path, now, now)
}

// Sweep removes leftovers, and the files used longest ago until the rest fits the limit. It spares the hashes in keep,
// which must name every file that the coordinator's attempts use, what is in the journal, what the maker put here, and
// what is being stored.
func (s *Spool) Sweep(keep ...string) error {
	s.shelf.Lock()
	defer s.shelf.Unlock()
	held, err := s.held(keep)
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	entries, err := os.ReadDir(s.files)
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	var infos []fs.FileInfo
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		sha, _, _ := strings.Cut(e.Name(), ".")
		_, storing := s.parts.Load(e.Name())
		switch {
		case err != nil || storing || held[sha]:
		case strings.HasSuffix(e.Name(), ".part"):
			errs = append(errs, ignoreMissing(os.Remove(filepath.Join(s.files, e.Name()))))
		default:
			infos = append(infos, info)
		}
	}
	return errors.Join(append(errs, s.evict(infos))...)
}

// evict removes the files used longest ago until the rest fits the limit.
func (s *Spool) evict(infos []fs.FileInfo) error {
	slices.SortFunc(infos, func(a, b fs.FileInfo) int { return cmp.Compare(a.ModTime().UnixNano(), b.ModTime().UnixNano()) })
	var total int64
	for _, info := range infos {
		total += info.Size()
	}
	var errs []error
	for _, info := range infos {
		if total <= s.limits.Files {
			break
		}
		errs = append(errs, ignoreMissing(os.Remove(filepath.Join(s.files, info.Name()))))
		total -= info.Size()
	}
	return errors.Join(errs...)
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", explain(err))
	}
	return nil
}
