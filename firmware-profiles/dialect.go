package profiles

import (
	"embed"
	"errors"
	"strings"
)

//go:embed dialects/*.toml
var dialectFiles embed.FS

// Dialect is how one family of firmware speaks on the wire. Every field is explained in dialects/_template.toml.
// All patterns are RE2, matched against one line without its line ending, NUL bytes and trailing carriage return.
type Dialect struct {
	Name     string   `toml:"name"`
	Title    string   `toml:"title"`
	Identify Identify `toml:"identify"`
	Lines    Lines    `toml:"lines"`
	Buffers  Buffers  `toml:"buffers"`
	Replies  Replies  `toml:"replies"`
	Commands Commands `toml:"commands"`
	Timing   Timing   `toml:"timing"`
	// File is what a G-code file for this firmware may hold.
	File     FileRules `toml:"file"`
	Survival Survival  `toml:"survival"`
}

// Identify tells one dialect from another.
type Identify struct {
	// Firmware matches the FIRMWARE_NAME value of the M115 answer.
	Firmware Pattern `toml:"firmware"`
	// Priority decides when several dialects match: the highest wins.
	Priority int `toml:"priority"`
	// Bauds are the usual speeds, the likeliest first.
	Bauds []int `toml:"bauds"`
}

// Lines is what the firmware expects of each line it receives.
type Lines struct {
	// Numbers says that the firmware checks line numbers, so that a lost or doubled line is noticed.
	Numbers bool `toml:"numbers"`
	// Checksum is the kind behind the asterisk.
	Checksum Checksum `toml:"checksum"`
	// MaxBytes is the longest line the firmware takes whole, number and checksum included, line ending not.
	MaxBytes int `toml:"max_bytes"`
	// Duplicate is what happens to a second copy of the last accepted line.
	Duplicate Duplicate `toml:"duplicate"`
	// ResendRepeat is the interval in milliseconds at which a resend request repeats until obeyed; 0 means asked once.
	ResendRepeat int `toml:"resend_repeat_ms"`
	// OkNumbered says whether an acknowledgement carries the line's number.
	OkNumbered Sometimes `toml:"ok_numbered"`
	// OkAtEnd says that a slow command is acknowledged when it ends rather than when it is read.
	OkAtEnd bool `toml:"ok_at_end"`
	// OkAfterResend says whether an acknowledgement of its own follows a resend request; it belongs to no line.
	OkAfterResend Sometimes `toml:"ok_after_resend"`
	// Damaged is what happens to a line whose checksum does not match.
	Damaged Damaged `toml:"damaged"`
	// BlankOk says that an empty line is acknowledged like a command.
	BlankOk bool `toml:"blank_ok"`
	// HaltedOk says that commands are acknowledged, and not executed, after the firmware has halted: an acknowledgement
	// proves no life.
	HaltedOk bool `toml:"halted_ok"`
	// Forbidden are bytes that the firmware takes for syntax wherever they stand, in a message too; frame.Rewrite replaces
	// them. A semicolon, control bytes and bytes outside ASCII are never sent to any firmware.
	Forbidden string `toml:"text_forbidden"`
	// HalfLine is the time in milliseconds after which the firmware forgets a line whose end did not come, or refuses it;
	// 0 means that it waits for ever.
	HalfLine int `toml:"half_line_ms"`
	// Unguarded says that a numbered line without a checksum is executed, so that half a line must be spoiled before it is
	// ended.
	Unguarded bool `toml:"unguarded"`
	// MeatPack says that another host may have left the firmware expecting packed bytes (MeatPack, in Marlin and
	// Prusa-Firmware); a greeting without an answer is then tried with the word that ends that in front.
	MeatPack bool `toml:"meatpack"`
	// MaxNumber is the highest line number it counts to; the host starts again from 0, with all lines acknowledged, before.
	// 0 means 2,147,483,647.
	MaxNumber int64 `toml:"max_number"`
}

// Buffers is what the firmware can hold; stock values, a board may have more.
type Buffers struct {
	// CommandSlots is the number of whole lines held before they are planned.
	CommandSlots int `toml:"command_slots"`
	// ReceiveBytes is the size of the receive ring.
	ReceiveBytes int `toml:"receive_bytes"`
	// MaxInFlight bounds the lines written and not yet acknowledged, whatever the rest allows; 0 means no bound.
	MaxInFlight int `toml:"max_in_flight"`
}

