package arcfit

import (
	"bytes"
	"math"
	"strconv"
)

// run is the window: moves of one kind, feed and filament per millimetre, one behind the other.
type run struct {
	moves  []move
	points []point // one more than moves, mm from the first
	ends   []int   // in arena, of the text of each move
	arena  []byte
	origin [2]pm
	tail   []byte // behind each command
	rates  [2]float64
}

// begin starts a run with a move.
func (r *run) begin(m move, raw []byte, o Options) {
	r.origin = m.from
	r.rates = [2]float64{0, math.Inf(1)}
	r.narrow(m, o)
	r.tail = append(r.tail[:0], m.tail...)
	r.points = append(r.points[:0], point{})
	r.add(m, raw)
}

// takes says whether the move can go on the run, and narrows the filament per millimetre that all of it has in common.
func (r *run) takes(m move, o Options) bool {
	if len(r.moves) == 0 || len(r.moves) >= maxMoves || len(r.arena) >= maxArena || m.fresh {
		return false
	}
	first := &r.moves[0]
	return m.pushes == first.pushes && m.absolute == first.absolute && bytes.Equal(m.tail, r.tail) && r.narrow(m, o)
}

// narrow holds the filament per millimetre of a move against what the others allow. A file rounds positions to 1 µm and
// filament to 0.01 µm.
func (r *run) narrow(m move, o Options) bool {
	const placeError, filamentError = 0.0015, 0.00002 // mm
	if !m.pushes {
		return true
	}
	length := point{m.from[0].mm(), m.from[1].mm()}.to(point{m.to[0].mm(), m.to[1].mm()})
	spread := 1 + float64(o.RatePermil)/1000
	low := (m.e.mm() - filamentError) / (length + placeError) / spread
	high := math.Inf(1)
	if length > placeError {
		high = (m.e.mm() + filamentError) / (length - placeError) * spread
	}
	low, high = max(low, r.rates[0]), min(high, r.rates[1])
	if low > high {
		return false
	}
	r.rates = [2]float64{low, high}
	return true
}

func (r *run) add(m move, raw []byte) {
	m.tail = nil // raw's, which does not last
	r.moves = append(r.moves, m)
	r.points = append(r.points, point{(m.to[0] - r.origin[0]).mm(), (m.to[1] - r.origin[1]).mm()})
	r.arena = append(r.arena, raw...)
	r.ends = append(r.ends, len(r.arena))
}

func (r *run) clear() {
	r.moves, r.points, r.ends, r.arena = r.moves[:0], r.points[:0], r.ends[:0], r.arena[:0]
}

// raw gives the text of a move as it was read.
func (r *run) raw(at int) []byte {
	begin := 0
	if at > 0 {
		begin = r.ends[at-1]
	}
	return r.arena[begin:r.ends[at]]
}

// pushed is the filament of n moves.
func (r *run) pushed(at, n int) (sum pm) {
	for _, m := range r.moves[at : at+n] {
		sum += m.e
	}
	return sum
}

// least is how many moves from at on make the shortest arc that is worth a firmware's while; more than there are if none.
func (r *run) least(at int, o Options) int {
	length := 0.0
	for k := at; k < len(r.moves); k++ {
		length += r.points[k].to(r.points[k+1])
		if n := k - at + 1; n >= o.MinMoves && length*1000 >= float64(o.PieceUM) {
			return n
		}
	}
	return len(r.moves) - at + 1
}

// command appends the line that replaces n moves; false when it is longer than a firmware reads.
func (r *run) command(dst []byte, a arc, at, n, payload int) ([]byte, bool) {
	word := "G3 X"
	if a.clockwise {
		word = "G2 X"
	}
	end := &r.moves[at+n-1]
	dst = figure(append(dst, word...), end.to[0])
	dst = figure(append(dst, " Y"...), end.to[1])
	dst = figure(append(dst, " I"...), a.i*pmPerUM)
	dst = figure(append(dst, " J"...), a.j*pmPerUM)
	switch {
	case end.absolute:
		dst = figure(append(dst, " E"...), end.endE)
	case end.pushes:
		dst = figure(append(dst, " E"...), r.pushed(at, n))
	}
	if f := r.moves[at].feed; r.moves[at].fresh {
		dst = figure(append(dst, " F"...), f)
	}
	return append(dst, r.tail...), len(dst) <= payload
}

func appendInt(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }
