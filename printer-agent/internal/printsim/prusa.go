package printsim

import (
	"fmt"
	"time"
)

// uvlo is what a Prusa keeps in EEPROM over a failed supply.
type uvlo struct {
	valid bool
	lastN int
}

// newPrusa is Prusa-Firmware 3.13 of the MK3 (sources: cmdqueue.cpp,
// Marlin_main.cpp, ultralcd.cpp, uvlo in Marlin_main.cpp): a full ring is
// flushed and told, M110 takes effect when it is executed, an error leaves it
// in a state that drops lines, and a failing supply is noticed.
func newPrusa(b *Board) *marlin {
	m := newRelative(b, build{
		greeting: []string{"\x00start", "echo: 3.13.3-7094", "echo: Last Updated: Nov 23 2026 00:00:00 | Author: (none, default config)",
			"echo: Free Memory: 1735  PlannerBufferBytes: 1760", "echo:Hardcoded Default Settings Loaded"},
		listed:   true,
		identity: "Prusa-Firmware 3.13.3 based on Marlin FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1 UUID:00000000-0000-0000-0000-000000000000",
		caps:     "AUTOREPORT_TEMP:1 AUTOREPORT_FANS:1 AUTOREPORT_POSITION:1 EXTENDED_M20:1 PRUSA_MMU2:1",
		home:     11260 * time.Millisecond, duplicate: "refused",
		bareSum: "No Line Number with checksum", bareAsks: true,
		lateM110: true, firstStar: true, panics: true, fullRing: "Full RX Buffer",
		special: prusaSpecial, heaters: prusaHeaters,
	})
	b.found = m.findFull
	b.splits, b.ascii = true, true
	return m
}

// findFull empties a full ring with a word about it.
func (m *marlin) findFull() {
	if len(m.ring.bytes) >= m.ring.size {
		m.ring.clear()
		m.say(m.fullRing)
	}
}

func prusaHeaters(m *marlin) string {
	t := fmt.Sprintf("%.1f /%.1f", m.hotend.temp, m.hotend.target)
	return fmt.Sprintf("T:%s B:%.1f /%.1f T0:%s @:%d B@:%d P:30.2 A:31.5", t, m.bed.temp, m.bed.target, t,
		int(127*m.hotend.duty()), int(127*m.bed.duty()))
}

func prusaSpecial(m *marlin, e *entry) (activity, bool) {
	switch e.code {
	case "M110":
		n, ok := e.value('N')
		if e.numbered {
			n, ok = float64(e.given), true
		}
		if ok {
			m.lastN = int(n)
		}
		return nil, true
	case "M601":
		m.load.rest()
		m.say("//action:paused")
		m.heat()
		m.saved = m.hotend.target
		m.hotend.set(0)
		return m.sync, true
	case "M602":
		m.load.rest()
		m.heat()
		m.hotend.set(m.saved)
		m.skipHot = false
		m.say("//action:resumed")
		return m.waitHeat(&m.hotend, false), true
	case "M999":
		m.stopped = false
		m.ask()
		e.acked = true
		return nil, true
	}
	return nil, false
}

// stop is the state after an error: what is queued is forgotten, and what
// comes is dropped until M999 asks for it again.
func (m *marlin) stop() {
	m.say("Error:Heaters switched off. MINTEMP triggered!",
		"Error:Printer stopped due to errors. Fix the error and use M999 to restart. (Temperature is reset. Set it after restarting)")
	m.stopped = true
	if len(m.queue) > 0 {
		m.lastN = m.executed()
		m.queue = m.queue[:1]
		m.queue[0].acked = true
	}
}

// executed is the number of the last line that ran.
func (m *marlin) executed() int {
	if len(m.queue) > 0 && m.queue[0].numbered {
		return m.queue[0].number - 1
	}
	return m.lastN
}

// powerFails keeps where the print was.
func (m *marlin) powerFails() {
	if m.panics {
		m.say("INT4")
		m.kept = uvlo{valid: true, lastN: m.executed()}
	}
}

// restore asks for the line at which the supply failed.
func (m *marlin) restore() {
	if m.kept.valid {
		m.lastN = m.kept.lastN
		m.kept = uvlo{}
		m.say("//action:uvlo_recovery_ready")
		m.ask()
	}
}
