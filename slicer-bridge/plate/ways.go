package plate

// way is one manner of laying out.
type way struct {
	angles  []float64
	boxes   bool // take parts for the boxes around them
	columns bool // fill from the left, not from the front
}

// plain are tried first: rows of parts that all look the same way are easy to
// count and to lift.
func plain() []way {
	return []way{
		{angles: []float64{0}, boxes: true}, {angles: []float64{90}, boxes: true},
		{angles: []float64{0, 90}, boxes: true}, {angles: []float64{0, 90}, boxes: true, columns: true},
		{angles: []float64{0}}, {angles: []float64{90}}, {angles: []float64{0, 180}}, {angles: []float64{90, 270}},
	}
}

// tilted nests shapes with themselves, turned around and turned across, at every
// angle; for few large pieces, where each pair costs much, only turned around.
func tilted(few bool) []way {
	var out []way
	for _, a := range []float64{0, 45, 15, 30, 60, 75} {
		b, c, d := a+90, a+180, a+270
		families := [][]float64{{a, c}, {b, d}, {a}, {b}}
		if !few {
			families = append(families, []float64{a, b}, []float64{a, b, c, d}, []float64{b, c, d, a})
		}
		for _, angles := range families {
			out = append(out, way{angles: angles}, way{angles: angles, columns: true})
		}
	}
	return out
}

// mostWork bounds the search: no way is begun once so many words have been gone
// through, about a nanosecond each.
const mostWork = 1_000_000_000

// search gives the first layout that holds all, or the one that holds most.
func search(parts []Part, outlines []outline, a Area) []Place {
	n := newNest(parts, outlines, a, 1)
	var best []Place
	if len(parts) == 1 && len(a.Blocked) == 0 {
		best = n.rows()
	}
	best, all := n.best(plain(), best)
	few := len(best) <= fewPieces && !n.solid()
	more := false
	if few && !all && len(parts) == 1 {
		wide := newNest(parts, outlines, a, 2)
		if got := wide.places(wide.far()); len(got) > len(best) {
			best, more = got, true
		}
	}
	if !all && !more && !n.solid() {
		best, _ = n.best(tilted(few), best)
	}
	n.centre(best)
	return best
}

// solid says that every part is as good as the box around it, which no tilting
// helps.
func (n *nest) solid() bool {
	for i := range n.parts {
		s := n.shape(shapeKey{part: i})
		if n.own[i] != nil || s.cover.count() < s.cover.w*s.cover.h*95/100 {
			return false
		}
	}
	return true
}

// best adds to what was found so far; all says that no piece is missing.
func (n *nest) best(ways []way, best []Place) (_ []Place, all bool) {
	asked, most := 0, pieces(best)
	for _, p := range n.parts {
		asked += p.Copies
	}
	if most == asked {
		return best, true
	}
	for _, w := range ways {
		if n.work > mostWork {
			break
		}
		if got := n.places(n.lay(w)); pieces(got) > most {
			best, most = got, pieces(got)
		}
		if most == asked {
			return best, true
		}
	}
	return best, false
}

func pieces(places []Place) int {
	n := 0
	for _, p := range places {
		n += p.Pile
	}
	return n
}
