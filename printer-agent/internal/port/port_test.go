package port

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// openPair opens a pseudo-terminal as a port; the file is the printer's end.
func openPair(t *testing.T) (*os.File, *Port) {
	t.Helper()
	master, slave, err := pty.Open()
	require.NoError(t, err)
	t.Cleanup(func() { master.Close() })
	p, err := Open(slave.Name(), 250000)
	require.NoError(t, err)
	require.NoError(t, slave.Close())
	t.Cleanup(func() { p.Close() })
	return master, p
}

// Ensure that bytes pass unchanged both ways, carriage returns and bytes beyond ASCII included, and that nothing echoes.
func TestPortIsTransparent(t *testing.T) {
	master, p := openPair(t)
	require.True(t, p.IsPTY())
	_, err := p.Write([]byte("N1 M105*38\n\xff\r\x11"))
	require.NoError(t, err)
	buf := make([]byte, 100)
	n, err := master.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "N1 M105*38\n\xff\r\x11", string(buf[:n]))
	_, err = master.Write([]byte("ok\r\n\x03"))
	require.NoError(t, err)
	n, err = p.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "ok\r\n\x03", string(buf[:n]))
}

// settings reads the terminal's settings back.
func settings(t *testing.T, p *Port) *unix.Termios {
	t.Helper()
	var termios *unix.Termios
	require.NoError(t, p.control(func(fd int) (err error) {
		termios, err = unix.IoctlGetTermios(fd, unix.TCGETS2)
		return err
	}))
	return termios
}

// Ensure that a waiting reader sleeps until there is something to read: that there is room to write again after each line is
// no reason to wake.
func TestRoomToWriteWakesNoReader(t *testing.T) {
	master, p := openPair(t)
	tries, ready := 0, p.in.ready
	p.in.ready = func(fd uintptr) bool { tries++; return ready(fd) }
	read := make(chan string)
	go func() {
		buf := make([]byte, 100)
		n, err := p.Read(buf)
		if err != nil {
			read <- err.Error()
			return
		}
		read <- string(buf[:n])
	}()
	buf := make([]byte, 100)
	for range 50 {
		_, err := p.Write([]byte("N1 M105*38\n"))
		require.NoError(t, err)
		_, err = master.Read(buf)
		require.NoError(t, err)
	}
	_, err := master.Write([]byte("ok\n"))
	require.NoError(t, err)
	require.Equal(t, "ok\n", <-read)
	require.LessOrEqual(t, tries, 2, "one before it slept, one when the answer came")
}

// Ensure that a reader may bound its patience, that a quiet port is then named as such, and that it goes on afterwards.
func TestReadDeadline(t *testing.T) {
	master, p := openPair(t)
	require.NoError(t, p.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	_, err := p.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, p.SetReadDeadline(time.Time{}))
	_, err = master.Write([]byte("ok\n"))
	require.NoError(t, err)
	n, err := p.Read(make([]byte, 8))
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

// Ensure that a second opener is refused even when it may do everything, and admitted after Close.
func TestPortIsLocked(t *testing.T) {
	_, p := openPair(t)
	_, err := Open(p.Name(), 115200)
	require.ErrorIs(t, err, ErrBusy)
	require.True(t, Held(p.Name()))
	require.NoError(t, p.Close())
	again, err := Open(p.Name(), 115200)
	require.NoError(t, err)
	require.NoError(t, again.Close())
	require.NoError(t, again.Close(), "closing twice is harmless")
}

// Ensure that closing the port does not hang up the modem lines, which would reset the board.
func TestHangUpOnCloseIsCleared(t *testing.T) {
	_, p := openPair(t)
	termios := settings(t, p)
	require.Zero(t, termios.Cflag&unix.HUPCL)
	require.Equal(t, uint32(250000), termios.Ospeed, "the odd speed survives")
}

// Ensure that a vanished device and our own Close are told apart.
func TestGoneAndClosedDiffer(t *testing.T) {
	master, p := openPair(t)
	require.NoError(t, master.Close())
	_, err := readUntilError(p)
	require.ErrorIs(t, err, ErrUnplugged)
	_, err = p.Write([]byte("M105\n"))
	require.ErrorIs(t, err, ErrUnplugged)

	_, p = openPair(t)
	ended := make(chan error, 1)
	go func() {
		_, err := readUntilError(p)
		ended <- err
	}()
	require.NoError(t, p.Close())
	require.ErrorIs(t, <-ended, ErrClosed)
}

func readUntilError(p *Port) (int, error) {
	for {
		if n, err := p.Read(make([]byte, 10)); err != nil {
			return n, err
		}
	}
}

// Ensure that a device that takes nothing cannot hold a writer beyond the deadline or a Close.
func TestWriteEndsWithClose(t *testing.T) {
	_, p := openPair(t)
	ended := make(chan error, 1)
	go func() {
		for {
			if _, err := p.Write([]byte(strings.Repeat("x", 4096))); err != nil {
				ended <- err
				return
			}
		}
	}()
	time.AfterFunc(300*time.Millisecond, func() { p.Close() })
	select {
	case err := <-ended:
		require.ErrorIs(t, err, ErrClosed)
	case <-time.After(writeTimeout):
		t.Fatal("the write did not end")
	}
}

// Ensure that Await takes a port that appears later, and gives up with the reason.
func TestAwait(t *testing.T) {
	link := filepath.Join(t.TempDir(), "printer")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Await(ctx, link, 115200)
	require.ErrorIs(t, err, ErrNotFound)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	master, slave, err := pty.Open()
	require.NoError(t, err)
	defer master.Close()
	defer slave.Close()
	time.AfterFunc(50*time.Millisecond, func() { os.Symlink(slave.Name(), link) })
	p, err := Await(t.Context(), link, 115200)
	require.NoError(t, err)
	require.NoError(t, p.Close())
}

// Ensure that what is no terminal is refused with a reason.
func TestOpenRefusesAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	_, err := Open(name, 115200)
	require.Error(t, err)
	require.False(t, errors.Is(err, ErrBusy))
}
