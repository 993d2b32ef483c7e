package plate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

var bed = plate.Area{MinX: 5, MinY: 5, MaxX: 205, MaxY: 205, Height: 200, Clearance: 4}

// slab gives a box standing on the bed around the origin.
func slab(x, y, z float32) []mesh.Triangle {
	v := func(i int) mesh.Vec {
		return mesh.Vec{x * (float32(i&1) - 0.5), y * (float32(i>>1&1) - 0.5), z * float32(i>>2&1)}
	}
	var out []mesh.Triangle
	for _, f := range [][4]int{{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}} {
		out = append(out, mesh.Triangle{v(f[0]), v(f[1]), v(f[2])}, mesh.Triangle{v(f[0]), v(f[2]), v(f[3])})
	}
	return out
}

func moved(in []mesh.Triangle, x, y float32) []mesh.Triangle {
	out := append([]mesh.Triangle(nil), in...)
	for i := range out {
		for j := range out[i] {
			out[i][j][0], out[i][j][1] = out[i][j][0]+x, out[i][j][1]+y
		}
	}
	return out
}

// cone is round below and ends in a tip.
func cone(r, z float64) *mesh.Mesh {
	var out []mesh.Triangle
	at := func(i int) mesh.Vec {
		s, c := math.Sincos(float64(i) / 24 * 2 * math.Pi)
		return mesh.Vec{float32(r * c), float32(r * s), 0}
	}
	for i := range 24 {
		out = append(out, mesh.Triangle{at(i), at(i + 1), {0, 0, float32(z)}}, mesh.Triangle{at(i + 1), at(i), {}})
	}
	return &mesh.Mesh{Triangles: out}
}

func one(m *mesh.Mesh, copies int) []plate.Part { return []plate.Part{{Mesh: m, Copies: copies}} }

func box(x, y, z float32) *mesh.Mesh { return &mesh.Mesh{Triangles: slab(x, y, z)} }

// horseshoe is open to the front, like a visor band: two legs and a bridge.
func horseshoe() *mesh.Mesh {
	var all []mesh.Triangle
	for _, part := range []struct{ x, y, w, d float32 }{{-45, 0, 10, 100}, {45, 0, 10, 100}, {0, 45, 100, 10}} {
		all = append(all, moved(slab(part.w, part.d, 5), part.x, part.y)...)
	}
	return (&mesh.Mesh{Triangles: all}).Normalised()
}

// apart measures the smallest distance between two boxes placed.
func apart(a, b plate.Place, w, d float64) float64 {
	size := func(p plate.Place) (float64, float64) {
		if int(p.Angle)%180 == 90 {
			return d, w
		}
		return w, d
	}
	aw, ad := size(a)
	bw, bd := size(b)
	dx := math.Abs(a.X-b.X) - (aw+bw)/2
	dy := math.Abs(a.Y-b.Y) - (ad+bd)/2
	return max(dx, dy)
}

// Copies lie inside the area, apart by the clearance, centred as a whole.
func TestCopiesLieApartInsideTheArea(t *testing.T) {
	for _, c := range []struct {
		w, d float32
		n    int
	}{{20, 20, 1}, {20, 20, 64}, {118, 28, 6}, {33.3, 47.7, 12}, {199, 62, 3}} {
		places, err := plate.Lay(one(box(c.w, c.d, 10), c.n), bed)
		require.NoError(t, err)
		require.Len(t, places, c.n)
		var sumX, sumY float64
		for i, p := range places {
			w, d := float64(c.w), float64(c.d)
			if int(p.Angle)%180 == 90 {
				w, d = d, w
			}
			require.True(t, p.X-w/2 >= 5-1e-6 && p.X+w/2 <= 205+1e-6 && p.Y-d/2 >= 5-1e-6 && p.Y+d/2 <= 205+1e-6, "%+v", p)
			for _, q := range places[:i] {
				require.GreaterOrEqual(t, apart(p, q, float64(c.w), float64(c.d)), 4-1e-6)
			}
			sumX, sumY = sumX+p.X, sumY+p.Y
		}
		if c.n == 64 || c.n == 1 {
			require.InDelta(t, 105, sumX/float64(c.n), 0.6)
			require.InDelta(t, 105, sumY/float64(c.n), 0.6)
		}
	}
}

