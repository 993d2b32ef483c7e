// Package plate lays copies of a part out on a printer's bed, with room between
// them, and writes them as one 3MF of instances. What it cannot place it refuses
// with a reason, for a slicer does not.
package plate

import (
	"fmt"
	"math"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Part is one kind of part on the plate.
type Part struct {
	Mesh   *mesh.Mesh
	Name   string  // for refusals and for the object in the 3MF
	Copies int     // pieces in all, from 1
	Pile   int     // pieces standing on each other at most; 0 and 1 mean none
	Pitch  float64 // mm from one piece of a pile to the next above it: whole layers, no less than the part's height
}

// Area is where plastic may lie, in mm; the bed's own corner is (MinX, MinY).
type Area struct {
	MinX, MinY, MaxX, MaxY float64
	Height                 float64
	Clearance              float64 // between two pieces, and between a piece and what is blocked
	Blocked                []Rect  // clips and the like: no piece comes nearer than the clearance
}

// Rect is a rectangle along the bed's axes, in mm.
type Rect struct{ MinX, MinY, MaxX, MaxY float64 }

// Place is one piece, or one pile of pieces: turned counter-clockwise by Angle
// degrees about the centre of the part's bounds, then this centre put at (X, Y).
type Place struct {
	Part  int // index of the part
	X, Y  float64
	Angle float64
	Pile  int // pieces here; the last pile of a part may be lower than the others
}

// The codes of refusals. "part" is there when the plate holds several parts.
const (
	CodeTooBig  = "plate.too_big"  // part_mm, bed_mm, part
	CodeTooTall = "plate.too_tall" // part_mm, max_mm, part
	CodeTooMany = "plate.too_many" // copies, max, part
)

// Lay finds room for all pieces of all parts, or for none; a refusal is a
// *mesh.Problem. The result is the same for the same parts and area. Places come
// part by part; without anything blocked they are centred on the area.
func Lay(parts []Part, a Area) ([]Place, error) {
	for i := range parts {
		if p := fits(parts[i], a); p != nil {
			return nil, named(p, parts, i)
		}
	}
	best := search(parts, a)
	count := make([]int, len(parts))
	for _, p := range best {
		count[p.Part] += p.Pile
	}
	for i, p := range parts {
		if count[i] < p.Copies {
			return nil, named(mesh.NewProblem(CodeTooMany, "copies", p.Copies, "max", count[i]), parts, i)
		}
	}
	return best, nil
}

func named(p *mesh.Problem, parts []Part, i int) *mesh.Problem {
	if len(parts) > 1 {
		p.Args["part"] = parts[i].Name
	}
	return p
}

// MaxCopies tells how many copies Lay can place at most, up to limit; 0 when
// the part is too big or too tall.
func MaxCopies(m *mesh.Mesh, limit int, a Area) int {
	part := Part{Mesh: m, Copies: limit}
	if limit < 1 || fits(part, a) != nil {
		return 0
	}
	return len(search([]Part{part}, a))
}

func fits(p Part, a Area) *mesh.Problem {
	s := p.Mesh.Bounds().Size()
	s[2] += float64(max(min(p.Pile, p.Copies), 1)-1) * p.Pitch
	w, d := a.MaxX-a.MinX, a.MaxY-a.MinY
	if s[2] > a.Height {
		return mesh.NewProblem(CodeTooTall, "part_mm", round(s[2]), "max_mm", round(a.Height))
	}
	if (s[0] > w || s[1] > d) && (s[1] > w || s[0] > d) {
		return mesh.NewProblem(CodeTooBig,
			"part_mm", round(s[0])+" × "+round(s[1]), "bed_mm", round(w)+" × "+round(d))
	}
	return nil
}

func round(v float64) string { return fmt.Sprintf("%.4g", math.Round(v*10)/10) }

// way is one manner of laying out.
type way struct {
	turns []int
	boxes bool // take parts for the boxes around them
}

// ways are tried in this order, the plainest first: rows of parts that all look
// the same way are easy to count and to lift. Shapes nest where boxes do not,
// and boxes pack where the first free spot for a shape wastes the last row.
var ways = []way{
	{[]int{0}, true}, {[]int{1}, true},
	{[]int{0}, false}, {[]int{1}, false}, {[]int{0, 2}, false}, {[]int{1, 3}, false}, {[]int{0, 1, 2, 3}, false},
}

func search(parts []Part, a Area) []Place {
	layers := make([]*layer, len(parts))
	for i, p := range parts {
		layers[i] = newLayer(p.Mesh, a)
	}
	var best []Place
	most := 0
	for _, w := range ways {
		taken := newRaster(layers[0].w+2+64, layers[0].h+2)
		for _, b := range a.Blocked {
			taken.block(b, a)
		}
		var got []Place
		n, asked := 0, 0
		for i, l := range layers {
			p := parts[i]
			spots := l.lay(taken, (p.Copies+max(p.Pile, 1)-1)/max(p.Pile, 1), w)
			for k, place := range l.places(spots) {
				place.Part, place.Pile = i, min(max(p.Pile, 1), p.Copies-k*max(p.Pile, 1))
				got = append(got, place)
				n += place.Pile
			}
			asked += p.Copies
		}
		if n > most {
			best, most = got, n
		}
		if n == asked {
			break
		}
	}
	if len(a.Blocked) == 0 {
		centre(best, layers, a)
	}
	return best
}

// layer holds the part's shadow in its four turns.
type layer struct {
	area       Area
	size       [3]float64
	w, h       int
	part, wide [4]*raster // the shape, and the shape with its clearance
	box, wider [4]*raster // the same of the box around it
	gap        int
}

// spot is a placement in cells of the area.
type spot struct{ x, y, turns int }

func newLayer(m *mesh.Mesh, a Area) *layer {
	l := &layer{area: a, size: m.Bounds().Size(), gap: int(math.Ceil(a.Clearance / cell))}
	l.w, l.h = int((a.MaxX-a.MinX)/cell), int((a.MaxY-a.MinY)/cell)
	r := shadow(m)
	full := newRaster(r.w, r.h)
	for y := range r.h {
		full.fill(y, 0, r.w-1)
	}
	for i := range l.part {
		l.part[i], l.wide[i] = r, r.grown(l.gap)
		l.box[i], l.wider[i] = full, full.grown(l.gap)
		r, full = r.turned(), full.turned()
	}
	return l
}

// extent is the part's size in X and Y after the turns.
func (l *layer) extent(turns int) (x, y float64) {
	if turns%2 == 1 {
		return l.size[1], l.size[0]
	}
	return l.size[0], l.size[1]
}

// lay puts each copy into the first free spot, row by row from the front.
func (l *layer) lay(taken *raster, copies int, w way) []spot {
	part, wide := l.part, l.wide
	if w.boxes {
		part, wide = l.box, l.wider
	}
	var got []spot
	for len(got) < copies {
		s, ok := l.free(taken, part, w.turns)
		if !ok {
			break
		}
		got = append(got, s)
		taken.add(wide[s.turns], s.x-l.gap, s.y-l.gap)
	}
	return got
}

func (l *layer) free(taken *raster, part [4]*raster, turns []int) (spot, bool) {
	for y := 0; y < l.h; y++ {
		for x := 0; x < l.w; x++ {
			for _, t := range turns {
				ex, ey := l.extent(t)
				if float64(x)*cell+ex > l.area.MaxX-l.area.MinX || float64(y)*cell+ey > l.area.MaxY-l.area.MinY {
					continue
				}
				if !taken.meets(part[t], x, y) {
					return spot{x, y, t}, true
				}
			}
		}
	}
	return spot{}, false
}

// places turns cells into centres in mm.
func (l *layer) places(spots []spot) []Place {
	out := make([]Place, 0, len(spots))
	for _, s := range spots {
		ex, ey := l.extent(s.turns)
		out = append(out, Place{
			X: l.area.MinX + float64(s.x)*cell + ex/2, Y: l.area.MinY + float64(s.y)*cell + ey/2, Angle: float64(90 * s.turns),
		})
	}
	return out
}

// centre moves the whole to the middle of the area.
func centre(places []Place, layers []*layer, a Area) {
	inf := math.Inf(1)
	left, bottom, right, top := inf, inf, -inf, -inf
	for _, p := range places {
		ex, ey := layers[p.Part].extent(int(p.Angle) / 90)
		left, right = min(left, p.X-ex/2), max(right, p.X+ex/2)
		bottom, top = min(bottom, p.Y-ey/2), max(top, p.Y+ey/2)
	}
	for i := range places {
		places[i].X += (a.MinX + a.MaxX - left - right) / 2
		places[i].Y += (a.MinY + a.MaxY - bottom - top) / 2
	}
}
