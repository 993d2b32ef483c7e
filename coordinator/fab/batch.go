package fab

import "time"

// BatchStatus is where a batch stands.
type BatchStatus string

// The statuses of a batch.
const (
	BatchOpen      BatchStatus = "open"
	BatchPaused    BatchStatus = "paused"
	BatchDone      BatchStatus = "done"
	BatchCancelled BatchStatus = "cancelled"
)

// BatchTable is the state table of Batch.Status. A done batch opens again when pieces of it are lost or recalled.
var BatchTable = Table[BatchStatus]{
	BatchOpen:   {BatchPaused, BatchDone, BatchCancelled},
	BatchPaused: {BatchOpen, BatchCancelled},
	BatchDone:   {BatchOpen},
}

// Batch is N good products of one design version by a date. RequestID is empty for a batch made to stock.
type Batch struct {
	ID        BatchID         `bun:"id,pk"`
	RequestID RequestID       `bun:"request_id,nullzero"`
	DesignID  DesignVersionID `bun:"design_id"`
	Product   string          `bun:"product"`
	Quantity  int64           `bun:"quantity"`
	DueAt     time.Time       `bun:"due_at"`
	Priority  int64           `bun:"priority"` // higher first; 0 is normal
	Status    BatchStatus     `bun:"status"`
	CreatedAt time.Time       `bun:"created_at"`
	DoneAt    time.Time       `bun:"done_at,nullzero"`
}

// PartCount is how far a batch is with one part, in pieces.
type PartCount struct {
	Part   string `bun:"part"`
	Needed int64  `bun:"needed"` // for Quantity products
	Good   int64  `bun:"good"`   // counted good and not lost since
	Bad    int64  `bun:"bad"`
	Open   int64  `bun:"open"` // copies on jobs that are not ended
}

// Missing is how many pieces still lack a job.
func (c PartCount) Missing() int64 { return max(0, c.Needed-c.Good-c.Open) }

// PlateStatus is where the slicing of a plate stands.
type PlateStatus string

// The statuses of a plate.
const (
	PlatePending    PlateStatus = "pending"
	PlateReady      PlateStatus = "ready"
	PlateImpossible PlateStatus = "impossible" // this machine cannot make it; Why says so
)

// Plate is one bed-load: copies of a part, sliced for one printer model, nozzle and filament. It is the indivisible unit
// of printed work.
type Plate struct {
	ID         PlateID         `bun:"id,pk"`
	DesignID   DesignVersionID `bun:"design_id"`
	Part       string          `bun:"part"`
	Copies     int64           `bun:"copies"`
	Model      string          `bun:"model"` // printer profile
	NozzleUM   int64           `bun:"nozzle_um"`
	Filament   string          `bun:"filament"` // filament profile
	Status     PlateStatus     `bun:"status"`
	Why        Reason          `bun:"why,type:text"`
	GCodeHash  string          `bun:"gcode_hash"` // blob; SHA-256 in hex
	GCodeBytes int64           `bun:"gcode_bytes"`
	Seconds    int64           `bun:"seconds"` // slicer's estimate
	FilamentMG int64           `bun:"filament_mg"`
	Layers     int64           `bun:"layers"`
	Lines      int64           `bun:"lines"` // lines that a host sends
	Slicer     string          `bun:"slicer"`
	CreatedAt  time.Time       `bun:"created_at"`
}
