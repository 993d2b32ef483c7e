package gcode

import (
	"slices"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// Limits is what one machine, with one filament, may be asked to do. Build it
// with LimitsFor; it is not changed by Check and may be shared.
type Limits struct {
	Bed        profiles.PrinterBed
	Motion     profiles.PrinterMotion
	NozzleMaxC int64 // the lower of what the machine and the plastic bear
	BedMaxC    int64
	MinExtrude int64 // °C below which pushing filament is cold extrusion
	Filament   int64 // diameter in µm
	Density    int64 // mg/cm³; 0 leaves the weight unknown
	Arcs       bool
	Commands   []string // allowed beyond the common ones, sorted
}

// LimitsFor joins the facts of a machine and a filament. A zero filament stands
// for an unknown one: then only the machine bounds the temperatures.
func LimitsFor(p profiles.Printer, f profiles.Filament) Limits {
	l := Limits{
		Bed: p.Bed, Motion: p.Motion, NozzleMaxC: p.Heat.NozzleMax, BedMaxC: p.Heat.BedMax,
		MinExtrude: p.Heat.MinExtrude, Filament: p.Nozzle.FilamentDiameter, Density: f.Density, Arcs: p.Arcs,
		Commands: slices.Sorted(slices.Values(p.Commands)),
	}
	if f.NozzleMax > 0 {
		l.NozzleMaxC = min(l.NozzleMaxC, f.NozzleMax)
	}
	return l
}

// common is what a plain print needs on any firmware. Nothing in it stores
// settings, changes calibration, reads cards or moves the origin.
var common = []string{
	"G0", "G1", "G4", "G21", "G28", "G29", "G90", "G91", "G92",
	"M17", "M18", "M73", "M75", "M76", "M77", "M78", "M82", "M83", "M84",
	"M104", "M106", "M107", "M109", "M140", "M190",
	"M201", "M203", "M204", "M205", "M220", "M221", "M300", "M400", "M420", "M486", "M900", "T0",
}

// hostOwned are harmless, but a host asks such things itself and leaves them
// out of what it sends.
var hostOwned = []string{"M105", "M114", "M115", "M117", "M118", "M155"}

// HostOwned says whether a command word, such as "M105", is one that a host
// keeps to itself: a file may hold it, the sender skips it.
func HostOwned(word string) bool { return slices.Contains(hostOwned, word) }

func (l Limits) allowed(word string) bool {
	if slices.Contains(common, word) || l.Arcs && (word == "G2" || word == "G3") {
		return true
	}
	_, ok := slices.BinarySearch(l.Commands, word)
	return ok
}
