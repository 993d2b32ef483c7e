// Package mesh reads STL and 3MF files that anybody may have sent, refuses what
// cannot be a part before a slicer sees it, and measures, mends and draws the
// rest. Every refusal is a Problem with a code; nothing here panics or trusts a
// header.
package mesh

import (
	"encoding/binary"
	"math"
)

// Vec is a point in mm.
type Vec [3]float32

// Triangle holds three corners, counter-clockwise seen from outside.
type Triangle [3]Vec

// Mesh is a checked body: at least one triangle, every coordinate finite, some
// extent along each axis. It is not changed after Read and may be shared.
type Mesh struct {
	Triangles []Triangle
	notes     []Problem // of the reading, for Inspect
}

// Bounds is a box in mm.
type Bounds struct {
	Min [3]float64 `json:"min"`
	Max [3]float64 `json:"max"`
}

// Size gives the extent along each axis, in mm.
func (b Bounds) Size() [3]float64 {
	return [3]float64{b.Max[0] - b.Min[0], b.Max[1] - b.Min[1], b.Max[2] - b.Min[2]}
}

// Bounds measures the mesh.
func (m *Mesh) Bounds() Bounds {
	inf := math.Inf(1)
	b := Bounds{Min: [3]float64{inf, inf, inf}, Max: [3]float64{-inf, -inf, -inf}}
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			for k := range 3 {
				b.Min[k] = min(b.Min[k], float64(v[k]))
				b.Max[k] = max(b.Max[k], float64(v[k]))
			}
		}
	}
	return b
}

// Volume is the signed volume in mm³; negative when the surface is inside out.
// It is exact only for a closed surface.
func (m *Mesh) Volume() float64 {
	if len(m.Triangles) == 0 {
		return 0
	}
	from := m.Triangles[0][0].f() // near by: far from the origin the figures would cancel out
	var six float64
	for i := range m.Triangles {
		t := &m.Triangles[i]
		six += sixfold(t[0].from(from), t[1].from(from), t[2].from(from))
	}
	return six / 6
}

// sixfold is six times the signed volume of the tetrahedron from the origin.
func sixfold(a, b, c [3]float64) float64 {
	return a[0]*(b[1]*c[2]-b[2]*c[1]) - a[1]*(b[0]*c[2]-b[2]*c[0]) + a[2]*(b[0]*c[1]-b[1]*c[0])
}

// Scaled returns a copy that is f times as large, f above 0; for a file that was
// drawn in another unit.
func (m *Mesh) Scaled(f float64) *Mesh {
	out := make([]Triangle, len(m.Triangles))
	for i, t := range m.Triangles {
		for j, v := range t {
			out[i][j] = Vec{float32(float64(v[0]) * f), float32(float64(v[1]) * f), float32(float64(v[2]) * f)}
		}
	}
	return &Mesh{Triangles: out, notes: m.notes}
}

// Normalised returns a copy centred on X and Y with its lowest point at Z 0,
// as a slicer wants it.
func (m *Mesh) Normalised() *Mesh {
	b := m.Bounds()
	dx, dy, dz := (b.Min[0]+b.Max[0])/2, (b.Min[1]+b.Max[1])/2, b.Min[2]
	out := make([]Triangle, len(m.Triangles))
	for i, t := range m.Triangles {
		for j, v := range t {
			out[i][j] = Vec{float32(float64(v[0]) - dx), float32(float64(v[1]) - dy), float32(float64(v[2]) - dz)}
		}
	}
	return &Mesh{Triangles: out, notes: m.notes}
}

// AppendBinary adds the coordinates as little-endian floats, 36 bytes a
// triangle: what a hash of the shape is taken over.
func (m *Mesh) AppendBinary(dst []byte) ([]byte, error) {
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			for _, x := range v {
				dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(x))
			}
		}
	}
	return dst, nil
}

func (v Vec) f() [3]float64 { return [3]float64{float64(v[0]), float64(v[1]), float64(v[2])} }

func (v Vec) from(o [3]float64) [3]float64 {
	return [3]float64{float64(v[0]) - o[0], float64(v[1]) - o[1], float64(v[2]) - o[2]}
}
