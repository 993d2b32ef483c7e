// Package arcfit replaces runs of short straight moves in G-code by arcs (G2,
// G3) that stay within a tolerance of them, with the same filament, feed and
// ends. Every other byte of a file passes through as it is.
package arcfit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
)

// Options say how close an arc must keep to the moves that it replaces, and what
// the firmware does with it. A field that is zero takes the value named; the
// ranges are checked by Fit.
type Options struct {
	// ToleranceUM is how far, in µm, what the firmware draws for an arc may lie from the moves that it replaces,
	// anywhere, seen from either: 5 to 500, 50 if zero.
	ToleranceUM int64
	// PieceUM is the length, in µm, of the straight pieces that the firmware cuts arcs into: 100 to 10,000, 1,000 if zero
	// (MM_PER_ARC_SEGMENT of Marlin 1 and Prusa's, MAX_ARC_SEGMENT_MM of Marlin 2, the resolution of Klipper's
	// gcode_arcs). Arcs shorter than one piece are not made, nor are circles so small that the pieces leave them.
	PieceUM int64
	// CirclePieces is in how many pieces at least the firmware cuts a whole circle, and ShortestUM how short, in µm, it makes
	// them for that: 8 to 360, and up to 10,000. If zero, it knows no such rule, and no bound. Small curves need it: Marlin 2.0
	// has 24 (MIN_ARC_SEGMENTS), later ones 72 from 100 µm on (MIN_CIRCLE_SEGMENTS, MIN_ARC_SEGMENT_MM).
	CirclePieces int64
	ShortestUM   int64
	// MinMoves is how many moves an arc must replace: 2 to 1,000, 3 if zero.
	MinMoves int
	// MaxRadiusUM bounds the radius: 10,000 to 10,000,000 µm, 1,000,000 if zero. Firmwares compute in single precision, and a
	// centre that is kilometres away makes them draw steps.
	MaxRadiusUM int64
	// RatePermil is how far the filament per millimetre of each replaced move may differ from that of the others, beside
	// what rounding in the file explains: 1 to 200, 20 if zero.
	RatePermil int64
	// Payload bounds a written command in bytes, without line number and checksum: 40 to 200, 78 if zero (what Marlin's
	// 96 bytes leave).
	Payload int
}

// Stats tell what Fit did. Lengths are µm.
type Stats struct {
	LinesIn  int64 `json:"lines_in"`
	LinesOut int64 `json:"lines_out"`
	Arcs     int64 `json:"arcs"`
	Moves    int64 `json:"moves"` // that arcs replaced
	// MaxDeviationUM is the largest distance between an arc and the moves it replaces, rounded up; MaxDrawnUM the same for
	// what a firmware draws that cuts it into pieces.
	MaxDeviationUM int64 `json:"max_deviation_um"`
	MaxDrawnUM     int64 `json:"max_drawn_um"`
	// ExtrusionInUM and ExtrusionOutUM are the filament that the moves push, as far as the file tells whether E is
	// absolute, in what was read and in what was written.
	ExtrusionInUM  int64 `json:"extrusion_in_um"`
	ExtrusionOutUM int64 `json:"extrusion_out_um"`
}

const (
	maxLine  = 1 << 16 // bytes, comment included, of a line that is looked at
	maxMoves = 2_048   // in the window
	maxArena = 1 << 18 // bytes of text in the window
)

// Fit copies G-code from r to w and puts arcs where they fit. It keeps a window
// of a few thousand lines in memory, whatever the file holds. G-code of any kind
// is taken: where the state of the machine is not known for sure (G91, inches,
// other planes, macros), or moves carry more than X, Y, E and F, or numbered
// lines make changes impossible, lines pass as they are. The error is about an
// option, or what r or w said.
func Fit(w io.Writer, r io.Reader, o Options) (Stats, error) {
	o, err := o.complete()
	if err != nil {
		return Stats{}, err
	}
	f := fitter{out: bufio.NewWriterSize(w, maxLine), shape: newShape(o), options: o}
	if err := f.read(bufio.NewReaderSize(r, maxLine)); err != nil {
		return Stats{}, err
	}
	f.flush()
	if err := f.out.Flush(); err != nil {
		return Stats{}, fmt.Errorf("write g-code: %w", err)
	}
	return f.result(), nil
}

