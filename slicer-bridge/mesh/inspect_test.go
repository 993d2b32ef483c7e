package mesh_test

import (
	"bytes"
	"image/png"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/internal/corpus"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

func TestInspectNamesWhatIsWrongWithASurface(t *testing.T) {
	cube := box(20, 20, 20)
	inside := make([]mesh.Triangle, len(cube))
	for i, c := range cube {
		inside[i] = mesh.Triangle{c[0], c[2], c[1]}
	}
	oneFlipped := append([]mesh.Triangle(nil), cube...)
	oneFlipped[0] = inside[0]
	far := mesh.Mesh{Triangles: cube}
	for name, c := range map[string]struct {
		triangles []mesh.Triangle
		want      func(mesh.Info)
	}{
		"closed": {cube, func(i mesh.Info) {
			require.True(t, i.Watertight)
			require.Empty(t, i.Problems)
			require.Equal(t, 1, i.Shells)
			require.InDelta(t, 8000, i.VolumeMM3, 1e-6)
		}},
		"a triangle missing": {cube[1:], func(i mesh.Info) { require.Equal(t, 3, i.OpenEdges); require.False(t, i.Watertight) }},
		"inside out":         {inside, func(i mesh.Info) { require.Equal(t, mesh.CodeInsideOut, i.Problems[0].Code) }},
		"one flipped":        {oneFlipped, func(i mesh.Info) { require.Equal(t, 3, i.Flipped) }},
		"doubled":            {append(append([]mesh.Triangle(nil), cube...), cube...), func(i mesh.Info) { require.Equal(t, 18, i.NonManifold) }},
		"two bodies": {append(append([]mesh.Triangle(nil), cube...), moved(far.Triangles, 50)...), func(i mesh.Info) {
			require.Equal(t, 2, i.Shells)
			require.True(t, i.Watertight)
		}},
		"drawn in inches": {box(1, 1, 1), func(i mesh.Info) {
			require.Equal(t, "inch", i.Units)
			require.Equal(t, &mesh.UnitGuess{Unit: "inch", Scale: 25.4, SizeMM: 25.4}, i.Likely)
			require.Equal(t, "25.4", i.Problems[0].Args["as_mm"])
		}},
		"a sliver": {append(append([]mesh.Triangle(nil), cube...), mesh.Triangle{cube[0][0], cube[0][0], cube[0][1]}), func(i mesh.Info) { require.Equal(t, 1, i.Degenerate); require.True(t, i.Watertight) }},
	} {
		t.Run(name, func(*testing.T) { c.want((&mesh.Mesh{Triangles: c.triangles}).Inspect()) })
	}
}

func moved(in []mesh.Triangle, x float32) []mesh.Triangle {
	out := append([]mesh.Triangle(nil), in...)
	for i := range out {
		for j := range out[i] {
			out[i][j][0] += x
		}
	}
	return out
}

func TestNormalisedStandsOnTheBedAroundTheOrigin(t *testing.T) {
	m := mesh.Mesh{Triangles: moved(box(10, 20, 30), -245.5)}
	n := m.Normalised()
	require.Equal(t, mesh.Bounds{Min: [3]float64{-5, -10, 0}, Max: [3]float64{5, 10, 30}}, n.Bounds())
	require.InDelta(t, -245.5, m.Bounds().Min[0], 1e-6, "the mesh itself is not touched")
}

// The picture shows the part in its colour, whole, on nothing.
func TestPictureShowsTheWholePart(t *testing.T) {
	m := mesh.Mesh{Triangles: box(60, 20, 10)}
	data, err := m.Picture(mesh.View{Width: 160, Height: 120, Part: mesh.Call})
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, 160, img.Bounds().Dx())
	drawn := 0
	for y := range 120 {
		for x := range 160 {
			r, g, b, a := img.At(x, y).RGBA()
			if a > 0 {
				drawn++
				require.Greater(t, r, g, "orange at %d,%d", x, y)
				require.Greater(t, g, b, "orange at %d,%d", x, y)
				require.True(t, x > 0 && x < 159 && y > 0 && y < 119, "nothing touches the frame")
			}
		}
	}
	require.Greater(t, drawn, 160*120/10)
	_, err = m.Picture(mesh.View{Width: 100_000, Height: 10})
	require.Error(t, err)
}

// Many triangles that meet in one corner are drawn at once too.
func TestPictureOfAFanDoesNotHang(t *testing.T) {
	for _, f := range corpus.Files() {
		if f.Name == "fan" {
			m, err := mesh.Read(f.Make(), mesh.Caps{})
			require.NoError(t, err)
			data, err := m.Picture(mesh.View{Width: 64, Height: 48, Part: mesh.Thread})
			require.NoError(t, err)
			require.NotEmpty(t, data)
		}
	}
}

// BenchmarkReadAndInspect is a library call over a million binary triangles. It also reports the largest heap, file
// and all; the program's own peak is BenchmarkInspectMillionTriangles of the command.
func BenchmarkReadAndInspect(b *testing.B) {
	for _, f := range corpus.Files() {
		if !f.Large || f.Refusal != "" {
			continue
		}
		b.Run(f.Name, func(b *testing.B) {
			data := f.Make()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				m, err := mesh.Read(data, mesh.Caps{})
				if err != nil {
					b.Fatal(err)
				}
				m.Inspect()
			}
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			b.ReportMetric(float64(s.HeapSys-s.HeapReleased)/(1<<20), "heap-MiB")
		})
	}
}

func BenchmarkReadText(b *testing.B) {
	data := []byte(textSTL("sheet", sheet(220)))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := mesh.Read(data, mesh.Caps{}); err != nil {
			b.Fatal(err)
		}
	}
}

// sheet gives 2 n² triangles of a wavy surface.
func sheet(n int) []mesh.Triangle {
	at := func(x, y int) mesh.Vec { return mesh.Vec{float32(x) / 8, float32(y) / 8, float32((x*y)%7) / 10} }
	out := make([]mesh.Triangle, 0, 2*n*n)
	for y := range n {
		for x := range n {
			out = append(out, mesh.Triangle{at(x, y), at(x+1, y), at(x+1, y+1)}, mesh.Triangle{at(x, y), at(x+1, y+1), at(x, y+1)})
		}
	}
	return out
}
