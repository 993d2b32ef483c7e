package printsim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func rrfDefaults(c *Config) {
	usually(&c.Processor, "fast")
	usually(&c.Slots, 1)
	usually(&c.Ring, 256)
	usually(&c.Planner, 40)
}

// rrfLine is the longest command that RepRapFirmware takes.
const rrfLine = 255

// rrf answers as RepRapFirmware 3 (sources: GCodeBuffer/StringParser.cpp,
// GCodes2.cpp): a line with a wrong checksum is dropped in silence, and line
// numbers are held against nothing.
type rrf struct {
	*Board
}

func newRRF(b *Board) *rrf {
	b.hotend, b.bed = newHotend(25), newBed(25, !b.cfg.NoBedHeat)
	usually(&b.cfg.Home, 10*time.Second)
	b.maxLine = rrfLine + 1
	return &rrf{Board: b}
}

func (r *rrf) say(lines ...string) {
	for _, l := range lines {
		r.println(l + "\n")
	}
}

// banner does nothing: a Duet prints none on its USB port.
func (r *rrf) banner() {}

// heard acts on M112 as it arrives.
func (r *rrf) heard(line string) {
	if r.guarded(line) && parseCommand(bare(line)).code == "M112" {
		r.halt(haltM112)
	}
}

func (r *rrf) mayRead() bool { return len(r.queue) < r.cfg.Slots }

func (r *rrf) accept(line string) {
	if len(line) > rrfLine {
		r.say("Error: GCode command too long", "ok")
		return
	}
	line, _, _ = strings.Cut(line, ";")
	line = strings.TrimSpace(line)
	if line == "" || !r.guarded(line) {
		return
	}
	e := r.newEntry(line)
	if n, ok := lineNumber(line); ok {
		e.number, e.given, e.numbered = n, n, true
	}
	r.queue = append(r.queue, e)
}

// guarded compares the XOR, or the CRC-16 that five digits stand for.
func (r *rrf) guarded(line string) bool {
	i := strings.LastIndexByte(line, '*')
	if i < 0 {
		return true
	}
	digits := strings.TrimSpace(line[i+1:])
	if len(digits) != 5 {
		_, right := checksum(line)
		return right
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	return err == nil && uint16(n) == crc16(line[:i])
}

// crc16 is the CRC-16 with polynomial 0x1021 from 0 (CRC16.cpp).
func crc16(s string) (crc uint16) {
	for _, c := range []byte(s) {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

func (r *rrf) begun(e *entry) bool { return r.mark(e) }

func (r *rrf) ack(e *entry) {
	if !e.acked {
		r.say("ok")
	}
}

func (r *rrf) particular(e *entry) (activity, bool) {
	switch e.code {
	case "G92", "M110", "M108":
		return nil, e.code != "G92"
	case "M155", "M410", "M600":
		r.unknown(e.command)
		return nil, true
	}
	return nil, false
}

func (r *rrf) unknown(c command) {
	text := c.code
	if text == "" {
		r.say("Error: Bad command: " + c.text)
		return
	}
	r.say("Warning: " + text + ": Command is not supported")
}

func (r *rrf) heaters() string {
	t := fmt.Sprintf("%.1f /%.1f", r.hotend.temp, r.hotend.target)
	all := "T:" + t + " T0:" + t
	if r.bed.fitted {
		all += fmt.Sprintf(" B:%.1f /%.1f", r.bed.temp, r.bed.target)
	}
	return all
}

func (r *rrf) temperatures(e *entry) {
	e.acked = true
	r.say("ok " + r.heaters())
}

func (r *rrf) report() string               { return r.heaters() + "\n" }
func (r *rrf) heating(time.Duration) string { return r.heaters() + "\n" }

func (r *rrf) heatingReports() (first, period time.Duration) { return time.Second, time.Second }

func (r *rrf) position() string {
	p, at := r.motion.logical(), r.motion.at
	return fmt.Sprintf("X:%.3f Y:%.3f Z:%.3f E:%.3f E0:%.1f Count %.0f %.0f %.0f Machine %.3f %.3f %.3f Bed comp 0.000\n",
		p[0], p[1], p[2], p[3], p[3], at[0]*80, at[1]*80, at[2]*400, at[0], at[1], at[2])
}

func (r *rrf) info() {
	r.say("FIRMWARE_NAME: RepRapFirmware for Duet 2 WiFi/Ethernet FIRMWARE_VERSION: 3.5.1 ELECTRONICS: Duet WiFi 1.02 or later FIRMWARE_DATE: 2024-04-19 14:30:55")
}

func (r *rrf) settings()             {}
func (r *rrf) busy() string          { return "" }
func (r *rrf) cold() string          { return "Error: G1: Cold extrusion: temperature too low to extrude\n" }
func (r *rrf) targetSet(*heater)     {}
func (r *rrf) homed()                {}
func (r *rrf) shifted()              {}
func (r *rrf) idleAt() time.Duration { return never }
func (r *rrf) idle()                 {}
func (r *rrf) powerFails()           {}
func (r *rrf) dies() bool            { return true }

func (r *rrf) halted(why string) {
	if why == string(FaultThermal) {
		r.say("Error: Heater 1 fault: thermistor disconnected")
	}
	r.say("Emergency Stop! Reset the controller to continue.")
}
