package spool

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
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
	trackRing  = 4096 // position of the ring: behind the page of the heads
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
// One goroutine at a time may write (Sent, Renumber, Cut, Reset, Clear); Offset, Last, Head and Sync may be called from
// any other meanwhile. The file is written whole when it is made, so that a disk that fills up later is not noticed. A
// mapping that fails all the same (the file cut short, a bad block, a copy-on-write file system without room) ends the
// record, not the print: Offset says no from then on, and Sync says why.
type Track struct {
	path       string
	file       *os.File
	heads      []byte
	slots      []slot
	generation atomic.Int64 // of the attempt and its numbering; part of every check
	head       atomic.Pointer[headRecord]
	dead       atomic.Bool // closed, or the mapping failed
	mapping    sync.Mutex  // held to write back and to unmap
	mapped     []byte
	boot       [16]byte
}

// OpenTrack opens the record track-key in the folder dir, or makes it. What it holds of an attempt is kept. Errors:
// ErrDiskFull, ErrNewer; a damaged record is replaced by an empty one.
func OpenTrack(dir, key string) (*Track, error) {
	if key == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return nil, fmt.Errorf("open track: printer key %q: only a-z, 0-9, _ and - are allowed", key)
	}
	boot, err := bootID()
	if err != nil {
		return nil, fmt.Errorf("open track: %w", err)
	}
	t := &Track{path: filepath.Join(dir, "track-"+key), boot: boot}
	if err := t.open(); err != nil {
		return nil, fmt.Errorf("open track of %s: %w", key, explain(err))
	}
	return t, nil
}

func (t *Track) open() (err error) {
	t.file, err = os.OpenFile(t.path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = t.create()
	case err == nil:
		err = t.recreateUnlessWhole()
	}
	if err != nil {
		return err
	}
	if t.mapped, err = unix.Mmap(int(t.file.Fd()), 0, trackSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return errors.Join(fmt.Errorf("map: %w", err), t.file.Close())
	}
	_ = unix.Mlock(t.mapped) // spares page faults where the limit of locked memory allows it
	t.heads = t.mapped[:trackRing]
	t.slots = unsafe.Slice((*slot)(unsafe.Pointer(&t.mapped[trackRing])), trackSlots)
	r, err := latestHead(t.heads)
	if err != nil {
		return errors.Join(err, t.unmap())
	}
	t.adopt(r)
	return nil
}

// create writes every byte, instead of leaving a hole or an unwritten extent, so that a later store finds its block.
func (t *Track) create() error {
	part := t.path + "." + rand.Text() + ".part"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, trackSize))
	if err = cmp.Or(err, f.Sync()); err == nil {
		err = os.Rename(part, t.path)
	}
	if err != nil {
		return errors.Join(err, f.Close(), ignoreMissing(os.Remove(part)))
	}
	t.file = f
	return syncDir(filepath.Dir(t.path))
}

func (t *Track) recreateUnlessWhole() error {
	info, err := t.file.Stat()
	if err == nil && info.Size() == int64(trackSize) {
		return nil
	}
	if err := errors.Join(err, t.file.Close()); err != nil {
		return err
	}
	return t.create()
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

// Sync writes the record back to the disk, for a loss of power; a killed process needs none. It may wait for the disk
// as long as that takes. Call it every few seconds from a goroutine that nothing waits for.
func (t *Track) Sync() error {
	t.mapping.Lock()
	defer t.mapping.Unlock()
	if t.dead.Load() {
		return fmt.Errorf("sync track: %w", ErrTrackLost)
	}
	if err := unix.Msync(t.mapped, unix.MS_SYNC); err != nil {
		return fmt.Errorf("sync track: %w", explain(err))
	}
	return nil
}

// Close writes the record back and releases it; what it holds of an attempt stays in the file. No call may be under way
// but Sync; later ones do nothing.
func (t *Track) Close() error {
	err := t.Sync()
	if errors.Is(err, ErrTrackLost) {
		err = nil
	}
	return errors.Join(err, t.unmap())
}

func (t *Track) unmap() error {
	t.mapping.Lock()
	defer t.mapping.Unlock()
	t.dead.Store(true)
	if t.mapped == nil {
		return nil
	}
	err := errors.Join(unix.Munmap(t.mapped), t.file.Close())
	t.mapped = nil
	if err != nil {
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
