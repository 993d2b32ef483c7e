package mesh

import "math"

// shell is a part of a surface that hangs together.
type shell struct {
	faces  []uint32
	box    Bounds
	volume float64 // signed, mm³
}

// shells parts the surface where no corner is shared. Flat faces join none. Of
// more than maxShells it gives only how many there are.
func (s *surface) shells() (n int, out []*shell) {
	groups := newUnion(len(s.corners))
	for _, f := range s.faces {
		if !flat(f) {
			groups.join(f[0], f[1])
			groups.join(f[1], f[2])
		}
	}
	if n = s.roots(groups); n > maxShells {
		return n, nil
	}
	at := map[uint32]*shell{}
	for i, f := range s.faces {
		if flat(f) {
			continue
		}
		root := groups.root(f[0])
		if at[root] == nil {
			at[root] = &shell{}
			out = append(out, at[root])
		}
		at[root].faces = append(at[root].faces, uint32(i))
	}
	return n, out
}

// roots counts the groups that hold a face with some area.
func (s *surface) roots(groups union) (n int) {
	seen := make([]bool, len(groups))
	for _, f := range s.faces {
		if root := groups.root(f[0]); !flat(f) && !seen[root] {
			seen[root] = true
			n++
		}
	}
	return n
}

// measure fills in box and volume.
func (s *surface) measure(sh *shell) {
	inf := math.Inf(1)
	sh.box = Bounds{Min: [3]float64{inf, inf, inf}, Max: [3]float64{-inf, -inf, -inf}}
	from := s.corners[s.faces[sh.faces[0]][0]].f()
	sh.volume = 0
	for _, i := range sh.faces {
		f := s.faces[i]
		for _, c := range f {
			for k, x := range s.corners[c] {
				sh.box.Min[k], sh.box.Max[k] = min(sh.box.Min[k], float64(x)), max(sh.box.Max[k], float64(x))
			}
		}
		sh.volume += sixfold(s.corners[f[0]].from(from), s.corners[f[1]].from(from), s.corners[f[2]].from(from)) / 6
	}
}

// meets tells whether two boxes share some room.
func (b Bounds) meets(o Bounds) bool {
	for k := range 3 {
		if b.Min[k] >= o.Max[k] || o.Min[k] >= b.Max[k] {
			return false
		}
	}
	return true
}

// Where one shell lies as seen from another.
const (
	outside = iota
	inside
	across
)

const (
	samples     = 7         // corners of a shell that are looked at
	maxShells   = 64        // beyond it, and beyond maxWindings, nothing is said of nesting
	maxWindings = 5_000_000 // solid angles of triangles, some 50 ns each
)

// where samples corners of a against b, which must be closed. Crossings that no
// sampled corner shows are not seen; a corner on the surface says nothing.
func (s *surface) where(a, b *shell) int {
	if !a.box.meets(b.box) {
		return outside
	}
	in, out := 0, 0
	step := max(1, len(a.faces)/samples)
	for i := 0; i < len(a.faces); i += step {
		switch w := math.Abs(s.winding(b, s.corners[s.faces[a.faces[i]][i%3]].f())); {
		case w > 0.75:
			in++
		case w < 0.25:
			out++
		}
	}
	switch {
	case in > 0 && out > 0:
		return across
	case in > 0:
		return inside
	}
	return outside
}

// winding is how often the shell winds around the point: 0 outside, ±1 inside,
// near a half on the surface (van Oosterom and Strackee, 1983).
func (s *surface) winding(sh *shell, p [3]float64) float64 {
	var sum float64
	for _, i := range sh.faces {
		f := s.faces[i]
		a, b, c := s.corners[f[0]].from(p), s.corners[f[1]].from(p), s.corners[f[2]].from(p)
		la, lb, lc := length(a), length(b), length(c)
		sum += math.Atan2(sixfold(a, b, c), la*lb*lc+dot(a, b)*lc+dot(b, c)*la+dot(c, a)*lb)
	}
	return sum / (2 * math.Pi)
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func length(a [3]float64) float64 { return math.Sqrt(dot(a, a)) }

// nesting counts shells by how they lie in others.
type nesting struct{ inner, cavities, overlapping int }

func (s *surface) nested(shells []*shell) (n nesting) {
	if len(shells) < 2 {
		return n
	}
	total := 0
	for _, sh := range shells {
		s.measure(sh)
		total += len(sh.faces)
	}
	if total*samples*len(shells) > maxWindings {
		return n
	}
	for i, a := range shells {
		held, crossed := false, false
		for j, b := range shells {
			if i == j {
				continue
			}
			switch s.where(a, b) {
			case inside:
				held = true
			case across:
				crossed = true
			}
		}
		switch {
		case crossed:
			n.overlapping++
		case held && a.volume < 0:
			n.cavities++
		case held:
			n.inner++
		}
	}
	return n
}
