package gcode

import "math"

const (
	chord     = 0.5 // mm, of an arc cut into moves
	maxChords = 5_000
)

// arc follows G2 and G3 in the XY plane: as one move for the time, as chords for clips, and by the points where the true
// curve turns back for the box.
func (c *checker) arc(at int64) {
	l := &c.now
	to, named := c.target(l)
	c.guardHome(to, named)
	i, okI := l.get('I')
	j, okJ := l.get('J')
	i, j = i*c.scale(), j*c.scale()
	if r, ok := l.get('R'); ok && c.limits.Firmware.RadiusArcs && !okI && !okJ {
		i, j, okI = centre(to[0]-c.pos[0], to[1]-c.pos[1], r*c.scale(), l.code == 2)
	}
	if !okI && !okJ {
		if !c.again(CodeUnreadable, "arc") {
			c.refuse(CodeUnreadable, "arc", "text", l.word()+" without a centre that this firmware knows")
		}
		c.arrive(to, named)
		return
	}
	turns, _ := l.get('P')
	a := newArc(c.pos, to, i, j, l.code == 2, turns)
	e := to[3] - c.pos[3]
	c.extrude(e)
	c.extremes(a, e > tiny)
	c.inside(0, to[0])
	c.inside(1, to[1])
	c.inside(2, to[2])
	if len(c.limits.Bed.Clips) > 0 {
		c.clipArc(a)
	}
	if e > tiny {
		c.lay(c.pos)
		c.lay(to)
		c.layer(to[2], at)
	}
	c.plan.addArc(a, c.feed)
	c.arrive(to, [4]bool{true, true, named[2]})
}

// clipArc looks for clips along the chords of an arc.
func (c *checker) clipArc(a arc) {
	begin := c.pos
	steps := a.chords()
	for n := 1; n <= steps; n++ {
		next := a.at(float64(n) / float64(steps))
		if n == steps {
			next = a.to
		}
		c.clips(next, [4]bool{true, true, true})
		c.pos = next
	}
	c.pos = begin
}

// chords is the number of moves into which a firmware cuts the arc.
func (a *arc) chords() int {
	return int(min(max(math.Ceil(math.Abs(a.sweep)*a.radius/chord), 1), maxChords))
}

// centre gives the centre, from the start, of an arc of radius r to the point dx, dy (mm): the shorter way round, the
// longer where r is negative. There is none for a whole turn. A radius too small for the way is taken for half of it, as
// Marlin does (G2_G3.cpp).
func centre(dx, dy, r float64, clockwise bool) (i, j float64, ok bool) {
	length := math.Hypot(dx, dy)
	if length < tiny || math.Abs(r) < tiny {
		return 0, 0, false
	}
	h := math.Sqrt(max((r-length/2)*(r+length/2), 0))
	if clockwise != (r < 0) {
		h = -h
	}
	return dx/2 - dy/length*h, dy/2 + dx/length*h, true
}

// extremes takes the points of the curve that lie farthest out along X and Y.
func (c *checker) extremes(a arc, lays bool) {
	for _, t := range a.turning() {
		if t < 0 {
			continue
		}
		at := a.at(t)
		c.inside(0, at[0])
		c.inside(1, at[1])
		if lays {
			c.lay(at)
		}
	}
}

// arc is a part of a circle, or of a helix, that begins at the angle start and turns by sweep (radians, clockwise below
// zero).
type arc struct {
	from, to       [4]float64
	cx, cy, radius float64
	start, sweep   float64
}

func newArc(from, to [4]float64, i, j float64, clockwise bool, turns float64) arc {
	a := arc{from: from, to: to, cx: from[0] + i, cy: from[1] + j, radius: math.Hypot(i, j), start: math.Atan2(-j, -i)}
	end := math.Atan2(to[1]-a.cy, to[0]-a.cx)
	a.sweep = sweepOf(end-a.start, clockwise, from[0] == to[0] && from[1] == to[1])
	if extra := math.Trunc(min(max(turns, 0), 100)); extra > 0 {
		a.sweep += math.Copysign(extra*2*math.Pi, a.sweep)
	}
	return a
}

// at gives the point after the part t, from 0 to 1, of the way.
func (a arc) at(t float64) [4]float64 {
	angle := a.start + t*a.sweep
	return [4]float64{
		a.cx + a.radius*math.Cos(angle), a.cy + a.radius*math.Sin(angle),
		a.from[2] + t*(a.to[2]-a.from[2]), a.from[3] + t*(a.to[3]-a.from[3]),
	}
}

// tangent is the direction of travel at an angle of the circle.
func (a *arc) tangent(angle float64) [2]float64 {
	sin, cos := math.Sincos(angle)
	if a.sweep < 0 {
		return [2]float64{sin, -cos}
	}
	return [2]float64{-sin, cos}
}

// turning gives, for each quarter of the circle, the part of the way after which the curve passes its end; -1 for one
// that it does not reach.
func (a arc) turning() (at [4]float64) {
	for q := range at {
		way := math.Mod(float64(q)*math.Pi/2-a.start, 2*math.Pi)
		if a.sweep > 0 && way < 0 {
			way += 2 * math.Pi
		}
		if a.sweep < 0 && way > 0 {
			way -= 2 * math.Pi
		}
		at[q] = -1
		if math.Abs(way) <= math.Abs(a.sweep) && a.sweep != 0 {
			at[q] = way / a.sweep
		}
	}
	return at
}

// sweepOf turns an angle between two points into the way travelled: negative clockwise, a whole turn where an arc ends
// at its start.
func sweepOf(angle float64, clockwise, whole bool) float64 {
	angle = math.Mod(angle, 2*math.Pi)
	switch {
	case whole && clockwise:
		return -2 * math.Pi
	case whole:
		return 2 * math.Pi
	case clockwise && angle > 0:
		return angle - 2*math.Pi
	case !clockwise && angle < 0:
		return angle + 2*math.Pi
	}
	return angle
}
