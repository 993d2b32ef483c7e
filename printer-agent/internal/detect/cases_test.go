package detect

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Case 50: the port is opened once whatever speeds are tried, for every opening may reset the board, and a board that
// boots slowly is waited for.
func TestCase50OnePortOpening(t *testing.T) {
	t.Parallel()
	booted := time.Now().Add(700 * time.Millisecond)
	speeds := map[int]bool{}
	b := newBoard(t, func(b *board, baud int, line string) {
		b.mu.Lock()
		speeds[baud] = true
		b.mu.Unlock()
		if line == "M115" && baud == 250000 && time.Now().After(booted) {
			b.say("FIRMWARE_NAME:Repetier_1.0.4 MACHINE_TYPE:Mendel\nok 0\n")
		}
	})
	watch, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	require.NoError(t, err)
	defer unix.Close(watch)
	_, err = unix.InotifyAddWatch(watch, b.name, unix.IN_OPEN)
	require.NoError(t, err)
	f := Ask(t.Context(), b.name, options(t))
	require.NoError(t, f.Err)
	require.Equal(t, 250000, f.Baud)
	b.mu.Lock()
	defer b.mu.Unlock()
	require.True(t, speeds[115200] && speeds[250000], "%v", speeds)
	events := make([]byte, 4096)
	n, err := unix.Read(watch, events)
	require.NoError(t, err)
	require.Equal(t, unix.SizeofInotifyEvent, n, "one opening")
}
