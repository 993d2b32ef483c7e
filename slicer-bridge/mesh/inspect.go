package mesh

import (
	"fmt"
	"slices"
)

// Info is what a look at a checked mesh tells. Lengths are mm.
type Info struct {
	Triangles   int       `json:"triangles"`
	Bounds      Bounds    `json:"bounds_mm"`
	VolumeMM3   float64   `json:"volume_mm3"` // absolute
	OpenEdges   int       `json:"open_edges"` // edges with a side missing
	NonManifold int       `json:"non_manifold_edges"`
	Flipped     int       `json:"flipped_edges"` // both neighbours run the same way
	Shells      int       `json:"shells"`
	Degenerate  int       `json:"degenerate_triangles"`
	Watertight  bool      `json:"watertight"`
	Units       string    `json:"units"`              // "mm", or "unsure" when the size says otherwise
	Problems    []Problem `json:"problems,omitempty"` // none of them a refusal
}

// Inspect measures the mesh and names what may go wrong when it is sliced.
// Corners count as the same only where their coordinates are equal.
func (m *Mesh) Inspect() Info {
	info := Info{Triangles: len(m.Triangles), Bounds: m.Bounds(), Units: "mm"}
	volume := m.Volume()
	info.VolumeMM3 = max(volume, -volume)
	m.countEdges(&info)
	info.Watertight = info.OpenEdges == 0 && info.NonManifold == 0 && info.Flipped == 0
	note := func(code string, pairs ...any) { info.Problems = append(info.Problems, *NewProblem(code, pairs...)) }
	size := info.Bounds.Size()
	if biggest := max(size[0], size[1], size[2]); biggest < 3 || biggest > 1000 {
		info.Units = "unsure"
		note(CodeUnitsUnsure, "size_mm", fmt.Sprintf("%.4g", biggest))
	}
	if info.OpenEdges > 0 {
		note(CodeOpenEdges, "edges", info.OpenEdges)
	}
	if info.NonManifold > 0 {
		note(CodeNonManifold, "edges", info.NonManifold)
	}
	if volume < 0 && info.Watertight {
		note(CodeInsideOut)
	}
	return info
}

// countEdges sorts all half-edges instead of mapping them: a million triangles
// stay under a second and a hundred megabytes.
func (m *Mesh) countEdges(info *Info) {
	index := make(map[Vec]uint32, len(m.Triangles)/2+3)
	edges := make([]uint64, 0, 3*len(m.Triangles))
	var groups union
	for i := range m.Triangles {
		var at [3]uint32
		for j, v := range m.Triangles[i] {
			at[j] = weld(index, &groups, v)
		}
		if at[0] == at[1] || at[1] == at[2] || at[0] == at[2] {
			info.Degenerate++
			continue
		}
		for j := range 3 {
			edges = append(edges, halfEdge(at[j], at[(j+1)%3]))
		}
		groups.join(at[0], at[1])
		groups.join(at[1], at[2])
	}
	slices.Sort(edges)
	info.tally(edges)
	info.Shells = groups.count()
}

func weld(index map[Vec]uint32, groups *union, v Vec) uint32 {
	for k := range v {
		v[k] += 0 // minus zero equals zero but would hash apart
	}
	n, ok := index[v]
	if !ok {
		n = uint32(len(index))
		index[v] = n
		groups.add()
	}
	return n
}

// halfEdge packs an edge so that both directions sort side by side; the lowest
// bit is the direction. Corner numbers stay below 2³¹.
func halfEdge(a, b uint32) uint64 {
	if a < b {
		return uint64(a)<<32 | uint64(b)<<1
	}
	return uint64(b)<<32 | uint64(a)<<1 | 1
}

func (info *Info) tally(edges []uint64) {
	for i := 0; i < len(edges); {
		j, forward := i, 0
		for ; j < len(edges) && edges[j]>>1 == edges[i]>>1; j++ {
			forward += 1 - int(edges[j]&1)
		}
		switch n := j - i; {
		case n == 1:
			info.OpenEdges++
		case n > 2:
			info.NonManifold++
		case forward != 1:
			info.Flipped++
		}
		i = j
	}
}

// union is a disjoint-set forest over corner numbers.
type union struct {
	parent []uint32
	used   []bool
}

func (u *union) add() {
	u.parent = append(u.parent, uint32(len(u.parent)))
	u.used = append(u.used, false)
}

func (u *union) root(a uint32) uint32 {
	for u.parent[a] != a {
		u.parent[a] = u.parent[u.parent[a]]
		a = u.parent[a]
	}
	return a
}

func (u *union) join(a, b uint32) {
	u.used[a], u.used[b] = true, true
	u.parent[u.root(a)] = u.root(b)
}

// count gives the sets that hold a real triangle.
func (u *union) count() int {
	n := 0
	for i, p := range u.parent {
		if u.used[i] && p == uint32(i) {
			n++
		}
	}
	return n
}
