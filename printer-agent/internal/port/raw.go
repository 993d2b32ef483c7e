package port

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Port's descriptor is not given to the runtime's poller, which would wake a thread each time that there is room to write
// again, which is after every line: half of what a line takes. Instead the poller watches a second one, an epoll instance that
// tells of bytes to read alone.

// watched returns the terminal as a file that the poller does not watch, and one to wait with until it has bytes to read.
func watched(fd int, name string) (terminal, input *os.File, err error) {
	// The runtime takes a descriptor that does not block for one to watch.
	if err := unix.SetNonblock(fd, false); err != nil {
		return nil, nil, errors.Join(err, unix.Close(fd))
	}
	terminal = os.NewFile(uintptr(fd), name)
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, nil, errors.Join(err, terminal.Close())
	}
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, nil, errors.Join(err, terminal.Close())
	}
	// An event of the inner instance is never fetched: whether it stands is seen from the terminal each time (Linux,
	// fs/eventpoll.c __ep_eventpoll_poll).
	err = unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET})
	if err = errors.Join(err, unix.SetNonblock(ep, true)); err != nil {
		return nil, nil, errors.Join(err, unix.Close(ep), terminal.Close())
	}
	return terminal, os.NewFile(uintptr(ep), name), nil
}

// transfer reads or writes a descriptor that never blocks, without telling the scheduler: a call that may wait would wake
// the runtime's monitor thread from its sleep, which costs more than all else that a line takes. One at a time.
type transfer struct {
	call  uintptr // unix.SYS_READ or unix.SYS_WRITE
	conn  syscall.RawConn
	b     []byte
	n     int
	err   unix.Errno
	once  func(fd uintptr) // step, bound once: a closure for each call would be garbage
	ready func(fd uintptr) bool
}

func newTransfer(call uintptr, conn syscall.RawConn) *transfer {
	t := &transfer{call: call, conn: conn}
	t.once = t.step
	t.ready = func(uintptr) bool { // of the file to wait with
		if err := t.conn.Control(t.once); err != nil {
			t.n, t.err = 0, unix.EBADF
		}
		return t.err != unix.EAGAIN
	}
	return t
}

// step moves what can be moved now.
func (t *transfer) step(fd uintptr) {
	for {
		n, _, errno := unix.RawSyscall(t.call, fd, uintptr(unsafe.Pointer(&t.b[0])), uintptr(len(t.b)))
		if errno == unix.EINTR {
			continue
		}
		if t.n, t.err = int(n), errno; errno != 0 {
			t.n = 0
		}
		return
	}
}

// read waits with another file for bytes, of which b has room for at least one.
func (t *transfer) read(with syscall.RawConn, b []byte) (int, error) {
	t.b = b
	if err := with.Read(t.ready); err != nil {
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

// awaitRoom waits until there is room to write, the device has gone, or d has passed.
func awaitRoom(conn syscall.RawConn, d time.Duration) error {
	return conn.Control(func(fd uintptr) {
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(d.Milliseconds())) // the next write tells
	})
}
