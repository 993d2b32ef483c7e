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
	// when they wake a writer. It also bounds how late Close ends a Write that waits.
	writeRetry = 50 * time.Millisecond
)

// Read blocks until bytes have come, and returns at least one. It fails with ErrClosed after Close, with ErrUnplugged when
// the device has gone, and with os.ErrDeadlineExceeded when the time set by SetReadDeadline has passed.
func (p *Port) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	p.reading.Lock()
	defer p.reading.Unlock()
	n, err := p.in.read(p.inputRaw, b)
	if err != nil {
		return 0, p.failure(err)
	}
	return n, nil
}

// SetReadDeadline bounds pending and later Reads; the zero time means without end.
func (p *Port) SetReadDeadline(t time.Time) error { return p.input.SetReadDeadline(t) }

// Write hands b to the driver in one piece, in several where the driver takes only a part. It fails with ErrStalled when
// the device takes nothing for five seconds, with ErrClosed after Close and with ErrUnplugged when the device has gone;
// the count says how much the driver had taken.
func (p *Port) Write(b []byte) (int, error) {
	p.writing.Lock()
	defer p.writing.Unlock()
	if len(b) == 0 {
		return 0, nil
	}
	done, last := 0, time.Now()
	for {
		n, err := p.out.write(b[done:])
		if err != nil {
			return done, p.failure(err)
		}
		if done += n; done == len(b) {
			return done, nil
		}
		switch {
		case n > 0:
			last = time.Now()
		case time.Since(last) > writeTimeout:
			return done, ErrStalled
		}
		if err := awaitRoom(p.raw, writeRetry); err != nil || p.closing.Load() {
			return done, ErrClosed
		}
	}
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
