package link

import (
	"bytes"
	"context"
	"io"
)

// longestReply bounds one line from the printer; what is longer is noise.
const longestReply = 4096

// chunk is what one read brought.
type chunk struct {
	bytes []byte
	err   error
}

// reader copies bytes from the connection into chunks, with two buffers in turn.
type reader struct {
	chunks chan chunk
	free   chan []byte
}

func newReader() *reader {
	r := &reader{chunks: make(chan chunk), free: make(chan []byte, 2)}
	r.free <- make([]byte, 1024)
	r.free <- make([]byte, 1024)
	return r
}

// run ends when ctx does and the pending read returns, or with the connection's first error.
func (r *reader) run(ctx context.Context, conn io.Reader) {
	for {
		var buf []byte
		select {
		case <-ctx.Done():
			return
		case buf = <-r.free:
		}
		n, err := conn.Read(buf[:cap(buf)])
		for n == 0 && err == nil && ctx.Err() == nil {
			n, err = conn.Read(buf[:cap(buf)])
		}
		select {
		case <-ctx.Done():
			return
		case r.chunks <- chunk{buf[:n], err}:
			if err != nil {
				return
			}
		}
	}
}

// assembler cuts bytes into lines.
type assembler struct{ pending []byte }

// add calls each for every line completed by b: without line ending, NUL bytes and trailing carriage return.
func (a *assembler) add(b []byte, each func(line []byte)) {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			a.keep(b)
			return
		}
		a.keep(b[:i])
		b = b[i+1:]
		line := a.pending
		a.pending = a.pending[:0]
		each(bytes.TrimRight(line, "\r"))
	}
}

func (a *assembler) keep(b []byte) {
	for _, c := range b {
		if c != 0 && len(a.pending) < longestReply {
			a.pending = append(a.pending, c)
		}
	}
}
