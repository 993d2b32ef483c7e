package mesh

import (
	"cmp"
	"slices"
)

// Repair says what Repaired changed.
type Repair struct {
	ToleranceMM float64 `json:"tolerance_mm"` // corners this near on open edges were made one
	Welded      int     `json:"corners_welded"`
	Degenerate  int     `json:"degenerate_dropped"`
	Duplicate   int     `json:"duplicates_dropped"`
	Turned      int     `json:"triangles_turned"`
}

// Changed tells whether the mesh is another one.
func (r Repair) Changed() bool { return r.Welded+r.Degenerate+r.Duplicate+r.Turned > 0 }

// weldShare of the part's diagonal is the tolerance: 3 µm for a visor of 285 mm,
// far below what a printer can place, some hundred times a float32's step.
const weldShare = 1e-5

func (m *Mesh) tolerance() float64 { return weldShare * diagonal(m.Bounds()) }

// Repaired returns a mesh whose corners are welded where edges are open, without
// degenerate and doubled triangles, every shell of one sense and outermost shells
// facing outwards. Holes are not filled and crossings not resolved. It is the mesh
// itself when there was nothing to do.
func (m *Mesh) Repaired() (*Mesh, Repair) {
	s := m.surface()
	s, r := s.repaired(m.tolerance(), s.halfEdges())
	if !r.Changed() || len(s.faces) == 0 {
		return m, Repair{ToleranceMM: r.ToleranceMM}
	}
	out := &Mesh{Triangles: make([]Triangle, len(s.faces)), notes: m.notes}
	for i, f := range s.faces {
		out.Triangles[i] = Triangle{s.corners[f[0]], s.corners[f[1]], s.corners[f[2]]}
	}
	return out, r
}

// repaired leaves s as it is. The edges are those of s.
func (s *surface) repaired(tolerance float64, edges []uint64) (*surface, Repair) {
	r := Repair{ToleranceMM: tolerance}
	out := &surface{corners: s.corners, faces: slices.Clone(s.faces)}
	r.Welded = out.weld(edges, float32(tolerance))
	before := len(out.faces)
	out.faces = slices.DeleteFunc(out.faces, flat)
	r.Degenerate = before - len(out.faces)
	out.faces, r.Duplicate = out.unique()
	r.Turned = out.orient()
	return out, r
}

// weld makes one of corners on open edges that are nearer than the tolerance. A
// chain of near corners ends up at its first: each goes to one that stays.
func (s *surface) weld(edges []uint64, tolerance float32) (welded int) {
	into := s.near(s.loose(edges), tolerance)
	if len(into) == 0 {
		return 0
	}
	for i := range s.faces {
		for j, c := range s.faces[i] {
			if to, ok := into[c]; ok {
				s.faces[i][j] = to
			}
		}
	}
	return len(into)
}

// loose gives the corners of open edges, each once.
func (s *surface) loose(edges []uint64) (corners []uint32) {
	count(edges, func(edge uint64) {
		a, b := ends(edge)
		corners = append(corners, a, b)
	})
	slices.Sort(corners)
	return slices.Compact(corners)
}

// maxLooks bounds the pairs of corners that near compares, some nanoseconds each;
// a file that needs more is a heap of splinters, and is welded in part.
const maxLooks = 200_000_000

// near says which corner goes into which. It sweeps along a slanted line, because
// many corners of a part share an x, a y or a z.
func (s *surface) near(loose []uint32, tolerance float32) map[uint32]uint32 {
	type stop struct {
		at     float64
		corner uint32
	}
	stops := make([]stop, len(loose))
	for i, c := range loose {
		stops[i] = stop{dot(s.corners[c].f(), [3]float64{0.7193, 0.5407, 0.4361}), c}
	}
	slices.SortFunc(stops, func(a, b stop) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.corner, b.corner)) })
	into, looks := map[uint32]uint32{}, 0
	for i, a := range stops {
		if _, gone := into[a.corner]; gone {
			continue
		}
		for _, b := range stops[i+1:] {
			if looks++; b.at-a.at > float64(tolerance) || looks > maxLooks {
				break
			}
			if !near(s.corners[a.corner], s.corners[b.corner], tolerance) {
				continue
			}
			if _, gone := into[b.corner]; !gone {
				into[b.corner] = a.corner
			}
		}
	}
	return into
}

func near(a, b Vec, tolerance float32) bool {
	x, y, z := a[0]-b[0], a[1]-b[1], a[2]-b[2]
	return x*x+y*y+z*z <= tolerance*tolerance
}

// unique keeps the first of faces with the same three corners, whichever way
// they face.
func (s *surface) unique() (kept [][3]uint32, dropped int) {
	seen := make(map[[3]uint32]struct{}, len(s.faces))
	kept = make([][3]uint32, 0, len(s.faces))
	for _, f := range s.faces {
		key := f
		slices.Sort(key[:])
		if _, twice := seen[key]; twice && !flat(f) {
			dropped++
			continue
		}
		seen[key] = struct{}{}
		kept = append(kept, f)
	}
	return kept, dropped
}
