package spool

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// TrackFormat is the version of the track files. A newer one is refused.
const TrackFormat = 1

// ErrTrackLost means that the record of line numbers was closed or that its mapping failed: the print goes on, but it
// could not be continued after a kill.
var ErrTrackLost = errors.New("the record of sent lines is lost")

// TrackHead says whose line numbers a Track holds.
type TrackHead struct {
	Attempt [sha256.Size]byte // TokenHash of the attempt's token, which itself is not stored here
	File    string            // SHA-256 of the file, 64 lower-case hexadecimal digits
	Bytes   int64             // of the file
	Dialect string            // at most 64 bytes
	Started time.Time         // cut to microseconds
}

// TokenHash names an attempt in a Track.
func TokenHash(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

// headRecord is a head as it lies in the file, little-endian. There are two; the one with the higher Turn whose Check
// fits counts, so that a kill in the middle of writing one leaves the other.
type headRecord struct {
	Magic      [8]byte
	Format     uint32
	Live       uint32 // 1 during an attempt
	Turn       int64
	Generation int64
	Boot       [16]byte
	Attempt    [sha256.Size]byte
	File       [sha256.Size]byte
	Bytes      int64
	Started    int64 // µs since 1970
	Dialect    [64]byte
	Check      [8]byte // the first bytes of the SHA-256 of all before
}

const (
	headMagic  = "MLTRACK\n"
	headStride = 512 // a sector each: a power cut tears at most one
)

func (r *headRecord) encode() []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, r) // fixed size into memory: cannot fail
	raw := b.Bytes()
	sum := sha256.Sum256(raw[:len(raw)-len(r.Check)])
	copy(raw[len(raw)-len(r.Check):], sum[:])
	return raw
}

func decodeHead(raw []byte) (*headRecord, bool) {
	r := &headRecord{}
	if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, r); err != nil || string(r.Magic[:]) != headMagic {
		return nil, false
	}
	return r, bytes.Equal(r.encode(), raw[:binary.Size(r)])
}

// latestHead returns the head that counts, or an empty one when there is none.
func latestHead(heads []byte) (*headRecord, error) {
	latest := &headRecord{Generation: newGeneration()} // which no slot of a blank file fits
	for i := range 2 {
		r, ok := decodeHead(heads[i*headStride : (i+1)*headStride])
		if ok && r.Format > TrackFormat {
			return nil, fmt.Errorf("%w: its track format is %d, this one knows %d", ErrNewer, r.Format, TrackFormat)
		}
		if ok && r.Turn > latest.Turn {
			latest = r
		}
	}
	return latest, nil
}

func (t *Track) adopt(r *headRecord) {
	t.head.Store(r)
	t.generation.Store(r.Generation)
}

// put writes the head over the one that does not count. All that the ring holds is void once it is there, because its
// generation is new.
func (t *Track) put(r headRecord) {
	if t.dead.Load() {
		return
	}
	defer t.guard(debug.SetPanicOnFault(true))
	copy(r.Magic[:], headMagic)
	r.Format, r.Turn, r.Generation = TrackFormat, t.head.Load().Turn+1, newGeneration()
	copy(t.heads[int(r.Turn%2)*headStride:], r.encode())
	t.adopt(&r)
}

// Reset begins the record of an attempt: nothing of an earlier one is left. It waits for the disk; call it before the
// first line. Whoever continues an attempt whose head is of another boot calls it too, and notes anew from where the
// board stands.
func (t *Track) Reset(h TrackHead) error {
	r := headRecord{Live: 1, Boot: t.boot, Attempt: h.Attempt, Bytes: h.Bytes, Started: h.Started.UnixMicro()}
	if n, err := hex.Decode(r.File[:], []byte(h.File)); err != nil || n != len(r.File) || len(h.File) != 2*n {
		return fmt.Errorf("reset track: file %q is not a SHA-256", h.File)
	}
	if copy(r.Dialect[:], h.Dialect) < len(h.Dialect) {
		return fmt.Errorf("reset track: dialect %q has more than %d bytes", h.Dialect, len(r.Dialect))
	}
	t.put(r)
	t.restored.Store(false)
	return t.Sync()
}

// Renumber forgets every number of the attempt at once, because the numbering begins again. Call it before the M110 goes
// out: a kill between the two leaves a record that says no, never a wrong one. It makes no system call on the disk.
func (t *Track) Renumber() { t.put(*t.head.Load()) }

// Clear ends the record of an attempt. It waits for the disk.
func (t *Track) Clear() error {
	t.put(headRecord{Boot: t.boot})
	return t.Sync()
}

// Head returns whose numbers the record holds, if there is an attempt.
func (t *Track) Head() (TrackHead, bool) {
	r := t.head.Load()
	if r.Live == 0 {
		return TrackHead{}, false
	}
	return TrackHead{
		Attempt: r.Attempt, File: hex.EncodeToString(r.File[:]), Bytes: r.Bytes,
		Dialect: string(bytes.TrimRight(r.Dialect[:], "\x00")), Started: time.UnixMicro(r.Started).UTC(),
	}, true
}

// SameBoot says whether the record is as the attempt's last line left it: the machine was not started anew since the
// attempt's Reset, and nothing had to be taken from what Sync saved. Otherwise the last numbers may be missing; those
// that Offset finds are right all the same.
func (t *Track) SameBoot() bool {
	r := t.head.Load()
	return r.Live != 0 && r.Boot == t.boot && !t.restored.Load()
}

func parseUUID(text string) (id [16]byte, err error) {
	n, err := hex.Decode(id[:], []byte(strings.ReplaceAll(text, "-", "")))
	if err != nil || n != len(id) {
		return id, fmt.Errorf("%q is not a UUID", text)
	}
	return id, nil
}
