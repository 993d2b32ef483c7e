package slicing

import "github.com/mailleur/mailleur/slicer-bridge/mesh"

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
	out, err := m.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	if _, err := mesh.Read(out, mesh.Caps{}); err != nil {
		return nil, err
	}
	return out, nil
}
