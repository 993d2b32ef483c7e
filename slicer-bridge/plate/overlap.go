package plate

import (
	"fmt"
	"math"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// CodeOverlap is the finding of Overlaps; Lay's own layouts never have it.
const CodeOverlap = "plate.overlap" // a, b: places counted from 1; b is absent where a leaves the area, 0 for what is blocked

// sight is the raster's step of Overlaps, in mm.
const sight = 0.25

// Overlaps checks a layout without regard to how it was found, on a finer raster
// of the whole bed: that every piece lies inside the area, that two pieces do not
// meet, and that between them, and to what is blocked, the clearance is kept.
// It gives the first thing found as a *mesh.Problem. What it finds is so for
// certain, but it may miss up to 0.75 mm of the clearance.
func Overlaps(parts []Part, places []Place, a Area) error {
	w, d := a.size()
	if w > 2000 || d > 2000 {
		return fmt.Errorf("check layout: no bed is %g × %g mm", w, d)
	}
	gap, draw := a.Clearance/sight, (*raster).triangle
	if gap < 2 {
		draw = (*raster).middles // cells that are taken for certain
	}
	outlines := map[int]outline{}
	owner := newRaster(int(w/sight)+2, int(d/sight)+2) // all pieces so far
	seen := make([]*raster, 0, len(places))
	spots := make([][2]int, 0, len(places))
	for i, p := range places {
		o, ok := outlines[p.Part]
		if !ok {
			o = newOutline(parts[p.Part].Mesh)
			outlines[p.Part] = o
		}
		left, bottom, right, top := o.extent(p.Angle)
		if p.X+left < a.MinX-1e-3 || p.Y+bottom < a.MinY-1e-3 || p.X+right > a.MaxX+1e-3 || p.Y+top > a.MaxY+1e-3 {
			return mesh.NewProblem(CodeOverlap, "a", i+1)
		}
		r, x, y := o.on(p, a, draw)
		near := r
		if gap >= 2 {
			near = r.within(gap)
		}
		m := (near.w - r.w) / 2
		if owner.meets(near, x-m, y-m) {
			for k := range seen {
				if seen[k].meets(near, x-m-spots[k][0], y-m-spots[k][1]) {
					return mesh.NewProblem(CodeOverlap, "a", i+1, "b", k+1)
				}
			}
		}
		for _, b := range a.Blocked {
			if blockedBy(near, x-m, y-m, b, a) {
				return mesh.NewProblem(CodeOverlap, "a", i+1, "b", 0)
			}
		}
		owner.or(r, x, y)
		seen, spots = append(seen, r), append(spots, [2]int{x, y})
	}
	return nil
}

// on draws a piece where it lies on the bed, on the bed's own raster, and gives
// the corner of the drawing.
func (o outline) on(p Place, a Area, draw func(*raster, [3][2]float64)) (r *raster, x, y int) {
	left, bottom, right, top := o.extent(p.Angle)
	l, b := (p.X+left-a.MinX)/sight, (p.Y+bottom-a.MinY)/sight
	x, y = int(math.Floor(l)), int(math.Floor(b))
	r = newRaster(int((p.X+right-a.MinX)/sight)+1-x, int((p.Y+top-a.MinY)/sight)+1-y)
	sin, cos := sincos(p.Angle)
	o.each(func(f [3]point) {
		var c [3][2]float64
		for i, v := range f {
			c[i] = [2]float64{
				(p.X+v[0]*cos-v[1]*sin-a.MinX)/sight - float64(x),
				(p.Y+v[0]*sin+v[1]*cos-a.MinY)/sight - float64(y),
			}
		}
		draw(r, c)
	})
	return r, x, y
}

// within takes the cells all of whose points are nearer than gap, in cells, to
// every point of some taken cell: what is found there is too near for certain.
func (r *raster) within(gap float64) *raster {
	n := int(math.Ceil(gap))
	out := newRaster(r.w+2*n, r.h+2*n)
	runs := r.runs()
	for dy := -n; dy <= n; dy++ {
		away := float64(abs(dy) + 1)
		if gap*gap-away*away < 1 {
			continue
		}
		reach := int(math.Ceil(math.Sqrt(gap*gap-away*away)-1e-9)) - 2
		if reach < 0 {
			continue
		}
		for _, s := range runs {
			out.fill(s.y+n+dy, s.x0+n-reach, s.x1+n+reach)
		}
	}
	return out
}

func blockedBy(near *raster, x, y int, b Rect, a Area) bool {
	for j := int(math.Ceil((b.MinY - a.MinY) / sight)); j < int(math.Floor((b.MaxY-a.MinY)/sight)); j++ {
		for i := int(math.Ceil((b.MinX - a.MinX) / sight)); i < int(math.Floor((b.MaxX-a.MinX)/sight)); i++ {
			if near.get(i-x, j-y) {
				return true
			}
		}
	}
	return false
}
