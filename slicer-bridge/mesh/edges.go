package mesh

import "slices"

// surface is a mesh with its corners numbered: equal corners have one number.
type surface struct {
	corners []Vec
	faces   [][3]uint32
}

// surface numbers the corners; those count as the same whose coordinates are
// equal.
func (m *Mesh) surface() *surface {
	s := &surface{faces: make([][3]uint32, len(m.Triangles)), corners: make([]Vec, 0, len(m.Triangles)/2+3)}
	index := make(map[Vec]uint32, len(m.Triangles)/2+3)
	for i := range m.Triangles {
		for j, v := range m.Triangles[i] {
			for k := range v {
				v[k] += 0 // minus zero equals zero but would hash apart
			}
			n, ok := index[v]
			if !ok {
				n = uint32(len(s.corners))
				index[v] = n
				s.corners = append(s.corners, v)
			}
			s.faces[i][j] = n
		}
	}
	return s
}

// flat tells a face that has two equal corners.
func flat(f [3]uint32) bool { return f[0] == f[1] || f[1] == f[2] || f[0] == f[2] }

// halfEdges gives the edges of all faces but flat ones, sorted, so that the two
// directions of one stand side by side. Sorting instead of mapping keeps a
// million triangles under a second and a hundred megabytes.
func (s *surface) halfEdges() []uint64 {
	edges := make([]uint64, 0, 3*len(s.faces))
	for _, f := range s.faces {
		if flat(f) {
			continue
		}
		for j := range 3 {
			edges = append(edges, halfEdge(f[j], f[(j+1)%3]))
		}
	}
	slices.Sort(edges)
	return edges
}

// halfEdge packs an edge; the lowest bit is the direction. Corner numbers stay
// below 2³¹.
func halfEdge(a, b uint32) uint64 {
	if a < b {
		return uint64(a)<<32 | uint64(b)<<1
	}
	return uint64(b)<<32 | uint64(a)<<1 | 1
}

func ends(edge uint64) (a, b uint32) { return uint32(edge >> 32), uint32(edge>>1) & (1<<31 - 1) }

// tally counts edges by what is wrong with them.
type tally struct{ open, nonManifold, flipped int }

func (t tally) closed() bool { return t == tally{} }

// count walks sorted half edges and shows every open one to the function, which
// may be nil.
func count(edges []uint64, open func(edge uint64)) (t tally) {
	for i := 0; i < len(edges); {
		j, forward := i, 0
		for ; j < len(edges) && edges[j]>>1 == edges[i]>>1; j++ {
			forward += 1 - int(edges[j]&1)
		}
		switch n := j - i; {
		case n == 1:
			t.open++
			if open != nil {
				open(edges[i])
			}
		case n > 2:
			t.nonManifold++
		case forward != 1:
			t.flipped++
		}
		i = j
	}
	return t
}

func (m *Mesh) closed() bool { return count(m.surface().halfEdges(), nil).closed() }

// union is a disjoint-set forest over corner numbers.
type union []uint32

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = uint32(i)
	}
	return u
}

func (u union) root(a uint32) uint32 {
	for u[a] != a {
		u[a] = u[u[a]]
		a = u[a]
	}
	return a
}

func (u union) join(a, b uint32) { u[u.root(a)] = u.root(b) }
