package port

import (
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	// writeTimeout is how long the device may take nothing before a write fails: at 9600 baud a full 4 KiB driver buffer
	// drains in 4.3 s.
	writeTimeout = 5 * time.Second
	// writeRetry is how often a blocked write is tried again although nothing said that there is room: drivers differ in
	// when they wake a writer.
	writeRetry = 250 * time.Millisecond
)

// Read blocks until bytes have come, and returns at least one. It fails with ErrClosed after Close, with ErrUnplugged when
// the device has gone, and with os.ErrDeadlineExceeded when the time set by SetReadDeadline has passed.
func (p *Port) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	p.reading.Lock()
	defer p.reading.Unlock()
	n, err := p.in.read(b)
	if err != nil {
		return 0, p.failure(err)
	}
	return n, nil
}

// SetReadDeadline bounds pending and later Reads; the zero time means without end.
func (p *Port) SetReadDeadline(t time.Time) error { return p.file.SetReadDeadline(t) }

// Write hands b to the driver in one piece, in several where the driver takes only a part. It fails with ErrStalled when
// the device takes nothing for five seconds, with ErrClosed after Close and with ErrUnplugged when the device has gone;
// the count says how much the driver had taken.
func (p *Port) Write(b []byte) (int, error) {
	p.writing.Lock()
	defer p.writing.Unlock()
	if len(b) == 0 {
		return 0, nil
	}
	done, err := p.out.write(b)
	if err != nil {
		return done, p.failure(err)
	}
	if done == len(b) {
		return done, nil
	}
	return p.writeRest(b, done)
}

// writeRest waits for room for what lies in b behind done.
func (p *Port) writeRest(b []byte, done int) (int, error) {
	last := time.Now()
	for done < len(b) {
		if err := p.file.SetWriteDeadline(time.Now().Add(writeRetry)); err != nil {
			return done, p.failure(err)
		}
		n, err := p.file.Write(b[done:])
		done += n
		switch {
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return done, p.failure(err)
		case n > 0:
			last = time.Now()
		case time.Since(last) > writeTimeout:
			return done, ErrStalled
		}
	}
	return done, nil
}

// failure tells our own Close from a device that has gone: the kernel answers EIO, end of file or a hang-up there.
func (p *Port) failure(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	case p.closing.Load():
		return ErrClosed
	}
	return fmt.Errorf("%w: %w", ErrUnplugged, err)
}
