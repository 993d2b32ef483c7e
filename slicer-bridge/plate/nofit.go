package plate

import "math/bits"

// square is a block of 2^k × 2^k taken cells.
type square struct{ x, y, k int }

// squares covers the taken cells of r, and no others, with few squares.
func (r *raster) squares() []square {
	whole := r.inside()
	left := newRaster(r.w, r.h)
	copy(left.bits, r.bits)
	var out []square
	for y := range r.h {
		row := left.row(y)
		for i := range row {
			for row[i] != 0 {
				x := i<<6 + bits.TrailingZeros64(row[i])
				s := biggest(whole, x, y)
				for j := range 1 << s.k {
					left.clear(s.y+j, s.x, s.x+(1<<s.k)-1)
				}
				out = append(out, s)
			}
		}
	}
	return out
}

// inside gives, for each k, the lower left cells of all squares of taken cells.
func (r *raster) inside() []*raster {
	out := []*raster{r}
	for {
		last, step := out[len(out)-1], 1<<(len(out)-1)
		next := newRaster(r.w, r.h)
		some := uint64(0)
		for y := range r.h - step {
			low, high := last.row(y), last.row(y+step)
			for i := range low {
				w := low[i] & high[i]
				next.row(y)[i] = w & beside(low, i, step) & beside(high, i, step)
				some |= next.row(y)[i]
			}
		}
		if some == 0 {
			return out
		}
		out = append(out, next)
	}
}

// beside gives the word of cells that lie step cells to the right.
func beside(row []uint64, i, step int) uint64 {
	at, shift := i+(step>>6), uint(step&63)
	var w uint64
	if at < len(row) {
		w = row[at] >> shift
	}
	if shift > 0 && at+1 < len(row) {
		w |= row[at+1] << (64 - shift)
	}
	return w
}

// biggest finds a largest square, of at most 64 cells a side, around a cell whose
// lower and left neighbours are covered: the one that reaches farthest beyond it.
func biggest(whole []*raster, x, y int) square {
	for k := min(len(whole)-1, 6); k > 0; k-- {
		side := 1 << k
		for dy := range min(side, y+1) {
			if dx := bits.LeadingZeros64(endingAt(whole[k].row(y-dy), x)); dx < side {
				return square{x - dx, y - dy, k}
			}
		}
	}
	return square{x, y, 0}
}

// endingAt gives the 64 cells up to x, x in the highest bit.
func endingAt(row []uint64, x int) uint64 {
	i, shift := x>>6, 63-uint(x&63)
	w := row[i] << shift
	if shift > 0 && i > 0 {
		w |= row[i-1] >> (64 - shift)
	}
	return w
}

func (r *raster) get(x, y int) bool {
	return x >= 0 && y >= 0 && x < r.w && y < r.h && r.bits[y*r.words+(x>>6)]>>(x&63)&1 != 0
}

func (r *raster) clear(y, x0, x1 int) {
	row := r.row(y)
	for x := x0; x <= x1; x = (x | 63) + 1 {
		mask := ^uint64(0) << (x & 63)
		if x1>>6 == x>>6 {
			mask &= ^uint64(0) >> (63 - x1&63)
		}
		row[x>>6] &^= mask
	}
}

// nofit gives every offset at which b would meet a taken cell of a. Its cell
// (i, j) stands for b's corner at (i-(b.w-1), j-(b.h-1)) from a's.
func nofit(a *raster, b *shape) *raster {
	w, h := b.cover.w, b.cover.h
	out := newRaster(a.w+w-1+64, a.h+h-1) // a spare word keeps or on its short way
	// spread[k] holds a moved by 0 to 2^k-1 cells to the right and up.
	spread := []*raster{a}
	for _, s := range b.squares {
		for len(spread) <= s.k {
			last, step := spread[len(spread)-1], 1<<(len(spread)-1)
			next := newRaster(last.w+step, last.h+step)
			for i := range 4 {
				next.or(last, step*(i&1), step*(i>>1))
			}
			spread = append(spread, next)
		}
		out.or(spread[s.k], w-s.x-(1<<s.k), h-s.y-(1<<s.k))
	}
	return out
}

// mirrored makes of where b meets a where a meets b; w is the width that counts.
func (r *raster) mirrored(w int) *raster {
	out := newRaster(r.w, r.h)
	spare := r.words*64 - w // reversed, the row begins so much too far right
	turned := make([]uint64, r.words)
	for y := range r.h {
		for i, word := range r.row(y) {
			turned[r.words-1-i] = bits.Reverse64(word)
		}
		for i := range turned {
			out.row(r.h - 1 - y)[i] = beside(turned, i, spare)
		}
	}
	return out
}
