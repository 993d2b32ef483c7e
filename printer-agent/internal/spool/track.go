package spool

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	trackSlots = 1024 // a power of two; far more than any firmware holds
	trackPage  = 4096
	trackRing  = trackPage // position of the ring: behind the page of the heads
	trackSize  = trackRing + trackSlots*int(unsafe.Sizeof(slot{}))
)

// slot is where one line number belongs. The check makes it whole or worthless: a kill between the stores, a store in
// two halves as 32-bit processors make it, and pages of different age after a power cut all leave a check that does not
// fit.
type slot struct{ number, offset, check int64 }

// Track knows, for the last 1,024 line numbers sent to a board, which position of the file each stands for, and still
// knows it after the process was killed at any instant. It is a file mapped into memory: a line costs three stores and
// no system call.
//
// The mapped file lies in /dev/shm, where a store can never wait for a disk; Sync copies what changed to the file in the
// state folder. Where /dev/shm cannot be used, the file in the state folder is mapped itself; then the first store to a
// page after each write-back may wait for the file system's journal.
//
// One goroutine at a time may write (Sent, Renumber, Cut, Reset, Clear); Offset, Last, Head and Sync may be called from
// any other meanwhile. Both files are written whole when they are made, so that a disk that fills up later is not
// noticed. A mapping that fails all the same (the file cut short, a bad block, a copy-on-write file system without room)
// ends the record, not the print: Offset says no from then on, and Sync says why.
type Track struct {
	saved      *os.File    // in the state folder
	kept       []byte      // what it holds; nil when it is the mapped one
	unkept     bool        // it may hold less: a write failed
	live       *os.File    // the mapped one
	restored   atomic.Bool // the live one from the saved one: what was noted after the last Sync is missing
	heads      []byte
	slots      []slot
	generation atomic.Int64 // of the attempt and its numbering; part of every check
	head       atomic.Pointer[headRecord]
	dead       atomic.Bool // closed, or the mapping failed
	mapping    sync.Mutex  // held to save and to unmap
	mapped     []byte
	boot       [16]byte
}

// OpenTrack opens the record track-key in the state folder dir, or makes it. What it holds of an attempt is kept. One
// process at a time may have it open, as the one that holds the folder's Spool. Errors: ErrDiskFull, ErrNewer; a damaged
// record is replaced by an empty one.
func OpenTrack(dir, key string) (*Track, error) {
	if key == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return nil, fmt.Errorf("open track: printer key %q: only a-z, 0-9, _ and - are allowed", key)
	}
	return openTrackIn(dir, memoryFolder(sharedMemory, dir), key)
}

// Track opens the record of a printer's lines in this folder, as OpenTrack does.
func (s *Spool) Track(key string) (*Track, error) { return OpenTrack(filepath.Dir(s.files), key) }

// openTrackIn opens a record that is mapped in the folder memory, or in the state folder itself if that is "".
func openTrackIn(dir, memory, key string) (*Track, error) {
	boot, err := bootID()
	if err != nil {
		return nil, fmt.Errorf("open track: %w", err)
	}
	t := &Track{boot: boot}
	t.saved, err = openWhole(filepath.Join(dir, "track-"+key), make([]byte, trackSize))
	if err != nil {
		return nil, fmt.Errorf("open track of %s: %w", key, explain(err))
	}
	if err := t.open(memory, key); err != nil {
		return nil, errors.Join(fmt.Errorf("open track of %s: %w", key, explain(err)), t.unmap())
	}
	return t, nil
}

func (t *Track) open(memory, key string) error {
	content, head, err := readWhole(t.saved)
	if err != nil {
		return err
	}
	t.live = t.saved
	if memory != "" {
		live, restored, err := openLive(filepath.Join(memory, "track-"+key), content, head)
		switch {
		case errors.Is(err, ErrNewer):
			return err
		case err == nil: // otherwise there is no room in memory
			t.live, t.kept = live, content
			t.restored.Store(restored)
		}
	}
	return t.mapLive()
}

func (t *Track) mapLive() (err error) {
	t.mapped, err = unix.Mmap(int(t.live.Fd()), 0, trackSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map: %w", err)
	}
	_ = unix.Mlock(t.mapped) // spares page faults where the limit of locked memory allows it
	t.heads = t.mapped[:trackRing]
	t.slots = unsafe.Slice((*slot)(unsafe.Pointer(&t.mapped[trackRing])), trackSlots)
	head, err := latestHead(t.heads)
	if err != nil {
		return err
	}
	t.adopt(head)
	return nil
}

// Sent notes that the line with this number was sent, or is about to be, and that the file goes on at offset behind it,
// in bytes from its beginning. For a line that is not of the file, offset is where the file stood before. Sending the
// same line again changes nothing; numbers below 0 are not noted.
func (t *Track) Sent(number, offset int64) {
	if number < 0 || t.dead.Load() {
		return
	}
	defer t.guard(debug.SetPanicOnFault(true))
	s := &t.slots[number&(trackSlots-1)]
	atomic.StoreInt64(&s.number, number)
	atomic.StoreInt64(&s.offset, offset)
	atomic.StoreInt64(&s.check, slotCheck(number, offset, t.generation.Load()))
}