// Replies classifies what the firmware says. A pattern that is not set never matches.
type Replies struct {
	// Ok acknowledges. Groups, all optional: n line number, p free planner blocks, b free command slots.
	Ok Pattern `toml:"ok"`
	// Resend asks for line n again.
	Resend Pattern `toml:"resend"`
	// LineError announces a refused line. Optional group last: the last line accepted.
	LineError Pattern `toml:"line_error"`
	// Skip says that line n was received before, or is passed over until an older one arrives.
	Skip Pattern `toml:"skip"`
	// Busy says that a command is still running.
	Busy Pattern `toml:"busy"`
	// PausedForUser says that the firmware waits for a person.
	PausedForUser Pattern `toml:"paused_for_user"`
	// Wait says that the firmware's buffers are empty and it waits for a line.
	Wait Pattern `toml:"wait"`
	// Start is the line printed after every reset, matched whole.
	Start Pattern `toml:"start"`
	// Fatal says that the firmware has halted until a reset.
	Fatal Pattern `toml:"fatal"`
	// Thermal says why: a heater or sensor fault. It may come before or instead of Fatal.
	Thermal Pattern `toml:"thermal"`
	// Error is any other error; it ends nothing.
	Error Pattern `toml:"error"`
	// Stopped confirms an emergency stop.
	Stopped Pattern `toml:"stopped"`
	// Unknown says that the firmware did not understand a command.
	Unknown Pattern `toml:"unknown"`
	// ColdExtrusion says that the firmware refused to extrude.
	ColdExtrusion Pattern `toml:"cold_extrusion"`
	// Action is a host action; group action is its word, group args what follows.
	Action Pattern `toml:"action"`
	// TemperatureLine tells a temperature report from other lines with colons in them.
	TemperatureLine Pattern `toml:"temperature_line"`
	// Heating is a temperature line that only a command that waits for heat prints: it is still running.
	Heating Pattern `toml:"heating"`
	// Temperature is one reading in such a line: groups sensor and actual, optional group target.
	Temperature Pattern `toml:"temperature"`
	// Overflow says that the receive ring has lost bytes.
	Overflow Pattern `toml:"overflow"`
	// Position is the answer to the Position command: groups x, y, z, e, the logical position in millimetres.
	Position Pattern `toml:"position"`
	// LineIs is the answer to the AskLine command: group n, the last line accepted.
	LineIs Pattern `toml:"line_is"`
	// PowerFail says that the supply is failing: nothing may be written until PowerBack.
	PowerFail Pattern `toml:"power_fail"`
	// PowerBack says that the firmware has restored its state and will ask for the line it needs next.
	PowerBack Pattern `toml:"power_back"`
	// Info is known chatter that means nothing; what matches no pattern at all is taken for a damaged line.
	Info Pattern `toml:"info"`
}

// Commands are what the host sends on its own account. An empty command is not sent.
type Commands struct {
	// ResetLine sets the line number to 0; it is sent with number 0.
	ResetLine string `toml:"reset_line"`
	// AskLine asks for the last line accepted, sent without number and checksum. A build that does not know the question
	// only acknowledges it; then a numbered line far ahead asks the same, where damaged lines are asked for again.
	AskLine string `toml:"ask_line"`
	// Identify asks for name and capabilities.
	Identify string `toml:"identify"`
	// Temperature asks for one report.
	Temperature string `toml:"temperature"`
	// AutoTemperature asks for reports every {seconds}; sent where the firmware says Cap:AUTOREPORT_TEMP:1.
	AutoTemperature string `toml:"auto_temperature"`
	// Finish waits until all motion has ended.
	Finish string `toml:"finish"`
	// Stop is the emergency stop, sent without number and checksum.
	Stop string `toml:"stop"`
	// Emergency says whether Stop, BreakWait, GoOn and PromptAnswer are obeyed when they arrive, before what waits in the
	// command slots. Where it depends on the build, capability EmergencyCap of the M115 answer tells.
	Emergency    Sometimes `toml:"emergency"`
	EmergencyCap string    `toml:"emergency_cap"`
	// BreakWait ends a wait for a temperature, sent without number and checksum.
	BreakWait string `toml:"break_wait"`
	// Message shows {text} on the printer's display.
	Message string `toml:"message"`
	// Cool turns every heater and the part fan off.
	Cool []string `toml:"cool"`
	// Position asks for the logical position.
	Position string `toml:"position"`
	// KeepAlive asks for busy lines.
	KeepAlive string `toml:"keep_alive"`
	// Inactivity has the firmware turn everything off after {seconds} without a command; 0 seconds disarms it.
	Inactivity string `toml:"inactivity"`
	// Speed sets all feed rates to {percent} of what the file says.
	Speed string `toml:"speed"`
	// Flow sets the extrusion to {percent} of what the file says.
	Flow string `toml:"flow"`
	// Babystep moves the nozzle by {mm} at once, without a change of the position.
	Babystep string `toml:"babystep"`
	// GoOn ends a wait for a person, sent without number and checksum.
	GoOn string `toml:"go_on"`
	// PromptAnswer chooses button {choice}, counted from 0, of a prompt; sent without number and checksum.
	PromptAnswer string `toml:"prompt_answer"`
	// Resume goes on after a pause that the firmware made by itself, sent numbered.
	Resume string `toml:"resume"`
	// Activity shows a firmware that would take a silent print for finished (Timing.Idle) that it is not.
	Activity string `toml:"activity"`
	// FilamentChange starts the firmware's own filament change.
	FilamentChange string `toml:"filament_change"`
	// Slow matches commands that may take minutes without an acknowledgement.
	Slow Pattern `toml:"slow"`
	// Blocking matches commands during which nothing is read from the port: nothing is sent before their acknowledgement,
	// not even a question.
	Blocking Pattern `toml:"blocking"`
}

