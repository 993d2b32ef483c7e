package plate

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Where two shapes meet is told cell by cell as a look at both would tell it,
// from either side.
func TestNoFitAgreesWithALook(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	blots := func() *shape {
		r := newRaster(1+g.IntN(140), 1+g.IntN(60))
		for range 1 + g.IntN(5) {
			x, y, w, h := g.IntN(r.w), g.IntN(r.h), g.IntN(90), g.IntN(40)
			for j := range h {
				r.fill(y+j, x, x+w)
			}
		}
		r.fill(g.IntN(r.h), 0, 0)
		return (&shape{cover: r, cell: 0.5}).ready(1.7)
	}
	for range 12 {
		a, b := blots(), blots()
		again := newRaster(b.cover.w, b.cover.h)
		for _, s := range b.squares {
			for j := range 1 << s.k {
				again.fill(s.y+j, s.x, s.x+(1<<s.k)-1)
			}
		}
		require.Equal(t, b.cover.bits, again.bits)

		width := a.wide.w + b.cover.w - 1
		one, other := nofit(a.wide, b), nofit(b.wide, a).mirrored(width)
		wrong := 0
		for j := range one.h {
			for i := range width {
				want := a.wide.meets(b.cover, i-(b.cover.w-1), j-(b.cover.h-1))
				if one.get(i, j) != want || other.get(i, j) != want {
					wrong++
				}
			}
		}
		require.Zero(t, wrong)
	}
}

// The growth of a raster is round and never short.
func TestGrownReachesTheGap(t *testing.T) {
	r := newRaster(1, 1)
	r.fill(0, 0, 0)
	out, n := r.grown(4)
	require.Equal(t, 4, n)
	for y := range out.h {
		for x := range out.w {
			dx, dy := max(abs(x-n)-1, 0), max(abs(y-n)-1, 0)
			require.Equal(t, dx*dx+dy*dy < 16, out.get(x, y), "%d %d", x, y)
		}
	}
}
