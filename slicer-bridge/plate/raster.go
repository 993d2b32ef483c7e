package plate

import (
	"math"
	"math/bits"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// cell is the raster's step in mm; placements are whole cells.
const cell = 1.0

// raster is a grid of taken cells, a bit each, rows of whole words.
type raster struct {
	w, h, words int
	bits        []uint64
}

func newRaster(w, h int) *raster {
	words := (w + 63) / 64
	return &raster{w: w, h: h, words: words, bits: make([]uint64, words*h)}
}

func (r *raster) row(y int) []uint64 { return r.bits[y*r.words : (y+1)*r.words] }

func (r *raster) get(x, y int) bool { return r.bits[y*r.words+x>>6]>>(x&63)&1 != 0 }

func (r *raster) fill(y, x0, x1 int) {
	for x := max(x0, 0); x <= min(x1, r.w-1); x++ {
		r.bits[y*r.words+x>>6] |= 1 << (x & 63)
	}
}

// shadow marks every cell that the part touches, seen from above. The cell
// (0, 0) begins at the corner of the part's bounds.
func shadow(m *mesh.Mesh) *raster {
	b := m.Bounds()
	size := b.Size()
	r := newRaster(int(math.Floor(size[0]/cell))+1, int(math.Floor(size[1]/cell))+1)
	for _, t := range m.Triangles {
		var p [3][2]float64
		for i, v := range t {
			p[i] = [2]float64{(float64(v[0]) - b.Min[0]) / cell, (float64(v[1]) - b.Min[1]) / cell}
		}
		r.triangle(p)
	}
	return r
}

// triangle marks, row by row, the cells between the outermost points that the
// triangle has in the row's band.
func (r *raster) triangle(p [3][2]float64) {
	low, high := min(p[0][1], p[1][1], p[2][1]), max(p[0][1], p[1][1], p[2][1])
	for y := max(int(math.Floor(low)), 0); y <= min(int(math.Floor(high)), r.h-1); y++ {
		left, right := math.Inf(1), math.Inf(-1)
		for i := range 3 {
			a, b := p[i], p[(i+1)%3]
			lo, hi := max(min(a[1], b[1]), float64(y)), min(max(a[1], b[1]), float64(y+1))
			if lo > hi {
				continue
			}
			for _, at := range [2]float64{lo, hi} {
				x, other := a[0], b[0]
				if b[1] != a[1] {
					x += (b[0] - a[0]) * (at - a[1]) / (b[1] - a[1])
					other = x
				}
				left, right = min(left, x, other), max(right, x, other)
			}
		}
		if left <= right {
			r.fill(y, int(math.Floor(left)), int(math.Floor(right)))
		}
	}
}

// grown gives the raster with n cells more on every side, each taken cell
// spread to its square of n cells around.
func (r *raster) grown(n int) *raster {
	wide := newRaster(r.w+2*n, r.h+2*n)
	for y := range r.h {
		for x := range r.w {
			if r.get(x, y) {
				wide.fill(y+n, x, x+2*n)
			}
		}
	}
	out := newRaster(wide.w, wide.h)
	for y := range wide.h {
		for dy := max(y-n, 0); dy <= min(y+n, wide.h-1); dy++ {
			for i, w := range wide.row(dy) {
				out.bits[y*out.words+i] |= w
			}
		}
	}
	return out
}

// turned gives the raster a quarter turn counter-clockwise.
func (r *raster) turned() *raster {
	out := newRaster(r.h, r.w)
	for y := range r.h {
		for x := range r.w {
			if r.get(x, y) {
				out.fill(x, r.h-1-y, r.h-1-y)
			}
		}
	}
	return out
}

// meets says whether part, with its corner at (x, y), touches a taken cell.
func (r *raster) meets(part *raster, x, y int) bool {
	shift, at := uint(x&63), x>>6
	for j := range part.h {
		row := r.row(y + j)
		for i, w := range part.row(j) {
			if w == 0 {
				continue
			}
			if row[at+i]&(w<<shift) != 0 {
				return true
			}
			if over := w >> (63 - shift) >> 1; over != 0 && row[at+i+1]&over != 0 {
				return true
			}
		}
	}
	return false
}

// add takes the cells of part, with its corner at (x, y); what lies outside is
// left out.
func (r *raster) add(part *raster, x, y int) {
	for j := range part.h {
		if y+j < 0 || y+j >= r.h {
			continue
		}
		for i, w := range part.row(j) {
			for ; w != 0; w &= w - 1 {
				at := x + i*64 + bits.TrailingZeros64(w)
				r.fill(y+j, at, at)
			}
		}
	}
}

// block takes every cell nearer to b than the clearance.
func (r *raster) block(b Rect, a Area) {
	c := a.Clearance
	for y := max(int(math.Floor((b.MinY-a.MinY-c)/cell)), 0); y <= min(int(math.Floor((b.MaxY-a.MinY+c)/cell)), r.h-1); y++ {
		r.fill(y, int(math.Floor((b.MinX-a.MinX-c)/cell)), int(math.Floor((b.MaxX-a.MinX+c)/cell)))
	}
}
