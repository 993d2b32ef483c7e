package gcode

import "slices"

// Box is a range in µm.
type Box struct {
	MinX int64 `json:"min_x_um"`
	MinY int64 `json:"min_y_um"`
	MinZ int64 `json:"min_z_um"`
	MaxX int64 `json:"max_x_um"`
	MaxY int64 `json:"max_y_um"`
	MaxZ int64 `json:"max_z_um"`
}

// Report is what one pass over a file measured.
type Report struct {
	Lines       int64   `json:"lines"`               // that hold a command: no blanks, no comments
	FileLines   int64   `json:"file_lines"`          // all of them
	Bytes       int64   `json:"bytes"`               // of the file
	Bounds      Box     `json:"bounds"`              // of moves that lay plastic
	MaxZUM      int64   `json:"max_z_um"`            // of any move
	FilamentUM  int64   `json:"filament_um"`         // length drawn from the spool, priming included
	FilamentMG  int64   `json:"filament_mg"`         // 0 when the density is unknown
	PrimedUM    int64   `json:"primed_um,omitempty"` // of it, before the first layer that the slicer names
	Layers      int64   `json:"layers"`
	Seconds     int64   `json:"seconds"` // of motion and dwells; heating is not in it
	NozzleMaxC  int64   `json:"nozzle_max_c"`
	BedMaxC     int64   `json:"bed_max_c"`
	ChamberMaxC int64   `json:"chamber_max_c,omitempty"`
	Pauses      int64   `json:"pauses,omitempty"` // lines that stop the print until a person comes
	HeatersOff  bool    `json:"heaters_off"`      // at the end of the file
	Slicer      string  `json:"slicer,omitempty"`
	Claimed     Claimed `json:"claimed"` // what the slicer says of its file
}

// Finding is one thing the check holds against a file. Line is the first file line it shows on, from 1 (0: the file as a
// whole), Count how many lines show it. Every code is worded in the catalogue.
type Finding struct {
	Code    string            `json:"code"`
	Line    int64             `json:"line,omitempty"`
	Count   int64             `json:"count"`
	Warning bool              `json:"warning,omitempty"` // worth knowing, no reason to refuse
	Args    map[string]string `json:"args,omitempty"`
}

// The codes of findings, with their arguments.
const (
	CodeNoExtrusion    = "gcode.no_extrusion"      // nothing is printed
	CodeOutsideBed     = "gcode.outside_bed"       // axis, at_mm, min_mm, max_mm
	CodeOnClip         = "gcode.on_clip"           // clip, x_mm, y_mm, at_mm, max_mm
	CodeTooHigh        = "gcode.too_high"          // at_mm, max_mm
	CodeBelowBed       = "gcode.below_bed"         // at_mm
	CodeTooHot         = "gcode.too_hot"           // heater, want_c, max_c
	CodeColdExtrusion  = "gcode.cold_extrusion"    // target_c, min_c
	CodeMoveBeforeHome = "gcode.move_before_home"  // axis
	CodeHeaterLeftOn   = "gcode.heater_left_on"    // heater, target_c (a warning where SafeEnd follows)
	CodeRefusedCommand = "gcode.command_refused"   // command
	CodeForbidden      = "gcode.command_forbidden" // command, why
	CodeNoTool         = "gcode.no_tool"           // tool
	CodeTwoCommands    = "gcode.two_commands"      // text
	CodeHostOwned      = "gcode.host_owned"        // command (a warning)
	CodeInertText      = "gcode.inert_text"        // text (a warning)
	CodePause          = "gcode.pause"             // command (a warning)
	CodeOriginMoved    = "gcode.origin_moved"      // axis (a warning)
	CodeInches         = "gcode.inches"
	CodeLineTooLong    = "gcode.line_too_long"  // length, max
	CodeUnreadable     = "gcode.unreadable"     // text
	CodePlaceholder    = "gcode.placeholder"    // text
	CodeDamaged        = "gcode.damaged"        // a line holds NUL bytes
	CodeNotGCode       = "gcode.not_gcode"      // is
	CodeLongExtrusion  = "gcode.long_extrusion" // at_mm, max_mm
	CodeTooLarge       = "gcode.too_large"      // bytes, max
	CodeTooLong        = "gcode.too_long"       // hours, max
	CodeOtherNozzle    = "gcode.other_nozzle"   // said_mm, want_mm (a warning)
	CodeOtherMaterial  = "gcode.other_material" // said, want (a warning)
)

// Codes lists every code of a finding.
func Codes() []string {
	return []string{
		CodeNoExtrusion, CodeOutsideBed, CodeOnClip, CodeTooHigh, CodeBelowBed, CodeTooHot, CodeColdExtrusion,
		CodeMoveBeforeHome, CodeHeaterLeftOn, CodeRefusedCommand, CodeForbidden, CodeNoTool, CodeTwoCommands,
		CodeHostOwned, CodeInertText, CodePause, CodeOriginMoved, CodeInches, CodeLineTooLong, CodeUnreadable,
		CodePlaceholder, CodeDamaged, CodeNotGCode, CodeOtherNozzle, CodeOtherMaterial,
		CodeLongExtrusion, CodeTooLarge, CodeTooLong,
	}
}

// Safe says whether a file with these findings may be printed.
func Safe(findings []Finding) bool {
	return !slices.ContainsFunc(findings, func(f Finding) bool { return !f.Warning })
}
