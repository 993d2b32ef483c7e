package profiles

import (
	"errors"
	"regexp"
	"strings"
)

// FileRules is what a G-code file may hold for one family of firmware. A dialect without the table leaves only what
// every firmware understands (see slicer-bridge/gcode). What a machine has beyond its firmware's usual commands stands
// in its own profile: extra_commands and macros.
type FileRules struct {
	// Allowed are the command words, in capitals, that a file may hold: "G1", "M862.3", "EXCLUDE_OBJECT". Arcs (G2, G3)
	// are not in it: whether they are drawn depends on the machine.
	Allowed []string `toml:"allowed"`
	// Pauses are the words that stop a print until a person comes; the host can handle them.
	Pauses []string `toml:"pauses"`
	// Inches says that the firmware understands G20.
	Inches bool `toml:"inches"`
	// RadiusArcs says that the firmware takes the radius of an arc (G2 X5 Y5 R5) in place of its centre.
	RadiusArcs bool `toml:"radius_arcs"`
	// Extruder says how G90 and G91 concern the extruder; empty is ExtruderFollows.
	Extruder ExtruderMode `toml:"extruder_mode"`
}

// ExtruderMode is how absolute and relative positions of the axes and of the extruder depend on each other.
type ExtruderMode string

// The ways with the extruder.
const (
	ExtruderFollows ExtruderMode = "follows" // G90 and G91 set it too, M82 and M83 after them differ (Marlin 2)
	ExtruderEither  ExtruderMode = "either"  // it is relative after G91 or M83, until both are taken back (Klipper, Marlin 1, Repetier)
	ExtruderOwn     ExtruderMode = "own"     // only M82 and M83 concern it (Prusa-Firmware, RepRapFirmware)
)

// commandWord is a G-code word as documentation writes it, or the name of a macro.
var commandWord = regexp.MustCompile(`^(?:[GMT][0-9]{1,4}(?:\.[0-9]{1,2})?|[A-Z_][A-Z0-9_]{2,31})$`)

// check reports every word that no command can have.
func (r FileRules) check() error {
	var errs []error
	for key, words := range map[string][]string{"file.allowed": r.Allowed, "file.pauses": r.Pauses} {
		for _, w := range words {
			if !commandWord.MatchString(w) {
				errs = append(errs, keyError(key, "%q is no command word; want capitals as in \"G1\", \"M862.3\" or \"PRINT_START\"", w))
			}
		}
	}
	if !oneOf(r.Extruder, "", ExtruderFollows, ExtruderEither, ExtruderOwn) {
		errs = append(errs, keyError("file.extruder_mode", "%q is not known", r.Extruder))
	}
	return errors.Join(errs...)
}

// Macro is a command that one machine's owner has defined, and what is true when it has ended. Lengths and
// temperatures are those of the profile it stands in.
type Macro struct {
	Name   string `toml:"name"`             // in capitals, "PRINT_START"
	Homes  bool   `toml:"homes"`            // all axes are homed
	Nozzle string `toml:"nozzle_parameter"` // parameter whose temperature the nozzle has reached, as "EXTRUDER" in EXTRUDER=210
	Bed    string `toml:"bed_parameter"`    // the same for the bed
	Cools  bool   `toml:"cools"`            // every heater is off
}

// Clip is a rectangle of the bed where something stands: a clamp, a screw, a magnet. The nozzle stays out of it below
// Height. Lengths are µm in the machine's own coordinates.
type Clip struct {
	MinX   int64 `toml:"min_x_um"`
	MinY   int64 `toml:"min_y_um"`
	MaxX   int64 `toml:"max_x_um"`
	MaxY   int64 `toml:"max_y_um"`
	Height int64 `toml:"height_um"`
}

// checkClips reports a rectangle that is none, or that stands nowhere near the bed.
func (b PrinterBed) checkClips() error {
	for i, c := range b.Clips {
		if c.MaxX < b.MinX-50_000 || c.MinX > b.MaxX+50_000 || c.MaxY < b.MinY-50_000 || c.MinY > b.MaxY+50_000 {
			return keyError("bed.clips", "clip %d lies more than 50 mm beside the bed", i+1)
		}
	}
	return checkClips("bed.clips", b.Clips)
}

func checkClips(key string, clips []Clip) error {
	for i, c := range clips {
		switch {
		case c.MaxX <= c.MinX || c.MaxY <= c.MinY:
			return keyError(key, "clip %d: max_x_um and max_y_um must lie above min_x_um and min_y_um", i+1)
		case c.Height <= 0 || c.Height > 50_000:
			return keyError(key, "clip %d: height_um = %d: want 1 to 50000", i+1, c.Height)
		}
	}
	return nil
}

// macroParameter is the name of a macro's parameter, as in EXTRUDER=210.
var macroParameter = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{0,31}$`)

// checkMacros reports a macro that has no name of its own, or that is said to heat and to cool.
func checkMacros(macros []Macro) error {
	for _, m := range macros {
		if !commandWord.MatchString(m.Name) {
			return keyError("macros.name", "%q is no command word; want capitals as in \"PRINT_START\"", m.Name)
		}
		if strings.ContainsAny(m.Name[1:2], "0123456789") {
			return keyError("macros.name", "%q is a command of its own; want a name as in \"PRINT_START\"", m.Name)
		}
		for key, name := range map[string]string{"macros.nozzle_parameter": m.Nozzle, "macros.bed_parameter": m.Bed} {
			if name != "" && !macroParameter.MatchString(name) {
				return keyError(key, "%q is no parameter; want capitals as in \"EXTRUDER\"", name)
			}
		}
		if m.Cools && (m.Nozzle != "" || m.Bed != "") {
			return keyError("macros", "%s cannot both reach a temperature and cool", m.Name)
		}
	}
	return nil
}

// checkCommands reports an extra command that no command can be.
func checkCommands(words []string) error {
	for _, w := range words {
		if !commandWord.MatchString(w) {
			return keyError("extra_commands", "%q is no command word; want capitals as in \"G80\" or \"BED_MESH_CALIBRATE\"", w)
		}
	}
	return nil
}

// PrinterRecovery is what may be done after the board was reset with a part on the bed. The zero value allows nothing.
type PrinterRecovery struct {
	// HomeXY says that X and Y can be homed with a part on the bed: the switches are reached Lift above the last layer
	// without touching it, and homing them does not lower Z.
	HomeXY bool `toml:"home_xy_beside_part"`
	// SetZ is the command that tells the firmware where Z stands without moving; {mm} is the height.
	SetZ string `toml:"set_z"`
	// Lift is how far the nozzle rises before it travels, in µm.
	Lift int64 `toml:"lift_um"`
	// Prime is how much filament is pushed beside the part before the print goes on, in µm.
	Prime int64 `toml:"prime_um"`
}

func (r PrinterRecovery) check() error {
	if r.HomeXY && !strings.Contains(r.SetZ, "{mm}") {
		return keyError("recovery.set_z", "%q needs {mm}, as in \"G92 Z{mm}\"", r.SetZ)
	}
	return nil
}
