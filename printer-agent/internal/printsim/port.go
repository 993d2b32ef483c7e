package printsim

import (
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
	fd     int // of master, not blocking
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
	t := &tty{master: master, fd: int(master.Fd()), path: path}
	if err := unix.SetNonblock(t.fd, true); err != nil {
		return nil, errors.Join(err, master.Close())
	}
	return t, nil
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
	p := []unix.PollFd{{Fd: int32(t.fd), Events: unix.POLLIN}}
	_, err := unix.Poll(p, 0)
	return err == nil && p[0].Revents&unix.POLLHUP == 0
}

// hangsUp says whether the control line drops when the last host closes the
// terminal: a host can switch that off (HUPCL).
func (t *tty) hangsUp() bool {
	s, err := unix.IoctlGetTermios(t.fd, unix.TCGETS)
	return err != nil || s.Cflag&unix.HUPCL != 0
}

// keepUp carries a host's wish that the control line stay up over to a fresh
// terminal, as a real port keeps it.
func (t *tty) keepUp() error {
	s, err := unix.IoctlGetTermios(t.fd, unix.TCGETS)
	if err != nil {
		return err
	}
	s.Cflag &^= unix.HUPCL
	return unix.IoctlSetTermios(t.fd, unix.TCSETS, s)
}

// write sends p, and drops what the host does not take within a second: a
// UART waits for nobody.
func (t *tty) write(p []byte) {
	for len(p) > 0 {
		n, err := unix.Write(t.fd, p[:min(len(p), 256)])
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			fd := []unix.PollFd{{Fd: int32(t.fd), Events: unix.POLLOUT}}
			if n, err := unix.Poll(fd, 1000); err == nil && n == 0 || fd[0].Revents&unix.POLLHUP != 0 {
				return
			}
		case err != nil:
			return
		}
		p = p[max(n, 0):]
	}
}

// read returns bytes from the host once there are some or d has passed, or an
// error when the last host has gone.
func (t *tty) read(buf []byte, d time.Duration) (int, error) {
	fd := []unix.PollFd{{Fd: int32(t.fd), Events: unix.POLLIN}}
	timeout := unix.NsecToTimespec(d.Nanoseconds())
	if n, err := unix.Ppoll(fd, &timeout, nil); err != nil || n == 0 {
		return 0, passing(err)
	}
	n, err := unix.Read(t.fd, buf)
	return max(n, 0), passing(err)
}

// passing drops an error that a second try does not meet.
func passing(err error) error {
	if errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN) {
		return nil
	}
	return err
}

// portEvent is what the host did.
type portEvent struct {
	opened, closed bool
	dropped        bool // of opened: the control line had been down
	data           []byte
}

// port is the place where a host finds the printer: a link to a pseudo-terminal.
// Each time the last host closes it, a fresh terminal takes its place, so that
// a lock, settings or unread bytes which a killed host left behind are gone, as
// they are when a real port is closed.
type port struct {
	link string
	tty  *tty
	open bool // a host has it open
	dtr  bool // the control line is up
	buf  [4096]byte
}

func openPort(link string) (*port, error) {
	p := &port{link: link}
	return p, p.replug()
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

// pull takes the port away from under its host.
func (p *port) pull() error {
	if p.tty == nil {
		return nil
	}
	err := p.close()
	p.tty, p.open, p.dtr = nil, false, false
	return err
}

// replug makes a new terminal for the old link.
func (p *port) replug() error {
	t, err := openTTY()
	if err != nil {
		return err
	}
	if err := p.point(t.path); err != nil {
		return errors.Join(err, t.master.Close())
	}
	p.tty = t
	return nil
}

// close removes the link if it still is ours.
func (p *port) close() error {
	if p.tty == nil {
		return nil
	}
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
	if p.tty = fresh; !old.hangsUp() {
		err = fresh.keepUp()
	}
	return errors.Join(err, old.master.Close())
}

// waitSlice bounds how late it is noticed that a context ends or that a host
// opens the port; input wakes at once.
const waitSlice = 10 * time.Millisecond

// wait returns what the host does within d, or nothing.
func (p *port) wait(d time.Duration) (portEvent, error) {
	d = max(0, min(d, waitSlice))
	if p.open {
		return p.listen(d)
	}
	if p.tty == nil || !p.tty.held() {
		time.Sleep(d)
		return portEvent{}, nil
	}
	e := portEvent{opened: true, dropped: !p.dtr}
	p.open, p.dtr = true, true
	return e, nil
}

func (p *port) listen(d time.Duration) (portEvent, error) {
	n, err := p.tty.read(p.buf[:], d)
	if err == nil {
		return portEvent{data: p.buf[:n]}, nil
	}
	p.open, p.dtr = false, !p.tty.hangsUp()
	return portEvent{closed: true}, p.renew()
}
