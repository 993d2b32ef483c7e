package gcode

import "math"

// target resolves the parameters of a move to an absolute position.
func (c *checker) target() (to [4]float64, named [4]bool) {
	to = c.pos
	for k, letter := range []byte("XYZE") {
		v, ok := c.now.get(letter)
		if !ok {
			continue
		}
		named[k] = true
		if (k < 3 && c.rel) || (k == 3 && c.relE) {
			v += c.pos[k]
		}
		to[k] = v
	}
	if f, ok := c.now.get('F'); ok && f > 0 {
		c.feed = f / 60
	}
	return to, named
}

func (c *checker) move() {
	to, named := c.target()
	c.guardHome(to, named)
	e := to[3] - c.pos[3]
	c.extrude(e)
	lays := e > 0 && (to[0] != c.pos[0] || to[1] != c.pos[1])
	for k := range 3 {
		if named[k] {
			c.inside(k, to[k])
		}
	}
	if lays {
		c.lay(c.pos)
		c.lay(to)
		c.layer(to[2])
	}
	c.plan.add(c.pos, to, c.feed)
	c.arrive(to)
}

func (c *checker) arrive(to [4]float64) {
	if c.homed[2] {
		c.report.MaxZUM = max(c.report.MaxZUM, um(to[2]))
	}
	c.pos = to
}

// guardHome lets nothing move before homing but a small relative lift, which
// many start sequences do to free the nozzle.
func (c *checker) guardHome(to [4]float64, named [4]bool) {
	for k := range 3 {
		if !named[k] || c.homed[k] {
			continue
		}
		if lift := to[2] - c.pos[2]; k == 2 && c.rel && lift >= 0 && lift <= 15 {
			continue
		}
		axis := "XYZ"[k : k+1]
		c.note(CodeMoveBeforeHome, axis, false, "axis", axis)
	}
}

func (c *checker) extrude(e float64) {
	if e > 0 && (c.reached < float64(c.limits.MinExtrude) || c.nozzle < float64(c.limits.MinExtrude)) {
		c.note(CodeColdExtrusion, "", false, "target_c", c.nozzle, "min_c", c.limits.MinExtrude)
	}
	c.fuel += e
	c.fuelTop = max(c.fuelTop, c.fuel)
}

func (c *checker) inside(axis int, at float64) {
	b := c.limits.Bed
	switch axis {
	case 0:
		c.within("X", at, mm(b.MinX-b.Margin), mm(b.MaxX+b.Margin))
	case 1:
		c.within("Y", at, mm(b.MinY-b.Margin), mm(b.MaxY+b.Margin))
	case 2:
		if !c.homed[2] {
			return
		}
		if at > mm(b.Height)+slack {
			c.note(CodeTooHigh, "", false, "at_mm", at, "max_mm", mm(b.Height))
		}
		if at < -slack {
			c.note(CodeBelowBed, "", false, "at_mm", at)
		}
	}
}

func (c *checker) within(axis string, at, low, high float64) {
	if at < low-slack || at > high+slack {
		c.note(CodeOutsideBed, axis, false, "axis", axis, "at_mm", at, "min_mm", low, "max_mm", high)
	}
}

func (c *checker) lay(at [4]float64) {
	c.laid = true
	for k := range 3 {
		c.bounds[k] = min(c.bounds[k], at[k])
		c.bounds[k+3] = max(c.bounds[k+3], at[k])
	}
}

// layer counts rising heights; slicers that name layers are believed instead.
func (c *checker) layer(z float64) {
	if z > c.layerZ+0.001 {
		c.layerZ = z
		c.byZ++
	}
}

// arc follows G2 and G3 in the XY plane as chords of half a millimetre, which
// is near enough for a box.
func (c *checker) arc() {
	to, named := c.target()
	c.guardHome(to, named)
	i, okI := c.now.get('I')
	j, okJ := c.now.get('J')
	if !okI && !okJ {
		c.note(CodeUnreadable, "arc", false, "text", c.now.word()+" without I and J")
		c.pos = to
		return
	}
	from := c.pos
	cx, cy := from[0]+i, from[1]+j
	radius := math.Hypot(i, j)
	start, end := math.Atan2(-j, -i), math.Atan2(to[1]-cy, to[0]-cx)
	sweep := sweepOf(end-start, c.now.code == 2, from[0] == to[0] && from[1] == to[1])
	c.extrude(to[3] - from[3])
	steps := int(min(max(math.Ceil(math.Abs(sweep)*radius/0.5), 1), 100_000))
	for n := 1; n <= steps; n++ {
		t := float64(n) / float64(steps)
		at := [4]float64{cx + radius*math.Cos(start+t*sweep), cy + radius*math.Sin(start+t*sweep),
			from[2] + t*(to[2]-from[2]), from[3] + t*(to[3]-from[3])}
		if n == steps {
			at = to
		}
		for k := range 3 {
			c.inside(k, at[k])
		}
		if to[3] > from[3] {
			c.lay(c.pos)
			c.lay(at)
			c.layer(at[2])
		}
		c.plan.add(c.pos, at, c.feed)
		c.arrive(at)
	}
}

// sweepOf turns an angle between two points into the way travelled: negative
// clockwise, a whole turn where an arc ends at its start.
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
