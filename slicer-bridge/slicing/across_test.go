package slicing_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// A strap that is longer than the bed is laid and sliced across it, beside a part
// of another kind; the slicer lays plastic where the layout says.
func TestALongStrapIsSlicedAcross(t *testing.T) {
	t.Parallel()
	s := newSlicer(t, "")
	r, err := s.Slice(t.Context(), slicing.Request{
		STL: strap(t, 260, 8, 1.2), Copies: 2, More: []slicing.PartCopies{{STL: ring(12, 10, 1.2, 24), Name: "ring", Copies: 2}},
		Printer: "ender-3", Filament: "petg",
	})
	require.NoError(t, err)
	require.Equal(t, 4, r.Copies)
	wide := float64(r.Bounds.MaxX-r.Bounds.MinX) / 1000
	require.Greater(t, wide, 180.0)
	require.Less(t, wide, 220.0, "the bed")
}

func strap(t *testing.T, x, y, z float32) []byte {
	t.Helper()
	at := func(i int) mesh.Vec { return mesh.Vec{x * float32(i&1), y * float32(i>>1&1), z * float32(i>>2&1)} }
	m := mesh.Mesh{}
	for _, f := range [][4]int{{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}} {
		m.Triangles = append(m.Triangles, mesh.Triangle{at(f[0]), at(f[1]), at(f[2])}, mesh.Triangle{at(f[0]), at(f[2]), at(f[3])})
	}
	var b bytes.Buffer
	require.NoError(t, m.WriteSTL(&b))
	return b.Bytes()
}
