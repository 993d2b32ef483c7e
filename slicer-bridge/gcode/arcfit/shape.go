package arcfit

import "math"

// point is a place in the plane, mm.
type point struct{ x, y float64 }

func (p point) to(q point) float64 { return math.Sqrt((q.x-p.x)*(q.x-p.x) + (q.y-p.y)*(q.y-p.y)) }

// arc is a part of a circle that begins at the first point of a run: its centre lies at i, j from there, in µm.
type arc struct {
	i, j      pm // µm
	clockwise bool
	deviation
}

// deviation is the largest distance in mm, from either to the other, between the moves and the arc, and between the moves
// and what a firmware draws of the arc.
type deviation struct{ arc, drawn float64 }

func (d *deviation) join(e deviation) {
	d.arc, d.drawn = max(d.arc, e.arc), max(d.drawn, e.drawn)
}

// An arc stays under half a turn, so that no rounding at its ends can make a firmware go the other way round or take
// nearly nothing for a full circle (as Marlin did: its issue 20382).
const maxSweep = 0.95 * math.Pi

// shape finds arcs. Lengths are mm.
type shape struct {
	tolerance, maxRadius    float64
	piece, shortest, circle float64
}

func newShape(o Options) shape {
	return shape{
		tolerance: float64(o.ToleranceUM) / 1000, maxRadius: float64(o.MaxRadiusUM) / 1000,
		piece: float64(o.PieceUM) / 1000, shortest: float64(o.ShortestUM) / 1000, circle: float64(o.CirclePieces),
	}
}

// fit gives the arc from the first to the last point that lies closest to the line through all of them, if it keeps to
// the tolerance.
func (s shape) fit(p []point) (arc, bool) {
	c, ok := centre(p)
	if !ok {
		return arc{}, false
	}
	// The file says the centre in µm: what follows measures the circle as written.
	i, j := math.Round((c.x-p[0].x)*1000), math.Round((c.y-p[0].y)*1000)
	radius := math.Hypot(i, j) / 1000
	if !(radius > s.tolerance && radius <= s.maxRadius) {
		return arc{}, false
	}
	a := arc{i: pm(i), j: pm(j)}
	c = point{p[0].x + i/1000, p[0].y + j/1000}
	in, out, sweep, ok := s.follow(p, c, radius)
	if !ok {
		return arc{}, false
	}
	a.clockwise = sweep < 0
	inside, outside := s.pieces(radius, math.Abs(sweep))
	a.deviation = deviation{arc: max(in, out), drawn: max(out+inside, in+outside)}
	return a, a.drawn <= s.tolerance
}

// centre places the centre on the line that bisects first and last point: where the squared distances of all points, and
// of the middles between them, from the circle are least. With q = p² - d²/4 and s = p·u, both seen from the middle of
// the chord, the distance of p from the circle around h·u is (q - 2hs) / 2r for small distances.
func centre(p []point) (point, bool) {
	first, last := p[0], p[len(p)-1]
	mid := point{(first.x + last.x) / 2, (first.y + last.y) / 2}
	d := first.to(last)
	if d < 1e-6 {
		return point{}, false
	}
	u := point{-(last.y - first.y) / d, (last.x - first.x) / d}
	var qs, ss float64
	take := func(x, y float64) {
		s := x*u.x + y*u.y
		qs += (x*x + y*y - d*d/4) * s
		ss += s * s
	}
	for k := 1; k < len(p); k++ {
		x, y := p[k].x-mid.x, p[k].y-mid.y
		if k < len(p)-1 {
			take(x, y)
		}
		take((x+p[k-1].x-mid.x)/2, (y+p[k-1].y-mid.y)/2)
	}
	if ss < 1e-12 { // straight
		return point{}, false
	}
	h := qs / ss / 2
	return point{mid.x + h*u.x, mid.y + h*u.y}, true
}

// follow walks the line around the centre and gives how far it goes inside and outside the circle, and the angle, below
// zero clockwise. It breaks off where the line turns back, leaves the tolerance, or goes too far round. A straight move
// is farthest out at its ends, and farthest in where it is at right angles to the radius.
//
// As the angle only grows, each point of the line and the point of the arc at the same angle are that close to one
// another: the bound holds both ways.
func (s shape) follow(p []point, c point, radius float64) (in, out, sweep float64, ok bool) {
	sx, sy := p[0].x-c.x, p[0].y-c.y
	ax, ay := sx, sy
	way := 0.0
	for k := 1; k < len(p); k++ {
		bx, by := p[k].x-c.x, p[k].y-c.y
		cross, dot := ax*by-ay*bx, ax*bx+ay*by
		if k == 1 {
			way = cross
		}
		if cross*way <= 0 || dot <= 0 || (sx*by-sy*bx)*way <= 0 {
			return 0, 0, 0, false
		}
		dx, dy := bx-ax, by-ay
		far := math.Sqrt(bx*bx + by*by)
		near := far
		if bx*dx+by*dy > 0 && ax*dx+ay*dy < 0 {
			near = math.Abs(cross) / math.Sqrt(dx*dx+dy*dy)
		}
		in, out = max(in, radius-near), max(out, far-radius)
		if in > s.tolerance || out > s.tolerance {
			return 0, 0, 0, false
		}
		ax, ay = bx, by
	}
	sweep = math.Atan2(sx*ay-sy*ax, sx*ax+sy*ay)
	return in, out, sweep, math.Abs(sweep) <= maxSweep
}

// pieces gives how far what a firmware draws lies inside and outside the true arc. It cuts the arc into equal chords, of
// at least one piece's length (Marlin's plan_arc, Klipper's gcode_arcs: the whole part of length / piece), or more of them
// where the circle is small. Marlin 1 turns the radius for each by sin t = t and cos t = 1 - t²/2, which lets it grow by the
// root of 1 + t⁴/4 every time, and sets it right every 25 pieces (N_ARC_CORRECTION); Marlin 2 and Prusa's (mc_arc) err less.
func (s shape) pieces(radius, sweep float64) (inside, outside float64) {
	const correction = 25
	fine := math.Floor(s.circle * sweep / 2 / math.Pi)
	if s.shortest > 0 {
		fine = min(fine, math.Floor(sweep*radius/s.shortest))
	}
	n := max(1, math.Floor(sweep*radius/s.piece), fine)
	t := sweep / n
	grown := min(n, correction) - 1
	return radius * (1 - math.Cos(t/2)), radius * (math.Pow(1+t*t*t*t/4, grown/2) - 1)
}
