package printsim

import (
	"fmt"
	"strings"
	"time"
)

const (
	idlePeriod   = time.Second            // "wait" while nothing is to be done
	resendPeriod = 200 * time.Millisecond // a request for a line, until it arrives
	halfLine     = 200 * time.Millisecond // how long the rest of a line is waited for
	knownLines   = 40                     // how far back a repeated line is recognised
)

// repetier answers as Repetier-Firmware 1.0.4. It acknowledges a line when it
// takes it, before it runs, and takes one at a time.
type repetier struct {
	*Board
	waiting  bool // for lastN+1, asked for again
	resendAt time.Duration
	waitAt   time.Duration
}

func newRepetier(b *Board) *repetier {
	b.hotend = newHotend(24.51)
	b.bed = newBed(24.51, !b.cfg.NoBedHeat)
	if b.cfg.Home == 0 {
		b.cfg.Home = 7612 * time.Millisecond
	}
	return &repetier{Board: b}
}

func (r *repetier) say(lines ...string) {
	for _, l := range lines {
		r.println(l + "\r\n")
	}
}

func (r *repetier) banner() {
	r.waiting, r.resendAt = false, never
	r.waitAt = r.now + r.period(idlePeriod)
	r.say("start", "Detected EEPROM version:20", "Z jerk was too low, setting to 0.50",
		"Free RAM:3593", "SelectExtruder:0", "FlowMultiply:100")
}

func (r *repetier) info() {
	r.say("FIRMWARE_NAME:Repetier_1.0.4 COMPILED:Nov 23 2026 FIRMWARE_URL:https://github.com/repetier/Repetier-Firmware/ PROTOCOL_VERSION:1.0 MACHINE_TYPE:STACKER EXTRUDER_COUNT:1 REPETIER_PROTOCOL:3")
	for _, c := range strings.Fields(repetierCaps) {
		r.say("Cap:" + c)
	}
	r.say("Printed filament:0.00m Printing time:0 days 0 hours 0 min", "PrinterMode:FFF")
}

// settings answers M503, which this firmware does not have.
func (r *repetier) settings() { r.unknown(r.queue[0].command) }

// heard is the parser at the port: it resets the board on M112 whatever else
// runs, and complains of a wrong checksum a first time.
func (r *repetier) heard(line string) {
	given, right := checksum(line)
	switch {
	case given && !right:
		r.say("Error:Wrong checksum")
	case parseCommand(bare(line)).code == "M112":
		r.restart(startReset)
	}
}

func (r *repetier) mayRead() bool { return !r.running && len(r.queue) == 0 }

func (r *repetier) accept(line string) {
	line, _, _ = strings.Cut(line, ";")
	line = strings.TrimSpace(line)
	if r.cfg.Echo {
		r.say("Got:" + line)
	}
	r.waitAt = r.now + r.period(idlePeriod)
	if line == "" {
		return
	}
	e := r.newEntry(line)
	n, numbered := lineNumber(line)
	if given, right := checksum(line); given && !right {
		r.refuse("Wrong checksum")
		return
	}
	if numbered {
		e.number, e.numbered = n, true
		if e.code == "M110" {
			r.renumber(&e)
			return
		}
		if !r.inOrder(n) {
			return
		}
	}
	if r.mark(&e) {
		r.say(fmt.Sprintf("ok %d", e.number))
		r.queue = append(r.queue, e)
	}
}

func (r *repetier) renumber(e *entry) {
	if n, ok := e.value('N'); ok {
		e.number = int(n)
	}
	r.lastN, r.waiting, r.resendAt = e.number, false, never
	r.mark(e)
	r.say("ok")
}

// inOrder takes the next line, skips a known one and those that follow a lost
// one, and asks again for a lost one.
func (r *repetier) inOrder(n int) bool {
	switch {
	case n == r.lastN+1:
		r.lastN, r.waiting, r.resendAt = n, false, never
		return true
	case r.waiting || n <= r.lastN && n > r.lastN-knownLines:
		r.say(fmt.Sprintf("skip %d", n), "ok")
	default:
		r.refuse(fmt.Sprintf("expected line %d got %d", r.lastN+1, n))
	}
	return false
}

