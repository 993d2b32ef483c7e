package plate_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

// bar is one rectangle of a part: middle and size.
type bar struct{ x, y, w, d float64 }

// bars makes a part of rectangles, and gives them about the centre of its bounds.
func bars(list []bar) (*mesh.Mesh, []bar) {
	var all []mesh.Triangle
	for _, b := range list {
		all = append(all, moved(slab(float32(b.w), float32(b.d), 5), float32(b.x), float32(b.y))...)
	}
	m := &mesh.Mesh{Triangles: all}
	box := m.Bounds()
	out := append([]bar(nil), list...)
	for i := range out {
		out[i].x -= (box.Min[0] + box.Max[0]) / 2
		out[i].y -= (box.Min[1] + box.Max[1]) / 2
	}
	return m, out
}

type xy [2]float64

// corners gives a bar where its piece lies.
func (b bar) corners(p plate.Place) [4]xy {
	s, c := math.Sincos(p.Angle * math.Pi / 180)
	var out [4]xy
	for i, k := range [4]xy{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		x, y := b.x+k[0]*b.w/2, b.y+k[1]*b.d/2
		out[i] = xy{p.X + x*c - y*s, p.Y + x*s + y*c}
	}
	return out
}

// between is the distance of two rectangles, exactly; 0 when they meet.
func between(a, b [4]xy) float64 {
	if holds(a, b[0]) || holds(b, a[0]) {
		return 0
	}
	least := math.Inf(1)
	for i := range 4 {
		for j := range 4 {
			p, q, r, s := a[i], a[(i+1)%4], b[j], b[(j+1)%4]
			if side(p, q, r)*side(p, q, s) < 0 && side(r, s, p)*side(r, s, q) < 0 {
				return 0
			}
			least = min(least, toSegment(p, r, s), toSegment(r, p, q))
		}
	}
	return least
}

func side(a, b, c xy) float64 { return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0]) }

func holds(r [4]xy, p xy) bool {
	for i := range 4 {
		if side(r[i], r[(i+1)%4], p) < 0 {
			return false
		}
	}
	return true
}

func toSegment(p, a, b xy) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(max(((p[0]-a[0])*dx+(p[1]-a[1])*dy)/l, 0), 1)
	}
	return math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy)
}

// Whatever the parts, the bed and the clips: every piece lies inside, and keeps
// the clearance to every other piece and to every clip, measured exactly.
func TestLayoutsKeepTheClearance(t *testing.T) {
	g := rand.New(rand.NewPCG(7, 11))
	between := func(low, high float64) float64 { return low + g.Float64()*(high-low) }
	laid := 0
	for range 40 {
		area := plate.Area{MinX: between(-50, 10), MinY: between(-50, 10), Height: 100, Clearance: between(0, 6)}
		area.MaxX, area.MaxY = area.MinX+between(90, 240), area.MinY+between(90, 240)
		for range g.IntN(3) {
			x, y := between(area.MinX, area.MaxX), between(area.MinY, area.MaxY)
			area.Blocked = append(area.Blocked, plate.Rect{MinX: x - 7, MinY: y - 4, MaxX: x + 7, MaxY: y + 4})
		}
		var parts []plate.Part
		var shapes [][]bar
		for range 1 + g.IntN(3) {
			var list []bar
			for range 1 + g.IntN(3) {
				list = append(list, bar{between(-25, 25), between(-25, 25), between(2, 60), between(2, 20)})
			}
			m, shape := bars(list)
			parts, shapes = append(parts, plate.Part{Mesh: m, Copies: 1 + g.IntN(4)}), append(shapes, shape)
		}
		places, err := plate.Lay(parts, area)
		if err != nil {
			var p *mesh.Problem
			require.ErrorAs(t, err, &p)
			require.NotEqual(t, plate.CodeOverlap, p.Code)
			continue
		}
		laid++
		exact(t, places, shapes, area)
	}
	require.Greater(t, laid, 15)
}

