package port

import (
	"io"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// transfer reads or writes a descriptor that never blocks, without telling the scheduler: a call that may wait would wake
// the runtime's monitor thread from its sleep, which costs more than all else that a line takes. One at a time.
type transfer struct {
	call uintptr // unix.SYS_READ or unix.SYS_WRITE
	conn syscall.RawConn
	b    []byte
	n    int
	err  unix.Errno
	try  func(fd uintptr) bool // step, bound once: a closure for each call would be garbage
	once func(fd uintptr)
}

func newTransfer(call uintptr, conn syscall.RawConn) *transfer {
	t := &transfer{call: call, conn: conn}
	t.try = t.step
	t.once = func(fd uintptr) { t.step(fd) }
	return t
}

// step moves bytes; false when there is nothing to read or no room to write.
func (t *transfer) step(fd uintptr) bool {
	for {
		n, _, errno := unix.RawSyscall(t.call, fd, uintptr(unsafe.Pointer(&t.b[0])), uintptr(len(t.b)))
		if errno == unix.EINTR {
			continue
		}
		if t.n, t.err = int(n), errno; errno != 0 {
			t.n = 0
		}
		return errno != unix.EAGAIN
	}
}

// read waits for bytes, of which b has room for at least one.
func (t *transfer) read(b []byte) (int, error) {
	t.b = b
	if err := t.conn.Read(t.try); err != nil {
		return 0, err
	}
	switch {
	case t.err != 0:
		return 0, t.err
	case t.n == 0:
		return 0, io.EOF
	}
	return t.n, nil
}

// write hands over as much of b, at least one byte, as there is room for.
func (t *transfer) write(b []byte) (int, error) {
	t.b = b
	if err := t.conn.Control(t.once); err != nil {
		return 0, err
	}
	if t.err != 0 && t.err != unix.EAGAIN {
		return 0, t.err
	}
	return t.n, nil
}
