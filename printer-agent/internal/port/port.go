// Package port finds serial ports, opens them and keeps them whole: locked against other programs, raw, tuned, without a
// hang-up on close, with a deadline on writes, and back under the same name after they were unplugged.
// It alone knows the serial library, and pseudo-terminals are as good to it as hardware.
package port

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// Port is an open serial port. One goroutine may read while another writes and a third closes; the other methods are safe
// for concurrent use.
//
// Bytes pass through our own descriptor. A pending Read costs no thread, and Close wakes it; a Write that waits for room
// holds one. The library's descriptor of the same terminal claims it and moves the modem lines.
type Port struct {
	identity Identity
	tuning   Tuning
	file     *os.File
	raw      syscall.RawConn // of file
	input    *os.File        // to wait with for bytes
	inputRaw syscall.RawConn
	in, out  *transfer
	serial   serial.Port
	pty      bool
	closing  atomic.Bool
	reading  sync.Mutex
	writing  sync.Mutex // one line at a time reaches the wire whole
	modem    sync.Mutex // the library's own calls are not safe against its Close
}

// Open opens the port at a speed in baud, which on Linux may be any number, 250000 included. Most boards with an
// Arduino boot loader reset when their port is opened for the first time; closing it here does not prepare another reset.
// What lay unread in the driver is thrown away, what is still being sent is not.
func Open(name string, baud int) (*Port, error) { return host().open(name, baud) }

func (s system) open(name string, baud int) (*Port, error) {
	fd, err := openTerminal(name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	// The order matters: lock before anything changes, raw mode before the first byte of the board could be echoed to
	// it, the library last, since it locks others out.
	p := &Port{pty: isPTY(fd)}
	if err := p.claim(fd, name, baud); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, reason(err)), unix.Close(fd))
	}
	p.identity = s.identify(fd, name)
	p.tuning = s.tune(fd, p.identity.Device, p.pty)
	if p.file, p.input, err = watched(fd, name); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, err), p.serial.Close())
	}
	p.raw, err = p.file.SyscallConn()
	var failed error
	p.inputRaw, failed = p.input.SyscallConn()
	if err = errors.Join(err, failed); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, err), p.Close())
	}
	p.in, p.out = newTransfer(unix.SYS_READ, p.raw), newTransfer(unix.SYS_WRITE, p.raw)
	return p, nil
}

// openTerminal opens name without waiting for a carrier and without making it this process's terminal.
func openTerminal(name string) (int, error) {
	fd, err := unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, reason(err)
	}
	if err := lock(fd); err != nil {
		return -1, errors.Join(reason(err), unix.Close(fd))
	}
	return fd, nil
}

// lock takes the port for this descriptor. The kernel's exclusive mode does not stop a privileged process from opening
// the port, hence the look at it and the lock beside it.
func lock(fd int) error {
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return err
	}
	if exclusive, err := unix.IoctlGetInt(fd, unix.TIOCGEXCL); err == nil && exclusive != 0 && !isPTY(fd) {
		return ErrBusy
	}
	return nil
}

// claim sets the terminal, then has the library open it.
func (p *Port) claim(fd int, name string, baud int) error {
	if err := makeRaw(fd, baud); err != nil {
		return fmt.Errorf("set raw mode at %d baud: %w", baud, err)
	}
	if err := unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH); err != nil {
		return fmt.Errorf("drop stale input: %w", err)
	}
	s, err := serial.Open(name, &serial.Mode{BaudRate: baud})
	if err != nil {
		return libraryReason(err)
	}
	if p.pty { // there, exclusive mode would outlive a killed agent and shut out the next one
		err = unix.IoctlSetInt(fd, unix.TIOCNXCL, 0)
	}
	// The library rewrites the settings; a hang-up on close would reset the board under a running print.
	if err = errors.Join(err, makeRaw(fd, baud)); err != nil {
		return errors.Join(err, s.Close())
	}
	p.serial = s
	return nil
}

// Name is the path the port was opened by.
func (p *Port) Name() string { return p.identity.Name }

// Identity is who is on the other end of the cable, taken when the port was opened.
func (p *Port) Identity() Identity { return p.identity }

// Tuning is what was achieved against latency when the port was opened.
func (p *Port) Tuning() Tuning { return p.tuning }

// IsPTY says whether the port is a pseudo-terminal, which has no modem lines and no speed.
func (p *Port) IsPTY() bool { return p.pty }

// SetBaud changes the speed in baud without closing the port, so that the board does not reset. What has not been sent
// yet goes out at the new speed. A speed that the adapter cannot make is an error, and the old one may be lost.
func (p *Port) SetBaud(baud int) error {
	if err := p.control(func(fd int) error { return makeRaw(fd, baud) }); err != nil {
		return fmt.Errorf("set %s to %d baud: %w", p.Name(), baud, err)
	}
	return nil
}

// Discard throws away what was received and not read.
func (p *Port) Discard() error {
	return p.control(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) })
}

// control runs f with the descriptor, which stays open meanwhile.
func (p *Port) control(f func(fd int) error) error {
	var failed error
	if err := p.raw.Control(func(fd uintptr) { failed = f(int(fd)) }); err != nil {
		return ErrClosed
	}
	return failed
}

// Close ends pending Reads and Writes and frees the port for others. A second Close does nothing.
func (p *Port) Close() error {
	if p.closing.Swap(true) {
		return nil
	}
	err := errors.Join(p.input.Close(), p.file.Close())
	p.modem.Lock()
	defer p.modem.Unlock()
	return errors.Join(err, p.serial.Close())
}

// isPTY says whether the descriptor is the far end of a pseudo-terminal: device majors 136 to 143
// (Linux, Documentation/admin-guide/devices.txt).
func isPTY(fd int) bool {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return false
	}
	major := unix.Major(uint64(st.Rdev))
	return major >= 136 && major <= 143
}
