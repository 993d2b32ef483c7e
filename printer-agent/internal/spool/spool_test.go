package spool

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/mailleur/mailleur/coordinator/wire"
)

var at = time.Date(2020, 4, 3, 6, 5, 4, 0, time.UTC)

func open(t *testing.T, dir string) *Spool {
	t.Helper()
	s, err := Open(dir, Limits{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func shaOf(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// Ensure that events are numbered from 1 without gaps, also after all were forgotten and the folder was reopened.
func TestNumbersNeverRepeat(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	id, err := s.Outbox()
	require.NoError(t, err)
	for want := int64(1); want <= 3; want++ {
		seq, err := s.Append(wire.Event{Kind: wire.EventProgress})
		require.NoError(t, err)
		require.Equal(t, want, seq)
	}
	_, err = s.Forget(id, 3)
	require.NoError(t, err)
	require.NoError(t, s.Close())

	s = open(t, dir)
	again, err := s.Outbox()
	require.NoError(t, err)
	require.Equal(t, id, again)
	seq, err := s.Append(wire.Event{Kind: wire.EventProgress})
	require.NoError(t, err)
	require.Equal(t, int64(4), seq)
	list, err := s.From(0, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, id, list[0].Outbox)
}

func TestForgetKeepsWhatIsNotAcknowledged(t *testing.T) {
	s := open(t, t.TempDir())
	id, err := s.Outbox()
	require.NoError(t, err)
	for range 5 {
		_, err := s.Append(wire.Event{})
		require.NoError(t, err)
	}
	for _, ack := range []struct {
		outbox string
		seq    int64
		left   int
	}{{"another", 5, 5}, {id, 0, 5}, {id, 2, 3}, {id, 2, 3}, {id, 1, 3}, {id, 5, 0}} {
		renewed, err := s.Forget(ack.outbox, ack.seq)
		require.NoError(t, err)
		require.False(t, renewed)
		list, err := s.From(1, 100)
		require.NoError(t, err)
		require.Len(t, list, ack.left, "%+v", ack)
	}
}

// Ensure that a database set back in time is not mistaken for the one the coordinator knows.
func TestAnAcknowledgementFromTheFutureRenewsTheOutbox(t *testing.T) {
	s := open(t, t.TempDir())
	id, err := s.Outbox()
	require.NoError(t, err)
	for i := range 3 {
		_, err := s.Append(wire.Event{Lines: int64(i)})
		require.NoError(t, err)
	}
	renewed, err := s.Forget(id, 9)
	require.NoError(t, err)
	require.True(t, renewed)
	list, err := s.From(1, 10)
	require.NoError(t, err)
	require.Len(t, list, 3)
	for i, ev := range list {
		require.NotEqual(t, id, ev.Outbox)
		require.Equal(t, int64(i+1), ev.Seq)
		require.Equal(t, int64(i), ev.Lines)
	}
}

func TestAnAttemptIsTakenOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.SetClear("tortue", at))
	p := Print{Printer: "tortue", Attempt: "a1", Owner: OwnerChain, Taken: at, Word: wire.StateFetching}
	require.NoError(t, s.Begin("c1", p))
	clear, known, err := s.Clear("tortue")
	require.NoError(t, err)
	require.False(t, clear, "a taken attempt uses the confirmation up")
	require.True(t, known)
	_, known, err = s.Clear("orange")
	require.NoError(t, err)
	require.False(t, known)
	require.ErrorIs(t, s.Begin("c2", Print{Printer: "tortue", Attempt: "a2"}), ErrBusy)

	p.Lines, p.Word = 40, wire.StatePrinting
	require.NoError(t, s.Update(p))
	require.NoError(t, s.Close())
	s = open(t, dir)
	live, ok, err := s.Live("tortue")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, p, live)

	require.NoError(t, s.End("tortue", "a1", false, wire.Event{Kind: wire.EventFailed, Attempt: "a1"}))
	require.NoError(t, s.End("tortue", "a1", false, wire.Event{Kind: wire.EventFinished, Attempt: "a1"}))
	require.NoError(t, s.Update(p), "a late update of an ended attempt is ignored")
	_, ok, err = s.Live("tortue")
	require.NoError(t, err)
	require.False(t, ok)
	list, err := s.From(1, 10)
	require.NoError(t, err)
	require.Len(t, list, 1, "an attempt ends once")
	require.ErrorIs(t, s.Begin("c3", p), ErrStartedBefore)
	seen, ok, err := s.Answered("c1")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, wire.AnswerAccepted, seen.Answer)
	_, ok, err = s.Answered("c3")
	require.NoError(t, err)
	require.False(t, ok, "a refused begin leaves no trace")
}

