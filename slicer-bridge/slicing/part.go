package slicing

import (
	"image/color"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Problem is the refusal that Slice, Inspect and Picture give, for errors.As
// with a *Problem: a code and arguments, no sentence.
type Problem = mesh.Problem

// PartInfo is what Inspect measures.
type PartInfo = mesh.Info

// View says how Picture draws.
type View = mesh.View

// Inspect checks and measures an STL without slicing it.
func Inspect(stl []byte) (PartInfo, error) {
	m, err := mesh.Read(stl, mesh.Caps{})
	if err != nil {
		return PartInfo{}, err
	}
	return m.Inspect(), nil
}

// Picture draws an STL as a PNG.
func Picture(stl []byte, v View) ([]byte, error) {
	m, err := mesh.Read(stl, mesh.Caps{})
	if err != nil {
		return nil, err
	}
	return m.Picture(v)
}

// PartColor gives the house's colour for a picture: the green thread, or burnt
// orange to tell a second kind of part from the first.
func PartColor(second bool) color.NRGBA {
	if second {
		return mesh.Call
	}
	return mesh.Thread
}