// Timing is what the firmware does at an interval of its own.
type Timing struct {
	// Busy is the interval in milliseconds of the busy lines; 0 means there are none.
	Busy int `toml:"busy_ms"`
	// Wait is the interval in milliseconds of the wait lines; 0 means there are none.
	Wait int `toml:"wait_ms"`
	// Boot is the longest time in milliseconds from reset to the first answer.
	Boot int `toml:"boot_ms"`
	// Idle is the time in milliseconds without a command after which the firmware takes a print for finished; 0 means never.
	Idle int `toml:"idle_ms"`
}

// Checksum is the kind of checksum behind a line.
type Checksum string

// The kinds of checksum.
const (
	ChecksumNone Checksum = "none"
	ChecksumXOR  Checksum = "xor" // XOR of all bytes before the asterisk, in decimal
	// ChecksumCRC16 is CRC-16/CCITT over all bytes before the asterisk, as five decimal digits (RepRapFirmware 3).
	ChecksumCRC16 Checksum = "crc16"
)

// Damaged is what a firmware does with a line whose checksum does not match.
type Damaged string

// The ways with a damaged line.
const (
	DamagedResend   Damaged = "resend"   // it asks for the line again
	DamagedDropped  Damaged = "dropped"  // nothing: no acknowledgement, no request
	DamagedExecuted Damaged = "executed" // checksums are not looked at
)

// Duplicate is what a firmware answers to a second copy of the last line it accepted.
type Duplicate string

// The answers to a duplicate.
const (
	DuplicateSilent   Duplicate = "silent"   // nothing at all
	DuplicateResend   Duplicate = "resend"   // an error and a request for the next line
	DuplicateSkip     Duplicate = "skip"     // the Skip reply, then an acknowledgement
	DuplicateExecuted Duplicate = "executed" // it is executed again
)

// Sometimes is a capability that may depend on how the firmware was built.
type Sometimes string

// The values of Sometimes.
const (
	Never  Sometimes = "never"
	Maybe  Sometimes = "sometimes"
	Always Sometimes = "always"
)

// ProfileName is the dialect's name.
func (d Dialect) ProfileName() string { return d.Name }

// Validate reports every value out of range, each with its key.
func (d Dialect) Validate() error {
	return errors.Join(d.checkLines(), d.checkReplies(), d.checkCommands(), d.checkTimes(), d.File.check(), d.checkSurvival())
}

func (d Dialect) checkLines() error {
	var errs []error
	bad := func(wrong bool, key, format string, args ...any) {
		if wrong {
			errs = append(errs, keyError(key, format, args...))
		}
	}
	l := d.Lines
	bad(d.Name == "" || d.Title == "", "name, title", "must be set")
	bad(len(d.Identify.Bauds) == 0, "identify.bauds", "needs at least one speed")
	bad(!oneOf(l.Checksum, ChecksumNone, ChecksumXOR, ChecksumCRC16), "lines.checksum", "%q is not known", l.Checksum)
	bad(!oneOf(l.Damaged, DamagedResend, DamagedDropped, DamagedExecuted), "lines.damaged", "%q is not known", l.Damaged)
	bad(!oneOf(l.OkAfterResend, Never, Maybe, Always), "lines.ok_after_resend", "%q is not known", l.OkAfterResend)
	bad(l.Numbers && l.Checksum == ChecksumNone, "lines.checksum", "numbered lines need a checksum")
	bad(l.MaxBytes < 32 || l.MaxBytes > 4096, "lines.max_bytes", "%d is not within 32 and 4096", l.MaxBytes)
	bad(!oneOf(l.Duplicate, DuplicateSilent, DuplicateResend, DuplicateSkip, DuplicateExecuted), "lines.duplicate", "%q is not known", l.Duplicate)
	bad(!oneOf(l.OkNumbered, Never, Maybe, Always), "lines.ok_numbered", "%q is not known", l.OkNumbered)
	bad(l.ResendRepeat < 0, "lines.resend_repeat_ms", "is negative")
	bad(d.Buffers.CommandSlots < 1, "buffers.command_slots", "must be at least 1")
	bad(d.Buffers.ReceiveBytes < 32, "buffers.receive_bytes", "must be at least 32")
	bad(d.Buffers.MaxInFlight < 0, "buffers.max_in_flight", "is negative")
	return errors.Join(errs...)
}

