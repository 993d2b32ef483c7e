package gcode

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	maxLine  = 1 << 16 // comments included
	maxValue = 1e9     // no parameter of a file is larger
)

// piece is one line of a file as it was read. It is valid until the next one.
type piece struct {
	text []byte // with its line ending; only the beginning of a line longer than maxLine
	at   int64  // offset of its first byte
	size int64  // in the file
	nul  bool   // holds a NUL byte
}

// scan calls each for every line of r, the last one included where its line ending is missing, until each says false.
// It keeps one buffer, whatever the file holds.
func scan(r io.Reader, each func(piece) bool) error {
	in := bufio.NewReaderSize(r, maxLine)
	var at int64
	for {
		raw, err := in.ReadSlice('\n')
		p := piece{text: raw, at: at, size: int64(len(raw)), nul: bytes.IndexByte(raw, 0) >= 0}
		long := errors.Is(err, bufio.ErrBufferFull)
		if long {
			p.text = bytes.Clone(raw)
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			raw, err = in.ReadSlice('\n')
			p.size += int64(len(raw))
			p.nul = p.nul || bytes.IndexByte(raw, 0) >= 0
		}
		at += p.size
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read g-code: %w", err)
		}
		if p.size > 0 && !each(p) || err != nil {
			return nil
		}
	}
}

// strip cuts the comment, the blanks around, and line number and checksum where a file was written with them; a result
// without bytes is a line that a host does not send.
func strip(raw []byte) []byte {
	if i := bytes.IndexByte(raw, ';'); i >= 0 {
		raw = raw[:i]
	}
	raw = bytes.TrimSpace(raw)
	if len(raw) < 2 || upper(raw[0]) != 'N' || !digit(raw[1]) {
		return raw
	}
	i := 1
	for i < len(raw) && digit(raw[i]) {
		i++
	}
	if star := bytes.LastIndexByte(raw, '*'); star >= i {
		raw = raw[:star]
	}
	return bytes.TrimSpace(raw[i:])
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 32
	}
	return c
}

// The kinds of bytes that a command may hold beside plain text.
const (
	seenControl = 1 << iota // below blank, but no tab
	seenHigh                // from 0x7f
	seenBrace               // { or }
	seenBracket             // [
)

// traits tells which kinds of bytes s holds.
func traits(s []byte) (seen uint8) {
	for _, b := range s {
		switch {
		case b < ' ' && b != '\t':
			seen |= seenControl
		case b >= '[':
			switch {
			case b > '~':
				seen |= seenHigh
			case b == '{' || b == '}':
				seen |= seenBrace
			case b == '[':
				seen |= seenBracket
			}
		}
	}
	return seen
}
