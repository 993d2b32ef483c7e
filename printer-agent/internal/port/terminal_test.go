package port

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unsafe"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Ensure that a fresh terminal, which echoes by default, does not send the board its own banner back.
func TestBannerIsNotEchoed(t *testing.T) {
	master, p := openPair(t)
	_, err := master.WriteString("start\necho:Marlin 2.1.2\n")
	require.NoError(t, err)
	buf := make([]byte, 64)
	n, err := p.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "start\necho:Marlin 2.1.2\n", string(buf[:n]))
	requireSilence(t, master)
}

// Ensure that what an earlier host left unread is dropped when the port is opened, and what is still to be sent is not.
func TestStaleInputIsDropped(t *testing.T) {
	master, slave, err := pty.Open()
	require.NoError(t, err)
	defer master.Close()
	defer slave.Close()
	_, err = slave.WriteString("M400\n")
	require.NoError(t, err)
	_, err = master.WriteString("ok of yesterday\n")
	require.NoError(t, err)
	p, err := Open(slave.Name(), 115200)
	require.NoError(t, err)
	defer p.Close()
	require.NoError(t, p.SetReadDeadline(time.Now().Add(30*time.Millisecond)))
	_, err = p.Read(make([]byte, 64))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	buf := make([]byte, 64)
	n, err := master.Read(buf)
	require.NoError(t, err)
	require.Contains(t, string(buf[:n]), "M400")
}

// Ensure that the speed changes without the port being closed, odd speeds included, and that nonsense is refused.
func TestSetBaud(t *testing.T) {
	master, p := openPair(t)
	for _, baud := range []int{115200, 250000, 123456, 1000000, 9600} {
		require.NoError(t, p.SetBaud(baud))
		require.Equal(t, uint32(baud), settings(t, p).Ospeed)
		require.Zero(t, settings(t, p).Cflag&unix.HUPCL)
	}
	require.ErrorIs(t, p.SetBaud(0), ErrBaud)
	_, err := p.Write([]byte("M115\n"))
	require.NoError(t, err)
	buf := make([]byte, 16)
	n, err := master.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "M115\n", string(buf[:n]))
	require.NoError(t, p.Close())
	require.ErrorIs(t, p.SetBaud(9600), ErrClosed)
}

// Ensure that each line reaches the driver in one piece, since a firmware may give up on half a line after 200 ms.
func TestLinesAreWrittenWhole(t *testing.T) {
	master, p := openPair(t)
	line := append(bytes.Repeat([]byte("x"), 95), '\n')
	buf := make([]byte, 4096)
	for range 200 {
		n, err := p.Write(line)
		require.NoError(t, err)
		require.Equal(t, 96, n)
		n, err = master.Read(buf)
		require.NoError(t, err)
		require.Equal(t, line, buf[:n])
	}
}

// Ensure that what a driver takes only bit by bit arrives all the same, once and in order.
func TestPartialWritesAreContinued(t *testing.T) {
	master, p := openPair(t)
	sent := make([]byte, 256<<10)
	for i := range sent {
		sent[i] = byte(i * 7 >> 3)
	}
	done := make(chan error, 1)
	go func() { _, err := p.Write(sent); done <- err }()
	got, buf := make([]byte, 0, len(sent)), make([]byte, 1000)
	for len(got) < len(sent) {
		n, err := master.Read(buf)
		require.NoError(t, err)
		got = append(got, buf[:n]...)
	}
	require.NoError(t, <-done)
	require.True(t, bytes.Equal(sent, got))
}

// Ensure that a writer before a full device learns at once that it was unplugged, and after five seconds that it is stuck.
func TestFullDeviceDoesNotHoldAWriter(t *testing.T) {
	t.Parallel()
	master, p := openPair(t)
	_, stuck := openPair(t)
	gone := make(chan error, 1)
	go func() { _, err := p.Write(make([]byte, 1<<20)); gone <- err }()
	time.AfterFunc(50*time.Millisecond, func() { master.Close() })
	n, err := stuck.Write(make([]byte, 1<<20))
	require.ErrorIs(t, err, ErrStalled)
	require.Positive(t, n)
	select {
	case err := <-gone:
		require.ErrorIs(t, err, ErrUnplugged)
	default:
		t.Fatal("the writer has not noticed")
	}
}

