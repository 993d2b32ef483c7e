package printsim

import (
	"fmt"
	"strings"
	"time"
)

// marlin answers as Marlin 2.1.2.1 in its stock configuration.
type marlin struct {
	*Board
}

func newMarlin(b *Board) *marlin {
	b.hotend = newHotend(25)
	b.bed = newBed(25, !b.cfg.NoBedHeat)
	if b.cfg.Home == 0 {
		b.cfg.Home = 11260 * time.Millisecond
	}
	return &marlin{Board: b}
}

func (m *marlin) say(lines ...string) {
	for _, l := range lines {
		m.println(l + "\n")
	}
}

func (m *marlin) banner() {
	m.say("start", "Marlin 2.1.2.1",
		"echo: Last Updated: 2023-05-16 | Author: (none, default config)",
		"echo: Compiled: Nov 23 2026",
		"echo: Free Memory: 5604  PlannerBufferBytes: 1136",
		"echo:Hardcoded Default Settings Loaded")
	for _, s := range marlinSettings() {
		if s.title != "" {
			m.say("echo:; " + s.title + ":")
		}
		m.say("echo:" + s.line)
	}
}

func (m *marlin) settings() {
	for _, s := range marlinSettings() {
		m.say(s.line)
	}
}

func (m *marlin) info() {
	m.say("FIRMWARE_NAME:Marlin 2.1.2.1 (Nov 23 2026 08:36:10) SOURCE_CODE_URL:github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1 UUID:cede2a2f-41a2-4748-9b12-c55c62f367ff")
	for _, c := range strings.Fields(marlinCaps) {
		if c == "EMERGENCY_PARSER:0" && m.cfg.EmergencyParser {
			c = "EMERGENCY_PARSER:1"
		}
		m.say("Cap:" + c)
	}
}

// heard is the emergency parser at the port, where the build has it: it acts
// whatever else runs. The line goes its usual way, too.
func (m *marlin) heard(line string) {
	if m.cfg.EmergencyParser {
		m.emergency(bare(line))
	}
}

func (m *marlin) mayRead() bool { return len(m.queue) < m.cfg.Slots }

// accept checks a line's number, then its checksum. One of the last two
// numbers is passed over without a word.
func (m *marlin) accept(line string) {
	line, _, _ = strings.Cut(line, ";")
	line = strings.TrimSpace(line)
	if line == "" {
		return
	}
	e := m.newEntry(line)
	if n, ok := lineNumber(line); ok {
		e.number, e.given, e.numbered = n, n, true
		if !m.numbered(line, &e) {
			return
		}
	} else if !m.cfg.EmergencyParser && m.emergency(line) {
		return
	}
	m.queue = append(m.queue, e)
}

func (m *marlin) numbered(line string, e *entry) bool {
	renumbers := strings.Contains(line, "M110")
	if renumbers {
		if n, ok := e.value('N'); ok {
			e.number = int(n)
		}
	}
	if e.number != m.lastN+1 && !renumbers {
		if e.number == m.lastN || e.number == m.lastN-1 {
			return false
		}
		m.refuse("Line Number is not Last Line Number+1")
		return false
	}
	given, right := checksum(line)
	if !given {
		m.refuse("No Checksum with line number")
		return false
	}
	if !right {
		m.refuse("checksum mismatch")
		return false
	}
	m.lastN = e.number
	return true
}

// refuse asks for a line again; what the host had sent after it is lost.
func (m *marlin) refuse(why string) {
	m.say(fmt.Sprintf("Error:%s, Last Line: %d", why, m.lastN))
	m.flush()
	next := m.lastN + 1
	m.record(Record{Kind: recordResend, N: &next})
	m.say(fmt.Sprintf("Resend: %d", next), "ok")
}

// emergency acts on the three commands that do not wait for their turn; true
// if the firmware stopped. Without a parser at the port they are known once
// the main loop has read them, and only without a number.
func (m *marlin) emergency(line string) bool {
	switch {
	case strings.HasPrefix(line, "M108"):
		m.skipHot = true
		m.wake = m.now
	case strings.HasPrefix(line, "M112"):
		m.halt(haltM112)
		return true
	case strings.HasPrefix(line, "M410"):
		m.quickStop()
		m.wake = m.now
	}
	return false
}

func (m *marlin) begun(e *entry) bool { return m.mark(e) }

func (m *marlin) ack(e *entry) {
	switch {
	case e.acked:
	case m.cfg.AdvancedOK:
		m.say(m.advancedOK(e))
	default:
		m.say("ok")
	}
}

// advancedOK counts the command that was executed among those held.
func (m *marlin) advancedOK(e *entry) string {
	ok := "ok"
	if e.numbered {
		ok += fmt.Sprintf(" N%d", e.given)
	}
	m.plan.drop(m.now)
	return ok + fmt.Sprintf(" P%d B%d", m.plan.free(), m.cfg.Slots-len(m.queue)-1)
}

