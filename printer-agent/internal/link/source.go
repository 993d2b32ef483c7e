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
	// End is where the source goes on behind the command: the offset of the byte behind its line. Behind a command that
	// has others behind it on its line, it is the offset of that line with the number of commands passed in bits 48 to 62.
	End int64
}

// lineOffset is the part of an End that is an offset.
const lineOffset = 1<<48 - 1

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

// HostOwned says whether a file's command is passed over because the link itself sends it: questions for temperatures and
// position, reports, line numbers, identity and display messages.
func HostOwned(command []byte) bool {
	switch string(frame.Word(command)) {
	case "M105", "M110", "M114", "M115", "M117", "M155":
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
	rest   []byte // of line: commands behind the last one that was given
	begin  int64  // offset of the line that rest is of
	passed int64  // commands of that line that were given
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

// Rewind goes to 0, or to an End that Next has given.
func (f *File) Rewind(end int64) error {
	if _, err := f.r.Seek(end&lineOffset, io.SeekStart); err != nil {
		return fmt.Errorf("seek G-code: %w", err)
	}
	f.buf.Reset(f.r)
	f.offset, f.rest = end&lineOffset, nil
	for range end >> 48 {
		if _, err := f.Next(); err != nil {
			return err
		}
	}
	return nil
}

// Next is the next command; a last line without line ending counts. Several commands on one line are given one by one,
// because most firmwares run the first and forget the others.
func (f *File) Next() (Line, error) {
	for {
		if len(f.rest) == 0 {
			if err := f.readLine(); err != nil {
				return Line{}, err
			}
		}
		var command []byte
		command, f.rest = frame.Cut(f.rest)
		f.passed++
		end := f.offset
		if len(f.rest) > 0 {
			end = f.begin | f.passed<<48
		}
		if !HostOwned(command) {
			return Line{Command: command, End: end}, nil
		}
	}
}

// readLine reads the next line that holds a command.
func (f *File) readLine() error {
	for {
		raw, err := f.buf.ReadSlice('\n')
		f.begin, f.passed = f.offset, 0
		f.offset += int64(len(raw))
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read G-code at byte %d: %w", f.offset, err)
		}
		f.line = frame.AppendClean(f.line[:0], raw)
		if f.rest = f.line; len(f.rest) > 0 {
			return nil
		}
		if err != nil {
			return io.EOF
		}
	}
}
