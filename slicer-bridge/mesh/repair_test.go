package mesh_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/internal/corpus"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Every part of the corpus that is called repairable is watertight and the right
// way out once repaired, no other one is said to be, and a repaired part is left
// alone by a second repair.
func TestRepairClosesWhatInspectPromises(t *testing.T) {
	repaired := 0
	for _, f := range corpus.Files() {
		if f.Refusal != "" || f.Large {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			m, err := mesh.Read(f.Make(), mesh.Caps{})
			require.NoError(t, err)
			out, r := m.Repaired()
			info := out.Inspect()
			sound := info.Watertight && out.Volume() > 0
			if f.Want.Repairable {
				repaired++
				require.True(t, sound)
				require.True(t, r.Changed())
			} else if !f.Want.Watertight {
				require.False(t, sound, "it should have been called repairable")
			}
			again, r := out.Repaired()
			require.False(t, r.Changed())
			require.Same(t, out, again)
		})
	}
	require.Greater(t, repaired, 6)
}

// What a repair did is counted, and the mesh itself stays as it was.
func TestRepairTellsWhatItDid(t *testing.T) {
	cube := box(20, 20, 20)
	turned := func(n int) []mesh.Triangle {
		out := append([]mesh.Triangle(nil), cube...)
		for i := range n {
			out[i][1], out[i][2] = out[i][2], out[i][1]
		}
		return out
	}
	torn := append([]mesh.Triangle(nil), cube...)
	torn[0][0][0] += 2e-5
	for name, c := range map[string]struct {
		triangles []mesh.Triangle
		want      mesh.Repair
	}{
		"a corner apart":   {torn, mesh.Repair{Welded: 1}},
		"two turned":       {turned(2), mesh.Repair{Turned: 2}},
		"inside out":       {turned(12), mesh.Repair{Turned: 12}},
		"three twice":      {append(append([]mesh.Triangle(nil), cube...), cube[:3]...), mesh.Repair{Duplicate: 3}},
		"a sliver too":     {append(append([]mesh.Triangle(nil), cube...), mesh.Triangle{cube[0][0], cube[0][0], cube[0][1]}), mesh.Repair{Degenerate: 1}},
		"nothing to mend":  {cube, mesh.Repair{}},
		"a hole stays one": {cube[2:], mesh.Repair{}},
	} {
		t.Run(name, func(t *testing.T) {
			m := &mesh.Mesh{Triangles: c.triangles}
			before := append([]mesh.Triangle(nil), m.Triangles...)
			out, r := m.Repaired()
			require.Equal(t, before, m.Triangles)
			assert.InDelta(t, 20*math.Sqrt(3)*1e-5, r.ToleranceMM, 1e-8)
			r.ToleranceMM = 0
			require.Equal(t, c.want, r)
			if name != "a hole stays one" {
				require.InDelta(t, 8000, out.Volume(), 0.1)
			}
		})
	}
}

// A hollow inside a body stays a hollow, also when the whole file was inside out
// or when a face of either was turned over.
func TestRepairKeepsHollows(t *testing.T) {
	outer, hollow := box(20, 20, 20), moved(box(10, 10, 10), 2)
	for i := range hollow {
		for j := range hollow[i] {
			hollow[i][j][1] += 2
			hollow[i][j][2] += 2
		}
		hollow[i][1], hollow[i][2] = hollow[i][2], hollow[i][1]
	}
	whole := append(append([]mesh.Triangle(nil), outer...), hollow...)
	flip := func(which func(i int) bool) *mesh.Mesh {
		out := append([]mesh.Triangle(nil), whole...)
		for i := range out {
			if which(i) {
				out[i][1], out[i][2] = out[i][2], out[i][1]
			}
		}
		return &mesh.Mesh{Triangles: out}
	}
	for name, which := range map[string]func(i int) bool{
		"as it was":         func(int) bool { return false },
		"inside out":        func(int) bool { return true },
		"a face of each":    func(i int) bool { return i == 3 || i == 15 },
		"the outer shell's": func(i int) bool { return i < 5 },
	} {
		t.Run(name, func(t *testing.T) {
			out, _ := flip(which).Repaired()
			require.InDelta(t, 7000, out.Volume(), 1e-3)
			require.True(t, out.Inspect().Watertight)
		})
	}
}

// A written part is the same part when it is read again.
func TestWrittenPartIsReadAgain(t *testing.T) {
	m := &mesh.Mesh{Triangles: box(10, 20, 30)}
	var b bytes.Buffer
	require.NoError(t, m.WriteSTL(&b))
	again, err := mesh.Read(b.Bytes(), mesh.Caps{})
	require.NoError(t, err)
	require.Equal(t, m.Triangles, again.Triangles)
	require.Equal(t, float32(-1), math.Float32frombits(uint32(b.Bytes()[84+8])|uint32(b.Bytes()[84+9])<<8|uint32(b.Bytes()[84+10])<<16|uint32(b.Bytes()[84+11])<<24),
		"the bottom's normal looks down")
}

func TestScaledMultipliesEveryLength(t *testing.T) {
	m := (&mesh.Mesh{Triangles: box(1, 1, 1)}).Scaled(25.4)
	require.InDelta(t, 25.4*25.4*25.4, m.Volume(), 0.01)
	require.Equal(t, "mm", m.Inspect().Units)
}