func (m *marlin) unknown(c command) {
	text := c.text
	if !isPrintable(text) {
		text = ""
	}
	m.say(`echo:Unknown command: "` + text + `"`)
}

func isPrintable(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// temperatures makes the answer the acknowledgement.
func (m *marlin) temperatures(e *entry) {
	e.acked = true
	m.say("ok " + m.heaters())
}

func (m *marlin) heaters() string {
	t := fmt.Sprintf("T:%.2f /%.2f", m.hotend.temp, m.hotend.target)
	if m.bed.fitted {
		t += fmt.Sprintf(" B:%.2f /%.2f", m.bed.temp, m.bed.target)
	}
	t += fmt.Sprintf(" @:%d", int(127*m.hotend.duty()))
	if m.bed.fitted {
		t += fmt.Sprintf(" B@:%d", int(127*m.bed.duty()))
	}
	return t
}

func (m *marlin) report() string { return " " + m.heaters() + "\n" }

func (m *marlin) heating(settle time.Duration) string {
	wait := "?"
	if settle != never {
		wait = fmt.Sprint(int(settle.Seconds()))
	}
	return " " + m.heaters() + " W:" + wait + "\n"
}

func (m *marlin) heatingReports() (first, period time.Duration) { return 0, time.Second }

func (m *marlin) position() string {
	p, at := m.motion.logical(), m.motion.at
	return fmt.Sprintf("X:%.2f Y:%.2f Z:%.2f E:%.2f Count X:%.0f Y:%.0f Z:%.0f\n",
		p[0], p[1], p[2], p[3], at[0]*80, at[1]*80, at[2]*400)
}

func (m *marlin) busy() string          { return "echo:busy: processing\n" }
func (m *marlin) cold() string          { return "echo: cold extrusion prevented\n" }
func (m *marlin) targetSet(*heater)     {}
func (m *marlin) homed()                { m.println(m.position()) }
func (m *marlin) shifted()              { m.println(m.position()) }
func (m *marlin) idleAt() time.Duration { return never }
func (m *marlin) idle()                 {}

func (m *marlin) powerFails() {}

func (m *marlin) halted(why string) {
	switch why {
	case haltM112:
		m.say("echo:M112 Shutdown")
	case string(FaultThermal):
		m.say("Error:MINTEMP triggered, system stopped! Heater_ID: E0", "", "echo:Err: MINTEMP")
	}
	m.say("Error:Printer halted. kill() called!")
}

// setting is one line of the M503 report and the title above it in the banner.
type setting struct{ title, line string }

func marlinSettings() []setting {
	return []setting{
		{"Linear Units", "  G21 ; (mm)"},
		{"Temperature Units", "  M149 C ; Units in Celsius"},
		{"Filament settings (Disabled)", "  M200 S0 D1.75"},
		{"Steps per unit", "  M92 X80.00 Y80.00 Z400.00 E500.00"},
		{"Max feedrates (units/s)", "  M203 X300.00 Y300.00 Z5.00 E25.00"},
		{"Max Acceleration (units/s2)", "  M201 X3000.00 Y3000.00 Z100.00 E10000.00"},
		{"Acceleration (units/s2) (P<print-accel> R<retract-accel> T<travel-accel>)", "  M204 P3000.00 R3000.00 T3000.00"},
		{"Advanced (B<min_segment_time_us> S<min_feedrate> T<min_travel_feedrate> J<junc_dev>)", "  M205 B20000.00 S0.00 T0.00 J0.01"},
		{"Home offset", "  M206 X0.00 Y0.00 Z0.00"},
		{"Hotend PID", "  M301 P22.20 I1.08 D114.00"},
	}
}

const marlinCaps = `
SERIAL_XON_XOFF:0 BINARY_FILE_TRANSFER:0 EEPROM:0 VOLUMETRIC:1 AUTOREPORT_POS:0 AUTOREPORT_TEMP:1
PROGRESS:0 PRINT_JOB:1 AUTOLEVEL:0 RUNOUT:0 Z_PROBE:0 LEVELING_DATA:0 BUILD_PERCENT:0 SOFTWARE_POWER:0
TOGGLE_LIGHTS:0 CASE_LIGHT_BRIGHTNESS:0 EMERGENCY_PARSER:0 HOST_ACTION_COMMANDS:0 PROMPT_SUPPORT:0
SDCARD:0 REPEAT:0 SD_WRITE:0 AUTOREPORT_SD_STATUS:0 LONG_FILENAME:0 LFN_WRITE:0
CUSTOM_FIRMWARE_UPLOAD:0 EXTENDED_M20:0 THERMAL_PROTECTION:1 MOTION_MODES:0 ARCS:1 BABYSTEPPING:0
CHAMBER_TEMPERATURE:0 COOLER_TEMPERATURE:0 MEATPACK:0 CONFIG_EXPORT:0`
