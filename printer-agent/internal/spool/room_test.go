package spool

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/mailleur/mailleur/coordinator/wire"
)

const (
	fullEnv = "SPOOL_TEST_FULL" // makes a child that has less and less disk
	noLimit = 1 << 60
)

// Ensure that a disk that refuses every further byte while an attempt runs stops what is new with one clear error, lets
// the attempt tell all it has to, damages nothing, and that everything works again after room was made. The disk is
// played by the limit on the size of files, which needs no rights: a child of its own has it.
func TestOnAFullDisk(t *testing.T) {
	if dir := os.Getenv(fullEnv); dir != "" {
		printOnAFullDisk(t, dir)
		return
	}
	t.Parallel()
	runFull(t)
}

// runFull runs the calling test once more in a child, with a folder in fullEnv.
func runFull(t *testing.T) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), fullEnv+"="+t.TempDir())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS: "+t.Name())
}

func limitFiles(t *testing.T, size uint64) {
	t.Helper()
	var l syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l))
	l.Cur = min(size, l.Max)
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l))
}

func printOnAFullDisk(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	s := open(t, dir)
	p := Print{Printer: "tortue", Attempt: "a1", Owner: OwnerChain, Taken: at, Started: at}
	require.NoError(t, s.Begin("c1", p))
	_, err := s.PutLocal("mine.gcode", strings.NewReader("old"))
	require.NoError(t, err)
	k := openTrack(t, dir)
	require.NoError(t, k.Reset(aHead))
	info, err := s.file.Stat()
	require.NoError(t, err)
	limitFiles(t, uint64(info.Size()))

	told := fillUp(t, s)
	refuseEverythingNew(t, s)
	for i := range 20 {
		kind := []wire.EventKind{wire.EventPaused, wire.EventResumed}[i%2]
		require.NoError(t, s.Update(p, wire.Event{Kind: kind, Printer: "tortue", Attempt: "a1"}), "%d", i)
		told++
	}
	trackOnAFullDisk(t, dir, k)

	require.NoError(t, s.Close())
	s = open(t, dir)
	_, err = s.Continue("tortue", "a1", at, wire.Event{Kind: wire.EventResumed})
	require.NoError(t, err)
	require.NoError(t, s.End("tortue", "a1", false, wire.Event{Kind: wire.EventFinished}))
	told += 2
	whole(t, s, told)

	id, err := s.Outbox()
	require.NoError(t, err)
	_, err = s.Forget(id, told)
	require.NoError(t, err)
	seq, err := s.Append(wire.Event{})
	require.NoError(t, err, "the coordinator's word makes room")
	require.Equal(t, told+1, seq)

	fillUp(t, s)
	limitFiles(t, noLimit)
	_, err = s.Append(wire.Event{})
	require.NoError(t, err, "a larger disk does")
	require.NoError(t, s.Begin("c2", Print{Printer: "orange", Attempt: "a2"}))
	_, err = s.Put(shaOf(big), int64(len(big)), strings.NewReader(big))
	require.NoError(t, err)
}

var big = strings.Repeat("G1 X1 Y1\n", 1<<18)

// fillUp adds signs of life of all sizes until there is no room, and returns the last number. A refusal may free pages
// that the transaction before it left, so one is not enough.
func fillUp(t *testing.T, s *Spool) (told int64) {
	t.Helper()
	for _, size := range []int{4000, 500, 0} {
		for refused := 0; refused < 5; {
			seq, err := s.Append(wire.Event{Kind: wire.EventProgress, Reason: strings.Repeat("x", size)})
			if err != nil {
				require.ErrorIs(t, err, ErrDiskFull)
				refused++
				continue
			}
			told = seq
		}
	}
	return told
}

