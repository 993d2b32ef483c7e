package mesh

import (
	"cmp"
	"slices"
)

// pair is one side of a face: its half edge and the face's number.
type pair struct {
	edge uint64
	face uint32
}

// none stands for a side without exactly one neighbour.
const none = ^uint32(0)

// neighbours gives, for every side of every face, the face across shifted left by
// one, the lowest bit set when both run along the edge the same way.
func (s *surface) neighbours() [][3]uint32 {
	sides := make([]pair, 0, 3*len(s.faces))
	for i, f := range s.faces {
		for j := range 3 {
			sides = append(sides, pair{halfEdge(f[j], f[(j+1)%3]), uint32(i)})
		}
	}
	slices.SortFunc(sides, func(a, b pair) int { return cmp.Or(cmp.Compare(a.edge, b.edge), cmp.Compare(a.face, b.face)) })
	out := make([][3]uint32, len(s.faces))
	for i := range out {
		out[i] = [3]uint32{none, none, none}
	}
	for i := 0; i < len(sides); {
		j := i + 1
		for j < len(sides) && sides[j].edge>>1 == sides[i].edge>>1 {
			j++
		}
		if j-i == 2 {
			a, b := sides[i], sides[i+1]
			same := uint32(a.edge&1^b.edge&1) ^ 1
			s.link(out, a, b.face<<1|same)
			s.link(out, b, a.face<<1|same)
		}
		i = j
	}
	return out
}

func (s *surface) link(out [][3]uint32, p pair, to uint32) {
	f := s.faces[p.face]
	for j := range 3 {
		if halfEdge(f[j], f[(j+1)%3]) == p.edge {
			out[p.face][j] = to
		}
	}
}

// patch is a shell as orient sees it: connected across edges of two faces.
type patch struct {
	shell
	turned []bool // for each face
	closed bool   // every side has a neighbour, and all agree
}

// orient gives every patch one sense, then turns outermost ones outwards. A patch
// inside another keeps the sense of most of its faces, for it may be a hollow; it
// is turned with the one around it. Beyond maxShells all count as outermost.
func (s *surface) orient() (turned int) {
	w := s.walk()
	if len(w.ends) > maxShells {
		for i := range w.ends {
			p := w.patch(i)
			s.measurePatch(p)
			if s.facesIn(p) {
				p.turn()
			}
			turned += s.apply(p)
		}
		return turned
	}
	var patches []*patch
	for i := range w.ends {
		patches = append(patches, w.patch(i))
		s.measurePatch(patches[i])
	}
	s.turn(patches)
	for _, p := range patches {
		turned += s.apply(p)
	}
	return turned
}

func (s *surface) turn(patches []*patch) {
	hosts := s.hosts(patches)
	for i, p := range patches {
		if hosts[i] < 0 && s.facesIn(p) || hosts[i] >= 0 && p.mostlyTurned() {
			p.turn()
		}
	}
	for i, p := range patches {
		if h := hosts[i]; h >= 0 && patches[h].mostlyTurned() {
			p.turn()
		}
	}
}

func (p *patch) turn() {
	for i := range p.turned {
		p.turned[i] = !p.turned[i]
	}
	p.volume = -p.volume
}

func (p *patch) mostlyTurned() bool {
	n := 0
	for _, t := range p.turned {
		if t {
			n++
		}
	}
	return 2*n > len(p.turned)
}

// apply turns the faces for good.
func (s *surface) apply(p *patch) (turned int) {
	for i, t := range p.turned {
		if t {
			f := &s.faces[p.faces[i]]
			f[1], f[2] = f[2], f[1]
			turned++
		}
	}
	return turned
}

// walk is the faces in the order of their patches.
type walk struct {
	faces  []uint32
	turned []bool   // for each of faces: must turn to agree with the first of its patch
	place  []uint32 // of each face in faces
	ends   []uint32 // of each patch in faces
	closed []bool   // for each patch
}

// patch gives a window on the walk.
func (w *walk) patch(i int) *patch {
	from := uint32(0)
	if i > 0 {
		from = w.ends[i-1]
	}
	return &patch{shell: shell{faces: w.faces[from:w.ends[i]]}, turned: w.turned[from:w.ends[i]], closed: w.closed[i]}
}

func (s *surface) walk() *walk {
	n := len(s.faces)
	w := &walk{faces: make([]uint32, 0, n), turned: make([]bool, 0, n), place: slices.Repeat([]uint32{none}, n)}
	across := s.neighbours()
	for i := range s.faces {
		if w.place[i] != none {
			continue
		}
		next, closed := len(w.faces), true
		for w.add(uint32(i), false); next < len(w.faces); next++ {
			for _, to := range across[w.faces[next]] {
				closed = w.visit(to, w.turned[next]) && closed
			}
		}
		w.ends, w.closed = append(w.ends, uint32(len(w.faces))), append(w.closed, closed)
	}
	return w
}

func (w *walk) add(face uint32, turned bool) {
	w.place[face] = uint32(len(w.faces))
	w.faces = append(w.faces, face)
	w.turned = append(w.turned, turned)
}

// visit is false where the surface ends, or comes back to itself the other way
// round: a Möbius band has no outside.
func (w *walk) visit(to uint32, turned bool) bool {
	if to == none {
		return false
	}
	face, want := to>>1, turned != (to&1 == 1)
	if w.place[face] == none {
		w.add(face, want)
		return true
	}
	return w.turned[w.place[face]] == want
}

// measurePatch measures as if the faces were turned already.
func (s *surface) measurePatch(p *patch) {
	s.measure(&p.shell)
	var from [3]float64
	for k := range 3 {
		from[k] = (p.box.Min[k] + p.box.Max[k]) / 2
	}
	p.volume = 0
	for i, n := range p.faces {
		f := s.faces[n]
		v := sixfold(s.corners[f[0]].from(from), s.corners[f[1]].from(from), s.corners[f[2]].from(from)) / 6
		if p.turned[i] {
			v = -v
		}
		p.volume += v
	}
}

// openShare of its box is the volume, seen from the middle, that tells on which
// side of an open patch the inside is; below it most faces decide.
const openShare = 0.2

// facesIn tells whether an outermost patch shows its inside.
func (s *surface) facesIn(p *patch) bool {
	size := p.box.Size()
	if p.closed || max(p.volume, -p.volume) > openShare*size[0]*size[1]*size[2] {
		return p.volume < 0
	}
	return p.mostlyTurned()
}

// hosts gives for every patch the largest closed one around it that itself lies
// in none, -1 for none. Beyond its bounds of work all count as outermost.
func (s *surface) hosts(patches []*patch) []int {
	out := slices.Repeat([]int{-1}, len(patches))
	total := 0
	for _, p := range patches {
		total += len(p.faces)
	}
	if len(patches) < 2 || total*samples*len(patches) > maxWindings {
		return out
	}
	for i, a := range patches {
		for j, b := range patches {
			if i == j || !b.closed || out[i] >= 0 && max(patches[out[i]].volume, -patches[out[i]].volume) > max(b.volume, -b.volume) {
				continue
			}
			if s.whereTurned(&a.shell, b) == inside {
				out[i] = j
			}
		}
	}
	return out
}

// whereTurned looks with the faces of b as they will be.
func (s *surface) whereTurned(a *shell, b *patch) int {
	s.apply(b)
	defer s.apply(b)
	return s.where(a, &b.shell)
}
