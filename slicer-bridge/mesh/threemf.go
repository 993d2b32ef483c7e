package mesh

import "strings"

// read3MF takes the shape of a 3MF alone: objects, components and where the build
// places them, in mm. Settings, pictures and scripts are never opened. Bodies that
// do not print (an item with printable="0", support) are left out.
func read3MF(data []byte, caps Caps) (*Mesh, error) {
	p, prob := openParcel(data)
	if prob != nil {
		return nil, prob
	}
	name, prob := p.start()
	if prob != nil {
		return nil, prob
	}
	s := scene{parcel: p, models: map[string]*model{}, max: caps.Triangles}
	root, prob := s.model(name)
	if prob != nil {
		return nil, prob
	}
	m, prob := s.build(name, root)
	if prob != nil {
		return nil, prob
	}
	if p.hasSettings() {
		m.notes = append(m.notes, *NewProblem(CodeOnlyShape))
	}
	if len(root.items) > 1 {
		m.notes = append(m.notes, *NewProblem(CodeSeveral, "bodies", len(root.items)))
	}
	return m, nil
}

// scene puts the bodies of models where the build wants them.
type scene struct {
	parcel *parcel
	models map[string]*model
	max    int // triangles
	placed int
}

// build walks twice: a scene that multiplies itself is refused before memory is
// taken for it.
func (s *scene) build(name string, root *model) (*Mesh, *Problem) {
	total := 0
	count := func(b *body, _ transform) *Problem {
		if total += len(b.faces); total > s.max {
			return NewProblem(CodeTooMany, "triangles", total, "max", s.max)
		}
		return nil
	}
	var out []Triangle
	add := func(b *body, at transform) *Problem {
		out = b.appendTo(out, at)
		return nil
	}
	for _, put := range []func(*body, transform) *Problem{count, add} {
		out, s.placed = make([]Triangle, 0, total), 0
		for _, item := range root.items {
			if p := s.place(name, item, scaling(root.unit), 0, put); p != nil {
				return nil, p
			}
		}
	}
	return &Mesh{Triangles: out}, nil
}

// model reads each part once.
func (s *scene) model(name string) (*model, *Problem) {
	if m := s.models[partName(name)]; m != nil {
		return m, nil
	}
	g, p := s.parcel.open(name)
	if p != nil {
		return nil, p
	}
	defer g.close()
	m, p := readModel(g, s.max)
	if p != nil {
		return nil, p
	}
	s.models[partName(name)] = m
	return m, nil
}

// place follows a component of the named part. The bounds also end a component
// that holds itself, and one of nothing that is held a million times.
func (s *scene) place(from string, c component, outer transform, depth int, put func(*body, transform) *Problem) *Problem {
	s.placed++
	switch {
	case depth > maxDepth:
		return NewProblem(Code3MFTooMuch, "what", "depth", "max", maxDepth)
	case s.placed > maxPlaced:
		return NewProblem(Code3MFTooMuch, "what", "copies", "max", maxPlaced)
	case c.path != "":
		from = c.path
	}
	m, p := s.model(from)
	if p != nil {
		return p
	}
	b := m.bodies[c.id]
	if b == nil {
		return NewProblem(Code3MF, "detail", "no object "+printable(c.id))
	}
	at := c.at.then(outer)
	if !b.support {
		if p := put(b, at); p != nil {
			return p
		}
	}
	for _, inner := range b.parts {
		if p := s.place(from, inner, at, depth+1, put); p != nil {
			return p
		}
	}
	return nil
}

// appendTo adds the triangles where they stand. A mirror turns faces inside out,
// so their corners change places.
func (b *body) appendTo(out []Triangle, at transform) []Triangle {
	mirrored := at.mirrors()
	for _, f := range b.faces {
		t := Triangle{at.apply(b.corners[f[0]]), at.apply(b.corners[f[1]]), at.apply(b.corners[f[2]])}
		if mirrored {
			t[1], t[2] = t[2], t[1]
		}
		out = append(out, t)
	}
	return out
}

// transform holds the four rows of a 3MF matrix; a point is a row before it (3MF
// core specification 1.3, 3.3).
type transform [12]float64

func scaling(f float64) transform { return transform{0: f, 4: f, 8: f} }

func (t transform) point(p [3]float64) (q [3]float64) {
	for k := range 3 {
		q[k] = p[0]*t[k] + p[1]*t[3+k] + p[2]*t[6+k] + t[9+k]
	}
	return q
}

func (t transform) apply(p [3]float64) Vec {
	q := t.point(p)
	return Vec{float32(q[0]), float32(q[1]), float32(q[2])}
}

// then gives what has the effect of t and after it that of outer.
func (t transform) then(outer transform) (both transform) {
	for row := range 3 {
		for k := range 3 {
			both[3*row+k] = t[3*row]*outer[k] + t[3*row+1]*outer[3+k] + t[3*row+2]*outer[6+k]
		}
	}
	last := outer.point([3]float64{t[9], t[10], t[11]})
	copy(both[9:], last[:])
	return both
}

func (t transform) mirrors() bool {
	return sixfold([3]float64(t[0:3]), [3]float64(t[3:6]), [3]float64(t[6:9])) < 0
}

// printable keeps what a stranger wrote short and on one line.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 80)]
}
