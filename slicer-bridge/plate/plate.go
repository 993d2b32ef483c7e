// Package plate lays parts out on a printer's bed, with room between them, nested
// and piled where they allow it, and writes them as one 3MF of instances. What it
// cannot place it refuses with a reason, for a slicer does not.
package plate

import (
	"errors"
	"fmt"
	"math"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Part is one kind of part on the plate.
type Part struct {
	Mesh   *mesh.Mesh
	Name   string  // for refusals and for the object in the 3MF
	Copies int     // pieces in all, from 1
	Pile   int     // pieces standing on each other at most; 0 and 1 mean none
	Pitch  float64 // mm from one piece of a pile to the next above it: whole layers, no less than the part's height
}

// piles is how many places the part takes.
func (p Part) piles() int { return (p.Copies + p.pile() - 1) / p.pile() }

// pieces is how many stand on the place with this number.
func (p Part) pieces(place int) int { return min(p.pile(), p.Copies-place*p.pile()) }

func (p Part) pile() int { return max(p.Pile, 1) }

// Area is where plastic may lie, in mm; the bed's own corner is (MinX, MinY).
type Area struct {
	MinX, MinY, MaxX, MaxY float64
	Height                 float64
	Clearance              float64 // between two pieces, and between a piece and what is blocked
	Blocked                []Rect  // clips and the like: no piece comes nearer than the clearance
}

func (a Area) size() (w, d float64) { return a.MaxX - a.MinX, a.MaxY - a.MinY }

// Rect is a rectangle along the bed's axes, in mm.
type Rect struct{ MinX, MinY, MaxX, MaxY float64 }

// Place is one piece, or one pile of pieces: turned counter-clockwise by Angle
// degrees about the centre of the part's bounds, then this centre put at (X, Y).
type Place struct {
	Part  int // index of the part
	X, Y  float64
	Angle float64
	Pile  int // pieces here; the last pile of a part may be lower than the others
}

// The codes of refusals. "part" is there when the plate holds several parts.
const (
	CodeTooBig       = "plate.too_big"       // part_mm, bed_mm, fits_percent: how much of its size would fit, part
	CodeTooTall      = "plate.too_tall"      // part_mm, max_mm, part
	CodeTooMany      = "plate.too_many"      // copies, max, part
	CodeClips        = "plate.clips"         // part_mm, bed_mm, part: it would fit if nothing were blocked
	CodeNotStackable = "plate.not_stackable" // share_percent of the underside that stands on something, part
	CodePileTooTall  = "plate.pile_too_tall" // pieces, max, max_mm, part
)

// Lay finds room for all pieces of all parts, or for none; a refusal is a
// *mesh.Problem. The result is the same for the same parts and area, has passed
// Overlaps, and is centred as far as nothing blocked is in the way. Places come
// part by part. It takes well under a second for most plates and is bounded for
// all: the search ends after a fixed amount of work.
func Lay(parts []Part, a Area) ([]Place, error) {
	outlines := make([]outline, len(parts))
	for i, p := range parts {
		if err := usable(p); err != nil {
			return nil, fmt.Errorf("lay %q: %w", p.Name, err)
		}
		outlines[i] = newOutline(p.Mesh)
		if p := fits(p, outlines[i], a); p != nil {
			return nil, named(p, parts, i)
		}
	}
	places := search(parts, outlines, a)
	if p := short(parts, places, a); p != nil {
		return nil, p
	}
	if err := Overlaps(parts, places, a); err != nil {
		return nil, fmt.Errorf("check layout: %w", err)
	}
	return places, nil
}

func usable(p Part) error {
	switch {
	case p.Mesh == nil || len(p.Mesh.Triangles) == 0:
		return errors.New("no mesh")
	case p.Copies < 1:
		return fmt.Errorf("%d copies", p.Copies)
	case p.Pile > 1 && p.Pitch < p.Mesh.Bounds().Size()[2]-1e-6:
		return fmt.Errorf("a pitch of %g mm is less than the part's height", p.Pitch)
	}
	return nil
}

// MaxCopies tells how many copies Lay can place at most, side by side, up to
// limit; 0 when the part is too big or too tall.
func MaxCopies(m *mesh.Mesh, limit int, a Area) int {
	part := Part{Mesh: m, Copies: limit}
	if usable(part) != nil {
		return 0
	}
	o := newOutline(m)
	if fits(part, o, a) != nil {
		return 0
	}
	return len(search([]Part{part}, []outline{o}, a))
}

// fits says why not even one piece, or one pile, finds room on the empty bed.
func fits(p Part, o outline, a Area) *mesh.Problem {
	tall := p.Mesh.Bounds().Size()[2]
	if tall > a.Height+1e-6 {
		return mesh.NewProblem(CodeTooTall, "part_mm", round(tall), "max_mm", round(a.Height))
	}
	if pile := min(p.pile(), p.Copies); pile > 1 {
		if at := int((a.Height-tall)/p.Pitch+1e-6) + 1; pile > at {
			return mesh.NewProblem(CodePileTooTall, "pieces", pile, "max", at, "max_mm", round(a.Height))
		}
		if ok, share := Pileable(p.Mesh); !ok {
			return mesh.NewProblem(CodeNotStackable, "share_percent", int(100*share))
		}
	}
	if most := o.largest(a); most < 1 {
		return tooBig(CodeTooBig, p, a, "fits_percent", int(100*most))
	}
	return nil
}

func tooBig(code string, p Part, a Area, more ...any) *mesh.Problem {
	s := p.Mesh.Bounds().Size()
	w, d := a.size()
	return mesh.NewProblem(code, append([]any{"part_mm", round(s[0]) + " × " + round(s[1]), "bed_mm", round(w) + " × " + round(d)}, more...)...)
}

// short says which part has too few places.
func short(parts []Part, places []Place, a Area) *mesh.Problem {
	count := make([]int, len(parts))
	for _, p := range places {
		count[p.Part] += p.Pile
	}
	for i, p := range parts {
		switch {
		case count[i] >= p.Copies:
		case len(places) == 0 && len(a.Blocked) > 0:
			return named(tooBig(CodeClips, p, a), parts, i)
		default:
			return named(mesh.NewProblem(CodeTooMany, "copies", p.Copies, "max", count[i]), parts, i)
		}
	}
	return nil
}

func named(p *mesh.Problem, parts []Part, i int) *mesh.Problem {
	if len(parts) > 1 {
		p.Args["part"] = parts[i].Name
	}
	return p
}

func round(v float64) string { return fmt.Sprintf("%.4g", math.Round(v*10)/10) }

// places turns spots into millimetres.
func (n *nest) places(spots [][]spot) []Place {
	var out []Place
	for part, list := range spots {
		p := n.parts[part]
		for k, s := range list {
			out = append(out, Place{
				Part: part, Angle: math.Mod(s.shape.angle, 360), Pile: p.pieces(k),
				X: n.area.MinX + n.cell*float64(s.x) - s.shape.left, Y: n.area.MinY + n.cell*float64(s.y) - s.shape.bottom,
			})
		}
	}
	return out
}

// centre moves the whole toward the middle of the area, as far as the clips let
// it.
func (n *nest) centre(places []Place) {
	dx, dy := n.offCentre(places)
	for _, part := range [...]float64{1, 0.75, 0.5, 0.25} {
		moved := make([]Place, len(places))
		for i, p := range places {
			p.X, p.Y = p.X+part*dx, p.Y+part*dy
			moved[i] = p
		}
		if n.clear(moved) {
			copy(places, moved)
			return
		}
	}
}

// clear says that no piece comes near a clip.
func (n *nest) clear(places []Place) bool {
	if len(n.area.Blocked) == 0 {
		return true
	}
	for _, p := range places {
		s := n.shape(shapeKey{part: p.Part, angle: p.Angle})
		x, y := (p.X+s.left-n.area.MinX)/n.cell, (p.Y+s.bottom-n.area.MinY)/n.cell
		for i := range 4 { // the cells around, for it may lie between them
			if n.clips.meets(s.cover, int(math.Floor(x+edge))+i&1, int(math.Floor(y+edge))+i>>1) {
				return false
			}
		}
	}
	return true
}

func (n *nest) offCentre(places []Place) (dx, dy float64) {
	inf := math.Inf(1)
	l, b, r, t := inf, inf, -inf, -inf
	for _, p := range places {
		left, bottom, right, top := n.outlines[p.Part].extent(p.Angle)
		l, r, b, t = min(l, p.X+left), max(r, p.X+right), min(b, p.Y+bottom), max(t, p.Y+top)
	}
	return (n.area.MinX + n.area.MaxX - l - r) / 2, (n.area.MinY + n.area.MaxY - b - t) / 2
}
