package port

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal that stands for a board; it hears what is written to it.
func terminal(t *testing.T) (master *os.File, name string) {
	t.Helper()
	master, slave, err := pty.Open()
	require.NoError(t, err)
	t.Cleanup(func() { master.Close(); slave.Close() })
	return master, slave.Name()
}

// requireSilence ensures that nothing comes out of the board's end.
func requireSilence(t *testing.T, master *os.File) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(master.Fd()), Events: unix.POLLIN}}
	_, err := unix.Poll(fds, 30)
	require.NoError(t, err)
	require.Zero(t, fds[0].Revents&unix.POLLIN)
}

// Ensure that a printer which comes back under another number is found by its lasting name, and is written to again.
func TestReopenFollowsTheSocket(t *testing.T) {
	m := newMachine(t)
	_, first := terminal(t)
	m.plug("ttyUSB0", "1-1", first, ch340)
	p, err := m.open(filepath.Join(m.dev, "ttyUSB0"), 115200)
	require.NoError(t, err)
	id := p.Identity()
	byPath := filepath.Join(m.dev, "serial", "by-path", "usb-1-1")
	require.Equal(t, Identity{
		Name: filepath.Join(m.dev, "ttyUSB0"), Device: filepath.Join(m.dev, "ttyUSB0"), ByPath: byPath,
		Vendor: "1a86", Product: "7523", Lasting: byPath,
	}, id)
	require.NoError(t, p.Close())
	m.unplug("ttyUSB0", "1-1")

	board, second := terminal(t)
	time.AfterFunc(50*time.Millisecond, func() { m.plug("ttyUSB1", "1-1", second, ch340) })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	p, err = m.reopen(ctx, id, 250000)
	require.NoError(t, err)
	defer p.Close()
	require.Equal(t, filepath.Join(m.dev, "ttyUSB1"), p.Identity().Device)
	_, err = p.Write([]byte("M105\n"))
	require.NoError(t, err)
	buf := make([]byte, 16)
	n, err := board.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "M105\n", string(buf[:n]))
}

// Ensure that a printer with a serial number is found in any socket.
func TestReopenFollowsTheSerialNumber(t *testing.T) {
	m := newMachine(t)
	_, name := terminal(t)
	m.plug("ttyACM0", "1-1", name, mk3)
	m.link("../../ttyACM0", m.dev, "serial", "by-id", "usb-Prusa_MK3_CZPX0001-if00")
	p, err := m.open(filepath.Join(m.dev, "serial", "by-path", "usb-1-1"), 115200)
	require.NoError(t, err)
	id := p.Identity()
	require.NoError(t, p.Close())
	m.unplug("ttyACM0", "1-1")
	m.plug("ttyACM3", "1-4", name, mk3)
	m.link("../../ttyACM3", m.dev, "serial", "by-id", "usb-Prusa_MK3_CZPX0001-if00")
	p, err = m.reopen(t.Context(), id, 115200)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(m.dev, "ttyACM3"), p.Identity().Device)
	require.NoError(t, p.Close())
}

// Ensure that another device in the same socket gets not one byte, is not even opened, and is named as the reason; and that
// the right one is taken when it comes after all.
func TestReopenRefusesAnotherDevice(t *testing.T) {
	m := newMachine(t)
	_, name := terminal(t)
	m.plug("ttyUSB0", "1-1", name, ch340)
	p, err := m.open(filepath.Join(m.dev, "ttyUSB0"), 115200)
	require.NoError(t, err)
	id := p.Identity()
	require.NoError(t, p.Close())
	m.unplug("ttyUSB0", "1-1")
	stranger, name := terminal(t)
	m.plug("ttyUSB0", "1-1", name, map[string]string{"idVendor": "0403", "idProduct": "6001", "serial": "A1"})

	ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
	defer cancel()
	_, err = m.reopen(ctx, id, 115200)
	require.ErrorIs(t, err, ErrOther)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	requireSilence(t, stranger)

	m.unplug("ttyUSB0", "1-1")
	_, name = terminal(t)
	m.plug("ttyUSB0", "1-1", name, ch340)
	p, err = m.reopen(t.Context(), id, 115200)
	require.NoError(t, err)
	require.NoError(t, p.Close())
}

// Ensure that a device which changes between the look and the opening is closed again without a byte.
func TestReopenLooksAgainAfterOpening(t *testing.T) {
	_, name := terminal(t)
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	_, err := Reopen(ctx, Identity{Name: name, Lasting: name, Vendor: "2c99", Product: "0002", Serial: "CZPX0001"}, 115200)
	require.ErrorIs(t, err, ErrOther)
	p, err := Open(name, 115200)
	require.NoError(t, err, "it was freed again")
	require.NoError(t, p.Close())
}

// Ensure that a pseudo-terminal behind a link may be another one when it comes back.
func TestReopenFollowsALink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "printer")
	_, first := terminal(t)
	require.NoError(t, os.Symlink(first, link))
	p, err := Open(link, 115200)
	require.NoError(t, err)
	id := p.Identity()
	require.Equal(t, Identity{Name: link, Lasting: link}, id)
	require.NoError(t, p.Close())
	require.NoError(t, os.Remove(link))
	_, second := terminal(t)
	time.AfterFunc(30*time.Millisecond, func() { os.Symlink(second, link) })
	p, err = Reopen(t.Context(), id, 115200)
	require.NoError(t, err)
	require.NoError(t, p.Close())
}
