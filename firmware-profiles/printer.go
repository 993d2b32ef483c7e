package profiles

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed printers/*.toml
var printerFiles embed.FS

// Printer holds what the chain must know about one model of machine: enough to
// generate slicer settings, to check G-code before it is sent, and to open the
// port. One file in printers/ describes one printer; a field the file does not
// know is refused when it is read. Lengths are µm, speeds mm/s, accelerations
// mm/s², jerks µm/s, temperatures °C.
type Printer struct {
	ID       string   `toml:"id"`             // equals the file name without .toml
	Name     string   `toml:"name"`           // as its maker writes it
	Dialect  string   `toml:"dialect"`        // id of a file in dialects/
	Source   string   `toml:"source"`         // where the facts come from
	Flavor   string   `toml:"flavor"`         // gcode_flavor of PrusaSlicer 2.5.0, which has none of its own for Klipper: marlin
	Arcs     bool     `toml:"arcs"`           // the usual firmware of this machine draws G2/G3
	Commands []string `toml:"extra_commands"` // beyond the common ones, allowed in a file for this machine
	PileMax  int64    `toml:"pile_max"`       // copies of a part that may stand on each other; 0: no bound of its own, 1: never

	Bed      PrinterBed      `toml:"bed"`
	Nozzle   PrinterNozzle   `toml:"nozzle"`
	Heat     PrinterHeat     `toml:"heat"`
	Motion   PrinterMotion   `toml:"motion"`
	Speed    PrinterSpeed    `toml:"speed"`
	Retract  PrinterRetract  `toml:"retract"`
	Link     PrinterLink     `toml:"link"`
	StartEnd PrinterStartEnd `toml:"gcode"`
	Recovery PrinterRecovery `toml:"recovery"`
	Macros   []Macro         `toml:"macros"` // commands that the machine's owner has defined, allowed in a file
}

// PrinterBed is the room the nozzle has. The bed box is where plastic may lie;
// the margins say how far outside it the nozzle may travel.
type PrinterBed struct {
	MinX   int64 `toml:"min_x_um"`
	MinY   int64 `toml:"min_y_um"`
	MaxX   int64 `toml:"max_x_um"`
	MaxY   int64 `toml:"max_y_um"`
	Height int64 `toml:"height_um"`
	Margin int64 `toml:"travel_margin_um"` // beyond the box in X and Y, for priming and parking
	Inset  int64 `toml:"part_inset_um"`    // kept free of parts along each edge, for priming and clips

	Clips []Clip `toml:"clips"` // where the nozzle must not go near the bed
}

// PrinterNozzle is the stock nozzle and the layers it can draw.
type PrinterNozzle struct {
	Diameter         int64 `toml:"diameter_um"`
	MinLayer         int64 `toml:"min_layer_um"`
	MaxLayer         int64 `toml:"max_layer_um"`
	FilamentDiameter int64 `toml:"filament_diameter_um"`
}

// PrinterHeat bounds every temperature the machine may be asked for.
type PrinterHeat struct {
	NozzleMax  int64 `toml:"nozzle_max_c"`
	BedMax     int64 `toml:"bed_max_c"`     // 0: no heated bed
	ChamberMax int64 `toml:"chamber_max_c"` // 0: no heated chamber
	MinExtrude int64 `toml:"min_extrude_c"` // below this an extruding move is cold extrusion
}

// PrinterMotion holds the firmware's limits; time estimates rest on them.
type PrinterMotion struct {
	MaxSpeedX    int64 `toml:"max_speed_x_mm_s"`
	MaxSpeedY    int64 `toml:"max_speed_y_mm_s"`
	MaxSpeedZ    int64 `toml:"max_speed_z_mm_s"`
	MaxSpeedE    int64 `toml:"max_speed_e_mm_s"`
	MaxAccelX    int64 `toml:"max_accel_x_mm_s2"`
	MaxAccelY    int64 `toml:"max_accel_y_mm_s2"`
	MaxAccelZ    int64 `toml:"max_accel_z_mm_s2"`
	MaxAccelE    int64 `toml:"max_accel_e_mm_s2"`
	AccelPrint   int64 `toml:"accel_print_mm_s2"`
	AccelTravel  int64 `toml:"accel_travel_mm_s2"`
	AccelRetract int64 `toml:"accel_retract_mm_s2"`
	JerkX        int64 `toml:"jerk_x_um_s"`
	JerkY        int64 `toml:"jerk_y_um_s"`
	JerkZ        int64 `toml:"jerk_z_um_s"`
	JerkE        int64 `toml:"jerk_e_um_s"`
}

// PrinterSpeed is what this machine prints well at.
type PrinterSpeed struct {
	Perimeter  int64 `toml:"perimeter_mm_s"`
	External   int64 `toml:"external_perimeter_mm_s"`
	Infill     int64 `toml:"infill_mm_s"`
	Solid      int64 `toml:"solid_infill_mm_s"`
	Travel     int64 `toml:"travel_mm_s"`
	FirstLayer int64 `toml:"first_layer_mm_s"`
	Draft      int64 `toml:"draft_mm_s"` // walls and infill alike at draft quality
}

// PrinterRetract is how this extruder keeps from dripping.
type PrinterRetract struct {
	Length int64 `toml:"length_um"`
	Speed  int64 `toml:"speed_mm_s"`
	Lift   int64 `toml:"lift_um"`
}

// PrinterLink is what the serial port needs. It does not replace the dialect,
// which says how the firmware speaks.
type PrinterLink struct {
	Baud        int64 `toml:"baud"`
	ResetsOnDTR bool  `toml:"resets_on_dtr"` // opening the port restarts the board
}

// flavors are those of PrusaSlicer 2.5.0 that write millimetres of filament for a firmware that we have a dialect for.
var flavors = []string{"marlin", "marlin2", "repetier", "reprapfirmware", "smoothie", "teacup"}

var profileID = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,40}$`)

// ProfileName is the id, which equals the file's name.
func (p Printer) ProfileName() string { return p.ID }

// Validate reports every fact of the printer that cannot be right.
func (p Printer) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !profileID.MatchString(p.ID) {
		bad("id %q: want lower case letters, digits, dots and hyphens", p.ID)
	}
	if p.Name == "" || p.Dialect == "" || p.Source == "" {
		bad("name, dialect and source are required")
	}
	if !slices.Contains(flavors, p.Flavor) {
		bad("flavor %q: want one of %s", p.Flavor, strings.Join(flavors, ", "))
	}
	for _, f := range p.facts() {
		if f.value < f.min || f.value > f.max {
			bad("%s = %d: want %d to %d", f.name, f.value, f.min, f.max)
		}
	}
	errs = append(errs, p.checkStartEnd()...)
	errs = append(errs, p.Bed.checkClips(), checkMacros(p.Macros), checkCommands(p.Commands), p.Recovery.check())
	return errors.Join(errs...)
}

type fact struct {
	name            string
	value, min, max int64
}

// facts lists the numbers with the range that any machine of this kind has.
func (p Printer) facts() []fact {
	b, n, h, m, s, r := p.Bed, p.Nozzle, p.Heat, p.Motion, p.Speed, p.Retract
	return []fact{
		{"bed.min_x_um", b.MinX, -500_000, 500_000}, {"bed.min_y_um", b.MinY, -500_000, 500_000},
		{"bed.max_x_um", b.MaxX, b.MinX + 50_000, 1_500_000}, {"bed.max_y_um", b.MaxY, b.MinY + 50_000, 1_500_000},
		{"bed.height_um", b.Height, 50_000, 1_500_000}, {"bed.travel_margin_um", b.Margin, 0, 50_000},
		{"bed.part_inset_um", b.Inset, 0, 50_000},
		{"nozzle.diameter_um", n.Diameter, 100, 2_000}, {"nozzle.min_layer_um", n.MinLayer, 20, 500},
		{"nozzle.max_layer_um", n.MaxLayer, n.MinLayer, n.Diameter * 4 / 5},
		{"nozzle.filament_diameter_um", n.FilamentDiameter, 1_500, 3_200},
		{"heat.nozzle_max_c", h.NozzleMax, 180, 500}, {"heat.bed_max_c", h.BedMax, 0, 200},
		{"heat.min_extrude_c", h.MinExtrude, 120, 200}, {"heat.chamber_max_c", h.ChamberMax, 0, 120},
		{"pile_max", p.PileMax, 0, maxPile},
		{"recovery.lift_um", p.Recovery.Lift, 0, 20_000}, {"recovery.prime_um", p.Recovery.Prime, 0, 100_000},
		{"motion.max_speed_x_mm_s", m.MaxSpeedX, 20, 2_000}, {"motion.max_speed_y_mm_s", m.MaxSpeedY, 20, 2_000},
		{"motion.max_speed_z_mm_s", m.MaxSpeedZ, 1, 500}, {"motion.max_speed_e_mm_s", m.MaxSpeedE, 10, 500},
		{"motion.max_accel_x_mm_s2", m.MaxAccelX, 100, 50_000}, {"motion.max_accel_y_mm_s2", m.MaxAccelY, 100, 50_000},
		{"motion.max_accel_z_mm_s2", m.MaxAccelZ, 10, 10_000}, {"motion.max_accel_e_mm_s2", m.MaxAccelE, 100, 50_000},
		{"motion.accel_print_mm_s2", m.AccelPrint, 100, 20_000}, {"motion.accel_travel_mm_s2", m.AccelTravel, 100, 20_000},
		{"motion.accel_retract_mm_s2", m.AccelRetract, 100, 20_000},
		{"motion.jerk_x_um_s", m.JerkX, 100, 50_000}, {"motion.jerk_y_um_s", m.JerkY, 100, 50_000},
		{"motion.jerk_z_um_s", m.JerkZ, 10, 20_000}, {"motion.jerk_e_um_s", m.JerkE, 100, 50_000},
		{"speed.perimeter_mm_s", s.Perimeter, 5, 500}, {"speed.external_perimeter_mm_s", s.External, 5, 500},
		{"speed.infill_mm_s", s.Infill, 5, 500}, {"speed.solid_infill_mm_s", s.Solid, 5, 500},
		{"speed.travel_mm_s", s.Travel, 20, 1_000}, {"speed.first_layer_mm_s", s.FirstLayer, 5, 100},
		{"speed.draft_mm_s", s.Draft, 5, 500},
		{"retract.length_um", r.Length, 0, 12_000}, {"retract.speed_mm_s", r.Speed, 5, 150},
		{"retract.lift_um", r.Lift, 0, 2_000}, {"link.baud", p.Link.Baud, 0, 2_000_000},
	}
}
