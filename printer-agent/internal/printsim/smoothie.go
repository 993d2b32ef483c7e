package printsim

import (
	"fmt"
	"strings"
	"time"
)

func smoothieDefaults(c *Config) {
	usually(&c.Processor, "fast")
	usually(&c.Slots, 1)
	usually(&c.Ring, 256)
	usually(&c.Planner, 32)
}

// smoothie answers as Smoothieware (sources: GcodeDispatch.cpp,
// SerialConsole.cpp): a line is asked for again without an ok, moves are
// acknowledged before they are planned, and a halt answers everything with !!.
type smoothie struct {
	*Board
	alarm bool
}

func newSmoothie(b *Board) *smoothie {
	b.hotend, b.bed = newHotend(25), newBed(25, !b.cfg.NoBedHeat)
	usually(&b.cfg.Home, 10*time.Second)
	s := &smoothie{Board: b}
	b.eats = s.query
	b.maxLine = 132
	return s
}

func (s *smoothie) say(lines ...string) {
	for _, l := range lines {
		s.println(l + "\r\n")
	}
}

func (s *smoothie) banner() {
	s.alarm = false
	s.say("Smoothie", "ok")
}

// query takes the bytes that never reach the line buffer: a question mark asks
// for the state, control-X halts, control-Y feeds nothing.
func (s *smoothie) query(c byte) bool {
	switch c {
	case '?':
		state := "Idle"
		if s.alarm {
			state = "Alarm"
		} else if len(s.plan.blocks) > 0 {
			state = "Run"
		}
		p := s.motion.at
		s.say(fmt.Sprintf("<%s|MPos:%.4f,%.4f,%.4f|WPos:%.4f,%.4f,%.4f|F:%.1f,%.1f>", state, p[0], p[1], p[2], p[0], p[1], p[2], s.motion.feed*60, s.motion.feedPct))
	case 0x18:
		s.Board.halt(haltM112)
	case 0x19:
	default:
		return false
	}
	return true
}

func (s *smoothie) heard(string)  {}
func (s *smoothie) mayRead() bool { return len(s.queue) < s.cfg.Slots }

func (s *smoothie) accept(line string) {
	line, _, _ = strings.Cut(line, ";")
	line = strings.TrimSpace(line)
	if line == "" {
		s.say("ok")
		return
	}
	if line[0] >= 'a' && line[0] <= 'z' {
		s.say("error:Unsupported command - " + line)
		return
	}
	e := s.newEntry(line)
	if n, ok := lineNumber(line); ok {
		e.number, e.given, e.numbered = n, n, true
		if _, right := checksum(line); e.summed && !right || e.code != "M110" && n != s.lastN+1 {
			s.again()
			return
		}
		s.lastN = n
	} else if _, right := checksum(line); e.summed && !right {
		s.again()
		return
	}
	if s.alarm && e.code != "M999" {
		s.say("!!")
		return
	}
	s.queue = append(s.queue, e)
}

func (s *smoothie) again() {
	next := s.lastN + 1
	s.record(Record{Kind: recordResend, N: &next})
	s.say(fmt.Sprintf("rs N%d", next))
}

// begun acknowledges a move before it is planned.
func (s *smoothie) begun(e *entry) bool {
	if !s.mark(e) {
		return false
	}
	if strings.Contains(" G0 G1 G2 G3 ", " "+e.code+" ") {
		s.say("ok")
		e.acked = true
	}
	return true
}

func (s *smoothie) ack(e *entry) {
	if !e.acked {
		s.say("ok")
	}
}

func (s *smoothie) particular(e *entry) (activity, bool) {
	switch e.code {
	case "M999":
		s.alarm = false
		s.say("WARNING: After HALT you should HOME as position is currently unknown")
		return nil, true
	case "M110":
		return nil, true
	case "M114":
		s.queue[0].acked = true
		s.println(s.position())
		return nil, true
	case "M112":
		s.queue[0].acked = true
		s.Board.halt(haltM112)
		return nil, true
	}
	return nil, false
}

func (s *smoothie) unknown(command) {
	s.queue[0].acked = true
	s.say("ok - ignored")
}

func (s *smoothie) heaters() string {
	t := fmt.Sprintf("T:%.1f /%.1f @%d", s.hotend.temp, s.hotend.target, int(255*s.hotend.duty()))
	if s.bed.fitted {
		t += fmt.Sprintf(" B:%.1f /%.1f @%d", s.bed.temp, s.bed.target, int(255*s.bed.duty()))
	}
	return t + " "
}

func (s *smoothie) temperatures(e *entry) {
	e.acked = true
	s.say("ok " + s.heaters())
}

func (s *smoothie) report() string               { return s.heaters() + "\r\n" }
func (s *smoothie) heating(time.Duration) string { return s.heaters() + "\r\n" }

func (s *smoothie) heatingReports() (first, period time.Duration) { return time.Second, time.Second }

func (s *smoothie) position() string {
	p := s.motion.logical()
	return fmt.Sprintf("ok C: X:%.4f Y:%.4f Z:%.4f E:%.4f\r\n", p[0], p[1], p[2], p[3])
}

func (s *smoothie) info() {
	s.say("FIRMWARE_NAME:Smoothieware, FIRMWARE_URL:http%3A//smoothieware.org, X-SOURCE_CODE_URL:https://github.com/Smoothieware/Smoothieware, FIRMWARE_VERSION:edge-9f5a2c8, X-FIRMWARE_BUILD_DATE:Nov 23 2026 00:00:00, X-SYSTEM_CLOCK:120MHz, X-AXES:5, X-GRBL_MODE:0")
}

func (s *smoothie) settings()             {}
func (s *smoothie) busy() string          { return "" }
func (s *smoothie) cold() string          { return "" }
func (s *smoothie) targetSet(*heater)     {}
func (s *smoothie) homed()                {}
func (s *smoothie) shifted()              {}
func (s *smoothie) idleAt() time.Duration { return never }
func (s *smoothie) idle()                 {}
func (s *smoothie) powerFails()           {}
func (s *smoothie) dies() bool            { return false }

func (s *smoothie) halted(why string) {
	s.alarm = true
	if s.running && len(s.queue) > 0 {
		s.queue[0].acked = true
	}
	switch why {
	case haltM112:
		s.say("ok Emergency Stop Requested - reset or M999 required to exit HALT state")
	case string(FaultThermal):
		s.say("ERROR: Temperature reading is unreadable on T", "HALT asserted - reset or M999 required", "!!")
	default:
		s.say("HALTED, M999 or $X to exit HALT state", "!!")
	}
}
