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

// Ensure that a quiet port is no error, so that a reader can notice that it should end.
func TestReadTimesOutQuietly(t *testing.T) {
	_, p := openPair(t)
	n, err := p.Read(make([]byte, 1))
	require.NoError(t, err)
	require.Zero(t, n)
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
	termios, err := unix.IoctlGetTermios(p.control, unix.TCGETS2)
	require.NoError(t, err)
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
	require.Error(t, err)

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

// Ensure that a port is listed by its lasting name, with what USB says of it, and marked when a process has it open.
func TestListNamesPortsForGood(t *testing.T) {
	root := t.TempDir()
	dev, sys, proc := filepath.Join(root, "dev"), filepath.Join(root, "tty"), filepath.Join(root, "proc")
	usb := filepath.Join(root, "usb", "1-1")
	for _, dir := range []string{filepath.Join(dev, "serial", "by-id"), filepath.Join(sys, "ttyUSB0"), filepath.Join(usb, "1-1:1.0", "ttyUSB0"), filepath.Join(proc, "42", "fd")} {
		require.NoError(t, os.MkdirAll(dir, 0o755))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dev, "ttyUSB0"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dev, "ttyACM0"), nil, 0o600))
	require.NoError(t, os.Symlink(filepath.Join(usb, "1-1:1.0", "ttyUSB0"), filepath.Join(sys, "ttyUSB0", "device")))
	for name, text := range map[string]string{"idVendor": "1a86\n", "idProduct": "7523\n", "product": "USB Serial\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(usb, name), []byte(text), 0o600))
	}
	byID := filepath.Join(dev, "serial", "by-id", "usb-1a86_USB_Serial-if00-port0")
	require.NoError(t, os.Symlink(filepath.Join(dev, "ttyUSB0"), byID))
	require.NoError(t, os.Symlink(filepath.Join(dev, "ttyUSB0"), filepath.Join(proc, "42", "fd", "3")))

	infos, err := list(dev, sys, proc)
	require.NoError(t, err)
	require.Equal(t, []Info{
		{Path: filepath.Join(dev, "ttyACM0"), Device: filepath.Join(dev, "ttyACM0")},
		{Path: byID, Device: filepath.Join(dev, "ttyUSB0"), Vendor: "1a86", Product: "7523", Title: "USB Serial", Busy: true},
	}, infos)
}
