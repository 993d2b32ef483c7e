package gcode

import (
	"bytes"
	"math"
)

// verdict judges a word once and remembers what it found.
func (c *checker) verdict() verdict {
	l := &c.now
	if l.letter == 0 {
		v, ok := c.byName[string(l.name)]
		if !ok {
			v = c.limits.judge(l)
			if len(c.byName) < maxWords {
				c.byName[string(l.name)] = v
			}
		}
		return v
	}
	v, ok := c.byKey[l.key()]
	if !ok {
		v = c.limits.judge(l)
		if len(c.byKey) < maxWords {
			c.byKey[l.key()] = v
		}
	}
	return v
}

func (c *checker) command(v verdict, at int64) {
	l := &c.now
	switch v {
	case granted:
		c.granted(at)
	case pauses:
		c.pause()
	case never:
		c.named(CodeForbidden, "why", forbidden(l))
	case inches:
		c.units()
	case refused, skipped:
		c.named(CodeRefusedCommand)
	}
}

// named refuses a command by its word.
func (c *checker) named(code string, pairs ...any) {
	word := c.now.word()
	if !c.again(code, word) {
		c.refuse(code, word, append([]any{"command", word}, pairs...)...)
	}
}

// skip notes a command that the host keeps to itself, and text in it that a host or a page could take for more.
func (c *checker) skip(s []byte) {
	word := c.wordOf()
	if !c.again(CodeHostOwned, word) {
		c.warn(CodeHostOwned, word, "command", word)
	}
	if inert(s) && !c.again(CodeInertText, "") {
		c.warn(CodeInertText, "", "text", quote(s))
	}
}

// wordOf is word without an allocation for those that the host owns.
func (c *checker) wordOf() string {
	for _, w := range hostOwned {
		if c.now.letter == 'M' && len(w) == 4 && int32(w[1]-'0')*100+int32(w[2]-'0')*10+int32(w[3]-'0') == c.now.code {
			return w
		}
	}
	return c.now.word()
}

// inert tells text that would be a host action or markup elsewhere.
func inert(s []byte) bool {
	if bytes.Contains(s, []byte("//action:")) || bytes.Contains(s, []byte("// action:")) {
		return true
	}
	i := bytes.IndexByte(s, '<')
	return i >= 0 && i+1 < len(s) && (s[i+1] == '/' || s[i+1] == '!' || wordy(s[i+1]))
}

func (c *checker) pause() {
	c.plan.flush()
	c.report.Pauses++
	if c.again(CodePause, "") {
		return
	}
	c.warn(CodePause, "", "command", c.now.word())
}

func (c *checker) units() {
	if c.limits.Firmware.Inches {
		c.modal.apply(&c.now, c.corner)
		return
	}
	if !c.again(CodeInches, "") {
		c.refuse(CodeInches, "")
	}
}

// granted follows an allowed command.
func (c *checker) granted(at int64) {
	l := &c.now
	if l.letter == 0 {
		c.macro()
		return
	}
	if l.letter == 'G' && l.code <= 3 && l.sub < 0 {
		if c.index != nil {
			c.index.pointAt(at, &c.plan)
		}
		if l.code <= 1 {
			c.move(at)
		} else {
			c.arc(at)
		}
		return
	}
	c.before()
	c.modal.apply(l, c.corner)
	c.after()
}

// before holds a command that is no move against the limits.
func (c *checker) before() {
	l := &c.now
	switch {
	case l.sub >= 0:
	case l.is('G', 10) && l.has&(1<<('P'-'A')) != 0, l.is('M', 104), l.is('M', 109):
		c.heatNozzle()
	case l.is('M', 140), l.is('M', 190):
		c.heat("bed", c.limits.BedMaxC, &c.report.BedMaxC)
	case l.is('M', 141), l.is('M', 191):
		c.heat("chamber", c.limits.ChamberMaxC, &c.report.ChamberMaxC)
	case l.is('G', 92):
		c.guardOrigin()
	case l.is('G', 29), l.is('G', 80):
		c.guardHome(c.pos, [4]bool{true, true, true})
	}
}

// after lets the planner know what a command does to motion.
func (c *checker) after() {
	l := &c.now
	switch {
	case l.is('M', 201), l.is('M', 203), l.is('M', 204), l.is('M', 205):
		c.plan.tune(l)
	case l.is('G', 28), l.is('M', 400), l.is('M', 17), l.is('M', 18), l.is('M', 84):
		c.plan.flush()
	case l.is('M', 220):
		c.plan.rate = c.speed / 100
	case l.is('G', 4):
		c.plan.flush()
		if ms, ok := l.get('P'); ok {
			c.plan.seconds += max(ms, 0) / 1000
		} else if s, ok := l.get('S'); ok {
			c.plan.seconds += max(s, 0)
		}
	}
}

func (c *checker) heatNozzle() {
	n, ok := c.toolOf(&c.now)
	if !ok || !c.limits.tool(n) {
		if !c.again(CodeNoTool, "") {
			c.refuse(CodeNoTool, "", "tool", n)
		}
		return
	}
	c.heat("nozzle", c.limits.NozzleMaxC, &c.report.NozzleMaxC)
}

// heat holds every temperature that the line names against the limit: S, R, and B, the upper end of Marlin's autotemp.
func (c *checker) heat(heater string, limit int64, top *int64) {
	for _, letter := range [3]byte{'S', 'R', 'B'} {
		if want, ok := c.now.get(letter); ok {
			c.temperature(heater, want, limit, top)
		}
	}
	if _, ok := c.now.get('I'); ok && heater != "chamber" { // a preset of the firmware: who knows how hot
		c.named(CodeRefusedCommand)
	}
}

func (c *checker) temperature(heater string, want float64, limit int64, top *int64) {
	if (want < 0 || want > float64(limit)) && !c.again(CodeTooHot, heater) {
		c.refuse(CodeTooHot, heater, "heater", heater, "want_c", want, "max_c", limit)
	}
	*top = max(*top, int64(math.Ceil(want)))
}

// guardOrigin notes an axis whose origin moves; the box is held against where the axis really stands.
func (c *checker) guardOrigin() {
	for k, letter := range [3]byte{'X', 'Y', 'Z'} {
		v, ok := c.now.get(letter)
		if !ok && c.now.has != 0 || c.pos[k]-v*c.scale() == c.shift[k] {
			continue
		}
		axis := "XYZ"[k : k+1]
		if !c.again(CodeOriginMoved, axis) {
			c.warn(CodeOriginMoved, axis, "axis", axis)
		}
	}
}
