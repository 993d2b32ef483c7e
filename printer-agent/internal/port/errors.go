package port

import (
	"errors"
	"os"

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
	ErrBaud      = errors.New("the adapter cannot make this speed: choose another one")
	ErrOther     = errors.New("another device is plugged in there: put the printer's cable back where it was")
)

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
	case errors.Is(err, unix.EIO): // the device went while it was being opened
		return ErrUnplugged
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
