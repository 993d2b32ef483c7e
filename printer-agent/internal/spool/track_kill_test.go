package spool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// trackedOffset is where number stands in the tests' file: both halves of it change with every number.
func trackedOffset(number int64) int64 { return number*0x1_0000_0001 + 17 }

const writersPerChild = 20

// memoryOf maps half of the writers' records in another folder than the one where they are saved.
func memoryOf(dir string, writer int) string {
	if writer%2 == 0 {
		return ""
	}
	return filepath.Join(dir, "memory")
}

// trackForEver notes lines in several tracks, and prints a number of each now and then, after Sent returned.
func trackForEver(dir string) {
	var out sync.Mutex
	for w := range writersPerChild {
		k, err := openTrackIn(dir, memoryOf(dir, w), "p"+strconv.Itoa(w))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go func() {
			last, _ := k.Last()
			for n := last + 1; ; n++ {
				k.Sent(n, trackedOffset(n))
				if n%10_000 == 0 {
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
	require.NoError(t, os.Mkdir(memoryOf(dir, 1), 0o700))
	for w := range writersPerChild {
		k, err := openTrackIn(dir, memoryOf(dir, w), "p"+strconv.Itoa(w))
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
	k, err := openTrackIn(dir, memoryOf(dir, w), "p"+strconv.Itoa(w))
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
