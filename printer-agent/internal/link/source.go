package link

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// Line is one command of a job.
type Line struct {
	Command []byte // cleaned, without line ending; valid until the next call of Next
	End     int64  // offset of the byte behind this line in the source
}

// Source yields the lines of a job in order. A Link reads it from a goroutine of its own, so it may be as slow as a disk,
// and never from two goroutines at once.
type Source interface {
	// Next is the next command to send, or io.EOF behind the last.
	Next() (Line, error)
	// Rewind goes back to an offset: 0, or an End that Next has returned.
	Rewind(offset int64) error
	// Size is the length of the source in bytes.
	Size() int64
}

// HostOwned says whether a file's command is passed over because the link itself sends it: temperature questions and
// reports, line numbers, identity and display messages.
func HostOwned(command []byte) bool {
	switch string(frame.Word(command)) {
	case "M105", "M110", "M115", "M117", "M155":
		return true
	}
	return false
}

// File is a Source over G-code text. It passes over comments, blank lines and what HostOwned names.
type File struct {
	r      io.ReadSeeker
	buf    *bufio.Reader
	size   int64
	offset int64
	line   []byte
}

// longestLine bounds what is read as one line: text without line endings is no G-code.
const longestLine = 64 << 10

// NewFile reads G-code of the given size from r, which is read from its beginning and must not be used elsewhere.
func NewFile(r io.ReadSeeker, size int64) (*File, error) {
	f := &File{r: r, buf: bufio.NewReaderSize(r, longestLine), size: size}
	return f, f.Rewind(0)
}

// Size is the length in bytes.
func (f *File) Size() int64 { return f.size }

// Rewind goes to an offset at the beginning of a line.
func (f *File) Rewind(offset int64) error {
	if _, err := f.r.Seek(offset, io.SeekStart); err != nil {
		return fmt.Errorf("seek G-code: %w", err)
	}
	f.buf.Reset(f.r)
	f.offset = offset
	return nil
}

// Next is the next command; a last line without line ending counts.
func (f *File) Next() (Line, error) {
	for {
		raw, err := f.buf.ReadSlice('\n')
		f.offset += int64(len(raw))
		if err != nil && !errors.Is(err, io.EOF) {
			return Line{}, fmt.Errorf("read G-code at byte %d: %w", f.offset, err)
		}
		f.line = frame.AppendClean(f.line[:0], raw)
		if len(f.line) > 0 && !HostOwned(f.line) {
			return Line{Command: f.line, End: f.offset}, nil
		}
		if err != nil {
			return Line{}, io.EOF
		}
	}
}

// Count is the number of lines Next will yield from the beginning; it leaves the source at its beginning.
func Count(s Source) (int64, error) {
	if err := s.Rewind(0); err != nil {
		return 0, err
	}
	var n int64
	for {
		_, err := s.Next()
		if errors.Is(err, io.EOF) {
			return n, s.Rewind(0)
		}
		if err != nil {
			return n, err
		}
		n++
	}
}
