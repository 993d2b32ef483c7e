package fab

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// PlateStatus is where the slicing of a plate stands.
type PlateStatus string

// The statuses of a plate.
const (
	PlatePending    PlateStatus = "pending"    // to be sliced
	PlateSlicing    PlateStatus = "slicing"    // a slicing worker holds it until ClaimedUntil
	PlateReady      PlateStatus = "ready"      // its G-code is stored and checked
	PlateImpossible PlateStatus = "impossible" // this machine cannot make it; Why says so
	PlateFailed     PlateStatus = "failed"     // slicing failed for a reason that may pass; tried again at NextTryAt
	PlateCancelled  PlateStatus = "cancelled"  // nobody wants it: a coordinator said so, another file took its place, or its machine is gone
)

// PlateTable is the state table of Plate.Status.
var PlateTable = Table[PlateStatus]{
	PlatePending:    {PlateSlicing, PlateCancelled},
	PlateSlicing:    {PlatePending, PlateReady, PlateImpossible, PlateFailed, PlateCancelled},
	PlateFailed:     {PlatePending, PlateSlicing, PlateCancelled},
	PlateImpossible: {PlatePending, PlateCancelled},
	PlateReady:      {PlateCancelled},
	PlateCancelled:  {PlatePending},
}

// Who made the G-code of a plate.
const (
	PlateBySlicer = "slicer" // the lab's slicer
	PlateByMaker  = "maker"  // the maker of the machine, who sliced the part alone
)

// Reasons that the lab itself gives for where a plate stands; Why of a plate also holds what the slicer says.
const (
	WhyPlateCancelled  = "plate_cancelled_by_hand" // a coordinator said so
	WhyPlateNotNeeded  = "plate_not_needed"        // no machine of the lab is set up so any more, or the version was withdrawn
	WhyPlateReplaced   = "plate_replaced"          // its maker sent another file
	WhyPlateWorkerLost = "plate_worker_lost"       // times: the program that sliced it went away, so often
	WhyPlateUnsafe     = "plate_unsafe"            // what came back from slicing did not pass the lab's own check
)

// Extent is a part of space, in µm of the machine's own axes.
type Extent struct {
	MinX int64 `json:"min_x"`
	MinY int64 `json:"min_y"`
	MinZ int64 `json:"min_z"`
	MaxX int64 `json:"max_x"`
	MaxY int64 `json:"max_y"`
	MaxZ int64 `json:"max_z"`
}

// Machine is what G-code is made for. Two machines of one kind print the same files.
type Machine struct {
	Model    string // printer profile
	NozzleUM int64
	Filament string // filament profile
	Overlay  string // OverlayHash of the machine's own settings; "" for the model's
}

// OverlayHash names a machine's own settings: the SHA-256 of their text in hex, "" where there are none.
func OverlayHash(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Plate is one bed-load: copies of a part, sliced for one kind of machine, or by its maker for one machine. It is the
// indivisible unit of printed work.
type Plate struct {
	ID         PlateID         `bun:"id,pk"`
	DesignID   DesignVersionID `bun:"design_id"`
	Part       string          `bun:"part"`
	Copies     int64           `bun:"copies"`
	Pile       int64           `bun:"pile"`  // pieces standing on each other at most; 0 and 1 are none
	Model      string          `bun:"model"` // printer profile
	NozzleUM   int64           `bun:"nozzle_um"`
	Filament   string          `bun:"filament"`           // filament profile
	Overlay    string          `bun:"overlay"`            // OverlayHash of the machines it is for
	WorkerID   WorkerID        `bun:"worker_id,nullzero"` // the one machine it is for; empty: every machine of the kind
	Source     string          `bun:"source"`             // PlateBySlicer or PlateByMaker
	Status     PlateStatus     `bun:"status"`
	Why        Reason          `bun:"why,type:text"`
	GCodeHash  string          `bun:"gcode_hash"` // blob; SHA-256 in hex
	GCodeBytes int64           `bun:"gcode_bytes"`
	Picture    string          `bun:"picture"` // blob with a PNG of the plate; "" when there is none
	Seconds    int64           `bun:"seconds"` // estimate
	FilamentMG int64           `bun:"filament_mg"`
	FilamentUM int64           `bun:"filament_um"`
	Layers     int64           `bun:"layers"`
	Lines      int64           `bun:"lines"` // lines that a host sends
	Bounds     Extent          `bun:"bounds,type:text"`
	Warnings   []Reason        `bun:"warnings,type:text"`
	Slicer     string          `bun:"slicer"` // program and version
	CreatedAt  time.Time       `bun:"created_at"`
	UpdatedAt  time.Time       `bun:"updated_at"`

	// Slicing. The token is the fence: whoever holds another one is too late.
	ProgressPM   int64     `bun:"progress_pm"` // per mille, while slicing
	Tries        int64     `bun:"tries"`       // claims since the plate was planned or somebody asked to try again
	NextTryAt    time.Time `bun:"next_try_at,nullzero"`
	ClaimedBy    string    `bun:"claimed_by"` // name of the slicing machine; "" while slicing is the coordinator itself
	ClaimToken   string    `bun:"claim_token"`
	ClaimedUntil time.Time `bun:"claimed_until,nullzero"`
}

// Machine is the kind of machine that the plate is for.
func (p Plate) Machine() Machine { return Machine{p.Model, p.NozzleUM, p.Filament, p.Overlay} }

// Fits reports whether the worker's machine prints the file of this plate, as it is set up now.
func (p Plate) Fits(w Worker) bool {
	forIt := p.WorkerID == w.ID || p.WorkerID == "" && !w.SlicesSelf
	same := p.Model == w.Model && p.NozzleUM == w.NozzleUM && p.Filament == w.Filament
	return forIt && same && (p.Pile <= 1 || w.Piles) && p.Overlay == OverlayHash(w.Overlay)
}

// Turn changes where the plate stands, and ends every claim on it. The zero Reason says nothing.
func (p *Plate) Turn(to PlateStatus, why Reason, now time.Time) error {
	if err := PlateTable.Move("plate", p.Status, to); err != nil {
		return err
	}
	p.Status, p.Why, p.UpdatedAt = to, why, now
	p.ClaimedBy, p.ClaimToken, p.ClaimedUntil, p.NextTryAt = "", "", time.Time{}, time.Time{}
	p.ProgressPM = 0
	return nil
}
