package slicing

import (
	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Quality says how finely a plate is drawn.
type Quality string

// Draft prints thick and fast for parts that only have to hold; normal is what
// a slicer would propose.
const (
	Draft  Quality = "draft"
	Normal Quality = "normal"
)

// Overlay is what one machine has beside its model: its own start and end,
// clips, macros and tighter limits.
type Overlay = profiles.Overlay

// ParseOverlay reads an overlay's TOML, at most 16 KiB. A refusal is a *Problem
// with CodeBadOverlay, whose detail names the key.
func ParseOverlay(text []byte) (Overlay, error) {
	o, err := profiles.ParseOverlay(text)
	if err != nil {
		return Overlay{}, mesh.NewProblem(CodeBadOverlay, "detail", err)
	}
	return o, nil
}

// PartCopies is one more kind of part on a plate.
type PartCopies struct {
	STL    []byte // as it came in; it is checked
	Name   string // only for logs, pictures and the object's name in the plate
	Copies int    // from 1
}

// Request asks for one plate: copies of one part or of several on one machine.
type Request struct {
	STL      []byte       // as it came in, STL or 3MF; it is checked
	PartName string       // only for logs and the object's name in the plate
	Copies   int          // from 1
	More     []PartCopies // other parts on the same plate, at most 15
	Printer  string       // id of a printer profile
	Filament string       // id of a filament profile
	Overlay  Overlay      // what this one machine has beside its model; the zero value is the plain model
	Quality  Quality      // empty means Draft
	NozzleUM int64        // 0 means the machine's stock nozzle
	Pile     int          // copies standing on each other at most, 0 or 1 for none; the last pile may be lower
	Repair   bool         // weld and turn the surfaces before anything else; never done unasked
	Scale    float64      // of every part, as in 25.4 for a model in inches; 0 means 1
	Brim     bool         // a border of 5 mm that holds a narrow foot down; it is cut off by hand
	NoArcs   bool         // lines only, even where the machine draws arcs

	// Progress is told how far the slicing of the plate has come, 0 to 1000, never
	// falling, from a goroutine of the run; it must return at once. A plate from
	// the cache tells 1000 only.
	Progress func(permille int)
}

// Result is a plate ready to print. The G-code passed gcode.Check with the
// machine's and the filament's limits.
type Result struct {
	GCodeSHA256   string         `json:"gcode_sha256"`
	Path          string         `json:"path"`              // of the G-code, in the cache folder; do not change the file
	Picture       string         `json:"picture,omitempty"` // path of a PNG of the plate, 480 × 360, beside the G-code
	Size          int64          `json:"size"`              // bytes
	Seconds       int64          `json:"seconds"`           // of motion and dwells, by our own planner; heating is not in it
	FilamentMG    int64          `json:"filament_mg"`
	FilamentUM    int64          `json:"filament_um"`
	Layers        int64          `json:"layers"`
	Lines         int64          `json:"lines"`  // that hold a command
	Copies        int            `json:"copies"` // of all parts together
	Bounds        gcode.Box      `json:"bounds"`
	Arcs          *arcfit.Stats  `json:"arcs,omitempty"` // what became of its lines; nil where the machine draws no arcs
	SlicerVersion string         `json:"slicer_version"`
	Warnings      []mesh.Problem `json:"warnings,omitempty"`
	CacheHit      bool           `json:"cached"`
}

// The codes of refusals and failures; each comes as a *mesh.Problem, as do the
// refusals of mesh and plate.
const (
	CodeUnknownPrinter  = "slicing.unknown_printer"      // printer
	CodeUnknownFilament = "slicing.unknown_filament"     // filament
	CodeBadRequest      = "slicing.bad_request"          // field, value
	CodeBadOverlay      = "slicing.bad_overlay"          // detail: names the key
	CodeFilamentTooHot  = "slicing.filament_too_hot"     // want_c, max_c: the nozzle does not get as hot as this plastic wants
	CodeBedTooHot       = "slicing.filament_bed_too_hot" // want_c, max_c: the bed does not get as hot as this plastic wants
	CodeNeedsBed        = "slicing.filament_needs_bed"   // want_c: this plastic wants a heated bed, and the machine has none
	CodeSlicerMissing   = "slicing.slicer_missing"       // package
	CodeSlicerFailed    = "slicing.slicer_failed"        // exit, detail
	CodeSlicerCrashed   = "slicing.slicer_crashed"       // signal, detail
	CodeSlicerLimit     = "slicing.slicer_limit"         // limit: time, cpu, memory or file
	CodeEmptyPlate      = "slicing.empty_plate"          // detail
	CodeUnsafe          = "slicing.unsafe"               // finding, line, and the finding's arguments
	CodeSlicerWarning   = "slicing.slicer_warning"       // text (a warning)
	CodePileTooHigh     = "slicing.pile_too_high"        // pile, max: this machine piles no more pieces
	CodeMisplaced       = "slicing.misplaced"            // x_mm, y_mm, z_mm: the slicer laid plastic where no copy stands
	CodeCopyMissing     = "slicing.copy_missing"         // missing, copies: the slicer left copies out
	CodeNotWhole        = "slicing.not_whole"            // axis, got_mm, want_mm: the edge of a part is too fine to draw (a warning)
	CodeTimeDiffers     = "slicing.time_differs"         // ours_s, slicer_s (a warning)
	CodeFileTooLarge    = "slicing.file_too_large"       // max_mib: a G-code file made elsewhere
)

// Codes lists every code of this package.
func Codes() []string {
	return []string{
		CodeUnknownPrinter, CodeUnknownFilament, CodeBadRequest, CodeBadOverlay, CodeFilamentTooHot, CodeBedTooHot, CodeNeedsBed, CodeSlicerMissing, CodeSlicerFailed,
		CodeSlicerCrashed, CodeSlicerLimit, CodeEmptyPlate, CodeUnsafe, CodeSlicerWarning, CodePileTooHigh, CodeMisplaced,
		CodeCopyMissing, CodeNotWhole, CodeTimeDiffers, CodeFileTooLarge,
	}
}