// Ensure that reading and writing leave nothing for the collector, whose pauses would delay an acknowledgement.
func TestBytesPassWithoutAllocation(t *testing.T) {
	master, p := openPair(t)
	line, buf, heard := []byte("N1 G1 X1*2\n"), make([]byte, 64), make([]byte, 64)
	var failed error
	n := testing.AllocsPerRun(200, func() {
		_, err := p.Write(line)
		_, err2 := master.Read(heard)
		_, err3 := master.Write(line)
		_, err4 := p.Read(buf)
		failed = errors.Join(failed, err, err2, err3, err4)
	})
	require.NoError(t, failed)
	require.Zero(t, n)
}

// Ensure that what a pseudo-terminal does not have is said, and is no failure to open it.
func TestPTYHasNoModemLines(t *testing.T) {
	_, p := openPair(t)
	_, err := p.ModemLines()
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorIs(t, p.Reset(t.Context()), errors.ErrUnsupported)
	require.Equal(t, Tuning{Why: NoHardware}, p.Tuning())
	require.NoError(t, p.Close())
	require.ErrorIs(t, p.Reset(context.Background()), ErrClosed)
	_, err = p.ModemLines()
	require.ErrorIs(t, err, ErrClosed)
}

// Ensure that exclusive mode is not left on a pseudo-terminal, where it would outlive a killed agent and shut out the next.
func TestPTYIsNotLeftExclusive(t *testing.T) {
	_, p := openPair(t)
	require.NoError(t, p.control(func(fd int) error {
		exclusive, err := unix.IoctlGetInt(fd, unix.TIOCGEXCL)
		require.Zero(t, exclusive)
		return err
	}))
}

// Ensure that an FTDI adapter's timer is set where it may be, is reported where it may not, and that a driver without
// either is no error.
func TestTuning(t *testing.T) {
	m := newMachine(t)
	master, _ := terminal(t)
	var fd int
	raw, err := master.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(f uintptr) { fd = int(f) }))
	m.plug("ttyUSB0", "1-1", "", ch340)
	require.Equal(t, Tuning{Why: NoFlag}, m.tune(fd, "/dev/ttyUSB0", false))
	timer := filepath.Join(m.root, "usb", "1-1", "if00", "ttyUSB0", "latency_timer")
	m.write("16\n", timer)
	require.Equal(t, Tuning{LatencyTimerMS: 1}, m.tune(fd, "/dev/ttyUSB0", false))
	m.write("1\n", timer)
	require.Equal(t, Tuning{LatencyTimerMS: 1}, m.tune(fd, "/dev/ttyUSB0", false))
	require.NoError(t, os.Remove(timer))
	m.link("/proc/version", timer) // readable, and nobody's to write
	require.Equal(t, Tuning{Why: NoFlag}, m.tune(fd, "/dev/ttyUSB0", false))
}

// Ensure that the kernel's structure has the kernel's size, or the driver would write past it.
func TestSerialStructHasTheKernelsSize(t *testing.T) {
	want := uintptr(60)
	if unsafe.Sizeof(uintptr(0)) == 8 {
		want = 72
	}
	require.Equal(t, want, unsafe.Sizeof(serialStruct{}))
}

// Case 96: the two bytes of a flow control are data like any other both ways, whatever the terminal was set to before: a
// driver that stopped at one would stop for good.
func TestCase96NoFlowControl(t *testing.T) {
	master, slave, err := pty.Open()
	require.NoError(t, err)
	defer master.Close()
	defer slave.Close()
	before, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS2)
	require.NoError(t, err)
	before.Iflag |= unix.IXON | unix.IXOFF | unix.IXANY
	require.NoError(t, unix.IoctlSetTermios(int(slave.Fd()), unix.TCSETS2, before))
	p, err := Open(slave.Name(), 115200)
	require.NoError(t, err)
	defer p.Close()
	require.Zero(t, settings(t, p).Iflag&(unix.IXON|unix.IXOFF|unix.IXANY))
	require.Zero(t, settings(t, p).Cflag&unix.CRTSCTS)
	buf := make([]byte, 64)
	_, err = master.Write([]byte("ok\x13\n"))
	require.NoError(t, err)
	n, err := p.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "ok\x13\n", string(buf[:n]))
	_, err = p.Write([]byte("M105\x13\x11\n")) // not held back by what was read
	require.NoError(t, err)
	n, err = master.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "M105\x13\x11\n", string(buf[:n]))
}