// A part as large as the area, in either direction, is placed; one larger, or
// too tall, or one copy too many is refused with the figures and with what would
// fit.
func TestRefusalsNameTheFigures(t *testing.T) {
	_, err := plate.Lay(one(box(200, 200, 200), 1), bed)
	require.NoError(t, err)
	narrow := bed
	narrow.MaxX = 105
	places, err := plate.Lay(one(box(190, 90, 5), 1), narrow)
	require.NoError(t, err)
	require.Equal(t, 90.0, places[0].Angle)
	clipped := bed
	clipped.Blocked = []plate.Rect{{MinX: 100, MinY: 100, MaxX: 110, MaxY: 110}}

	pyramid := one(cone(20, 10), 4)
	pyramid[0].Pile, pyramid[0].Pitch = 2, 12
	high := one(box(90, 90, 60), 12)
	high[0].Pile, high[0].Pitch = 4, 60.4
	for name, c := range map[string]struct {
		parts []plate.Part
		area  plate.Area
		code  string
		args  map[string]string
	}{
		"too big":        {one(box(250, 240, 5), 1), bed, plate.CodeTooBig, map[string]string{"part_mm": "250 × 240", "bed_mm": "200 × 200", "fits_percent": "80"}},
		"too long":       {one(box(400, 2, 5), 1), bed, plate.CodeTooBig, map[string]string{"part_mm": "400 × 2", "bed_mm": "200 × 200", "fits_percent": "70"}},
		"too tall":       {one(box(20, 20, 200.5), 1), bed, plate.CodeTooTall, map[string]string{"part_mm": "200.5", "max_mm": "200"}},
		"too many":       {one(box(90, 90, 5), 5), bed, plate.CodeTooMany, map[string]string{"copies": "5", "max": "4"}},
		"clips":          {one(box(190, 190, 5), 1), clipped, plate.CodeClips, map[string]string{"part_mm": "190 × 190", "bed_mm": "200 × 200"}},
		"one of several": {append(one(box(90, 90, 5), 3), plate.Part{Mesh: box(95, 95, 5), Copies: 2, Name: "lid"}), bed, plate.CodeTooMany, map[string]string{"copies": "3", "max": "2", "part": ""}},
		"tip on tip":     {pyramid, bed, plate.CodeNotStackable, map[string]string{"share_percent": "0"}},
		"pile too high":  {high, bed, plate.CodePileTooTall, map[string]string{"pieces": "4", "max": "3", "max_mm": "200"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plate.Lay(c.parts, c.area)
			var p *mesh.Problem
			require.ErrorAs(t, err, &p)
			require.Equal(t, c.code, p.Code)
			require.Equal(t, c.args, p.Args)
		})
	}
	require.Zero(t, plate.MaxCopies(box(250, 250, 5), 9, bed))
	require.Equal(t, 4, plate.MaxCopies(box(90, 90, 5), 9, bed))
	require.Equal(t, 3, plate.MaxCopies(box(90, 90, 5), 3, bed))
}

// A caller's mistake is an error, not a refusal a maker could act on.
func TestMistakesOfTheCaller(t *testing.T) {
	low := one(box(20, 20, 5), 4)
	low[0].Pile, low[0].Pitch = 2, 4.9
	for _, parts := range [][]plate.Part{low, one(box(20, 20, 5), 0), one(nil, 1)} {
		_, err := plate.Lay(parts, bed)
		require.Error(t, err)
		var p *mesh.Problem
		require.NotErrorAs(t, err, &p)
	}
	require.Zero(t, plate.MaxCopies(box(20, 20, 5), 0, bed))
}

// What fits across the bed only is laid across it, and a second beside it.
func TestLongPartsLieAcross(t *testing.T) {
	places, err := plate.Lay(one(box(260, 8, 5), 2), bed)
	require.NoError(t, err)
	require.Len(t, places, 2)
	for _, p := range places {
		require.InDelta(t, 45, math.Mod(p.Angle, 90), 10)
	}
}

// A pile takes one place, the last pile what is left over, and no piece is lost.
func TestPiles(t *testing.T) {
	parts := one(box(30, 30, 5), 11)
	parts[0].Pile, parts[0].Pitch = 4, 5.4
	places, err := plate.Lay(parts, bed)
	require.NoError(t, err)
	require.Equal(t, []int{4, 4, 3}, []int{places[0].Pile, places[1].Pile, places[2].Pile})
}

// A part stands on its own copy where its underside meets its top.
func TestPileable(t *testing.T) {
	lid := append(slab(40, 40, 2), moved(slab(30, 30, 6), 0, 0)...)
	for name, c := range map[string]struct {
		part  *mesh.Mesh
		ok    bool
		share float64
	}{
		"box": {box(40, 20, 5), true, 1}, "horseshoe": {horseshoe(), true, 1}, "cone": {cone(20, 10), false, 0},
		"lid": {&mesh.Mesh{Triangles: lid}, false, 900.0 / 1600},
	} {
		ok, share := plate.Pileable(c.part)
		require.Equal(t, c.ok, ok, name)
		require.InDelta(t, c.share, share, 0.02, name)
	}
}

// The raster sees the opening of a horseshoe: more copies lie on the bed than
// their boxes would allow.
func TestOpenShapesNest(t *testing.T) {
	places, err := plate.Lay(one(horseshoe(), 2), bed)
	require.NoError(t, err, "of boxes of 100 × 100 with clearance a bed of 200 × 200 takes one")
	require.NoError(t, plate.Overlaps(one(horseshoe(), 2), places, bed))
}

// The same parts give the same plate, however often they are laid.
func TestLayoutsAreTheSameEveryTime(t *testing.T) {
	parts := []plate.Part{{Mesh: horseshoe(), Copies: 2}, {Mesh: box(70, 12, 3), Copies: 5}, {Mesh: cone(11, 9), Copies: 4}}
	first, err := plate.Lay(parts, bed)
	require.NoError(t, err)
	for range 3 {
		again, err := plate.Lay(parts, bed)
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
}
