package plate

import (
	"math"
	"slices"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

type point [2]float64

// outline is a part seen from above, in mm about the centre of its bounds.
type outline struct {
	mesh   *mesh.Mesh
	cx, cy float64
	faces  [][3]point // stand for the mesh where that has too many
	hull   []point    // corners of the convex hull
}

// manyFaces is how many triangles an outline may have before cells stand for
// them: turning a million triangles takes a second for every angle.
const manyFaces = 20_000

// fine is the size of those cells in mm, on parts up to a metre.
const fine, mostFine = 0.25, 4000

func newOutline(m *mesh.Mesh) outline {
	b := m.Bounds()
	o := outline{mesh: m, cx: (b.Min[0] + b.Max[0]) / 2, cy: (b.Min[1] + b.Max[1]) / 2}
	o.hull = sortedHull(o.outer())
	if len(m.Triangles) > manyFaces {
		size := b.Size()
		o.faces = coarse(o.at(0, max(fine, max(size[0], size[1])/mostFine)))
	}
	return o
}

// each gives every triangle, seen from above.
func (o outline) each(do func([3]point)) {
	for _, f := range o.faces {
		do(f)
	}
	if o.faces != nil {
		return
	}
	for _, t := range o.mesh.Triangles {
		var f [3]point
		for i, v := range t {
			f[i] = point{float64(v[0]) - o.cx, float64(v[1]) - o.cy}
		}
		do(f)
	}
}

// coarse makes two triangles of each run of cells.
func coarse(s *shape) [][3]point {
	var out [][3]point
	for _, r := range s.cover.runs() {
		x0, x1 := s.left+s.cell*float64(r.x0), s.left+s.cell*float64(r.x1+1)
		y0, y1 := s.bottom+s.cell*float64(r.y), s.bottom+s.cell*float64(r.y+1)
		out = append(out, [3]point{{x0, y0}, {x1, y0}, {x1, y1}}, [3]point{{x0, y0}, {x1, y1}, {x0, y1}})
	}
	return out
}

// shape is an outline at one angle, in cells of the given size. Its cover begins at the lower left corner of
// its bounds, which lies at (left, bottom) from the part's centre.
type shape struct {
	angle, cell  float64
	left, bottom float64
	w, d         float64 // mm
	cover        *raster
	squares      []square // the cover again
	wide         *raster  // cover and the clearance around it
	gap          int      // how far wide reaches farther, in cells
}

// extent gives the bounds at an angle.
func (o outline) extent(angle float64) (left, bottom, right, top float64) {
	sin, cos := sincos(angle)
	inf := math.Inf(1)
	left, bottom, right, top = inf, inf, -inf, -inf
	for _, p := range o.hull {
		x, y := p[0]*cos-p[1]*sin, p[0]*sin+p[1]*cos
		left, right, bottom, top = min(left, x), max(right, x), min(bottom, y), max(top, y)
	}
	return left, bottom, right, top
}

// ownAngles gives how a part lies that fits the area, if it does, at an odd angle
// only; nothing when it fits along the axes.
func (o outline) ownAngles(a Area) []float64 {
	w, d := a.size()
	slack := func(angle float64) float64 {
		left, bottom, right, top := o.extent(angle)
		return min(w-right+left, d-top+bottom)
	}
	if max(slack(0), slack(90)) >= -edge {
		return nil
	}
	best := 0.0
	for i := range 360 { // half degrees of half a turn
		if angle := float64(i) / 2; slack(angle) > slack(best) {
			best = angle
		}
	}
	if slack(best) < -edge {
		return nil
	}
	return []float64{best, best + 180}
}

// largest gives how much the part may be scaled to fit the area at its best
// angle; 1 and more means that it fits.
func (o outline) largest(a Area) float64 {
	w, d := a.size()
	most := 0.0
	for i := range 360 {
		left, bottom, right, top := o.extent(float64(i) / 2)
		most = max(most, min((w+edge)/(right-left), (d+edge)/(top-bottom)))
	}
	return most
}

func (o outline) at(angle, cell float64) *shape {
	left, bottom, right, top := o.extent(angle)
	s := &shape{angle: angle, cell: cell, left: left, bottom: bottom, w: right - left, d: top - bottom}
	s.cover = newRaster(cells(s.w, cell), cells(s.d, cell))
	sin, cos := sincos(angle)
	o.each(func(f [3]point) {
		var p [3][2]float64
		for i, v := range f {
			p[i] = [2]float64{(v[0]*cos - v[1]*sin - left) / cell, (v[0]*sin + v[1]*cos - bottom) / cell}
		}
		s.cover.triangle(p)
	})
	return s
}

// boxed replaces the shape by the box around it.
func (s *shape) boxed() *shape {
	box := *s
	box.cover = newRaster(s.cover.w, s.cover.h)
	for y := range box.cover.h {
		box.cover.fill(y, 0, box.cover.w-1)
	}
	return &box
}

func (s *shape) ready(clearance float64) *shape {
	s.squares = s.cover.squares()
	s.wide, s.gap = s.cover.grown(clearance / s.cell)
	return s
}

func cells(mm, cell float64) int { return max(int(math.Ceil((mm-edge)/cell)), 1) }

// outer gives the eight outermost corners and all that do not lie inside them,
// which leaves out most.
func (o outline) outer() []point {
	toward := [8]point{{1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}
	out := make([]point, len(toward))
	most := [8]float64{}
	for k := range most {
		most[k] = math.Inf(-1)
	}
	o.each(func(f [3]point) {
		for _, p := range f {
			for k, d := range toward {
				if v := p[0]*d[0] + p[1]*d[1]; v > most[k] {
					out[k], most[k] = p, v
				}
			}
		}
	})
	rim := sortedHull(slices.Clone(out))
	o.each(func(f [3]point) {
		for _, p := range f {
			if !inside(rim, p) {
				out = append(out, p)
			}
		}
	})
	return out
}

// inside is false for a point on the rim.
func inside(rim []point, p point) bool {
	for i := range rim {
		if cross(rim[i], rim[(i+1)%len(rim)], p) <= 0 {
			return false
		}
	}
	return true
}

// sortedHull gives the corners of the convex hull, counter-clockwise.
func sortedHull(points []point) []point {
	slices.SortFunc(points, func(a, b point) int {
		if a[0] != b[0] {
			return sign(a[0] - b[0])
		}
		return sign(a[1] - b[1])
	})
	points = slices.Compact(points)
	half := func(out []point, p point) []point {
		for len(out) > 1 && cross(out[len(out)-2], out[len(out)-1], p) <= 0 {
			out = out[:len(out)-1]
		}
		return append(out, p)
	}
	var lower, upper []point
	for i := range points {
		lower = half(lower, points[i])
		upper = half(upper, points[len(points)-1-i])
	}
	return append(lower[:len(lower)-1:len(lower)-1], upper[:len(upper)-1]...)
}

func cross(a, b, c point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}

func sign(v float64) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	}
	return 0
}
