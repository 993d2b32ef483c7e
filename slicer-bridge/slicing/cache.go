package slicing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
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

// plateKey hashes all that decides what the plate will be: the shapes as they
// stand on the bed, whatever files they came in.
func (s *Slicer) plateKey(j job) (string, error) {
	h := newKey(s.version)
	for _, p := range j.parts {
		shape, err := p.Mesh.AppendBinary(make([]byte, 0, 36*len(p.Mesh.Triangles)))
		if err != nil {
			return "", fmt.Errorf("hash part: %w", err)
		}
		h.add(shape)
		h.value(p.Pitch)
	}
	h.value(j.places)
	h.value([]any{j.area, j.bed, j.limits, j.arcs, s.plain})
	h.add(j.settings)
	return h.sum()
}

// requestKey hashes all that decides what a request leads to, without a look at
// what its files hold.
func (s *Slicer) requestKey(p plan) (string, error) {
	h, r := newKey(s.version), p.request
	for _, part := range append([]PartCopies{{STL: r.STL, Copies: r.Copies}}, r.More...) {
		h.add(part.STL)
		h.value(part.Copies)
	}
	h.value([]any{r.Pile, r.Repair, r.Scale, r.Brim, p.layer, p.area, p.bed, p.limits, p.arcs, s.plain})
	h.add(p.settings)
	return h.sum()
}

// keyHash takes parts one by one. Every part is preceded by its length, so that
// no two lists of parts read alike.
type keyHash struct {
	h   hash.Hash
	err error
}

func newKey(slicer string) *keyHash {
	k := &keyHash{h: sha256.New()}
	k.add([]byte(bridgeVersion))
	k.add([]byte(slicer))
	return k
}

func (k *keyHash) add(part []byte) {
	fmt.Fprintf(k.h, "%d:", len(part))
	k.h.Write(part)
}

func (k *keyHash) value(v any) {
	text, err := json.Marshal(v)
	k.err = errors.Join(k.err, err)
	k.add(text)
}

func (k *keyHash) sum() (string, error) {
	if k.err != nil {
		return "", fmt.Errorf("hash request: %w", k.err)
	}
	return hex.EncodeToString(k.h.Sum(nil)), nil
}

// known is where a request led before: to a plate, and to what there was to say
// of its parts.
type known struct {
	Plate    string         `json:"plate"`
	Warnings []mesh.Problem `json:"warnings,omitempty"`
}

// known finds the plate of a request that was made before. It needs no look at
// the parts, which would take longer than all the rest.
func (c cache) known(request string) (Result, bool) {
	text, err := os.ReadFile(c.request(request))
	if err != nil {
		return Result{}, false
	}
	var k known
	if err := json.Unmarshal(text, &k); err != nil || len(k.Plate) != len(request) {
		return Result{}, false
	}
	r, ok := c.find(k.Plate)
	r.CacheHit = true
	r.Warnings = slices.Concat(r.Warnings, k.Warnings)
	return r, ok
}

func (c cache) remember(request string, k known) error {
	text, err := json.Marshal(k)
	if err == nil {
		err = c.write(c.request(request), text)
	}
	if err != nil {
		return fmt.Errorf("remember request: %w", err)
	}
	return nil
}

func (c cache) plate(key string) string       { return filepath.Join(c.dir, key+".gcode") }
func (c cache) description(key string) string { return filepath.Join(c.dir, key+".json") }
func (c cache) picture(key string) string     { return filepath.Join(c.dir, key+".png") }
func (c cache) request(key string) string     { return filepath.Join(c.dir, key+".request.json") }

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
	if r.Picture != "" {
		r.Picture = c.picture(key)
		if _, err := os.Stat(r.Picture); err != nil {
			return Result{}, false
		}
	}
	info, err := os.Stat(r.Path)
	return r, err == nil && info.Size() == r.Size
}

// keep moves the G-code into the cache, with its picture if there is one, and
// describes it. All are on the disk before the description's name appears.
func (c cache) keep(key, path string, picture []byte, r Result) (Result, error) {
	if len(picture) > 0 {
		r.Picture = c.picture(key)
		if err := c.write(r.Picture, picture); err != nil {
			return Result{}, fmt.Errorf("keep picture: %w", err)
		}
	}
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
	f, err := os.CreateTemp(c.dir, runPrefix+"*.new")
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
