package plate

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// nest is the search for one plate on one raster. What is costly is kept: shapes
// by part and angle, and where two of them would meet.
type nest struct {
	area     Area
	cell     float64 // mm
	parts    []Part
	outlines []outline
	own      [][]float64 // by part, the angles to fall back on
	order    []int       // of the parts, the largest first
	clips    *raster
	shapes   map[shapeKey]*shape
	nofits   map[[2]*shape]*raster
	work     int // words gone through
}

type shapeKey struct {
	part  int
	angle float64
	box   bool
}

// finest is the raster's step in mm on beds up to 400 mm; on larger ones the
// number of cells stays the same.
const finest, mostCells = 0.5, 800

func newNest(parts []Part, outlines []outline, a Area, coarser float64) *nest {
	w, d := a.size()
	n := &nest{
		area: a, parts: parts, outlines: outlines, shapes: map[shapeKey]*shape{}, nofits: map[[2]*shape]*raster{},
		cell: coarser * max(finest, math.Ceil(10*max(w, d)/mostCells)/10),
	}
	size := make([]float64, len(parts))
	for i, o := range outlines {
		left, bottom, right, top := o.extent(0)
		size[i] = (right - left) * (top - bottom)
		n.order = append(n.order, i)
		n.own = append(n.own, o.ownAngles(a))
	}
	slices.SortStableFunc(n.order, func(i, j int) int { return cmp.Compare(size[j], size[i]) })
	n.clips = newRaster(cells(w, n.cell), cells(d, n.cell))
	for _, b := range a.Blocked {
		n.block(b)
	}
	return n
}

// block takes every cell that has a point nearer to b than the clearance.
func (n *nest) block(b Rect) {
	low := func(mm float64) int { return int(math.Floor((mm-n.area.Clearance)/n.cell + edge)) }
	high := func(mm float64) int { return int(math.Ceil((mm+n.area.Clearance)/n.cell-edge)) - 1 }
	for y := max(low(b.MinY-n.area.MinY), 0); y <= min(high(b.MaxY-n.area.MinY), n.clips.h-1); y++ {
		n.clips.fill(y, low(b.MinX-n.area.MinX), high(b.MaxX-n.area.MinX))
	}
}

func (n *nest) shape(k shapeKey) *shape {
	s, ok := n.shapes[k]
	if !ok {
		s = n.outlines[k.part].at(k.angle, n.cell)
		if k.box {
			s = s.boxed()
		}
		n.shapes[k] = s.ready(n.area.Clearance)
		n.work += s.cover.w * s.cover.h / 8
	}
	return s
}

// nofit gives where b may not lie from a, as of the corner of a's cover.
func (n *nest) nofit(a, b *shape) *raster {
	if r, ok := n.nofits[[2]*shape{a, b}]; ok {
		return r
	}
	r, ok := n.nofits[[2]*shape{b, a}]
	if ok {
		r = r.mirrored(b.wide.w + a.cover.w - 1)
	} else {
		r = n.meeting(a.wide, b)
	}
	n.nofits[[2]*shape{a, b}] = r
	return r
}

func (n *nest) meeting(a *raster, b *shape) *raster {
	n.work += len(b.squares) * len(a.bits)
	return nofit(a, b)
}

// room holds the corners where one shape may not lie, of all that keep it inside
// the area.
type room struct {
	shape *shape
	not   *raster
}

// rooms gives a room for each of the angles at which the part fits, or for the
// part's own angles if there is none.
func (n *nest) rooms(part int, w way, taken *raster) []room {
	var out []room
	for _, angles := range [2][]float64{w.angles, n.own[part]} {
		for _, angle := range angles {
			left, bottom, right, top := n.outlines[part].extent(angle)
			width, depth := n.area.size()
			nx := int(math.Floor((width-right+left+edge)/n.cell)) + 1
			ny := int(math.Floor((depth-top+bottom+edge)/n.cell)) + 1
			if nx < 1 || ny < 1 {
				continue
			}
			r := room{n.shape(shapeKey{part, angle, w.boxes}), newRaster(nx, ny)}
			if taken.count() > 0 {
				r.not.or(n.meeting(taken, r.shape), 1-r.shape.cover.w, 1-r.shape.cover.h)
			}
			out = append(out, r)
		}
		if len(out) > 0 {
			break
		}
	}
	return out
}

// spot is a shape put on a cell of the area.
type spot struct {
	shape *shape
	x, y  int
}

// shut takes from the room what the piece at s leaves no place for.
func (n *nest) shut(r room, s spot) {
	not := n.nofit(s.shape, r.shape)
	r.not.or(not, s.x-s.shape.gap+1-r.shape.cover.w, s.y-s.shape.gap+1-r.shape.cover.h)
	n.work += min(len(not.bits), len(r.not.bits))
}

// lay puts each pile into the first free spot that its way finds; the spots are
// by part.
func (n *nest) lay(w way) [][]spot {
	taken := n.clips.clone()
	out := make([][]spot, len(n.parts))
	for _, part := range n.order {
		rooms := n.rooms(part, w, taken)
		for len(out[part]) < n.parts[part].piles() {
			s, ok := first(rooms, w.columns)
			if !ok {
				break
			}
			out[part] = append(out[part], s)
			taken.or(s.shape.wide, s.x-s.shape.gap, s.y-s.shape.gap)
			for _, r := range rooms {
				n.shut(r, s)
			}
		}
	}
	return out
}

func first(rooms []room, columns bool) (best spot, ok bool) {
	for _, r := range rooms {
		x, y, free := r.not.free(columns)
		if s := (spot{r.shape, x, y}); free && (!ok || s.before(best, columns)) {
			best, ok = s, true
		}
	}
	return best, ok
}

func (s spot) before(t spot, columns bool) bool {
	if columns {
		return s.x < t.x || s.x == t.x && s.y < t.y
	}
	return s.y < t.y || s.y == t.y && s.x < t.x
}

// free finds the frontmost cell that is not taken, or the leftmost.
func (r *raster) free(columns bool) (x, y int, ok bool) {
	x = r.w
	for j := range r.h {
		for i, w := range r.row(j) {
			at := i<<6 + bits.TrailingZeros64(^w)
			if ^w == 0 || at >= r.w {
				continue
			}
			if !columns {
				return at, j, true
			}
			if at < x {
				x, y, ok = at, j, true
			}
			break
		}
	}
	return x, y, ok
}