func refuseEverythingNew(t *testing.T, s *Spool) {
	t.Helper()
	_, err := s.Put(shaOf(big), int64(len(big)), strings.NewReader(big))
	require.ErrorIs(t, err, ErrDiskFull)
	_, err = s.PutLocal("mine.gcode", strings.NewReader(big))
	require.ErrorIs(t, err, ErrDiskFull)
	require.Equal(t, "old", content(t, s, "mine.gcode"))
	_, err = s.PutLocal("mine.gcode", strings.NewReader("small, but its name finds no room"))
	require.ErrorIs(t, err, ErrDiskFull)
	require.Equal(t, "old", content(t, s, "mine.gcode"))
	left, err := os.ReadDir(s.files)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.ErrorIs(t, s.Begin("c2", Print{Printer: "orange", Attempt: "a2"}), ErrDiskFull)
	before, err := s.StartedBefore("a2")
	require.NoError(t, err)
	require.False(t, before)
	require.ErrorIs(t, s.SetClear("orange", at), ErrDiskFull)
	require.ErrorIs(t, s.SetFacts("orange", func(f *Facts) { f.OffChain = true }), ErrDiskFull)
	require.ErrorIs(t, s.Remember(Seen{ID: "c3"}), ErrDiskFull)
	require.ErrorIs(t, s.Update(Print{Printer: "tortue", Attempt: "a1"}, wire.Event{Kind: wire.EventProgress}), ErrDiskFull)
}

// trackOnAFullDisk ensures that an open record and one that was there need no room, and that a new one is refused.
func trackOnAFullDisk(t *testing.T, dir string, k *Track) {
	t.Helper()
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	limitFiles(t, 4096)
	for n := range int64(3000) {
		k.Sent(n, n*5)
	}
	require.NoError(t, k.Sync())
	k.Renumber()
	k.Sent(9, 90)
	k = reopenTrack(t, k)
	wantOffset(t, k, map[int64]int64{9: 90, 8: -1})
	_, err := openTrackIn(dir, "", "orange")
	require.ErrorIs(t, err, ErrDiskFull)
	limitFiles(t, before.Cur)
}

// whole ensures that the database is sound and holds exactly the events up to told.
func whole(t *testing.T, s *Spool, told int64) {
	t.Helper()
	require.NoError(t, s.db.View(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			return err
		}
		return nil
	}))
	next := int64(1)
	for {
		page, err := s.From(next, 64)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, ev := range page {
			require.Equal(t, next, ev.Seq)
			next++
		}
	}
	require.Equal(t, told, next-1)
}

// Ensure that a new folder on a disk without room says so, and is a good one when there is room.
func TestANewFolderOnAFullDisk(t *testing.T) {
	dir := os.Getenv(fullEnv)
	if dir == "" {
		t.Parallel()
		runFull(t)
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	for _, size := range []uint64{0, 4096, 10_000, 20_000} {
		limitFiles(t, size)
		_, err := Open(dir, Limits{})
		require.ErrorIs(t, err, ErrDiskFull, "%d", size)
	}
	limitFiles(t, noLimit)
	whole(t, open(t, dir), 0)
}

func TestAFullDiskIsNamedOnce(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	err := explain(explain(fmt.Errorf("x: %w", full)))
	require.ErrorIs(t, err, ErrDiskFull)
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Equal(t, 1, strings.Count(err.Error(), ErrDiskFull.Error()))
	require.NoError(t, explain(nil))
	require.NotErrorIs(t, explain(os.ErrClosed), ErrDiskFull)
}

// Ensure that eight attempts that begin at once are all sure of their room, or refused.
func TestEachAttemptHasRoomOfItsOwn(t *testing.T) {
	s, err := Open(t.TempDir(), Limits{Database: 512 << 10})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	s.db.NoSync = true
	var taken []Print
	for i := range 40 {
		p := Print{Printer: fmt.Sprint("p", i), Attempt: fmt.Sprint("a", i)}
		if err := s.Begin("", p); err != nil {
			require.ErrorIs(t, err, ErrDiskFull)
			break
		}
		taken = append(taken, p)
	}
	require.Greater(t, len(taken), 8)
	require.Less(t, len(taken), 40)
	fillUp(t, s)
	for range 10 {
		for _, p := range taken {
			require.NoError(t, s.Update(p, wire.Event{Kind: wire.EventPaused}, wire.Event{Kind: wire.EventResumed}))
		}
	}
	for _, p := range taken {
		require.NoError(t, s.End(p.Printer, p.Attempt, false, wire.Event{Kind: wire.EventFinished}))
	}
}
