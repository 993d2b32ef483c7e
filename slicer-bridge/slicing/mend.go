package slicing

import (
	"encoding/binary"
	"math"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Mended reads a model, repairs it where that is asked for, makes it scale times as large (0 and 1 leave its size), and
// gives it as a binary STL. A refusal is a *Problem, also of what came out of it.
func Mended(model []byte, repair bool, scale float64) ([]byte, error) {
	m, err := mesh.Read(model, mesh.Caps{})
	if err != nil {
		return nil, err
	}
	if repair {
		m, _ = m.Repaired()
	}
	if scale > 0 && scale != 1 {
		m = m.Scaled(scale)
	}
	out := binarySTL(m)
	if _, err := mesh.Read(out, mesh.Caps{}); err != nil {
		return nil, err
	}
	return out, nil
}

// binarySTL writes a mesh without normals, which every reader works out for itself.
func binarySTL(m *mesh.Mesh) []byte {
	const header, triangle = 80, 50
	out := make([]byte, header, header+4+triangle*len(m.Triangles))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(m.Triangles)))
	for i := range m.Triangles {
		out = append(out, make([]byte, 12)...)
		for _, corner := range m.Triangles[i] {
			for _, x := range corner {
				out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
			}
		}
		out = append(out, 0, 0)
	}
	return out
}
