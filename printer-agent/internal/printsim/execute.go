package printsim

import "time"

// coldLimit is the temperature below which firmware does not push filament.
const coldLimit = 170

// execute starts a command; nil if it is done at once.
func (b *Board) execute(e *entry) activity {
	if act, taken := b.fw.particular(e); taken {
		return act
	}
	switch e.code {
	case "G0", "G1", "G2", "G3":
		return b.move(e.command)
	case "G4":
		return b.dwell(e.command)
	case "G28":
		return b.home(e.command)
	case "G90", "G91", "G92", "M82", "M83", "M203", "M220":
		b.setMotion(e.command)
	case "M104", "M109", "M140", "M190":
		return b.setHeat(e)
	case "M105":
		b.heat()
		b.fw.temperatures(e)
	case "M112":
		b.halt(haltM112)
	case "M114":
		b.println(b.fw.position())
	case "M115":
		b.fw.info()
	case "M155":
		b.autoReport(e.command)
	case "M400":
		b.load.rest()
		return b.sync
	case "M410":
		if !b.cfg.EmergencyParser {
			b.quickStop()
		}
	case "M503":
		b.fw.settings()
	default:
		b.other(e)
	}
	return nil
}

// other takes the commands that change nothing modelled here, and refuses
// those the firmware does not know.
func (b *Board) other(e *entry) {
	switch e.code {
	case "M110":
		if n, ok := e.value('N'); ok && !e.numbered {
			b.lastN = int(n)
		}
	case "G17", "G21", "M17", "M18", "M73", "M75", "M77", "M84", "M85", "M106", "M107", "M108",
		"M113", "M117", "M118", "M119", "M201", "M204", "M205", "M206", "M211", "M221", "M500", "M501", "T0":
	default:
		b.fw.unknown(e.command)
	}
}

// sync waits for the planner to run empty.
func (b *Board) sync(now time.Duration) (time.Duration, bool) {
	b.plan.drop(now)
	return b.plan.end(), b.plan.end() <= now
}

func (b *Board) move(c command) activity {
	to := b.motion.target(c)
	length := b.motion.line(to)
	if c.code == "G2" || c.code == "G3" {
		arc, ok := b.motion.arc(c, to, c.code == "G2")
		if !ok {
			return nil
		}
		length = arc
	}
	prevented := false
	b.spend(b.cost.move)
	if to[3] != b.motion.at[3] {
		if b.heat(); b.hotend.temp >= coldLimit || b.coldOK {
			b.spend(b.cost.extrude)
		} else {
			length, prevented = b.prevent(c, length), true
		}
	}
	return func(now time.Duration) (time.Duration, bool) {
		b.plan.drop(now)
		if room := b.plan.room(); room > now {
			return room, false
		}
		if d, ramp := b.motion.duration(to, length); d > 0 {
			b.plan.push(now, b.motion.at, to, d, ramp)
			b.load.move(now, b.plan.end(), b.attempt != "")
		}
		if prevented {
			b.plan.sync(now)
		}
		b.motion.at = to
		return 0, true
	}
}

// prevent answers a move that would push cold filament, which is then carried
// out without it.
func (b *Board) prevent(c command, length float64) float64 {
	if text := b.fw.cold(); text != "" {
		b.println(text)
	}
	if c.has('X') || c.has('Y') || c.has('Z') {
		return length
	}
	return 0
}

func (b *Board) dwell(c command) activity {
	b.load.rest()
	p, _ := c.value('P')
	s, ok := c.value('S')
	if !ok {
		s = p / 1000
	}
	until := never
	return func(now time.Duration) (time.Duration, bool) {
		if until == never {
			if end, still := b.sync(now); !still {
				return end, false
			}
			until = now + seconds(max(0, s))
		}
		return until, now >= until
	}
}

// home takes the firmware's own time and leaves the named axes, or all, at 0.
func (b *Board) home(c command) activity {
	b.load.rest()
	until := never
	return func(now time.Duration) (time.Duration, bool) {
		if until == never {
			if end, still := b.sync(now); !still {
				return end, false
			}
			until = now + b.cfg.Home
		}
		if now < until {
			return until, false
		}
		all := !c.has('X') && !c.has('Y') && !c.has('Z')
		for i := range 3 {
			if all || c.has(axes[i]) {
				b.motion.at[i], b.motion.shift[i] = 0, 0
			}
		}
		b.motion.homed = b.motion.homed || all
		b.fw.homed()
		return 0, true
	}
}

func (b *Board) setMotion(c command) {
	m := &b.motion
	switch c.code {
	case "G90", "G91":
		m.relative, m.eRel = c.code == "G91", c.code == "G91"
	case "M82", "M83":
		m.eRel = c.code == "M83"
	case "G92":
		b.shift(c)
		b.fw.shifted()
	case "M203":
		for i := range axes {
			if v, ok := c.value(axes[i]); ok && v > 0 {
				m.maxFeed[i] = v
			}
		}
	case "M220":
		if v, ok := c.value('S'); ok && v >= 1 {
			m.feedPct = v
		}
	}
}

func (b *Board) shift(c command) {
	m := &b.motion
	any := false
	for i := range axes {
		if v, ok := c.value(axes[i]); ok {
			m.shift[i], any = v-m.at[i], true
		}
	}
	if !any {
		for i := range axes {
			m.shift[i] = -m.at[i]
		}
	}
}

func (b *Board) setHeat(e *entry) activity {
	h := &b.hotend
	if e.code == "M140" || e.code == "M190" {
		h = &b.bed
	}
	if !h.fitted {
		b.fw.unknown(e.command)
		return nil
	}
	b.heat()
	s, heat := e.value('S')
	r, cool := e.value('R')
	if cool && !heat {
		s = r
	}
	if heat || cool {
		h.set(max(0, s))
		b.fw.targetSet(h)
	}
	if e.code == "M104" || e.code == "M140" || h.target == 0 {
		return nil
	}
	b.skipHot = false
	return b.waitHeat(h, cool && !heat || b.settles)
}

// waitHeat waits until a heater has held its target, reporting meanwhile. It
// does not wait for a heater to cool unless asked to.
func (b *Board) waitHeat(h *heater, cool bool) activity {
	b.load.rest()
	first, period := b.fw.heatingReports()
	reportAt := b.now + first
	held := never
	if h.temp > h.target+0.01 && !cool {
		return nil
	}
	return func(now time.Duration) (time.Duration, bool) {
		b.heat()
		if b.skipHot {
			return 0, true
		}
		if held == never && h.timeTo(h.target) < time.Millisecond {
			held = now
		}
		if held != never && now >= held+b.residency {
			return 0, true
		}
		if now >= reportAt {
			settle := never
			if held != never {
				settle = held + b.residency - now
			}
			b.println(b.fw.heating(settle))
			reportAt = now + b.period(period)
		}
		if held != never {
			return min(reportAt, held+b.residency), false
		}
		return min(reportAt, later(now, h.timeTo(h.target))), false
	}
}

func later(now, d time.Duration) time.Duration {
	if d == never {
		return never
	}
	return now + d
}

func (b *Board) autoReport(c command) {
	s, _ := c.value('S')
	b.reportPeriod, b.reportAt = seconds(s), never
	if s > 0 {
		b.reportAt = b.now + b.period(b.reportPeriod)
	}
}

// quickStop drops all moves; the firmware then rests for a second.
func (b *Board) quickStop() {
	b.stopMoves()
	b.spend(time.Second)
}
