package printsim

import (
	"fmt"
	"strings"
	"time"
)

// build is what differs between builds and relatives of Marlin.
type build struct {
	greeting []string      // printed at the start, before the settings
	listed   bool          // the start prints the settings
	extra    []setting     // settings beside the usual
	identity string        // first line of the answer to M115
	caps     string        // "NAME:0" and "NAME:1", between spaces
	area     string        // last line of the answer to M115
	home     time.Duration // how long G28 takes
	actions  bool          // host action commands and prompts

	duplicate string // the last accepted line again: "" nothing, or why it is refused
	bareSum   string // a checksum without a number: "" executed, or why it is refused
	bareAsks  bool   // that refusal asks for a line
	kill      string // what M112 says first
	fullRing  string // what is said when the receive ring is found full; "" nothing
	lateM110  bool   // M110 takes effect when it is executed, with the first number of its line
	panics    bool   // a failing supply is noticed; an error stops without dying
	firstStar bool   // the checksum begins at the first asterisk
	resendOK  func(m *marlin) bool
	special   func(m *marlin, e *entry) (act activity, taken bool)
	heaters   func(m *marlin) string
}

// marlin answers as Marlin and its relatives do.
type marlin struct {
	*Board
	build
	user    prompt
	stopped bool // a relative's state after an error: lines are dropped
	kept    uvlo
	saved   float64       // target of a paused hotend
	resumed time.Duration // until when a relative reads nothing
}

// newMarlin is Marlin 2.1.2.1 in its stock configuration.
func newMarlin(b *Board) *marlin {
	return newRelative(b, build{
		greeting: []string{"start", "Marlin 2.1.2.1",
			"echo: Last Updated: 2023-05-16 | Author: (none, default config)",
			"echo: Compiled: Nov 23 2026",
			"echo: Free Memory: 5604  PlannerBufferBytes: 1136",
			"echo:Hardcoded Default Settings Loaded"},
		listed:   true,
		identity: "Marlin 2.1.2.1 (Nov 23 2026 08:36:10) SOURCE_CODE_URL:github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1 UUID:cede2a2f-41a2-4748-9b12-c55c62f367ff",
		caps:     marlinCaps, home: 11260 * time.Millisecond,
		kill: "echo:M112 Shutdown",
	})
}

func newRelative(b *Board, as build) *marlin {
	b.hotend = newHotend(25)
	b.bed = newBed(25, !b.cfg.NoBedHeat)
	if b.cfg.Home == 0 {
		b.cfg.Home = as.home
	}
	return &marlin{Board: b, build: as}
}

func (m *marlin) say(lines ...string) {
	for _, l := range lines {
		m.println(l + "\n")
	}
}

func (m *marlin) banner() {
	m.user, m.stopped, m.resumed = prompt{}, false, 0
	m.say(m.greeting...)
	if m.listed {
		for _, s := range m.allSettings() {
			if s.title != "" {
				m.say("echo:; " + s.title + ":")
			}
			m.say("echo:" + s.line)
		}
	}
	if m.actions {
		m.say("//action:prompt_end")
	}
	m.restore()
}

func (m *marlin) allSettings() []setting { return append(marlinSettings(), m.extra...) }

func (m *marlin) settings() {
	for _, s := range m.allSettings() {
		m.say(s.line)
	}
}

func (m *marlin) info() {
	m.say("FIRMWARE_NAME:" + m.identity)
	for _, c := range strings.Fields(m.caps) {
		if c == "EMERGENCY_PARSER:0" && m.cfg.EmergencyParser {
			c = "EMERGENCY_PARSER:1"
		}
		m.say("Cap:" + c)
	}
	if m.area != "" {
		m.say(m.area)
	}
}

// parseTime is about how long a line takes from the port to the queue, behind
// a keep-alive line.
const parseTime = 2 * time.Millisecond

// heard is the emergency parser at the port, where the build has it: it acts
// whatever else runs. The line goes its usual way, too.
func (m *marlin) heard(line string) {
	if !m.cfg.EmergencyParser {
		return
	}
	line = bare(line)
	if m.emergency(line); m.wake == m.now {
		m.wake = max(m.now, m.cpu) + parseTime
	}
	if c := parseCommand(line); c.code == "M876" {
		if s, ok := c.value('S'); ok {
			m.answer(int(s))
		}
	}
}

func (m *marlin) mayRead() bool { return len(m.queue) < m.cfg.Slots && m.now >= m.resumed }

// accept checks a line's number, then its checksum. One of the last two
// numbers is passed over without a word.
func (m *marlin) accept(line string) {
	line, _, _ = strings.Cut(line, ";")
	line = strings.TrimSpace(line)
	if line == "" {
		return
	}
	e := m.newEntry(line)
	if m.stopped && e.code != "M999" {
		return
	}
	if n, ok := lineNumber(line); ok {
		e.number, e.given, e.numbered = n, n, true
		if !m.numbered(line, &e) {
			return
		}
	} else if !m.unnumbered(line, &e) {
		return
	}
	m.queue = append(m.queue, e)
}

