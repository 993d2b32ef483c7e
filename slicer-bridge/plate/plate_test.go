package plate_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
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

func one(m *mesh.Mesh, copies int) []plate.Part { return []plate.Part{{Mesh: m, Copies: copies}} }

func box(x, y, z float32) *mesh.Mesh { return &mesh.Mesh{Triangles: slab(x, y, z)} }

// horseshoe is open to the front, like a visor band: two legs and a bridge.
func horseshoe() *mesh.Mesh {
	var all []mesh.Triangle
	for _, part := range []struct{ x, y, w, d float32 }{{-45, 0, 10, 100}, {45, 0, 10, 100}, {0, 45, 100, 10}} {
		for _, t := range slab(part.w, part.d, 5) {
			for i := range t {
				t[i][0], t[i][1] = t[i][0]+part.x, t[i][1]+part.y
			}
			all = append(all, t)
		}
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
// too tall, or one copy too many is refused with the figures.
func TestRefusalsNameTheFigures(t *testing.T) {
	_, err := plate.Lay(one(box(200, 200, 200), 1), bed)
	require.NoError(t, err)
	narrow := bed
	narrow.MaxX = 105
	places, err := plate.Lay(one(box(190, 90, 5), 1), narrow)
	require.NoError(t, err)
	require.Equal(t, 90.0, places[0].Angle)

	for _, c := range []struct {
		part   *mesh.Mesh
		copies int
		code   string
		args   map[string]string
	}{
		{box(201, 20, 5), 1, plate.CodeTooBig, map[string]string{"part_mm": "201 × 20", "bed_mm": "200 × 200"}},
		{box(20, 20, 200.5), 1, plate.CodeTooTall, map[string]string{"part_mm": "200.5", "max_mm": "200"}},
		{box(90, 90, 5), 5, plate.CodeTooMany, map[string]string{"copies": "5", "max": "4"}},
	} {
		_, err := plate.Lay(one(c.part, c.copies), bed)
		var p *mesh.Problem
		require.ErrorAs(t, err, &p)
		require.Equal(t, c.code, p.Code)
		require.Equal(t, c.args, p.Args)
	}
	require.Zero(t, plate.MaxCopies(box(201, 20, 5), 9, bed))
	require.Equal(t, 4, plate.MaxCopies(box(90, 90, 5), 9, bed))
	require.Equal(t, 3, plate.MaxCopies(box(90, 90, 5), 3, bed))
}

// The raster sees the opening of a horseshoe: more copies lie on the bed than
// their boxes would allow, and none touches another.
func TestOpenShapesNest(t *testing.T) {
	n := plate.MaxCopies(horseshoe(), 20, bed)
	require.Greater(t, n, 1, "of boxes of 100 × 100 with clearance a bed of 200 × 200 takes one")
	places, err := plate.Lay(one(horseshoe(), n), bed)
	require.NoError(t, err)
	solid := func(p plate.Place) [][4]float64 {
		var out [][4]float64
		for _, r := range [][4]float64{{-50, -50, -40, 50}, {40, -50, 50, 50}, {-50, 40, 50, 50}} {
			for range int(p.Angle) / 90 {
				r = [4]float64{-r[3], r[0], -r[1], r[2]}
			}
			out = append(out, [4]float64{r[0] + p.X, r[1] + p.Y, r[2] + p.X, r[3] + p.Y})
		}
		return out
	}
	for i, p := range places {
		for _, q := range places[:i] {
			for _, a := range solid(p) {
				for _, b := range solid(q) {
					gap := max(a[0]-b[2], b[0]-a[2], a[1]-b[3], b[1]-a[3])
					require.GreaterOrEqual(t, gap, 4-1e-6)
				}
			}
		}
	}
}

// The 3MF holds the part once, an instance for each place, and the mark without
// which the slicer would slice each instance anew.
func TestWrite3MF(t *testing.T) {
	var first, second bytes.Buffer
	places := []plate.Place{{X: 30, Y: 40.25}, {X: 90, Y: 40, Angle: 90}}
	require.NoError(t, plate.Write3MF(&first, []plate.Part{{Mesh: box(20, 10, 5), Name: `a "part" & <more>`}}, places))
	require.NoError(t, plate.Write3MF(&second, []plate.Part{{Mesh: box(20, 10, 5), Name: `a "part" & <more>`}}, places))
	require.Equal(t, first.Bytes(), second.Bytes())

	z, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	require.NoError(t, err)
	f, err := z.Open("3D/3dmodel.model")
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	var model struct {
		Metadata []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:",chardata"`
		} `xml:"metadata"`
		Object struct {
			Name      string     `xml:"name,attr"`
			Vertices  []struct{} `xml:"mesh>vertices>vertex"`
			Triangles []struct{} `xml:"mesh>triangles>triangle"`
		} `xml:"resources>object"`
		Items []struct {
			Transform string `xml:"transform,attr"`
		} `xml:"build>item"`
	}
	require.NoError(t, xml.Unmarshal(text, &model))
	require.Equal(t, "slic3rpe:Version3mf", model.Metadata[0].Name)
	require.Equal(t, "1", model.Metadata[0].Value)
	require.Equal(t, `a "part" & <more>`, model.Object.Name)
	require.Len(t, model.Object.Vertices, 8)
	require.Len(t, model.Object.Triangles, 12)
	require.Equal(t, "1 0 0 0 1 0 0 0 1 30.000 40.250 0", model.Items[0].Transform)
	require.Equal(t, "0 1 0 -1 0 0 0 0 1 90.000 40.000 0", model.Items[1].Transform)
}

func BenchmarkLayFull(b *testing.B) {
	part := horseshoe()
	for b.Loop() {
		plate.MaxCopies(part, 50, bed)
	}
}
