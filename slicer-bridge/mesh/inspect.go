package mesh

// Info is what a look at a checked mesh tells. Lengths are mm.
type Info struct {
	Triangles   int        `json:"triangles"`
	Bounds      Bounds     `json:"bounds_mm"`
	VolumeMM3   float64    `json:"volume_mm3"` // absolute; of an open surface a guess
	OpenEdges   int        `json:"open_edges"` // edges with a side missing
	Welded      int        `json:"open_edges_after_weld"`
	NonManifold int        `json:"non_manifold_edges"`
	Flipped     int        `json:"flipped_edges"` // both neighbours run the same way
	Shells      int        `json:"shells"`
	Degenerate  int        `json:"degenerate_triangles"`
	Duplicate   int        `json:"duplicate_triangles"` // over one of each kind
	Watertight  bool       `json:"watertight"`
	Repairable  bool       `json:"repairable"` // not fit as it is, but Repaired is watertight and the right way out
	Units       string     `json:"units"`      // "mm"; or the likely unit of the file: "inch", "m", "mm_as_inch"; or "unsure"
	Likely      *UnitGuess `json:"units_offer,omitempty"`
	Problems    []Problem  `json:"problems"` // none of them a refusal; never nil
}

// Inspect measures the mesh and names what may go wrong when it is sliced.
// Corners count as the same only where their coordinates are equal.
func (m *Mesh) Inspect() Info {
	volume := m.Volume()
	info := Info{
		Triangles: len(m.Triangles), Bounds: m.Bounds(), VolumeMM3: max(volume, -volume),
		Problems: append([]Problem{}, m.notes...),
	}
	info.guessUnits()
	s := m.surface()
	edges := s.halfEdges()
	t := count(edges, nil)
	info.OpenEdges, info.NonManifold, info.Flipped, info.Watertight = t.open, t.nonManifold, t.flipped, t.closed()
	info.Welded = info.OpenEdges
	var shells []*shell
	info.Shells, shells = s.shells()
	for _, f := range s.faces {
		if flat(f) {
			info.Degenerate++
		}
	}
	insideOut := volume < 0 && info.Watertight
	if !info.Watertight || insideOut {
		mended, r := s.repaired(m.tolerance(), edges)
		after := count(mended.halfEdges(), nil)
		info.Welded, info.Duplicate = after.open, r.Duplicate
		info.Repairable = after.closed() && len(mended.faces) > 0
	}
	info.noteEdges(insideOut)
	if info.Watertight {
		info.noteShells(s.nested(shells))
	}
	return info
}

func (info *Info) note(code string, pairs ...any) {
	info.Problems = append(info.Problems, *NewProblem(code, pairs...))
}

func (info *Info) noteEdges(insideOut bool) {
	for _, c := range []struct {
		code, name string
		n          int
	}{
		{CodeOpenEdges, "edges", info.OpenEdges}, {CodeNonManifold, "edges", info.NonManifold}, {CodeFlipped, "edges", info.Flipped}, {CodeDuplicate, "triangles", info.Duplicate},
	} {
		if c.n > 0 {
			info.note(c.code, c.name, c.n)
		}
	}
	if insideOut {
		info.note(CodeInsideOut)
	}
	if info.Repairable {
		info.note(CodeRepairable)
	}
}

func (info *Info) noteShells(n nesting) {
	for _, c := range []struct {
		code string
		n    int
	}{{CodeInnerShells, n.inner}, {CodeCavities, n.cavities}, {CodeOverlapping, n.overlapping}} {
		if c.n > 0 {
			info.note(c.code, "shells", c.n)
		}
	}
}