func (r *repetier) refuse(why string) {
	next := r.lastN + 1
	r.record(Record{Kind: recordResend, N: &next})
	r.say("Error:" + why)
	r.ask()
}

func (r *repetier) ask() {
	r.waiting = true
	r.resendAt = r.now + r.period(resendPeriod)
	r.say("", fmt.Sprintf("Resend:%d", r.lastN+1), "ok")
}

// begun does nothing: faults struck and the truth was kept when the line was taken.
func (r *repetier) begun(*entry) bool { return true }

// ack does nothing: the line was acknowledged when it was taken.
func (r *repetier) ack(*entry) { r.waitAt = r.now + r.period(idlePeriod) }

// unknown repeats the command in the firmware's own spelling.
func (r *repetier) unknown(c command) {
	text := c.code + " "
	if c.code == "" {
		text = c.text
	}
	if e := r.queue[0]; e.numbered {
		text = fmt.Sprintf("N%d %s", e.number, text)
	}
	if c.args != "" {
		text += " " + c.args
	}
	r.say("Unknown command:" + text)
}

func (r *repetier) temperatures(*entry) { r.println(r.report()) }

func (r *repetier) report() string {
	t := fmt.Sprintf("T:%.2f /%.0f", r.hotend.temp, r.hotend.target)
	if r.bed.fitted {
		t += fmt.Sprintf(" B:%.2f /%.0f B@:%.0f", r.bed.temp, r.bed.target, 255*r.bed.duty())
	}
	return t + fmt.Sprintf(" @:%.0f\r\n", 255*r.hotend.duty())
}

func (r *repetier) heating(time.Duration) string { return r.report() }

func (r *repetier) heatingReports() (first, period time.Duration) { return time.Second, time.Second }

func (r *repetier) position() string {
	p := r.motion.logical()
	return fmt.Sprintf("X:%.2f Y:%.2f Z:%.3f E:%.4f\r\n", p[0], p[1], p[2], p[3])
}

func (r *repetier) busy() string { return "busy:processing\r\n" }
func (r *repetier) cold() string { return "" }

func (r *repetier) targetSet(h *heater) {
	name := "TargetExtr0:"
	if h == &r.bed {
		name = "TargetBed:"
	}
	r.say(fmt.Sprintf("%s%.0f", name, h.target))
}

func (r *repetier) homed()   { r.println(r.position()) }
func (r *repetier) shifted() {}

func (r *repetier) powerFails() {}
func (r *repetier) dies() bool  { return true }

func (r *repetier) particular(*entry) (activity, bool) { return nil, false }

// halted is the firmware's fatal error; its own test of one stands for any
// cause that is not heat.
func (r *repetier) halted(why string) {
	cause := "Testing fatal error"
	if why == string(FaultThermal) {
		r.say("extruder 0: temp sensor defect")
		cause = "Heater/sensor error"
	}
	r.say("fatal:" + cause + " - Printer stopped and heaters disabled due to this error. Fix error and restart with M999.")
}

func (r *repetier) idleAt() time.Duration {
	if r.running {
		return never
	}
	at := r.waitAt
	if r.waiting {
		at = r.resendAt
	}
	if len(r.line) > 0 {
		at = min(at, r.lineAt+halfLine)
	}
	return at
}

// idle forgets a line whose rest does not come, and asks for it.
func (r *repetier) idle() {
	half := len(r.line) > 0 && r.now >= r.lineAt+halfLine
	if half {
		r.line, r.from = r.line[:0], nil
	}
	if half || r.waiting {
		r.ask()
		return
	}
	r.waitAt = r.now + r.period(idlePeriod)
	r.say("wait")
}

const repetierCaps = `
PROGRESS:0 AUTOREPORT_TEMP:1 HOST_RESCUE:1 EEPROM:1 AUTOLEVEL:0 Z_PROBE:0 SOFTWARE_POWER:0
TOGGLE_LIGHTS:0 PAUSESTOP:1 PREHEAT:1 EMERGENCY_PARSER:1`
