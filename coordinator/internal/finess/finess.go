// Package finess reads the files of the national register of health and social establishments, in every shape that they
// are published in: the old two-section text, a table with a head, and the JSON that took its place in 2026. It reads
// them as a stream, names every line that it cannot use, and knows no database.
package finess

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Shapes of a file.
const (
	ShapeSections = "sections" // "structureet;…" lines, then "geolocalisation;…" lines (etalab cs1100502 and cs1100507)
	ShapeTable    = "table"    // one line a place, columns named by the first line
	ShapeJSON     = "json"     // FINESS+ "structures", a legal entity an object
)

// Sink takes what a file holds, in its order. An error of a method ends the reading and comes back from Read.
type Sink interface {
	Place(fab.RegisterPlace) error
	// Point is where a place is that came earlier, or never.
	Point(line int64, p fab.RegisterPoint) error
	Bad(Bad) error
}

// Bad is a line, or an object of JSON, of which something could not be used.
type Bad struct {
	Line int64      // from 1; of JSON the rank of the legal entity
	ET   string     // number of the site, as far as it could be read
	Why  fab.Reason // finess.…
	Lost bool       // nothing of the line was used; otherwise only the named part was not
}

// Summary is what Read found.
type Summary struct {
	Shape  string
	Date   time.Time // that the file gives itself; the zero time when it gives none
	Lines  int64
	Places int64
	Points int64
	Bad    int64
}

// maxLine is the longest line that is read, in bytes: the longest of the register has some hundreds.
const maxLine = 64 << 10

// Read reads a whole file, packed with gzip or not. Of a file that breaks off everything before the break was given to the
// sink. The error is a *fab.Error of field "file" when the file is of none of the shapes.
func Read(r io.Reader, to Sink) (Summary, error) {
	in := bufio.NewReaderSize(r, maxLine)
	start, err := in.Peek(4)
	if err != nil && len(start) == 0 {
		return Summary{}, fab.Refuse(fab.Invalid, "finess_empty", "file")
	}
	if bytes.HasPrefix(start, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return Summary{}, fab.Refuse(fab.Invalid, "finess_packed", "file")
		}
		in = bufio.NewReaderSize(unpacked, maxLine)
		start, _ = in.Peek(4)
	}
	switch {
	case bytes.HasPrefix(start, []byte("PK")):
		return Summary{}, fab.Refuse(fab.Invalid, "finess_zip", "file")
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return Summary{}, fab.Refuse(fab.Invalid, "finess_utf16", "file")
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3)
	}
	if first, err := firstByte(in); err == nil && first == '{' {
		return readJSON(in, to)
	}
	return readText(in, to)
}

// firstByte looks past white space.
func firstByte(in *bufio.Reader) (byte, error) {
	for n := 1; n < 100; n++ {
		ahead, err := in.Peek(n)
		if err != nil {
			return 0, fmt.Errorf("look at the first byte: %w", err)
		}
		if c := ahead[n-1]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, nil
		}
	}
	return 0, io.ErrUnexpectedEOF
}

// tell counts one bad thing and passes it on.
func (s *Summary) tell(to Sink, b Bad) error {
	s.Bad++
	return to.Bad(b)
}
