package spool

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var aHead = TrackHead{
	Attempt: TokenHash("a1"), File: strings.Repeat("0a", 32), Bytes: 1 << 33, Dialect: "marlin2", Started: at,
}

func openTrack(t testing.TB, dir string) *Track {
	t.Helper()
	return openTrackBeside(t, dir, "")
}

func openTrackBeside(t testing.TB, dir, memory string) *Track {
	t.Helper()
	k, err := openTrackIn(dir, memory, "tortue")
	require.NoError(t, err)
	t.Cleanup(func() { _ = k.Close() })
	return k
}

// reopenTrack closes a record and opens it again in the same way.
func reopenTrack(t testing.TB, k *Track) *Track {
	t.Helper()
	dir, memory := filepath.Dir(k.saved.Name()), ""
	if k.live != k.saved {
		memory = filepath.Dir(k.live.Name())
	}
	require.NoError(t, k.Close())
	return openTrackBeside(t, dir, memory)
}

// bothWays runs a test on a record mapped in the state folder, and on one mapped in memory.
func bothWays(t *testing.T, f func(t *testing.T, k *Track)) {
	t.Run("on disk", func(t *testing.T) { f(t, openTrack(t, t.TempDir())) })
	t.Run("in memory", func(t *testing.T) {
		k := openTrackBeside(t, t.TempDir(), t.TempDir())
		require.NotSame(t, k.live, k.saved)
		f(t, k)
	})
}

// wantOffset asks for numbers and what stands behind them; -1 stands for not known.
func wantOffset(t testing.TB, k *Track, want map[int64]int64) {
	t.Helper()
	for number, at := range want {
		offset, ok := k.Offset(number)
		require.Equal(t, at >= 0, ok, "number %d", number)
		if ok {
			require.Equal(t, at, offset, "number %d", number)
		}
	}
}

func TestATrackStartsEmptyAndKeepsWhatWasSent(t *testing.T) {
	bothWays(t, func(t *testing.T, k *Track) {
		_, ok := k.Head()
		require.False(t, ok)
		_, ok = k.Last()
		require.False(t, ok)
		wantOffset(t, k, map[int64]int64{0: -1, 1: -1, -1: -1})

		require.NoError(t, k.Reset(aHead))
		for n := range int64(3000) {
			k.Sent(n, n*1_000_000)
		}
		k.Sent(3000, 2999_000_000) // a line that is not of the file
		k.Sent(2999, 2999_000_000) // sent again
		k.Sent(-5, 1)
		for range 2 {
			wantOffset(t, k, map[int64]int64{3000: 2999_000_000, 2999: 2999_000_000, 1977: 1977_000_000, 1976: -1, 3001: -1, -5: -1})
			last, ok := k.Last()
			require.True(t, ok)
			require.Equal(t, int64(3000), last)
			head, ok := k.Head()
			require.True(t, ok)
			require.Equal(t, aHead, head)
			require.True(t, k.SameBoot())
			k = reopenTrack(t, k)
		}
	})
}

func TestATrackForgetsAtEachNewBeginning(t *testing.T) {
	bothWays(t, func(t *testing.T, k *Track) {
		require.NoError(t, k.Reset(aHead))
		send := func() {
			for n := range int64(100) {
				k.Sent(n, n+1)
			}
		}
		send()
		k.Cut(90)
		wantOffset(t, k, map[int64]int64{90: 91, 91: -1, 99: -1})
		k.Renumber()
		wantOffset(t, k, map[int64]int64{0: -1, 90: -1})
		head, ok := k.Head()
		require.True(t, ok)
		require.Equal(t, aHead, head)
		k = reopenTrack(t, k)
		_, ok = k.Last()
		require.False(t, ok, "the old numbering does not come back")

		send()
		other := aHead
		other.Attempt = TokenHash("a2")
		require.NoError(t, k.Reset(other))
		wantOffset(t, k, map[int64]int64{5: -1})
		send()
		require.NoError(t, k.Clear())
		for range 2 {
			_, ok = k.Head()
			require.False(t, ok)
			require.False(t, k.SameBoot())
			wantOffset(t, k, map[int64]int64{5: -1})
			k = reopenTrack(t, k)
		}
	})
}

func TestATrackRefusesAHeadItCannotHold(t *testing.T) {
	k := openTrack(t, t.TempDir())
	h := aHead
	h.File = "abc"
	require.ErrorContains(t, k.Reset(h), "SHA-256")
	h = aHead
	h.Dialect = strings.Repeat("x", 65)
	require.ErrorContains(t, k.Reset(h), "dialect")
	_, err := OpenTrack(t.TempDir(), "../x")
	require.ErrorContains(t, err, "only a-z")
}

