package mesh

import (
	"bytes"
	"strconv"
)

// textReader reads text STL word by word, as its grammar is, so that neither the
// length of a line nor what ends it matters. Libraries for it drop the second of
// two solids and refuse upper case, a missing name, and lines that end in CR.
type textReader struct {
	words
	max       int
	triangles []Triangle
	commaLine int  // of the first number with a decimal comma, 0 when there is none
	points    bool // a number has a decimal point
	ended     bool // endsolid came after the last facet
}

// readText takes all solids of the file as one part. Where endsolid is missing
// but every facet is whole, a closed surface shows that nothing was cut off: it
// is taken with a note. Otherwise the file counts as cut short.
func readText(data []byte, caps Caps) (*Mesh, error) {
	n := bytes.Count(data, []byte("endfacet")) + bytes.Count(data, []byte("ENDFACET"))
	if n > caps.ASCIITriangles {
		return nil, NewProblem(CodeASCIITooMany, "triangles", n, "max", caps.ASCIITriangles)
	}
	r := textReader{words: words{data: bytes.TrimPrefix(data, []byte("\ufeff")), line: 1}, max: caps.ASCIITriangles}
	if p := r.solids(); p != nil {
		return nil, p
	}
	if r.commaLine > 0 && r.points {
		return nil, NewProblem(CodeCommas, "line", r.commaLine)
	}
	m := &Mesh{Triangles: r.triangles}
	if len(r.triangles) > 0 && !r.ended {
		if !m.closed() {
			return nil, r.truncated()
		}
		m.notes = append(m.notes, *NewProblem(CodeNoEnd))
	}
	return m, nil
}

func (r *textReader) solids() *Problem {
	for {
		w := r.next()
		switch {
		case w == nil:
			return nil
		case is(w, "solid"):
			r.skipName()
		case is(w, "endsolid"):
			r.ended = true
			r.skipName()
		case is(w, "facet"):
			r.ended = false
			if p := r.facet(); p != nil {
				return p
			}
		default:
			return r.unexpected(w)
		}
	}
}

// skipName passes over the rest of the line. A name may hold any word, but a
// whole file on one line goes on with its first facet, or the next solid.
func (r *textReader) skipName() {
	line := r.line
	for {
		before := r.words
		w := r.next()
		if w == nil {
			return
		}
		after := r.words
		if r.line != line || is(w, "facet") && is(r.next(), "normal") {
			r.words = before
			return
		}
		r.words = after
	}
}

// maxNormalWords is more than "normal" and three numbers: what stands between
// facet and outer is not used, be it nonsense.
const maxNormalWords = 8

func (r *textReader) facet() *Problem {
	for range maxNormalWords {
		w := r.next()
		if w == nil {
			return r.truncated()
		}
		if is(w, "outer") {
			return r.loop()
		}
	}
	return r.unexpected([]byte("facet"))
}

func (r *textReader) loop() *Problem {
	if p := r.expect("loop"); p != nil {
		return p
	}
	var t Triangle
	for i := range t {
		if p := r.expect("vertex"); p != nil {
			return p
		}
		for k := range t[i] {
			var p *Problem
			if t[i][k], p = r.number(); p != nil {
				return p
			}
		}
	}
	if p := r.expect("endloop"); p != nil {
		return p
	}
	if p := r.expect("endfacet"); p != nil {
		return p
	}
	if len(r.triangles) == r.max {
		return NewProblem(CodeASCIITooMany, "triangles", len(r.triangles)+1, "max", r.max)
	}
	r.triangles = append(r.triangles, t)
	return nil
}

func (r *textReader) expect(word string) *Problem {
	if w := r.next(); !is(w, word) {
		return r.unexpected(w)
	}
	return nil
}

// number takes a decimal comma where the number has a single one between digits
// and no point; readText refuses a file that has both.
func (r *textReader) number() (float32, *Problem) {
	w := r.next()
	if len(w) == 0 || len(w) > 64 {
		return 0, r.unexpected(w)
	}
	text := string(w)
	if at := bytes.IndexByte(w, ','); at >= 0 {
		if bytes.Count(w, []byte(",")) > 1 || at == len(w)-1 || bytes.IndexByte(w, '.') >= 0 {
			return 0, NewProblem(CodeCommas, "line", r.line)
		}
		if r.commaLine == 0 {
			r.commaLine = r.line
		}
		text = text[:at] + "." + text[at+1:]
	} else if bytes.IndexByte(w, '.') >= 0 {
		r.points = true
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil && x == 0 {
		return 0, r.unexpected(w)
	}
	return float32(x), nil // beyond its range it is infinite, which check names
}

func (r *textReader) truncated() *Problem {
	return NewProblem(CodeTruncated, "present", len(r.triangles))
}

// unexpected names the word, unless it is the last one: that one may be cut.
func (r *textReader) unexpected(w []byte) *Problem {
	if w == nil || r.at == len(r.data) {
		return r.truncated()
	}
	return NewProblem(CodeASCII, "line", r.line, "detail", strconv.QuoteToASCII(string(w[:min(len(w), 32)])))
}

// words cuts a text at white space. Line is where the last word stands.
type words struct {
	data []byte
	at   int
	line int
}

// next gives nil at the end.
func (w *words) next() []byte {
	for w.at < len(w.data) && w.data[w.at] <= ' ' && w.data[w.at] != 0 {
		c := w.data[w.at]
		w.at++
		if c == '\n' || c == '\r' && (w.at == len(w.data) || w.data[w.at] != '\n') {
			w.line++
		}
	}
	if w.at == len(w.data) {
		return nil
	}
	from := w.at
	for w.at < len(w.data) && (w.data[w.at] > ' ' || w.data[w.at] == 0) {
		w.at++
	}
	return w.data[from:w.at]
}

func is(w []byte, word string) bool { return len(w) == len(word) && bytes.EqualFold(w, []byte(word)) }