// unnumbered says whether a line without a number is taken.
func (m *marlin) unnumbered(line string, e *entry) bool {
	if e.summed && m.bareSum != "" {
		if m.bareAsks {
			m.refuse(m.bareSum)
		} else {
			m.say(fmt.Sprintf("Error:%s, Last Line: %d", m.bareSum, m.lastN), "ok")
		}
		return false
	}
	return m.cfg.EmergencyParser || !m.emergency(line)
}

func (m *marlin) numbered(line string, e *entry) bool {
	renumbers := strings.Contains(line, "M110")
	if renumbers && !m.lateM110 {
		if n, ok := e.value('N'); ok {
			e.number = int(n)
		}
	}
	if e.number != m.lastN+1 && !renumbers {
		if m.duplicate == "" && (e.number == m.lastN || e.number == m.lastN-1) {
			return false
		}
		m.refuse("Line Number is not Last Line Number+1")
		return false
	}
	given, right := m.checksum(line)
	if !given {
		m.refuse("No Checksum with line number")
		return false
	}
	if !right {
		m.refuse("checksum mismatch")
		return false
	}
	if !renumbers || !m.lateM110 {
		m.lastN = e.number
	}
	return true
}

// checksum looks for the last asterisk, or the first where a relative does.
func (m *marlin) checksum(line string) (given, right bool) {
	if i := strings.IndexByte(line, '*'); m.firstStar && i >= 0 {
		line = line[:i+1] + strings.ReplaceAll(line[i+1:], "*", " ")
	}
	return checksum(line)
}

// refuse asks for a line again; what the host had sent after it is lost.
func (m *marlin) refuse(why string) {
	m.say(fmt.Sprintf("Error:%s, Last Line: %d", why, m.lastN))
	m.flush()
	m.ask()
}

// ask requests the next line; the ok that belongs to no line comes with it
// where the build says so.
func (m *marlin) ask() {
	next := m.lastN + 1
	m.record(Record{Kind: recordResend, N: &next})
	m.say(fmt.Sprintf("Resend: %d", next))
	if m.resendOK == nil || m.resendOK(m) {
		m.say("ok")
	}
}

// emergency acts on the three commands that do not wait for their turn; true
// if the firmware stopped. Without a parser at the port they are known once
// the main loop has read them, and only without a number.
func (m *marlin) emergency(line string) bool {
	switch {
	case strings.HasPrefix(line, "M108"):
		m.skipHot = true
		m.wake = m.now
		m.answer(-1)
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
	m.say("ok " + m.readings())
}

func (m *marlin) readings() string {
	if m.heaters != nil {
		return m.heaters(m)
	}
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

func (m *marlin) report() string { return " " + m.readings() + "\n" }

func (m *marlin) heating(settle time.Duration) string {
	wait := "?"
	if settle != never {
		wait = fmt.Sprint(int(settle.Seconds()))
	}
	return " " + m.readings() + " W:" + wait + "\n"
}

func (m *marlin) heatingReports() (first, period time.Duration) { return 0, time.Second }

func (m *marlin) position() string {
	p, at := m.motion.logical(), m.motion.at
	return fmt.Sprintf("X:%.2f Y:%.2f Z:%.2f E:%.2f Count X:%.0f Y:%.0f Z:%.0f\n",
		p[0], p[1], p[2], p[3], at[0]*80, at[1]*80, at[2]*400)
}

func (m *marlin) busy() string {
	if m.user.open {
		return "echo:busy: paused for user\n"
	}
	return "echo:busy: processing\n"
}

func (m *marlin) cold() string          { return "echo: cold extrusion prevented\n" }
func (m *marlin) targetSet(*heater)     {}
func (m *marlin) homed()                { m.println(m.position()) }
func (m *marlin) shifted()              { m.println(m.position()) }
func (m *marlin) idleAt() time.Duration { return never }
func (m *marlin) idle()                 {}

func (m *marlin) halted(why string) {
	if m.panics && why == string(FaultThermal) {
		m.stop()
		return
	}
	switch why {
	case haltM112:
		if m.kill != "" {
			m.say(m.kill)
		}
	case string(FaultThermal):
		m.say("Error:MINTEMP triggered, system stopped! Heater_ID: E0", "", "echo:Err: MINTEMP")
	}
	m.say("Error:Printer halted. kill() called!")
	if m.actions {
		m.say("//action:poweroff")
	}
}

func (m *marlin) dies() bool { return !m.stopped }

func (m *marlin) particular(e *entry) (activity, bool) {
	if m.special != nil {
		if act, taken := m.special(m, e); taken {
			return act, true
		}
	}
	if m.actions {
		return m.prompting(e)
	}
	return nil, false
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