func (o Options) complete() (Options, error) {
	for _, field := range []struct {
		name             string
		at               *int64
		least, most, def int64
	}{
		{"ToleranceUM", &o.ToleranceUM, 5, 500, 50},
		{"PieceUM", &o.PieceUM, 100, 10_000, 1_000},
		{"CirclePieces", &o.CirclePieces, 8, 360, 0},
		{"ShortestUM", &o.ShortestUM, 1, 10_000, 0},
		{"MaxRadiusUM", &o.MaxRadiusUM, 10_000, 10_000_000, 1_000_000},
		{"RatePermil", &o.RatePermil, 1, 200, 20},
	} {
		if *field.at == 0 {
			*field.at = field.def
		}
		if *field.at == 0 {
			continue
		}
		if *field.at < field.least || *field.at > field.most {
			return o, fmt.Errorf("fit arcs: %s is %d: give %d to %d", field.name, *field.at, field.least, field.most)
		}
	}
	if o.MinMoves == 0 {
		o.MinMoves = 3
	}
	if o.MinMoves < 2 || o.MinMoves > 1_000 {
		return o, fmt.Errorf("fit arcs: MinMoves is %d: give 2 to 1000", o.MinMoves)
	}
	if o.Payload == 0 {
		o.Payload = 78
	}
	if o.Payload < 40 || o.Payload > 200 {
		return o, fmt.Errorf("fit arcs: Payload is %d: give 40 to 200", o.Payload)
	}
	return o, nil
}

type fitter struct {
	out     *bufio.Writer
	options Options
	shape   shape
	now     line
	modal   modal
	run     run
	stats   Stats
	in, put pm // filament read and written
	worst   deviation
	text    []byte // of an arc
}

func (f *fitter) read(in *bufio.Reader) error {
	for {
		raw, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			raw, err = f.long(raw, in)
		}
		if len(raw) > 0 {
			f.stats.LinesIn++
			f.line(raw)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read g-code: %w", err)
		}
	}
}

// long passes on a line that does not fit into the buffer but for its last part, which it returns. What such a line does
// is not known, unless it is a comment.
func (f *fitter) long(raw []byte, in *bufio.Reader) ([]byte, error) {
	f.flush()
	if head := bytes.TrimLeft(raw, " \t"); len(head) == 0 || head[0] != ';' {
		f.modal.lost()
	}
	f.stats.LinesIn++
	f.stats.LinesOut++
	for {
		f.write(raw)
		var err error
		raw, err = in.ReadSlice('\n')
		if !errors.Is(err, bufio.ErrBufferFull) {
			f.write(raw)
			return nil, err
		}
	}
}

// line takes one line: into the run, or through.
func (f *fitter) line(raw []byte) {
	l := &f.now
	l.parse(raw)
	m, ok := f.modal.move(l)
	f.in += m.push()
	if ok && f.run.takes(m, f.options) {
		f.run.add(m, raw)
		return
	}
	f.flush()
	if ok {
		f.run.begin(m, raw, f.options)
		return
	}
	f.put += m.push()
	f.pass(raw)
}

func (f *fitter) pass(raw []byte) {
	f.stats.LinesOut++
	f.write(raw)
}

// write hands bytes on; the writer remembers its first error for Flush.
func (f *fitter) write(b []byte) { _, _ = f.out.Write(b) }

// flush writes the run, in arcs where they fit.
func (f *fitter) flush() {
	for at := 0; at < len(f.run.moves); {
		a, n := f.longest(at)
		if n == 0 {
			f.put += f.run.moves[at].push()
			f.pass(f.run.raw(at))
			at++
			continue
		}
		f.put += f.run.pushed(at, n)
		f.pass(f.text)
		f.stats.Arcs++
		f.stats.Moves += int64(n)
		f.worst.join(a.deviation)
		at += n
	}
	f.run.clear()
}

// longest finds the arc that replaces the most moves from the one at on, and leaves its command in f.text; 0 moves when
// there is none. Whether a few more moves still fit is decided by doubling and halving their number.
func (f *fitter) longest(at int) (best arc, n int) {
	rest := len(f.run.moves) - at
	low := f.run.least(at, f.options)
	try := func(k int) bool {
		a, ok := f.shape.fit(f.run.points[at : at+k+1])
		if !ok {
			return false
		}
		text, ok := f.run.command(f.text[:0], a, at, k, f.options.Payload)
		if f.text = text; ok {
			best, n = a, k
		}
		return ok
	}
	high := rest + 1
	for k, misses := low, 0; k <= rest; {
		if !try(k) {
			// Few points of a wide curve look straight, or bent the other way, by rounding.
			if misses++; n > 0 || misses == 3 {
				high = k
				break
			}
		}
		if k == rest {
			break
		}
		k = min(2*k, rest)
	}
	for n > 0 && high-n > 1 {
		if k := n + (high-n)/2; !try(k) {
			high = k
		}
	}
	if n > 0 {
		f.text, _ = f.run.command(f.text[:0], best, at, n, f.options.Payload)
	}
	return best, n
}

func (f *fitter) result() Stats {
	s := f.stats
	s.MaxDeviationUM = int64(math.Ceil(f.worst.arc * 1000))
	s.MaxDrawnUM = int64(math.Ceil(f.worst.drawn * 1000))
	s.ExtrusionInUM, s.ExtrusionOutUM = int64(f.in/pmPerUM), int64(f.put/pmPerUM)
	return s
}
