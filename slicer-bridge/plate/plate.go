// Package plate lays copies of a part out on a printer's bed, with room between
// them, and writes them as one 3MF of instances. What it cannot place it refuses
// with a reason, for a slicer does not.
package plate

import (
	"fmt"
	"math"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Area is where plastic may lie, in mm; the bed's own corner is (MinX, MinY).
type Area struct {
	MinX, MinY, MaxX, MaxY float64
	Height                 float64
	Clearance              float64 // between two copies; whole mm count
}

// Place is one copy: turned by quarter turns counter-clockwise about the part's
// centre, then its centre put at (X, Y).
type Place struct {
	X, Y  float64
	Turns int
}

// The codes of refusals.
const (
	CodeTooBig  = "plate.too_big"  // part_mm, bed_mm
	CodeTooTall = "plate.too_tall" // part_mm, max_mm
	CodeTooMany = "plate.too_many" // copies, max
)

// Lay finds room for the copies, all of them or none; a refusal is a
// *mesh.Problem. The result is the same for the same part, number and area, and
// centred on the area.
func Lay(m *mesh.Mesh, copies int, a Area) ([]Place, error) {
	if p := fits(m, a); p != nil {
		return nil, p
	}
	best := search(m, copies, a)
	if len(best) < copies {
		return nil, mesh.NewProblem(CodeTooMany, "copies", copies, "max", len(best))
	}
	return best, nil
}

// MaxCopies tells how many copies Lay can place at most, up to limit; 0 when
// the part is too big or too tall.
func MaxCopies(m *mesh.Mesh, limit int, a Area) int {
	if fits(m, a) != nil {
		return 0
	}
	return len(search(m, limit, a))
}

func fits(m *mesh.Mesh, a Area) *mesh.Problem {
	s := m.Bounds().Size()
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

func search(m *mesh.Mesh, copies int, a Area) []Place {
	l := newLayer(m, a)
	var best []spot
	for _, w := range ways {
		if got := l.lay(copies, w); len(got) > len(best) {
			best = got
		}
		if len(best) >= copies {
			break
		}
	}
	return l.places(best)
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
func (l *layer) lay(copies int, w way) []spot {
	part, wide := l.part, l.wide
	if w.boxes {
		part, wide = l.box, l.wider
	}
	// The bed is rounded down to cells and the part up; the spare column and row
	// let a part that just fits be placed.
	taken := newRaster(l.w+2+64, l.h+2)
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

// places turns cells into centres in mm and moves the whole to the middle.
func (l *layer) places(spots []spot) []Place {
	if len(spots) == 0 {
		return nil
	}
	var right, top float64
	out := make([]Place, 0, len(spots))
	for _, s := range spots {
		ex, ey := l.extent(s.turns)
		x, y := float64(s.x)*cell, float64(s.y)*cell
		right, top = max(right, x+ex), max(top, y+ey)
		out = append(out, Place{X: x + ex/2, Y: y + ey/2, Turns: s.turns})
	}
	left, bottom := right, top
	for i, s := range spots {
		ex, ey := l.extent(s.turns)
		left, bottom = min(left, out[i].X-ex/2), min(bottom, out[i].Y-ey/2)
	}
	dx := (l.area.MinX+l.area.MaxX)/2 - (left+right)/2
	dy := (l.area.MinY+l.area.MaxY)/2 - (bottom+top)/2
	for i := range out {
		out[i].X, out[i].Y = out[i].X+dx, out[i].Y+dy
	}
	return out
}