// Ensure that heaters left on by an ended attempt are not forgotten by a second kill.
func TestAHotPrinterStaysInTheJournal(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	p := Print{Printer: "tortue", Attempt: "a1", Taken: at}
	require.NoError(t, s.Begin("c1", p))
	require.NoError(t, s.Cooled("tortue"), "a live attempt is not cooled away")
	require.NoError(t, s.End("tortue", "a1", true, wire.Event{Kind: wire.EventFailed}))
	require.NoError(t, s.Close())
	s = open(t, dir)
	live, ok, err := s.Live("tortue")
	require.NoError(t, err)
	require.True(t, ok && live.Ended)
	require.NoError(t, s.End("tortue", "a1", false, wire.Event{Kind: wire.EventFinished}))
	require.NoError(t, s.Update(p, wire.Event{Kind: wire.EventProgress}))
	require.ErrorIs(t, s.Begin("c2", Print{Printer: "tortue", Attempt: "a2"}), ErrBusy)
	list, err := s.From(1, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoError(t, s.Cooled("tortue"))
	require.NoError(t, s.Begin("c2", Print{Printer: "tortue", Attempt: "a2"}))
}

func TestCommandsAreRememberedUpToALimit(t *testing.T) {
	s := open(t, t.TempDir())
	require.NoError(t, s.db.Update(func(tx *bolt.Tx) error {
		for i := range keptCommands + 10 {
			if err := remember(tx, Seen{ID: strconv.Itoa(i), Answer: wire.AnswerRefused, Reason: wire.ReasonBusy}); err != nil {
				return err
			}
		}
		return nil
	}))
	_, ok, err := s.Answered("9")
	require.NoError(t, err)
	require.False(t, ok)
	seen, ok, err := s.Answered("10")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, wire.ReasonBusy, seen.Reason)
}

func TestAFileIsStoredOnlyWhole(t *testing.T) {
	s := open(t, t.TempDir())
	text := strings.Repeat("G1 X1\n", 1000)
	sha, size := shaOf(text), int64(6000)
	_, err := s.Put(sha, size, strings.NewReader(text[:5000]))
	require.ErrorIs(t, err, ErrHash)
	_, err = s.Put(sha, size, strings.NewReader(text+"M104 S999\n"))
	require.ErrorIs(t, err, ErrTooLarge)
	_, err = s.Put(sha, size, io.MultiReader(strings.NewReader(text[:10]), broken{}))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = s.Put("../../etc/passwd", size, strings.NewReader(text))
	require.Error(t, err)
	_, err = s.Lookup(sha)
	require.ErrorIs(t, err, ErrMissing)
	left, err := os.ReadDir(s.files)
	require.NoError(t, err)
	require.Empty(t, left, "nothing of a failed download stays")

	path, err := s.Put(sha, size, strings.NewReader(text))
	require.NoError(t, err)
	found, err := s.Lookup(sha)
	require.NoError(t, err)
	require.Equal(t, path, found)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Ensure that a file the disk has damaged is fetched again instead of printed.
func TestADamagedFileIsMissing(t *testing.T) {
	s := open(t, t.TempDir())
	path, err := s.Put(shaOf("G28\n"), 4, strings.NewReader("G28\n"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte("G29\n"), 0o600))
	_, err = s.Lookup(shaOf("G28\n"))
	require.ErrorIs(t, err, ErrMissing)
	require.NoFileExists(t, path)
}

func TestSweepRemovesTheFilesUsedLongestAgo(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Limits{Files: 25})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	var paths []string
	for i := range 4 {
		text := fmt.Sprintf("G1 X%d.00\n", i)
		path, err := s.Put(shaOf(text), 100, strings.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, os.Chtimes(path, at, at.Add(time.Duration(i)*time.Hour)))
		paths = append(paths, path)
	}
	stray := filepath.Join(s.files, "stray.part")
	require.NoError(t, os.WriteFile(stray, nil, 0o600))
	require.NoError(t, s.Sweep(shaOf("G1 X0.00\n")))
	require.NoFileExists(t, stray)
	require.FileExists(t, paths[0], "in use")
	require.NoFileExists(t, paths[1])
	require.FileExists(t, paths[2])
	require.FileExists(t, paths[3])
}