// Ensure that a record from before the machine was started anew is not taken for one of now.
func TestATrackKnowsAnotherBoot(t *testing.T) {
	dir := t.TempDir()
	k := openTrack(t, dir)
	k.boot = [16]byte{1, 2, 3}
	require.NoError(t, k.Reset(aHead))
	k.Sent(7, 70)
	k = reopenTrack(t, k)
	require.False(t, k.SameBoot())
	wantOffset(t, k, map[int64]int64{7: 70})
	require.NoError(t, k.Reset(aHead))
	require.True(t, k.SameBoot())
}

// Ensure that no byte that a power cut, or anything else, changed can make a wrong offset: it makes none.
func TestADamagedTrackSaysNoAndNeverWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		k := openTrack(t, dir)
		require.NoError(t, k.Reset(aHead))
		for n := range int64(1500) {
			k.Sent(n, n*7)
		}
		path := k.saved.Name()
		require.NoError(t, k.Close())
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		from := rng.IntN(len(raw))
		for i := from; i < min(from+1+rng.IntN(40), len(raw)); i++ {
			raw[i] ^= byte(rng.IntN(256))
		}
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		k = openTrack(t, dir)
		for n := range int64(2048) {
			if offset, ok := k.Offset(n); ok {
				require.Equal(t, n*7, offset)
				require.Less(t, n, int64(1500))
			}
		}
		require.NoError(t, k.Close())
	}
}

func TestATrackFileThatIsNotWholeIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "track-tortue")
	require.NoError(t, os.WriteFile(path, []byte("short"), 0o600))
	k := openTrack(t, dir)
	require.NoError(t, k.Reset(aHead))
	k.Sent(1, 10)
	wantOffset(t, k, map[int64]int64{1: 10})
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

func TestATrackOfANewerAgentIsRefused(t *testing.T) {
	dir := t.TempDir()
	k := openTrack(t, dir)
	r := headRecord{Format: TrackFormat + 1, Turn: 1}
	copy(r.Magic[:], headMagic)
	copy(k.heads, r.encode())
	path := k.saved.Name()
	require.NoError(t, k.Close())
	_, err := openTrackIn(dir, "", "tortue")
	require.ErrorIs(t, err, ErrNewer)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, r.encode(), raw[:len(r.encode())], "it is left as it was")
}

// Ensure that a file cut short below the mapping ends the record and not the program.
func TestALostMappingDoesNotEndThePrint(t *testing.T) {
	bothWays(t, func(t *testing.T, k *Track) {
		require.NoError(t, k.Reset(aHead))
		k.Sent(1, 10)
		require.NoError(t, k.live.Truncate(0))
		k.Sent(2, 20)
		wantOffset(t, k, map[int64]int64{1: -1, 2: -1})
		_, ok := k.Last()
		require.False(t, ok)
		k.Cut(1)
		k.Renumber()
		require.ErrorIs(t, k.Sync(), ErrTrackLost)
		require.ErrorIs(t, k.Reset(aHead), ErrTrackLost)
		require.NoError(t, k.Close())
		require.NoError(t, k.Close(), "twice does no harm")
		k.Sent(3, 30)
	})
}

// Ensure that the saver, too, survives a mapping that is lost.
func TestALostMappingIsSaidBySync(t *testing.T) {
	bothWays(t, func(t *testing.T, k *Track) {
		require.NoError(t, k.Reset(aHead))
		require.NoError(t, k.live.Truncate(0))
		k.Sent(1, 10)
		require.ErrorIs(t, k.Sync(), ErrTrackLost)
	})
	k := openTrackBeside(t, t.TempDir(), t.TempDir())
	require.NoError(t, k.Reset(aHead))
	require.NoError(t, k.live.Truncate(0))
	require.ErrorIs(t, k.Sync(), ErrTrackLost)
}

// Ensure that a machine that lost its memory goes on from what Sync saved, and says that it may be behind.
func TestATrackIsRestoredFromWhatWasSaved(t *testing.T) {
	dir, memory := t.TempDir(), t.TempDir()
	k := openTrackBeside(t, dir, memory)
	require.NoError(t, k.Reset(aHead))
	for n := range int64(500) {
		k.Sent(n, n*3)
	}
	require.NoError(t, k.Sync())
	k.Sent(500, 1500)
	k.Sent(501, 1503)
	require.NoError(t, k.unmap()) // a loss of power: nothing more is saved
	require.NoError(t, os.Remove(filepath.Join(memory, "track-tortue")))

	k = openTrackBeside(t, dir, memory)
	require.False(t, k.SameBoot())
	wantOffset(t, k, map[int64]int64{0: 0, 499: 1497, 500: -1, 501: -1})
	head, ok := k.Head()
	require.True(t, ok)
	require.Equal(t, aHead, head)
	require.NoError(t, k.Reset(aHead))
	require.True(t, k.SameBoot())
}

