package plate

import (
	"math"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

const (
	mustStand = 0.9  // share of the underside that must stand on the piece below
	flat      = 0.05 // mm that a face may rise and still count as level
	pileSight = 0.2  // mm, the raster's step
)

// Pileable says whether copies of the part may stand on each other: whether the
// underside, what touches the bed, stands on the level top of the piece below.
// share is the part of the underside that does; nine tenths are enough, for a
// slicer bridges what is missing.
func Pileable(m *mesh.Mesh) (ok bool, share float64) {
	b := m.Bounds()
	s := b.Size()
	step := max(pileSight, max(s[0], s[1])/4000)
	under := newRaster(int(s[0]/step)+2, int(s[1]/step)+2)
	top := newRaster(under.w, under.h)
	for _, t := range m.Triangles {
		low, high := min(t[0][2], t[1][2], t[2][2]), max(t[0][2], t[1][2], t[2][2])
		var p [3][2]float64
		for i, v := range t {
			p[i] = [2]float64{(float64(v[0]) - b.Min[0]) / step, (float64(v[1]) - b.Min[1]) / step}
		}
		if float64(high) <= b.Min[2]+flat {
			under.middles(p)
		}
		if float64(low) >= b.Max[2]-flat {
			top.middles(p)
		}
	}
	all := under.count()
	for i := range under.bits {
		under.bits[i] &= top.bits[i]
	}
	share = float64(under.count()) / float64(max(all, 1))
	return share >= mustStand, share
}

// middles takes the cells whose middle lies in a triangle, corners in cells.
func (r *raster) middles(p [3][2]float64) {
	low, high := min(p[0][1], p[1][1], p[2][1]), max(p[0][1], p[1][1], p[2][1])
	for y := int(math.Ceil(low - 0.5)); y <= int(math.Floor(high-0.5)); y++ {
		left, right := span(p, float64(y)+0.5, float64(y)+0.5)
		if left <= right {
			r.fill(y, int(math.Ceil(left-0.5)), int(math.Floor(right-0.5)))
		}
	}
}
