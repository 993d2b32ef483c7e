package slicing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

const runPrefix = "run-"

// cache keeps plates as two files each: the G-code, and a description that is
// written last and makes the plate exist. Two processes may share a folder.
type cache struct{ dir string }

func openCache(dir string) (cache, error) {
	if dir == "" {
		return cache{}, errors.New("open plate cache: no folder given")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cache{}, fmt.Errorf("open plate cache: %w", err)
	}
	c := cache{dir: dir}
	return c, c.sweep(time.Now().Add(-abandoned))
}

// abandoned is the age at which a run's leavings have nobody left who works on
// them; no run may take that long.
const abandoned = 2 * time.Hour

// sweep removes what runs left behind whose process was killed.
func (c cache) sweep(before time.Time) error {
	left, err := filepath.Glob(filepath.Join(c.dir, runPrefix+"*"))
	if err != nil {
		return fmt.Errorf("sweep plate cache: %w", err)
	}
	for _, path := range left {
		info, err := os.Stat(path)
		if err != nil || info.ModTime().After(before) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("sweep plate cache: %w", err)
		}
	}
	return nil
}

// key hashes all that decides what the plate will be. Every part is preceded by
// its length, so that no two lists of parts read alike.
func (s *Slicer) key(j job) (string, error) {
	shape, err := j.parts[0].Mesh.AppendBinary(make([]byte, 0, 36*len(j.parts[0].Mesh.Triangles)))
	if err != nil {
		return "", fmt.Errorf("hash part: %w", err)
	}
	layout, err := json.Marshal(j.places)
	if err != nil {
		return "", fmt.Errorf("hash layout: %w", err)
	}
	limits, err := json.Marshal(j.limits)
	if err != nil {
		return "", fmt.Errorf("hash limits: %w", err)
	}
	h := sha256.New()
	for _, part := range [][]byte{shape, layout, limits, j.settings, []byte(s.version), []byte(bridgeVersion)} {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (c cache) plate(key string) string       { return filepath.Join(c.dir, key+".gcode") }
func (c cache) description(key string) string { return filepath.Join(c.dir, key+".json") }

// find returns a kept plate; one whose files do not agree counts as absent and
// is made again.
func (c cache) find(key string) (Result, bool) {
	text, err := os.ReadFile(c.description(key))
	if err != nil {
		return Result{}, false
	}
	var r Result
	if err := json.Unmarshal(text, &r); err != nil {
		return Result{}, false
	}
	r.Path = c.plate(key)
	info, err := os.Stat(r.Path)
	return r, err == nil && info.Size() == r.Size
}

// keep moves the G-code into the cache and describes it. Both are on the disk
// before their names appear.
func (c cache) keep(key, path string, r Result) (Result, error) {
	var err error
	if r.GCodeSHA256, r.Size, err = hashAndSync(path); err != nil {
		return Result{}, fmt.Errorf("keep plate: %w", err)
	}
	if err := os.Rename(path, c.plate(key)); err != nil {
		return Result{}, fmt.Errorf("keep plate: %w", err)
	}
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return Result{}, fmt.Errorf("describe plate: %w", err)
	}
	if err := c.write(c.description(key), text); err != nil {
		return Result{}, fmt.Errorf("describe plate: %w", err)
	}
	r.Path = c.plate(key)
	return r, nil
}

func hashAndSync(path string) (sum string, size int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), size, f.Sync()
}

// write puts a small file in place: aside, synced, renamed, and the folder synced.
func (c cache) write(path string, text []byte) error {
	f, err := os.CreateTemp(c.dir, runPrefix+"*.json")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(c.dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
