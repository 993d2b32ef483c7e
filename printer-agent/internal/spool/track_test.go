package spool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
	k, err := OpenTrack(dir, "tortue")
	require.NoError(t, err)
	t.Cleanup(func() { _ = k.Close() })
	return k
}

func reopenTrack(t testing.TB, k *Track) *Track {
	t.Helper()
	require.NoError(t, k.Close())
	return openTrack(t, filepath.Dir(k.path))
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
	k := openTrack(t, t.TempDir())
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
}

func TestATrackForgetsAtEachNewBeginning(t *testing.T) {
	k := openTrack(t, t.TempDir())
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
	for range 100 {
		k := openTrack(t, dir)
		require.NoError(t, k.Reset(aHead))
		for n := range int64(1500) {
			k.Sent(n, n*7)
		}
		require.NoError(t, k.Close())
		raw, err := os.ReadFile(k.path)
		require.NoError(t, err)
		from := rng.IntN(len(raw))
		for i := from; i < min(from+1+rng.IntN(40), len(raw)); i++ {
			raw[i] ^= byte(rng.IntN(256))
		}
		require.NoError(t, os.WriteFile(k.path, raw, 0o600))
		k, err = OpenTrack(dir, "tortue")
		require.NoError(t, err)
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
	require.NoError(t, k.Close())
	_, err := OpenTrack(dir, "tortue")
	require.ErrorIs(t, err, ErrNewer)
	raw, err := os.ReadFile(k.path)
	require.NoError(t, err)
	require.Equal(t, r.encode(), raw[:len(r.encode())], "it is left as it was")
}

// Ensure that a file cut short below the mapping ends the record and not the program.
func TestALostMappingDoesNotEndThePrint(t *testing.T) {
	k := openTrack(t, t.TempDir())
	require.NoError(t, k.Reset(aHead))
	k.Sent(1, 10)
	require.NoError(t, os.Truncate(k.path, 0))
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

// trackedOffset is where number stands in the tests' file: both halves of it change with every number.
func trackedOffset(number int64) int64 { return number*0x1_0000_0001 + 17 }

const writersPerChild = 8

// trackForEver notes lines in several tracks, and prints a number of each now and then, after Sent returned.
func trackForEver(dir string) {
	var out sync.Mutex
	for w := range writersPerChild {
		k, err := OpenTrack(dir, "p"+strconv.Itoa(w))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go func() {
			last, _ := k.Last()
			for n := last + 1; ; n++ {
				k.Sent(n, trackedOffset(n))
				if n%50_000 == 0 {
					out.Lock()
					fmt.Println(w, n)
					out.Unlock()
				}
			}
		}()
	}
	select {}
}

// Ensure that 200 writers killed in the middle of a store leave every number they noted, but for the one being written
// and the one that had its slot before, and no wrong one.
func TestAKilledWriterLeavesATrueTrack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for w := range writersPerChild {
		k, err := OpenTrack(dir, "p"+strconv.Itoa(w))
		require.NoError(t, err)
		require.NoError(t, k.Reset(aHead))
		require.NoError(t, k.Close())
	}
	torn := 0
	for round := range 200 / writersPerChild {
		told := killTrackers(t, dir, 1+round%4, time.Duration(round*37%1000)*time.Microsecond)
		for w := range writersPerChild {
			torn += checkTrack(t, dir, w, told[w])
		}
	}
	t.Logf("%d of 200 writers were cut off in the middle of a slot", torn)
}

func checkTrack(t *testing.T, dir string, w int, told int64) (torn int) {
	t.Helper()
	k, err := OpenTrack(dir, "p"+strconv.Itoa(w))
	require.NoError(t, err)
	defer func() { require.NoError(t, k.Close()) }()
	require.True(t, k.SameBoot())
	last, _ := k.Last()
	require.GreaterOrEqual(t, last, told)
	for n := max(1, last-trackSlots+1); n <= last+trackSlots; n++ {
		offset, ok := k.Offset(n)
		if ok {
			require.Equal(t, trackedOffset(n), offset)
		}
		switch {
		case n == last-trackSlots+1 && !ok:
			torn++ // its slot was being taken for last+1
		default:
			require.Equal(t, n <= last, ok, "number %d of %d", n, last)
		}
	}
	return torn
}

// killTrackers runs a child until it told n numbers, and a little longer, kills it, and returns the last number told of
// each track.
func killTrackers(t *testing.T, dir string, n int, longer time.Duration) (told [writersPerChild]int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), trackerEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewReader(out)
	for i := 0; ; i++ {
		if i == n {
			time.AfterFunc(longer, func() { _ = cmd.Process.Kill() })
		}
		text, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var w int
		var number int64
		_, err = fmt.Sscan(text, &w, &number)
		require.NoError(t, err)
		told[w] = number
	}
	var exit *exec.ExitError
	require.True(t, errors.As(cmd.Wait(), &exit))
	return told
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
