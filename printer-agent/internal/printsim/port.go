package printsim

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// tty is one pseudo-terminal: the board's end, and the path of the host's.
type tty struct {
	master *os.File
	path   string
}

// openTTY makes a raw pseudo-terminal that no host has open. The line
// discipline must not echo before a host sets it, or the board would hear
// itself.
func openTTY() (*tty, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("open pseudo-terminal: %w", err)
	}
	if err := makeRaw(slave); err != nil {
		return nil, errors.Join(fmt.Errorf("set raw mode: %w", err), slave.Close(), master.Close())
	}
	path := slave.Name()
	if err := slave.Close(); err != nil {
		return nil, errors.Join(err, master.Close())
	}
	return &tty{master: master, path: path}, nil
}

func makeRaw(f *os.File) error {
	t, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, t)
}

// held says whether a host has the terminal open.
func (t *tty) held() bool {
	p := []unix.PollFd{{Fd: int32(t.master.Fd()), Events: unix.POLLIN}}
	_, err := unix.Poll(p, 0)
	return err == nil && p[0].Revents&unix.POLLHUP == 0
}

// write sends p, and drops what the host does not take within a second: a
// UART waits for nobody.
func (t *tty) write(p []byte) {
	for len(p) > 0 {
		fd := []unix.PollFd{{Fd: int32(t.master.Fd()), Events: unix.POLLOUT}}
		if n, err := unix.Poll(fd, 1000); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil || n == 0 || fd[0].Revents&unix.POLLHUP != 0 {
			return
		}
		n, err := unix.Write(int(t.master.Fd()), p[:min(len(p), 256)])
		if err != nil && !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) {
			return
		}
		p = p[max(n, 0):]
	}
}

// portEvent is what the host did.
type portEvent struct {
	opened, closed bool
	data           []byte
	err            error
}

// port is the place where a host finds the printer: a link to a pseudo-terminal.
// Each time the last host closes it, a fresh terminal takes its place, so that
// a lock, settings or unread bytes which a killed host left behind are gone, as
// they are when a real port is closed.
type port struct {
	link string
	tty  *tty
}

func openPort(link string) (*port, error) {
	t, err := openTTY()
	if err != nil {
		return nil, err
	}
	p := &port{link: link, tty: t}
	if err := p.point(t.path); err != nil {
		return nil, errors.Join(err, t.master.Close())
	}
	return p, nil
}

// point makes the link lead to path, at once.
func (p *port) point(path string) error {
	if info, err := os.Lstat(p.link); err == nil && info.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("link %s: something that is no link is there", p.link)
	}
	tmp := filepath.Join(filepath.Dir(p.link), fmt.Sprintf(".%s.%d", filepath.Base(p.link), os.Getpid()))
	if err := os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("link %s: %w", p.link, err)
	}
	if err := os.Symlink(path, tmp); err != nil {
		return fmt.Errorf("link %s: %w", p.link, err)
	}
	if err := os.Rename(tmp, p.link); err != nil {
		return errors.Join(fmt.Errorf("link %s: %w", p.link, err), os.Remove(tmp))
	}
	return nil
}

// close removes the link if it still is ours.
func (p *port) close() error {
	var err error
	if to, lerr := os.Readlink(p.link); lerr == nil && to == p.tty.path {
		err = os.Remove(p.link)
	}
	return errors.Join(err, p.tty.master.Close())
}

// renew replaces the terminal after its last host went, unless a host comes
// back meanwhile.
func (p *port) renew() error {
	fresh, err := openTTY()
	if err != nil {
		return err
	}
	if p.tty.held() {
		return fresh.master.Close()
	}
	if err := p.point(fresh.path); err != nil {
		return errors.Join(err, fresh.master.Close())
	}
	if p.tty.held() {
		return errors.Join(p.point(p.tty.path), fresh.master.Close())
	}
	old := p.tty
	p.tty = fresh
	return old.master.Close()
}

// waitSlice bounds how late a cancelled context or a host that opens the port
// is noticed; input wakes at once.
const waitSlice = 20 * time.Millisecond

// watch reports what the host does until ctx ends. While no host has the port
// open it looks for one every few milliseconds.
func (p *port) watch(ctx context.Context, events chan<- portEvent, renewed <-chan error) {
	send := func(e portEvent) bool {
		select {
		case events <- e:
			return true
		case <-ctx.Done():
			return false
		}
	}
	buf := make([]byte, 4096)
	for {
		if !p.awaitHost(ctx) || !send(portEvent{opened: true}) {
			return
		}
		for {
			n, err := p.read(ctx, buf)
			if n > 0 && !send(portEvent{data: append([]byte(nil), buf[:n]...)}) {
				return
			}
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				break
			}
		}
		if !send(portEvent{closed: true}) {
			return
		}
		select {
		case err := <-renewed:
			if err != nil {
				send(portEvent{err: err})
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func (p *port) awaitHost(ctx context.Context) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !p.tty.held() {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return ctx.Err() == nil
}

// read returns bytes from the host, or an error once the last host has gone.
func (p *port) read(ctx context.Context, buf []byte) (int, error) {
	for ctx.Err() == nil {
		fd := []unix.PollFd{{Fd: int32(p.tty.master.Fd()), Events: unix.POLLIN}}
		n, err := unix.Poll(fd, int(waitSlice.Milliseconds()))
		if errors.Is(err, unix.EINTR) || err == nil && n == 0 {
			continue
		}
		if err != nil {
			return 0, err
		}
		n, err = unix.Read(int(p.tty.master.Fd()), buf)
		if errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN) {
			continue
		}
		return max(n, 0), err
	}
	return 0, nil
}