func (d Dialect) checkTimes() error {
	var errs []error
	t := d.Timing
	for _, v := range [...]struct {
		key   string
		value int
	}{
		{"timing.busy_ms", t.Busy}, {"timing.wait_ms", t.Wait}, {"timing.boot_ms", t.Boot}, {"timing.idle_ms", t.Idle},
		{"lines.half_line_ms", d.Lines.HalfLine},
	} {
		if v.value < 0 || v.value > 120_000 {
			errs = append(errs, keyError(v.key, "%d is not within 0 and 120000", v.value))
		}
	}
	if n := d.Lines.MaxNumber; n != 0 && (n < 1_000 || n > 1<<31-1) {
		errs = append(errs, keyError("lines.max_number", "%d is not within 1000 and 2147483647", n))
	}
	return errors.Join(errs...)
}

func (d Dialect) checkReplies() error {
	r := d.Replies
	var errs []error
	need := func(p Pattern, key string, groups ...string) {
		if !p.Set() {
			errs = append(errs, keyError("replies."+key, "must be set"))
			return
		}
		for _, g := range groups {
			if !p.has(g) {
				errs = append(errs, keyError("replies."+key, "needs a group %q", g))
			}
		}
	}
	need(r.Ok, "ok")
	need(r.TemperatureLine, "temperature_line")
	need(r.Temperature, "temperature", "sensor", "actual")
	if d.Lines.Numbers {
		need(r.Resend, "resend", "n")
		need(r.LineError, "line_error")
		need(r.Start, "start")
	}
	if d.Lines.Duplicate == DuplicateSkip {
		need(r.Skip, "skip", "n")
	}
	if r.Action.Set() {
		need(r.Action, "action", "action")
	}
	if d.Commands.Position != "" {
		need(r.Position, "position", "x", "y", "z", "e")
	}
	if d.Commands.AskLine != "" {
		need(r.LineIs, "line_is", "n")
	}
	if r.Ok.Set() && !r.Ok.Match([]byte("ok")) {
		errs = append(errs, keyError("replies.ok", "must match a plain ok"))
	}
	return errors.Join(errs...)
}

func (d Dialect) checkCommands() error {
	c := d.Commands
	var errs []error
	for key, command := range map[string]string{"identify": c.Identify, "temperature": c.Temperature, "stop": c.Stop} {
		if command == "" {
			errs = append(errs, keyError("commands."+key, "must be set"))
		}
	}
	if !oneOf(c.Emergency, Never, Maybe, Always) {
		errs = append(errs, keyError("commands.emergency", "%q is not known; want never, sometimes or always", c.Emergency))
	}
	if (c.Emergency == Maybe) != (c.EmergencyCap != "") {
		errs = append(errs, keyError("commands.emergency_cap", "must be set where emergency is \"sometimes\", and only there"))
	}
	if strings.ContainsFunc(d.Lines.Forbidden, notSyntax) {
		errs = append(errs, keyError("lines.text_forbidden", "%q: letters, digits, spaces, quotes and -._ cannot be forbidden", d.Lines.Forbidden))
	}
	if d.Lines.Numbers && c.ResetLine == "" {
		errs = append(errs, keyError("commands.reset_line", "must be set where lines are numbered"))
	}
	for _, want := range [...]struct{ key, command, place string }{
		{"auto_temperature", c.AutoTemperature, "{seconds}"}, {"inactivity", c.Inactivity, "{seconds}"},
		{"message", c.Message, "{text}"}, {"speed", c.Speed, "{percent}"}, {"flow", c.Flow, "{percent}"},
		{"babystep", c.Babystep, "{mm}"}, {"prompt_answer", c.PromptAnswer, "{choice}"},
	} {
		if want.command != "" && !strings.Contains(want.command, want.place) {
			errs = append(errs, keyError("commands."+want.key, "needs %s", want.place))
		}
	}
	return errors.Join(errs...)
}

// notSyntax says whether a byte has to be sent, whatever a firmware makes of it.
func notSyntax(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"-._`, r) || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
}

func oneOf[T comparable](v T, all ...T) bool {
	for _, a := range all {
		if a == v {
			return true
		}
	}
	return false
}
