package printsim

import (
	"fmt"
	"strings"
	"time"
)

func klipperDefaults(c *Config) {
	usually(&c.Processor, "fast")
	usually(&c.Slots, 20)
	usually(&c.Ring, 4096)
	usually(&c.Planner, 256)
}

// Times of Klipper's host: motion planned ahead (toolhead.py), and from a
// restart to ready.
const (
	klipperAhead   = 2 * time.Second
	klipperRestart = 3 * time.Second
)

// klipper answers as Klipper does on its own pseudo-terminal (klippy/gcode.py):
// numbers and checksums are passed over, each newline has one ok, a shutdown
// leaves it talking.
type klipper struct {
	*Board
	shutdown string // why, with the lines that explain it
}

func newKlipper(b *Board) *klipper {
	b.hotend, b.bed = newHotend(25), newBed(25, !b.cfg.NoBedHeat)
	usually(&b.cfg.Home, 9988*time.Millisecond)
	b.hotend.rate, b.residency, b.settles = 6.9, 2500*time.Millisecond, true
	b.plan.ahead = klipperAhead
	b.maxLine = 4096
	return &klipper{Board: b}
}

func (k *klipper) say(lines ...string) {
	for _, l := range lines {
		k.println(l + "\n")
	}
}

// banner does nothing: opening the port prints nothing.
func (k *klipper) banner() { k.shutdown = "" }

// heard finds M112 in what it reads while a command runs; it reads nothing
// while too much is pending.
func (k *klipper) heard(line string) {
	if k.running && k.mayRead() && parseCommand(bare(line)).code == "M112" {
		k.halt(haltM112)
	}
}

func (k *klipper) mayRead() bool { return len(k.queue) < k.cfg.Slots }

func (k *klipper) accept(line string) {
	line, _, _ = strings.Cut(line, ";")
	line = strings.TrimSpace(line)
	if code := parseCommand(bare(line)).code; code != "M117" && code != "M118" {
		line = strings.ToUpper(line)
	}
	e := k.newEntry(line)
	if n, ok := lineNumber(line); ok {
		e.number, e.given, e.numbered = n, n, true
	}
	e.summed = false
	k.queue = append(k.queue, e)
}

func (k *klipper) begun(e *entry) bool {
	if e.text == "" || k.shutdown != "" {
		return true
	}
	return k.mark(e)
}

func (k *klipper) ack(e *entry) {
	if !e.acked {
		k.say("ok")
	}
}

// klipperKnows are the commands that do nothing here.
const klipperKnows = " G17 G20 G21 M18 M84 M73 M106 M107 M108 M117 M118 M204 M221 SET_GCODE_OFFSET PAUSE RESUME CANCEL_PRINT "

func (k *klipper) particular(e *entry) (activity, bool) {
	word, _, _ := strings.Cut(e.text, " ")
	switch {
	case word == "FIRMWARE_RESTART" || word == "RESTART":
		return k.restarting(), true
	case word == "M112" && k.shutdown != "" || word == "M110":
		return nil, true
	case word == "M105" || word == "M112" || word == "M114" || word == "M115":
		return nil, false
	case k.shutdown != "":
		k.fail(k.shutdown)
		return nil, true
	case word == "":
		return nil, true
	case strings.Contains(klipperKnows, " "+word+" "):
		return nil, true
	case e.code == "" || strings.Contains(" M113 M85 M155 M503 M203 M205 M201 M206 M211 M410 M119 M75 M77 M500 M501 T0 M17 ", " "+e.code+" "):
		k.unknown(e.command)
		return nil, true
	case strings.HasPrefix(e.code, "G") && e.has('E') && k.coldMove(e.command):
		k.fail("Extrude below minimum temp\nSee the 'min_extrude_temp' config option for details")
		return nil, true
	case e.code == "G4":
		return k.dwellAhead(e.command), true
	}
	return nil, false
}

func (k *klipper) coldMove(c command) bool {
	k.heat()
	return strings.Contains(" G0 G1 G2 G3 ", " "+c.code+" ") && k.hotend.temp < coldLimit
}