func exact(t *testing.T, places []plate.Place, shapes [][]bar, a plate.Area) {
	t.Helper()
	// Twice the thousandth by which a surface may reach into the next cell.
	const slack = 5e-4
	for i, p := range places {
		for _, b := range shapes[p.Part] {
			at := b.corners(p)
			for _, c := range at {
				require.True(t, c[0] > a.MinX-slack && c[0] < a.MaxX+slack && c[1] > a.MinY-slack && c[1] < a.MaxY+slack, "%v", p)
			}
			for _, r := range a.Blocked {
				require.GreaterOrEqual(t, between(at, [4]xy{{r.MinX, r.MinY}, {r.MaxX, r.MinY}, {r.MaxX, r.MaxY}, {r.MinX, r.MaxY}}), a.Clearance-slack)
			}
			for _, q := range places[:i] {
				for _, o := range shapes[q.Part] {
					require.GreaterOrEqual(t, between(at, o.corners(q)), a.Clearance-slack, "%v and %v", p, q)
				}
			}
		}
	}
}

// The check sees a piece put upon another, out of the area, upon a clip, or a
// millimetre too near, also where no clearance is asked for, and lets stand what
// is right.
func TestOverlapsSeesWhatIsWrong(t *testing.T) {
	parts := append(one(box(60, 40, 5), 1), plate.Part{Mesh: horseshoe(), Copies: 1})
	touching := bed
	touching.Clearance = 0
	clipped := bed
	clipped.Blocked = []plate.Rect{{MinX: 0, MinY: 0, MaxX: 15, MaxY: 15}}
	for name, c := range map[string]struct {
		places []plate.Place
		area   plate.Area
		args   map[string]string
	}{
		"apart":                {[]plate.Place{{X: 60, Y: 75}, {X: 60 + 64, Y: 75}}, bed, nil},
		"three apart":          {[]plate.Place{{X: 60, Y: 75}, {X: 60 + 63, Y: 75}}, bed, map[string]string{"a": "2", "b": "1"}},
		"turned apart":         {[]plate.Place{{X: 60, Y: 75}, {X: 60 + 54, Y: 75, Angle: 90}}, bed, nil},
		"turned too near":      {[]plate.Place{{X: 60, Y: 75}, {X: 60 + 53, Y: 75, Angle: 90}}, bed, map[string]string{"a": "2", "b": "1"}},
		"the same place":       {[]plate.Place{{X: 60, Y: 75}, {X: 60, Y: 75}}, bed, map[string]string{"a": "2", "b": "1"}},
		"touching":             {[]plate.Place{{X: 60, Y: 75}, {X: 60 + 60, Y: 75}}, touching, nil},
		"overlapping":          {[]plate.Place{{X: 60, Y: 75}, {X: 60 + 59, Y: 75}}, touching, map[string]string{"a": "2", "b": "1"}},
		"in the open":          {[]plate.Place{{Part: 1, X: 100, Y: 100}, {X: 100, Y: 80}}, bed, nil},
		"on the bridge":        {[]plate.Place{{Part: 1, X: 100, Y: 100}, {X: 100, Y: 125}}, bed, map[string]string{"a": "2", "b": "1"}},
		"outside":              {[]plate.Place{{X: 34, Y: 75}}, bed, map[string]string{"a": "1"}},
		"turned outside":       {[]plate.Place{{X: 36, Y: 26, Angle: 90}}, bed, map[string]string{"a": "1"}},
		"beside the clip":      {[]plate.Place{{X: 15 + 4 + 30, Y: 50}}, clipped, nil},
		"upon the clip":        {[]plate.Place{{X: 36, Y: 26}}, clipped, map[string]string{"a": "1", "b": "0"}},
		"too near to the clip": {[]plate.Place{{X: 15 + 3 + 30, Y: 26}}, clipped, map[string]string{"a": "1", "b": "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := plate.Overlaps(parts, c.places, c.area)
			if c.args == nil {
				require.NoError(t, err)
				return
			}
			var p *mesh.Problem
			require.ErrorAs(t, err, &p)
			require.Equal(t, plate.CodeOverlap, p.Code)
			require.Equal(t, c.args, p.Args)
		})
	}
}
