package spool

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"
)

// LocalFile is a file that the maker put on the machine. Its content lies among the other files, by hash: Lookup finds
// and checks it before a print.
type LocalFile struct {
	Name   string    `json:"name"`
	SHA256 string    `json:"sha256"`
	Bytes  int64     `json:"bytes"`
	Added  time.Time `json:"added"`
}

// maxName is the longest name of a local file, in bytes.
const maxName = 120

// PutLocal stores what r holds under a name, made safe to show and to compare, and replaces what had that name. Nobody
// sees a part of it: after an error or a kill the old content has the name. A print of the old content goes on.
//
// Errors: ErrName, ErrEmpty, ErrTooLarge, ErrDiskFull (of the disk, or of what local files together may take), those of
// r.
func (s *Spool) PutLocal(name string, r io.Reader) (LocalFile, error) {
	name, err := cleanName(name)
	if err != nil {
		return LocalFile{}, err
	}
	part := filepath.Join(s.files, rand.Text()+".part")
	s.parts.Store(filepath.Base(part), true)
	defer s.parts.Delete(filepath.Base(part))
	sha, size, err := s.writeLocal(part, r)
	if err == nil {
		f := LocalFile{Name: name, SHA256: sha, Bytes: size, Added: time.Now().UTC()}
		if err = s.shelve(part, f); err == nil {
			return f, nil
		}
	}
	return LocalFile{}, errors.Join(fmt.Errorf("store local file: %w", explain(err)), ignoreMissing(os.Remove(part)))
}

func (s *Spool) writeLocal(part string, r io.Reader) (sha string, size int64, err error) {
	sha, size, err = s.writePart(part, s.limits.File, r)
	switch {
	case err != nil:
		return "", 0, err
	case size > s.limits.File:
		return "", 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, s.limits.File)
	case size == 0:
		return "", 0, ErrEmpty
	}
	return sha, size, nil
}

// shelve gives a whole part its place and its name.
func (s *Spool) shelve(part string, f LocalFile) error {
	s.shelf.Lock()
	defer s.shelf.Unlock()
	path, err := s.path(f.SHA256)
	if err != nil {
		return err
	}
	_, err = os.Lstat(path)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err := os.Rename(part, path); err != nil {
		return err
	}
	err = syncDir(s.files)
	if err == nil {
		err = s.nameLocal(f)
	}
	if err != nil && fresh {
		return errors.Join(err, os.Remove(path))
	}
	return err
}

func (s *Spool) nameLocal(f LocalFile) error {
	return s.grow(func(tx *bolt.Tx) error {
		list, err := getLocal(tx)
		if err != nil {
			return err
		}
		total := f.Bytes
		for _, other := range list {
			if other.Name != f.Name {
				total += other.Bytes
			}
		}
		if total > s.limits.Local {
			return fmt.Errorf("%w: the maker's files may take %d bytes together", ErrDiskFull, s.limits.Local)
		}
		raw, err := json.Marshal(f)
		if err != nil {
			return err
		}
		return tx.Bucket(bucketLocal).Put([]byte(f.Name), raw)
	})
}

// cleanName is the last element of a path, without what a page, a shell or a file system might take for something else.
func cleanName(name string) (string, error) {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, !unicode.IsPrint(r), strings.ContainsRune(`:*?"<>|`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if len(name) > maxName {
		ext := filepath.Ext(name)
		ext = ext[:min(len(ext), 16)]
		name = strings.ToValidUTF8(name[:maxName-len(ext)], "") + strings.ToValidUTF8(ext, "")
	}
	if name == "" {
		return "", ErrName
	}
	return name, nil
}

// Local lists the maker's files that are there, by name.
func (s *Spool) Local() ([]LocalFile, error) {
	var list []LocalFile
	err := s.view(func(tx *bolt.Tx) (err error) {
		list, err = getLocal(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list local files: %w", err)
	}
	return slices.DeleteFunc(list, func(f LocalFile) bool {
		path, err := s.path(f.SHA256)
		if err == nil {
			_, err = os.Stat(path)
		}
		return err != nil
	}), nil
}

func getLocal(tx *bolt.Tx) (list []LocalFile, err error) {
	err = tx.Bucket(bucketLocal).ForEach(func(name, raw []byte) error {
		var f LocalFile
		if err := json.Unmarshal(raw, &f); err != nil {
			return fmt.Errorf("local file %s: %w", name, err)
		}
		list = append(list, f)
		return nil
	})
	slices.SortFunc(list, func(a, b LocalFile) int { return cmp.Compare(a.Name, b.Name) })
	return list, err
}

// OpenLocal opens a file by the name that PutLocal returned, to show it. A print opens it through Lookup, which checks
// it. Errors: ErrMissing. The caller closes it.
func (s *Spool) OpenLocal(name string) (*os.File, LocalFile, error) {
	f, err := s.local(name)
	if err != nil {
		return nil, LocalFile{}, err
	}
	path, err := s.path(f.SHA256)
	if err != nil {
		return nil, LocalFile{}, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, LocalFile{}, fmt.Errorf("%w: %q", ErrMissing, name)
	}
	if err != nil {
		return nil, LocalFile{}, fmt.Errorf("open local file: %w", err)
	}
	return file, f, nil
}

func (s *Spool) local(name string) (f LocalFile, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		raw := tx.Bucket(bucketLocal).Get([]byte(name))
		if name == "" || raw == nil {
			return fmt.Errorf("%w: %q", ErrMissing, name)
		}
		return json.Unmarshal(raw, &f)
	})
	return f, err
}

// RemoveLocal takes a file off the maker's list. Its content goes too, unless it has another name, is in the journal of
// a printer, or its hash is in keep (files in use, as for Sweep); then it goes when Sweep finds it unused. Errors:
// ErrMissing.
func (s *Spool) RemoveLocal(name string, keep ...string) error {
	s.shelf.Lock()
	defer s.shelf.Unlock()
	f, err := s.local(name)
	if err != nil {
		return err
	}
	err = s.update(func(tx *bolt.Tx) error { return tx.Bucket(bucketLocal).Delete([]byte(name)) })
	if err != nil {
		return fmt.Errorf("remove local file: %w", err)
	}
	held, err := s.held(keep)
	if err != nil || held[f.SHA256] {
		return err
	}
	path, err := s.path(f.SHA256)
	if err != nil {
		return err
	}
	return ignoreMissing(os.Remove(path))
}

// held is the set of hashes that must stay: those in keep, in the journal, and of the maker's files.
func (s *Spool) held(keep []string) (map[string]bool, error) {
	held := map[string]bool{}
	for _, sha := range keep {
		held[sha] = true
	}
	entries, err := s.Journal()
	if err != nil {
		return nil, err
	}
	for _, p := range entries {
		held[p.File.SHA256] = true
	}
	err = s.view(func(tx *bolt.Tx) error {
		list, err := getLocal(tx)
		for _, f := range list {
			held[f.SHA256] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list files in use: %w", err)
	}
	return held, nil
}
