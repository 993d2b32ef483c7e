package port

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// makeRaw sets speed and raw mode in one step: no echo, no flow control, 8N1, and no hang-up on close, which would drop
// DTR and with it reset the board. It leaves DTR as it is, and writes nothing where nothing is to be changed, since some
// adapters lose a byte when they are set up.
func makeRaw(fd, baud int) error {
	if baud <= 0 {
		return fmt.Errorf("%d baud: %w", baud, ErrBaud)
	}
	before, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
	if err != nil {
		return err
	}
	t := raw(*before, uint32(baud))
	if t == *before {
		return nil
	}
	if err := unix.IoctlSetTermios(fd, unix.TCSETS2, &t); err != nil {
		return err
	}
	after, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
	if err != nil {
		return err
	}
	// A driver reports the speed it made. An asynchronous receiver bears about 2 % on each side.
	if made := int64(after.Ospeed); made*100 < int64(baud)*97 || made*100 > int64(baud)*103 {
		return fmt.Errorf("%d baud instead of %d: %w", made, baud, ErrBaud)
	}
	return nil
}

// raw is t with any speed, even one without a name of its own (BOTHER), for bytes as they are.
func raw(t unix.Termios, baud uint32) unix.Termios {
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.IGNPAR | unix.PARMRK | unix.INPCK | unix.ISTRIP | unix.INLCR | unix.IGNCR |
		unix.ICRNL | unix.IUCLC | unix.IXON | unix.IXOFF | unix.IXANY | unix.IMAXBEL
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHOE | unix.ECHOK | unix.ECHONL | unix.ECHOCTL | unix.ECHOPRT | unix.ECHOKE | unix.ICANON |
		unix.ISIG | unix.IEXTEN
	t.Cflag &^= unix.CSIZE | unix.CSTOPB | unix.PARENB | unix.PARODD | unix.CMSPAR | unix.CRTSCTS | unix.HUPCL
	t.Cflag |= unix.CS8 | unix.CREAD | unix.CLOCAL
	if t.Ospeed != baud || t.Ispeed != baud {
		t.Cflag = t.Cflag&^(unix.CBAUD|unix.CIBAUD) | unix.BOTHER
		t.Ispeed, t.Ospeed = baud, baud
	}
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return t
}
