package printsim

import (
	"fmt"
	"time"
)

// resumeTime is how long a Buddy board reads nothing while it heats and
// returns to the part.
const resumeTime = 40 * time.Second

func buddyDefaults(c *Config) {
	usually(&c.Processor, "fast")
	usually(&c.Slots, 8)
	usually(&c.Ring, 1024)
}

// newBuddy is Prusa-Firmware-Buddy (sources: lib/Marlin gcode/queue.cpp,
// marlin_server.cpp): the ok of a resend request hangs on a slot of the queue
// that has nothing to do with it, and resuming pauses the port in silence.
func newBuddy(b *Board) *marlin {
	return newRelative(b, build{
		greeting:  []string{"start", "Marlin bugfix-2.0.x", "", "echo: Last Updated: 2019-06-04 | Author: (none, default config)", "echo:Compiled: Nov 23 2026"},
		identity:  "Prusa-Firmware-Buddy 6.1.3 (Github) SOURCE_CODE_URL:https://github.com/prusa3d/Prusa-Firmware-Buddy PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa-MK4 EXTRUDER_COUNT:1 UUID:00000000-0000-0000-0000-000000000000",
		caps:      "SERIAL_XON_XOFF:0 BINARY_FILE_TRANSFER:0 EEPROM:0 VOLUMETRIC:1 AUTOREPORT_TEMP:1 PROGRESS:0 PRINT_JOB:1 AUTOLEVEL:1 EMERGENCY_PARSER:0 PROMPT_SUPPORT:0",
		home:      9 * time.Second,
		duplicate: "refused",
		kill:      "echo:M112 Shutdown",
		resendOK:  func(m *marlin) bool { return m.lastN%2 == 0 },
		special:   buddySpecial, heaters: buddyHeaters,
	})
}

func buddyHeaters(m *marlin) string {
	return fmt.Sprintf("T:%.2f/%.2f B:%.2f/%.2f X:31.00/36.00 A:32.10/0.00 @:%d B@:%d HBR@:51", m.hotend.temp, m.hotend.target,
		m.bed.temp, m.bed.target, int(127*m.hotend.duty()), int(127*m.bed.duty()))
}

func buddySpecial(m *marlin, e *entry) (activity, bool) {
	switch e.code {
	case "M601":
		m.load.rest()
		m.say("// action:paused")
		m.heat()
		m.saved = m.hotend.target
		m.hotend.set(0)
		return m.sync, true
	case "M602":
		m.load.rest()
		m.heat()
		m.hotend.set(m.saved)
		m.resumed = m.now + resumeTime
		return func(now time.Duration) (time.Duration, bool) {
			if now < m.resumed {
				return m.resumed, false
			}
			m.say("// action:resumed")
			return 0, true
		}, true
	}
	return nil, false
}
