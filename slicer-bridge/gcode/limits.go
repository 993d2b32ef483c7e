package gcode

import (
	"slices"

	"github.com/mailleur/mailleur/firmware-profiles"
)

const (
	payload  = 78 // what Marlin's 96-byte line leaves beside number and checksum
	overhead = 17 // "N", number, blank, "*", checksum
	maxTools = 8
)

// Limits is what one machine, with one filament, may be asked to do. Build it with LimitsFor and Speaking; it is not
// changed by Check and may be shared.
type Limits struct {
	Bed         profiles.PrinterBed
	Motion      profiles.PrinterMotion
	Recovery    profiles.PrinterRecovery
	NozzleMaxC  int64 // the lower of what the machine and the plastic bear
	BedMaxC     int64
	ChamberMaxC int64
	MinExtrude  int64  // °C below which pushing filament is cold extrusion
	Filament    int64  // diameter in µm
	Nozzle      int64  // diameter in µm that a file should be made for; 0 is not looked at
	Material    string // family that a file should be made for, as in Claimed; "" is not looked at
	Density     int64  // mg/cm³; 0 leaves the weight unknown
	Arcs        bool
	Commands    []string         // allowed beyond the firmware's own, sorted
	Macros      []profiles.Macro // allowed, with what they do
	MaxBytes    int64            // of a file; 0 stands for 2 GiB
	Payload     int              // longest command in bytes, without number and checksum
	Firmware    profiles.FileRules

	// EndAppended says that SafeEnd will follow the file, so that heat left on at its end is a warning.
	EndAppended bool
}

// LimitsFor joins the facts of a machine and a filament. A zero filament stands for an unknown one: then only the
// machine bounds the temperatures. What the firmware understands is the common part of all, until Speaking says more.
func LimitsFor(p profiles.Printer, f profiles.Filament) Limits {
	l := Limits{
		Bed: p.Bed, Motion: p.Motion, Recovery: p.Recovery, NozzleMaxC: p.Heat.NozzleMax, BedMaxC: p.Heat.BedMax,
		ChamberMaxC: p.Heat.ChamberMax, MinExtrude: p.Heat.MinExtrude, Filament: p.Nozzle.FilamentDiameter,
		Density: f.Density, Nozzle: p.Nozzle.Diameter, Material: family(f.ID), Arcs: p.Arcs, Commands: slices.Sorted(slices.Values(p.Commands)), Macros: p.Macros,
		Payload: payload, Firmware: profiles.FileRules{Allowed: common},
	}
	if f.NozzleMax > 0 {
		l.NozzleMaxC = min(l.NozzleMaxC, f.NozzleMax)
	}
	return l
}

// Speaking gives the limits for a machine whose firmware speaks d: the commands it knows, and how long a line may be. A
// dialect that says nothing of files leaves the limits as they are.
func (l Limits) Speaking(d profiles.Dialect) Limits {
	if len(d.File.Allowed) > 0 {
		l.Firmware = d.File
	}
	if d.Lines.MaxBytes > 0 {
		l.Payload = d.Lines.MaxBytes
		if d.Lines.Checksum != profiles.ChecksumNone {
			l.Payload -= overhead
		}
	}
	return l
}

// common is what a plain print needs on any firmware. Nothing in it stores settings, changes calibration, reads cards or
// switches protection off.
var common = []string{
	"G0", "G1", "G4", "G21", "G28", "G29", "G90", "G91", "G92",
	"M17", "M18", "M73", "M75", "M76", "M77", "M78", "M82", "M83", "M84",
	"M104", "M106", "M107", "M109", "M140", "M190",
	"M201", "M203", "M204", "M205", "M220", "M221", "M300", "M400", "M420", "M486", "M900", "T0",
}

// hostOwned are harmless, but a host asks such things itself and leaves them out of what it sends.
var hostOwned = []string{"M105", "M114", "M115", "M117", "M118", "M155", "RESPOND"}

// HostOwned says whether a command word, such as "M105", is one that a host keeps to itself: a file may hold it, the
// sender skips it.
func HostOwned(word string) bool { return slices.Contains(hostOwned, word) }

// Pauses says whether a command word stops the print until a person comes.
func (l Limits) Pauses(word string) bool { return slices.Contains(l.Firmware.Pauses, word) }

// verdict is what the check thinks of a command word.
type verdict uint8

const (
	refused verdict = iota
	granted
	pauses
	skipped // the host's own
	never
	inches
)

func (l Limits) judge(c *line) verdict {
	word := c.word()
	_, ours := slices.BinarySearch(l.Commands, word)
	switch {
	case l.Pauses(word):
		return pauses
	case forbidden(c) != "":
		return never
	case HostOwned(word):
		return skipped
	case word == "G20":
		return inches
	case ours, slices.Contains(l.Firmware.Allowed, word), l.Arcs && (word == "G2" || word == "G3"):
		return granted
	case slices.ContainsFunc(l.Macros, func(m profiles.Macro) bool { return m.Name == word }):
		return granted
	}
	return refused
}

// tool says whether the machine has the extruder n.
func (l Limits) tool(n int) bool {
	t := line{letter: 'T', code: int32(n), sub: -1} //nolint:gosec // bounded by the caller
	return n >= 0 && n < maxTools && l.judge(&t) == granted
}

// forbidden gives the reason why no file may hold a command on any machine, "" when there is none. The reasons are
// worded under "forbidden" in the catalogue.
func forbidden(l *line) string {
	if l.letter == 'M' {
		return forbiddenM(l.code)
	}
	switch string(l.name) {
	case "RESTART", "FIRMWARE_RESTART":
		return "restart"
	case "SAVE_CONFIG":
		return "settings"
	case "PID_CALIBRATE":
		return "tuning"
	case "SDCARD_PRINT_FILE", "SDCARD_RESET_FILE":
		return "card"
	case "FORCE_MOVE", "SET_KINEMATIC_POSITION", "RUN_SHELL_COMMAND":
		return "protection"
	}
	return ""
}

// forbiddenM follows Marlin's and RepRapFirmware's lists of M codes (marlinfw.org/meta/gcode, docs.duet3d.com).
func forbiddenM(code int32) string {
	switch code {
	case 112, 410, 524:
		return "stop"
	case 108, 110, 999:
		return "host"
	case 500, 501, 502, 504:
		return "settings"
	case 997:
		return "firmware"
	case 303, 306:
		return "tuning"
	case 92, 206, 301, 304, 428, 665, 666, 851:
		return "calibration"
	case 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 98, 928:
		return "card"
	case 80, 81:
		return "power"
	case 111, 121, 211, 302, 562, 570:
		return "protection"
	}
	return ""
}