// Ensure that a record in memory that another state folder left behind does not win over the saved one.
func TestAnOldRecordInMemoryIsNotUsed(t *testing.T) {
	dir, memory := t.TempDir(), t.TempDir()
	k := openTrackBeside(t, dir, memory)
	require.NoError(t, k.Reset(aHead))
	k.Sent(1, 10)
	require.NoError(t, k.Close())
	for range 3 {
		k = openTrack(t, dir) // one that finds no memory
		require.NoError(t, k.Reset(aHead))
		k.Sent(1, 20)
		require.NoError(t, k.Close())
	}
	k = openTrackBeside(t, dir, memory)
	wantOffset(t, k, map[int64]int64{1: 20})
	require.False(t, k.SameBoot())
}

// Ensure that what OpenTrack chooses by itself keeps a record as the rest is tested to.
func TestATrackOpensWhereItIs(t *testing.T) {
	dir := t.TempDir()
	t.Cleanup(func() { _ = os.RemoveAll(memoryFolder(sharedMemory, dir)) })
	for round := range 2 {
		k, err := OpenTrack(dir, "tortue")
		require.NoError(t, err)
		if round == 0 {
			require.NoError(t, k.Reset(aHead))
			k.Sent(7, 70)
		}
		wantOffset(t, k, map[int64]int64{7: 70})
		require.True(t, k.SameBoot())
		require.NoError(t, k.Close())
	}
}

func TestMemoryIsPrivateAndTidied(t *testing.T) {
	shared, state := t.TempDir(), t.TempDir()
	folder := memoryFolder(shared, state)
	require.NotEmpty(t, folder)
	require.Equal(t, folder, memoryFolder(shared, state))
	other := t.TempDir()
	gone := memoryFolder(shared, other)
	require.NotEqual(t, folder, gone)
	require.NoError(t, os.RemoveAll(other))
	require.Equal(t, folder, memoryFolder(shared, state))
	require.NoDirExists(t, gone)
	require.DirExists(t, folder)

	k := openTrackBeside(t, state, folder)
	require.NoError(t, k.Reset(aHead))
	require.FileExists(t, filepath.Join(folder, "track-tortue"))
	require.NoError(t, k.Clear())
	require.NoError(t, k.Close())
	require.NoFileExists(t, filepath.Join(folder, "track-tortue"), "nothing stays in memory without an attempt")

	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o777))
	require.Empty(t, memoryFolder(shared, state), "somebody else might write there")
	require.Empty(t, memoryFolder(filepath.Join(shared, "missing"), state))
	k = openTrackBeside(t, state, filepath.Join(shared, "missing"))
	require.Same(t, k.live, k.saved)
}

// Ensure that readers beside the writer see right offsets or none.
func TestReadersNeverSeeATornSlot(t *testing.T) {
	k := openTrack(t, t.TempDir())
	require.NoError(t, k.Reset(aHead))
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for n := int64(0); ; n = (n + 1) % 40_000 {
				select {
				case <-done:
					return
				default:
				}
				if offset, ok := k.Offset(n); ok && offset != trackedOffset(n) {
					t.Errorf("number %d: offset %d", n, offset)
					return
				}
			}
		})
	}
	for n := range int64(40_000) {
		k.Sent(n, trackedOffset(n))
		if n%10_000 == 0 {
			require.NoError(t, k.Sync())
		}
	}
	close(done)
	readers.Wait()
}

func TestSentAllocatesNothing(t *testing.T) {
	k := openTrack(t, t.TempDir())
	require.NoError(t, k.Reset(aHead))
	n := int64(0)
	require.Zero(t, testing.AllocsPerRun(1000, func() { n++; k.Sent(n, n) }))
}

func BenchmarkSent(b *testing.B) {
	k := openTrack(b, b.TempDir())
	require.NoError(b, k.Reset(aHead))
	n := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		k.Sent(n, n*30)
	}
}

// BenchmarkSentBesideSync shows what a goroutine that writes back all the time costs the writer.
func BenchmarkSentBesideSync(b *testing.B) {
	k := openTrack(b, b.TempDir())
	require.NoError(b, k.Reset(aHead))
	done := make(chan struct{})
	var syncs sync.WaitGroup
	syncs.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				_ = k.Sync() // timed, not judged
			}
		}
	})
	n, worst := int64(0), time.Duration(0)
	for b.Loop() {
		n++
		began := time.Now()
		k.Sent(n, n*30)
		worst = max(worst, time.Since(began))
	}
	close(done)
	syncs.Wait()
	b.ReportMetric(float64(worst.Microseconds()), "worst-µs")
}
