// Package port opens serial ports and keeps them whole: locked against other programs, raw, without a hang-up on close,
// with a deadline on writes. It alone knows the serial library, and pseudo-terminals are as good to it as hardware.
package port

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// Errors of this package, to be tested with errors.Is.
var (
	ErrBusy      = errors.New("port is in use by another program: end OctoPrint, a slicer or another agent on it")
	ErrNotFound  = errors.New("no such port: is the printer plugged in and switched on? printer-agent detect lists what is there")
	ErrDenied    = errors.New("no permission to open the port: its users belong to the group dialout")
	ErrNotSerial = errors.New("this is no serial port")
	ErrUnplugged = errors.New("port has gone")
	ErrStalled   = errors.New("port takes no more bytes")
	ErrClosed    = errors.New("port is closed")
)

const (
	// readTimeout is how long Read waits for a byte before it returns 0, nil; it bounds how late a reader notices that
	// it should end.
	readTimeout = 250 * time.Millisecond
	// writeTimeout is how long the device may take nothing before a write fails: at 9600 baud a full 4 KiB driver buffer
	// drains in 4.3 s.
	writeTimeout = 5 * time.Second
	// retryInterval is how often Await looks for a port that is not there.
	retryInterval = 300 * time.Millisecond
)

// Port is an open serial port. One goroutine may read while another writes and a third closes.
type Port struct {
	name    string
	serial  serial.Port
	control int // our own descriptor of the same terminal: lock, settings and writes
	pty     bool
	closing atomic.Bool
	mu      sync.RWMutex // held for reading while control is in use
}

// Open opens the port at a speed in baud, which on Linux may be any number, 250000 included. Most boards with an
// Arduino boot loader reset when their port is opened for the first time; closing it here does not prepare another reset.
func Open(name string, baud int) (*Port, error) {
	control, err := unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, reason(err))
	}
	p := &Port{name: name, control: control, pty: isPTY(control)}
	if err := p.prepare(baud); err != nil {
		unix.Close(control)
		return nil, fmt.Errorf("open %s: %w", name, reason(err))
	}
	return p, nil
}

// prepare locks the port, then has the library open and set it.
func (p *Port) prepare(baud int) error {
	if err := unix.Flock(p.control, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return reason(err)
	}
	if err := keepOnClose(p.control); err != nil {
		return fmt.Errorf("clear hang-up on close: %w", err)
	}
	s, err := serial.Open(p.name, &serial.Mode{BaudRate: baud})
	if err != nil {
		return libraryReason(err)
	}
	// The library rewrites the settings; a hang-up on close would reset the board under a running print.
	err = errors.Join(keepOnClose(p.control), s.SetReadTimeout(readTimeout))
	if err != nil {
		return errors.Join(err, s.Close())
	}
	p.serial = s
	return nil
}

// Await opens the port as soon as it is there and free, until ctx ends; then it returns why it last could not.
func Await(ctx context.Context, name string, baud int) (*Port, error) {
	retry := time.NewTicker(retryInterval)
	defer retry.Stop()
	for {
		p, err := Open(name, baud)
		if err == nil {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(err, ctx.Err())
		case <-retry.C:
		}
	}
}

// Name is the path the port was opened by.
func (p *Port) Name() string { return p.name }

// IsPTY says whether the port is a pseudo-terminal, which has no modem lines and no speed.
func (p *Port) IsPTY() bool { return p.pty }

// Read returns 0, nil when nothing came for a while, ErrClosed after Close and ErrUnplugged when the device has gone.
func (p *Port) Read(b []byte) (int, error) {
	n, err := p.serial.Read(b)
	switch {
	case err == nil, errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return n, nil
	case p.closing.Load():
		return n, ErrClosed
	}
	return n, fmt.Errorf("%w: %w", ErrUnplugged, err)
}

// Write writes all of b, or fails with ErrStalled when the device takes nothing for five seconds.
func (p *Port) Write(b []byte) (int, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	done := 0
	for done < len(b) {
		if p.closing.Load() {
			return done, ErrClosed
		}
		n, err := unix.Write(p.control, b[done:])
		if n > 0 {
			done += n
			continue
		}
		if err == nil || errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
			err = p.awaitRoom()
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// awaitRoom waits until the device takes bytes again.
func (p *Port) awaitRoom() error {
	deadline := time.Now().Add(writeTimeout)
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return ErrStalled
		}
		if p.closing.Load() {
			return ErrClosed
		}
		fds := []unix.PollFd{{Fd: int32(p.control), Events: unix.POLLOUT}}
		n, err := unix.Poll(fds, int(min(left, readTimeout).Milliseconds())+1)
		switch {
		case errors.Is(err, unix.EINTR) || err == nil && n == 0:
		case err != nil:
			return fmt.Errorf("wait for %s: %w", p.name, err)
		case fds[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0:
			return ErrUnplugged
		default:
			return nil
		}
	}
}

// Close ends a pending Read and frees the port for others. A second Close does nothing.
func (p *Port) Close() error {
	if p.closing.Swap(true) {
		return nil
	}
	err := p.serial.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(err, unix.Close(p.control))
}

// keepOnClose clears HUPCL, so that closing the port leaves DTR as it is.
func keepOnClose(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
	if err != nil {
		return err
	}
	if t.Cflag&unix.HUPCL == 0 {
		return nil
	}
	t.Cflag &^= unix.HUPCL
	return unix.IoctlSetTermios(fd, unix.TCSETS2, t)
}

// isPTY says whether the descriptor is the far end of a pseudo-terminal: device majors 136 to 143.
func isPTY(fd int) bool {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return false
	}
	major := unix.Major(uint64(st.Rdev))
	return major >= 136 && major <= 143
}

// reason names the errors that a person can do something about.
func reason(err error) error {
	switch {
	case errors.Is(err, unix.EBUSY), errors.Is(err, unix.EWOULDBLOCK):
		return ErrBusy
	case errors.Is(err, os.ErrPermission):
		return ErrDenied
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV):
		return ErrNotFound
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EISDIR):
		return ErrNotSerial
	}
	return err
}

func libraryReason(err error) error {
	var pe *serial.PortError
	if !errors.As(err, &pe) {
		return reason(err)
	}
	switch pe.Code() {
	case serial.PortBusy:
		return ErrBusy
	case serial.PermissionDenied:
		return ErrDenied
	case serial.PortNotFound:
		return ErrNotFound
	}
	return err
}
