package port

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Tuning is what was achieved against the latency of a port. Nothing of it is needed for a right print; a fast one on an
// FTDI adapter needs it, whose timer otherwise holds each acknowledgement back for up to 16 ms.
type Tuning struct {
	LowLatency     bool     // the driver took the low-latency flag
	LatencyTimerMS int      // the adapter's timer in milliseconds; 0 where it has none
	Why            Obstacle // what stood in the way of more; empty when nothing did
}

// Obstacle is a code: why a port is no faster than it is.
type Obstacle string

// The obstacles.
const (
	NoHardware Obstacle = "no_hardware" // a pseudo-terminal: it has no latency of its own
	NoFlag     Obstacle = "no_flag"     // the driver knows no low-latency flag, and there is no timer either; native USB needs none
	NotAllowed Obstacle = "not_allowed" // there is a timer, which this user may not set; docs/ports.md has a udev rule
)

// serialStruct is struct serial_struct of linux/serial.h, 72 bytes on 64-bit machines and 60 on others.
type serialStruct struct {
	kind, line    int32
	port          uint32
	irq, flags    int32
	fifo, divisor int32
	base          int32
	closeDelay    uint16
	ioType        uint8
	_             uint8
	hub6          int32
	closingWait   uint16
	closingWait2  uint16
	iomem         uintptr
	regShift      uint16
	portHigh      uint32
	iomap         uintptr
}

// asyncLowLatency is ASYNC_LOW_LATENCY of linux/tty_flags.h; an unprivileged user may change it.
const asyncLowLatency = 1 << 13

// tune asks the driver for low latency, first by its flag, then by the adapter's timer.
func (s system) tune(fd int, device string, pty bool) Tuning {
	if pty {
		return Tuning{Why: NoHardware}
	}
	t := Tuning{LowLatency: setLowLatency(fd)}
	timer := filepath.Join(s.sys, "class", "tty", filepath.Base(device), "device", "latency_timer")
	t.LatencyTimerMS = readTimer(timer)
	if t.LatencyTimerMS > 1 {
		if err := os.WriteFile(timer, []byte("1"), 0); err != nil {
			t.Why = NotAllowed
		}
		t.LatencyTimerMS = readTimer(timer)
	}
	if !t.LowLatency && t.LatencyTimerMS == 0 {
		t.Why = NoFlag
	}
	return t
}

// setLowLatency says whether the flag holds afterwards: some drivers take any flag and keep none.
func setLowLatency(fd int) bool {
	var s serialStruct
	if ioctlSerial(fd, unix.TIOCGSERIAL, &s) != nil {
		return false
	}
	if s.flags&asyncLowLatency != 0 {
		return true
	}
	s.flags |= asyncLowLatency
	if ioctlSerial(fd, unix.TIOCSSERIAL, &s) != nil || ioctlSerial(fd, unix.TIOCGSERIAL, &s) != nil {
		return false
	}
	return s.flags&asyncLowLatency != 0
}

func ioctlSerial(fd int, request uintptr, s *serialStruct) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(s)))
		if errno == 0 {
			return nil
		}
		if !errors.Is(errno, unix.EINTR) {
			return errno
		}
	}
}

// readTimer is the timer in milliseconds, 0 where there is none.
func readTimer(file string) int {
	ms, err := strconv.Atoi(attribute(filepath.Dir(file), filepath.Base(file)))
	if err != nil {
		return 0
	}
	return ms
}