// guard restores what SetPanicOnFault changed, and ends the record when the mapping failed.
func (t *Track) guard(before bool) {
	debug.SetPanicOnFault(before)
	if p := recover(); p != nil {
		if _, fault := p.(interface{ Addr() uintptr }); !fault {
			panic(p)
		}
		t.dead.Store(true)
	}
}

// slotCheck mixes what a slot says (the finaliser of SplitMix64), so that a slot of another generation or half of one
// passes once in 2^64.
func slotCheck(number, offset, generation int64) int64 {
	x := uint64(number)*0x9e3779b97f4a7c15 ^ (uint64(offset)+uint64(generation))*0xd1342543de82ef95
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int64(x ^ x>>31)
}

// load returns what slot i says, if it is whole and of this generation.
func (t *Track) load(i int64) (number, offset int64, ok bool) {
	s := &t.slots[i]
	number, offset = atomic.LoadInt64(&s.number), atomic.LoadInt64(&s.offset)
	ok = atomic.LoadInt64(&s.check) == slotCheck(number, offset, t.generation.Load())
	return number, offset, ok && number >= 0 && number&(trackSlots-1) == i
}

// Offset returns where the file goes on behind the line with this number. It says no for a number that was never sent
// in this attempt and numbering, that is more than 1,023 behind the last one, or whose noting was cut off.
func (t *Track) Offset(number int64) (offset int64, ok bool) {
	if number < 0 || t.dead.Load() {
		return 0, false
	}
	defer t.guard(debug.SetPanicOnFault(true))
	found, at, whole := t.load(number & (trackSlots - 1))
	if !whole || found != number {
		return 0, false
	}
	return at, true
}

// Last returns the highest number noted in this attempt and numbering. The board may have executed fewer lines; the one
// after it may have been on the wire when a kill came.
func (t *Track) Last() (number int64, ok bool) {
	if t.dead.Load() {
		return 0, false
	}
	defer t.guard(debug.SetPanicOnFault(true))
	for i := range int64(trackSlots) {
		if n, _, whole := t.load(i); whole && (!ok || n > number) {
			number, ok = n, true
		}
	}
	return number, ok
}

// Cut forgets the numbers above number. Whoever continues a print calls it with the last line that the board has: what
// was noted of lines that never arrived may be sent otherwise now.
func (t *Track) Cut(number int64) {
	if t.dead.Load() {
		return
	}
	defer t.guard(debug.SetPanicOnFault(true))
	for i := range int64(trackSlots) {
		if n, _, whole := t.load(i); whole && n > number {
			atomic.StoreInt64(&t.slots[i].number, -1)
		}
	}
}

// Sync brings the file in the state folder up to now, for a loss of power; a killed process needs none. It may wait for
// the disk as long as that takes. Call it every few seconds from a goroutine that nothing waits for.
func (t *Track) Sync() error {
	t.mapping.Lock()
	defer t.mapping.Unlock()
	if t.dead.Load() {
		return fmt.Errorf("sync track: %w", ErrTrackLost)
	}
	if err := t.save(); err != nil {
		return fmt.Errorf("sync track: %w", explain(err))
	}
	if t.dead.Load() {
		return fmt.Errorf("sync track: %w", ErrTrackLost)
	}
	return nil
}

func (t *Track) save() (err error) {
	if t.kept == nil {
		return unix.Msync(t.mapped, unix.MS_SYNC)
	}
	defer t.guard(debug.SetPanicOnFault(true))
	changed, page := false, make([]byte, trackPage)
	for at := 0; at < trackSize; at += trackPage {
		copy(page, t.mapped[at:at+trackPage])
		if !t.unkept && bytes.Equal(page, t.kept[at:at+trackPage]) {
			continue
		}
		if _, err := t.saved.WriteAt(page, int64(at)); err != nil {
			t.unkept = true
			return err
		}
		changed = true
		copy(t.kept[at:], page)
	}
	if changed {
		err = unix.Fdatasync(int(t.saved.Fd()))
		t.unkept = err != nil
	}
	return err
}

// Close saves the record and releases it; what it holds of an attempt stays. No call may be under way but Sync; later
// ones do nothing.
func (t *Track) Close() error {
	err := t.Sync()
	if errors.Is(err, ErrTrackLost) {
		err = nil
	}
	_, attempt := t.Head()
	if err == nil && !attempt && t.live != t.saved {
		err = ignoreMissing(os.Remove(t.live.Name())) // the saved one says as much
	}
	return errors.Join(err, t.unmap())
}

func (t *Track) unmap() error {
	t.mapping.Lock()
	defer t.mapping.Unlock()
	t.dead.Store(true)
	var errs []error
	if t.mapped != nil {
		errs = append(errs, unix.Munmap(t.mapped))
	}
	if t.live != nil && t.live != t.saved {
		errs = append(errs, t.live.Close())
	}
	if t.saved != nil {
		errs = append(errs, t.saved.Close())
	}
	t.mapped, t.live, t.saved = nil, nil, nil
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close track: %w", err)
	}
	return nil
}

// bootID is the kernel's random name of this start of the machine.
func bootID() (id [16]byte, err error) {
	raw, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return id, err
	}
	return parseUUID(strings.TrimSpace(string(raw)))
}

func newGeneration() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return int64(binary.LittleEndian.Uint64(b[:]))
}