// Ensure that a full disk gives one error and leaves no file behind.
func TestAFullDiskIsSaid(t *testing.T) {
	s := open(t, t.TempDir())
	s.create = func(path string) (file, error) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
		return &smallDisk{File: f, left: 100}, err
	}
	text := strings.Repeat("G1 X1\n", 1000)
	_, err := s.Put(shaOf(text), 6000, strings.NewReader(text))
	require.ErrorIs(t, err, ErrDiskFull)
	left, err := os.ReadDir(s.files)
	require.NoError(t, err)
	require.Empty(t, left)
}

type smallDisk struct {
	*os.File
	left int
}

func (d *smallDisk) Write(b []byte) (int, error) {
	if d.left -= len(b); d.left < 0 {
		return 0, &os.PathError{Op: "write", Path: d.Name(), Err: syscall.ENOSPC}
	}
	return d.File.Write(b)
}

// Ensure that a database that may not grow refuses new events, keeps the old ones, and works again after an
// acknowledgement.
func TestAFullDatabaseKeepsWhatItHas(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Limits{Database: 256 << 10})
	require.NoError(t, err)
	var stored int64
	for {
		_, err = s.Append(wire.Event{Reason: strings.Repeat("x", 1000)})
		if err != nil {
			break
		}
		stored++
	}
	require.ErrorIs(t, err, ErrDiskFull)
	require.Greater(t, stored, int64(10))
	require.NoError(t, s.Close())

	s, err = Open(dir, Limits{Database: 256 << 10})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	list, err := s.From(1, 1000)
	require.NoError(t, err)
	require.Len(t, list, int(stored))
	_, err = s.Forget(list[0].Outbox, stored)
	require.NoError(t, err)
	seq, err := s.Append(wire.Event{})
	require.NoError(t, err)
	require.Equal(t, stored+1, seq)
}

func TestANewerFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyFormat, []byte(strconv.Itoa(Format+1))) }))
	require.NoError(t, s.Close())
	_, err := Open(dir, Limits{})
	require.ErrorIs(t, err, ErrNewer)
	require.NotContains(t, err.Error(), "\n")
}

func TestADamagedDatabaseIsAnError(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "spool.db"), bytes.Repeat([]byte("not a database "), 1000), 0o600))
	_, err := Open(dir, Limits{})
	require.ErrorContains(t, err, "damaged")
}

func TestAFolderHasOneOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, dir)
	_, err := Open(dir, Limits{})
	require.ErrorIs(t, err, ErrInUse)
}

// The test binary is its own child: each of these says, with a folder, what to do for ever.
const (
	childEnv   = "SPOOL_TEST_CHILD"
	trackerEnv = "SPOOL_TEST_TRACKER"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		appendForEver(dir)
		return
	}
	if dir := os.Getenv(trackerEnv); dir != "" {
		trackForEver(dir)
		return
	}
	os.Exit(m.Run())
}

// appendForEver prints each number after Append returned it.
func appendForEver(dir string) {
	s, err := Open(dir, Limits{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := 0; ; i++ {
		seq, err := s.Append(wire.Event{Kind: wire.EventProgress, Reason: strings.Repeat("x", i%700)})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(seq)
	}
}

// Ensure that a kill at any moment loses no event whose Append returned, and leaves no gap.
func TestAKilledAgentLosesNoEvent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var told int64
	for round := range 8 {
		told = max(told, killAfter(t, dir, 3+round*7))
		s := open(t, dir)
		list, err := s.From(1, 1<<20)
		require.NoError(t, err)
		require.GreaterOrEqual(t, int64(len(list)), told)
		require.LessOrEqual(t, int64(len(list)), told+1, "at most the event being appended is extra")
		for i, ev := range list {
			require.Equal(t, int64(i+1), ev.Seq)
		}
		told = int64(len(list))
		require.NoError(t, s.Close())
	}
}

// killAfter runs a child until it told n numbers, kills it, and returns the last number told.
func killAfter(t *testing.T, dir string, n int) int64 {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	told := newCounter(out)
	for range n {
		_, err := told.next()
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Process.Kill())
	for {
		if _, err := told.next(); err != nil {
			break
		}
	}
	var exit *exec.ExitError
	require.True(t, errors.As(cmd.Wait(), &exit))
	return told.last
}