// fail explains an error in comments and repeats its first line.
func (k *klipper) fail(why string) {
	lines := strings.Split(why, "\n")
	if len(lines) > 1 {
		for _, l := range lines {
			k.say("// " + l)
		}
	}
	k.say("!! " + lines[0])
}

// dwellAhead plans a dwell like a move: the ok does not wait for it.
func (k *klipper) dwellAhead(c command) activity {
	k.load.rest()
	p, _ := c.value('P')
	return func(now time.Duration) (time.Duration, bool) {
		k.plan.drop(now)
		if room := k.plan.room(); room > now {
			return room, false
		}
		k.plan.push(now, k.motion.at, k.motion.at, seconds(p/1000), 0)
		return 0, true
	}
}

func (k *klipper) restarting() activity {
	k.say("ok", "// Klipper state: Disconnect")
	k.queue[0].acked = true
	until := k.now + klipperRestart
	return func(now time.Duration) (time.Duration, bool) {
		if now < until {
			return until, false
		}
		k.shutdown = ""
		k.motion = newMotion(k.cfg.Bed)
		k.record(Record{Kind: recordStart, Why: string(startReset), Firmware: k.cfg.Firmware})
		k.say("// Klipper state: Ready")
		return 0, true
	}
}

func (k *klipper) unknown(c command) {
	text := c.text
	if c.code != "" {
		text = c.code
	}
	k.say(`// Unknown command:"` + text + `"`)
}

func (k *klipper) heaters() string {
	t := fmt.Sprintf("T0:%.1f /%.1f", k.hotend.temp, k.hotend.target)
	if k.bed.fitted {
		t = fmt.Sprintf("B:%.1f /%.1f ", k.bed.temp, k.bed.target) + t
	}
	return t
}

func (k *klipper) temperatures(e *entry) {
	e.acked = true
	k.say("ok " + k.heaters())
}

func (k *klipper) report() string               { return k.heaters() + "\n" }
func (k *klipper) heating(time.Duration) string { return k.heaters() + "\n" }

func (k *klipper) heatingReports() (first, period time.Duration) { return 0, time.Second }

func (k *klipper) position() string {
	p := k.motion.logical()
	return fmt.Sprintf("X:%.3f Y:%.3f Z:%.3f E:%.3f\n", p[0], p[1], p[2], p[3])
}

func (k *klipper) info() {
	k.queue[0].acked = true
	k.say("ok FIRMWARE_NAME:Klipper FIRMWARE_VERSION:84104bb")
}

// homed leaves the nozzle at the recorded end stop.
func (k *klipper) homed() { k.motion.at[2] = 0.5 }

func (k *klipper) settings()             {}
func (k *klipper) busy() string          { return "" }
func (k *klipper) cold() string          { return "" }
func (k *klipper) targetSet(*heater)     {}
func (k *klipper) shifted()              {}
func (k *klipper) idleAt() time.Duration { return never }
func (k *klipper) idle()                 {}
func (k *klipper) powerFails()           {}
func (k *klipper) dies() bool            { return false }

// remedy ends each explanation of a shutdown.
const remedy = "\nOnce the underlying issue is corrected, use the\n" +
	"\"FIRMWARE_RESTART\" command to reset the firmware, reload the\n" +
	"config, and restart the host software.\nPrinter is shutdown"

func (k *klipper) halted(why string) {
	switch why {
	case haltM112:
		k.shutdown = "Shutdown due to M112 command" + remedy
	case string(FaultThermal):
		k.shutdown = "Heater extruder not heating at expected rate\nSee the 'verify_heater' section in docs/Config_Reference.md\nfor the parameters that control this check." + remedy
	default:
		k.shutdown = "MCU 'mcu' shutdown: Timer too close\n" +
			"This often indicates the host computer is overloaded. Check\n" +
			"for other processes consuming excessive CPU time, high swap\n" +
			"usage, disk errors, overheating, unstable voltage, or\n" +
			"similar system problems on the host computer." + remedy
	}
	k.say("// Klipper state: Shutdown")
	if k.running && k.queue[0].code == "G28" && k.act != nil {
		k.say("!! Homing failed due to printer shutdown")
	}
}
