package plate

import (
	"math"
	"math/bits"
)

// raster is a grid of taken cells, a bit each, rows of whole words. Bits past
// the width mean nothing.
type raster struct {
	w, h, words int
	bits        []uint64
}

func newRaster(w, h int) *raster {
	words := (w + 63) / 64
	return &raster{w: w, h: h, words: words, bits: make([]uint64, words*h)}
}

func (r *raster) row(y int) []uint64 { return r.bits[y*r.words : (y+1)*r.words] }

// fill takes the cells x0 to x1 of row y, as far as they lie inside.
func (r *raster) fill(y, x0, x1 int) {
	x0, x1 = max(x0, 0), min(x1, r.w-1)
	if x0 > x1 || y < 0 || y >= r.h {
		return
	}
	row := r.row(y)
	first, last := x0>>6, x1>>6
	from, to := ^uint64(0)<<(x0&63), ^uint64(0)>>(63-x1&63)
	if first == last {
		row[first] |= from & to
		return
	}
	row[first] |= from
	for i := first + 1; i < last; i++ {
		row[i] = ^uint64(0)
	}
	row[last] |= to
}

// count gives the number of taken cells.
func (r *raster) count() int {
	n := 0
	for _, w := range r.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

// or takes the cells of src, its corner put at (x, y); what lies outside is left
// out.
func (r *raster) or(src *raster, x, y int) {
	at, shift := x>>6, uint(x&63)
	for j := max(0, -y); j < min(src.h, r.h-y); j++ {
		from, to := src.row(j), r.row(y+j)
		if at >= 0 && at+len(from) < len(to) {
			into := to[at : at+len(from)+1]
			var over uint64
			for i, w := range from {
				into[i] |= w<<shift | over
				over = w >> (63 - shift) >> 1
			}
			into[len(from)] |= over
			continue
		}
		for i, w := range from {
			if k := at + i; k >= 0 && k < len(to) {
				to[k] |= w << shift
			}
			if k := at + i + 1; k >= 0 && k < len(to) {
				to[k] |= w >> (63 - shift) >> 1
			}
		}
	}
}

// meets says whether src, its corner put at (x, y), has a cell that is taken.
func (r *raster) meets(src *raster, x, y int) bool {
	at, shift := x>>6, uint(x&63)
	for j := max(0, -y); j < min(src.h, r.h-y); j++ {
		to := r.row(y + j)
		for i, w := range src.row(j) {
			if k := at + i; k >= 0 && k < len(to) && to[k]&(w<<shift) != 0 {
				return true
			}
			if k := at + i + 1; k >= 0 && k < len(to) && to[k]&(w>>(63-shift)>>1) != 0 {
				return true
			}
		}
	}
	return false
}

// run is a row of taken cells without a hole.
type run struct{ y, x0, x1 int }

func (r *raster) runs() []run {
	var out []run
	for y := range r.h {
		row := r.row(y)
		at := func(x int) bool { return x < r.w && row[x>>6]>>(x&63)&1 != 0 }
		for x := 0; x < r.w; x++ {
			if row[x>>6]>>(x&63) == 0 {
				x |= 63
				continue
			}
			if !at(x) {
				continue
			}
			from := x
			for at(x + 1) {
				x++
			}
			out = append(out, run{y, from, x})
		}
	}
	return out
}

// grown takes also every cell that has a point nearer than gap to a point of a
// taken cell; the result reaches n cells farther on every side. gap is in cells.
func (r *raster) grown(gap float64) (out *raster, n int) {
	n = int(math.Ceil(gap - 1e-9))
	if n <= 0 {
		return r, 0
	}
	out = newRaster(r.w+2*n, r.h+2*n)
	runs := r.runs()
	for dy := -n; dy <= n; dy++ {
		away := float64(max(abs(dy)-1, 0))
		if away >= gap-1e-9 {
			continue
		}
		reach := int(math.Ceil(math.Sqrt(gap*gap-away*away) - 1e-9))
		for _, s := range runs {
			out.fill(s.y+n+dy, s.x0+n-reach, s.x1+n+reach)
		}
	}
	return out, n
}

func abs(n int) int { return max(n, -n) }

// edge keeps a surface that ends on a cell's border out of the next cell; in
// cells, and in mm too.
const edge = 2e-4

// triangle takes the cells that a triangle touches, corners given in cells.
func (r *raster) triangle(p [3][2]float64) {
	low, high := min(p[0][1], p[1][1], p[2][1])+edge, max(p[0][1], p[1][1], p[2][1])-edge
	for y := int(math.Floor(low)); y <= int(math.Floor(max(low, high))); y++ {
		left, right := span(p, float64(y), float64(y+1))
		if left <= right {
			left += edge
			r.fill(y, int(math.Floor(left)), int(math.Floor(max(left, right-edge))))
		}
	}
}

// span gives the outermost X that a triangle has between two heights.
func span(p [3][2]float64, y0, y1 float64) (left, right float64) {
	left, right = math.Inf(1), math.Inf(-1)
	for i := range 3 {
		a, b := p[i], p[(i+1)%3]
		lo, hi := max(min(a[1], b[1]), y0), min(max(a[1], b[1]), y1)
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
	return left, right
}
