package gcode

func (c *checker) move(at int64) {
	to, named := c.target(&c.now)
	c.guardHome(to, named)
	e := to[3] - c.pos[3]
	c.extrude(e)
	lays := e > tiny && (to[0] != c.pos[0] || to[1] != c.pos[1])
	for k := range 3 {
		if named[k] {
			c.inside(k, to[k])
		}
	}
	if len(c.limits.Bed.Clips) > 0 {
		c.clips(to, named)
	}
	if lays {
		c.lay(c.pos)
		c.lay(to)
		c.layer(to[2], at)
	}
	c.plan.add(c.pos, to, c.feed)
	c.arrive(to, named)
}

const tiny = 1e-6 // mm: rounding of floats

func (c *checker) arrive(to [4]float64, named [4]bool) {
	if c.homed[2] {
		c.report.MaxZUM = max(c.report.MaxZUM, um(to[2]))
	}
	c.modal.arrive(to, named)
}

// guardHome lets nothing move before homing but a small relative lift, which many start sequences do to free the nozzle.
func (c *checker) guardHome(to [4]float64, named [4]bool) {
	for k := range 3 {
		if !named[k] || c.homed[k] {
			continue
		}
		if lift := to[2] - c.pos[2]; k == 2 && c.rel && lift >= 0 && lift <= 15 {
			continue
		}
		axis := "XYZ"[k : k+1]
		if !c.again(CodeMoveBeforeHome, axis) {
			c.refuse(CodeMoveBeforeHome, axis, "axis", axis)
		}
	}
}

func (c *checker) extrude(e float64) {
	least := float64(c.limits.MinExtrude)
	if e > tiny && (c.reached[c.tool] < least || c.nozzle[c.tool] < least) && !c.again(CodeColdExtrusion, "") {
		c.refuse(CodeColdExtrusion, "", "target_c", c.nozzle[c.tool], "min_c", c.limits.MinExtrude)
	}
	if (e > longestRun || e < -longestRun) && !c.again(CodeLongExtrusion, "") {
		c.refuse(CodeLongExtrusion, "", "at_mm", e, "max_mm", longestRun)
	}
	c.fuel += e * percent(c.flow) / 100
	c.fuelTop = max(c.fuelTop, c.fuel)
}

func (c *checker) inside(axis int, at float64) {
	b := &c.limits.Bed
	switch axis {
	case 0:
		c.within("X", at, mm(b.MinX-b.Margin), mm(b.MaxX+b.Margin))
	case 1:
		c.within("Y", at, mm(b.MinY-b.Margin), mm(b.MaxY+b.Margin))
	case 2:
		if !c.homed[2] {
			return
		}
		if at > mm(b.Height)+slack && !c.again(CodeTooHigh, "") {
			c.refuse(CodeTooHigh, "", "at_mm", at, "max_mm", mm(b.Height))
		}
		if at < -slack && !c.again(CodeBelowBed, "") {
			c.refuse(CodeBelowBed, "", "at_mm", at)
		}
	}
}

func (c *checker) within(axis string, at, low, high float64) {
	if (at < low-slack || at > high+slack) && !c.again(CodeOutsideBed, axis) {
		c.refuse(CodeOutsideBed, axis, "axis", axis, "at_mm", at, "min_mm", low, "max_mm", high)
	}
}

// clips refuses a move that leads through a forbidden rectangle below its height. An axis that no absolute move has
// placed since homing is taken to stand where it goes.
func (c *checker) clips(to [4]float64, named [4]bool) {
	if !named[0] && !named[1] && !named[2] || !c.homed[0] || !c.homed[1] {
		return
	}
	from := c.pos
	for k := range 3 {
		if !c.known[k] {
			from[k] = to[k]
		}
		if !c.known[k] && !named[k] && k < 2 {
			return // nobody knows where it stands
		}
	}
	for i := range c.limits.Bed.Clips {
		clip := &c.limits.Bed.Clips[i]
		if low := min(from[2], to[2]); low >= mm(clip.Height)-tiny || !crosses(from, to, clip.MinX, clip.MinY, clip.MaxX, clip.MaxY) {
			continue
		}
		key := clipKeys[min(i, len(clipKeys)-1)]
		if !c.again(CodeOnClip, key) {
			c.refuse(CodeOnClip, key, "clip", i+1, "x_mm", to[0], "y_mm", to[1], "at_mm", min(from[2], to[2]), "max_mm", mm(clip.Height))
		}
	}
}

// clipKeys tell findings on different clips apart; those beyond share one.
var clipKeys = [...]string{"1", "2", "3", "4", "5", "6", "7", "8"}

// crosses says whether the way between two points leads through the rectangle (Liang and Barsky's clipping). Lengths
// are mm, the rectangle's sides µm.
func crosses(a, b [4]float64, minX, minY, maxX, maxY int64) bool {
	low, high := [2]float64{mm(minX), mm(minY)}, [2]float64{mm(maxX), mm(maxY)}
	t0, t1 := 0.0, 1.0
	for k := range 2 {
		d := b[k] - a[k]
		if d == 0 {
			if a[k] <= low[k] || a[k] >= high[k] {
				return false
			}
			continue
		}
		in, out := (low[k]-a[k])/d, (high[k]-a[k])/d
		if in > out {
			in, out = out, in
		}
		t0, t1 = max(t0, in), min(t1, out)
	}
	return t0 < t1
}

func (c *checker) lay(at [4]float64) {
	c.laid = true
	for k := range 3 {
		c.bounds[k] = min(c.bounds[k], at[k])
		c.bounds[k+3] = max(c.bounds[k+3], at[k])
	}
}

func (c *checker) layer(z float64, at int64) {
	if c.layers.rise(z) && c.index != nil {
		c.index.layerAt(at, false, &c.plan)
	}
	if c.index != nil {
		c.index.height(z, &c.plan)
	}
}
