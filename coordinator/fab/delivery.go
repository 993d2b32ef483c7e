package fab

import "time"

// Kit is a number of products assembled at once for one request from parts and materials; its sources are the stock
// moves whose Subject is the kit.
type Kit struct {
	ID        KitID           `bun:"id,pk"`
	RequestID RequestID       `bun:"request_id"`
	Product   string          `bun:"product"`
	DesignID  DesignVersionID `bun:"design_id"`
	Quantity  int64           `bun:"quantity"`
	BoxID     BoxID           `bun:"box_id,nullzero"`
	By        AccountID       `bun:"by_account,nullzero"`
	CreatedAt time.Time       `bun:"created_at"`
}

// KitLot says how many pieces of a lot are inside a kit.
type KitLot struct {
	KitID    KitID `bun:"kit_id,pk"`
	LotID    LotID `bun:"lot_id,pk"`
	Quantity int64 `bun:"quantity"`
}

// BoxStatus is where a box stands.
type BoxStatus string

// The statuses of a box.
const (
	BoxPacked    BoxStatus = "packed"
	BoxLoaded    BoxStatus = "loaded"
	BoxDelivered BoxStatus = "delivered"
	BoxReturned  BoxStatus = "returned"
)

// BoxTable is the state table of Box.Status.
var BoxTable = Table[BoxStatus]{
	BoxPacked: {BoxLoaded},
	BoxLoaded: {BoxDelivered, BoxPacked},
}

// Box holds labelled kits for one request.
type Box struct {
	ID        BoxID     `bun:"id,pk"`
	Code      string    `bun:"code"`
	RequestID RequestID `bun:"request_id"`
	StopID    StopID    `bun:"stop_id,nullzero"`
	Status    BoxStatus `bun:"status"`
	Recalled  bool      `bun:"recalled"`
	CreatedAt time.Time `bun:"created_at"`
}

// RunStatus is where a tour stands.
type RunStatus string

// The statuses of a run.
const (
	RunPlanned RunStatus = "planned"
	RunOnWay   RunStatus = "on_way"
	RunDone    RunStatus = "done"
)

// RunTable is the state table of Run.Status.
var RunTable = Table[RunStatus]{RunPlanned: {RunOnWay, RunDone}, RunOnWay: {RunDone}}

// Run is a tour of one driver on one day.
type Run struct {
	ID         RunID      `bun:"id,pk"`
	Code       string     `bun:"code"`
	Driver     string     `bun:"driver"`
	Phone      string     `bun:"phone"`
	Day        time.Time  `bun:"day"`
	VehicleID  LocationID `bun:"vehicle_id"`
	Status     RunStatus  `bun:"status"`
	CreatedAt  time.Time  `bun:"created_at"`
	FinishedAt time.Time  `bun:"finished_at,nullzero"`
}

// Kinds of stop.
const (
	StopCollect = "collect" // fetch lots at a maker's
	StopDrop    = "drop"    // leave material or a spool
	StopDeliver = "deliver"
)

// StopStatus is where a stop stands.
type StopStatus string

// The statuses of a stop.
const (
	StopOpen   StopStatus = "open"
	StopDone   StopStatus = "done"
	StopPartly StopStatus = "partly"
	StopFailed StopStatus = "failed"
)

// StopTable is the state table of Stop.Status.
var StopTable = Table[StopStatus]{StopOpen: {StopDone, StopPartly, StopFailed}}

// Stop is any place on a run.
type Stop struct {
	ID         StopID     `bun:"id,pk"`
	RunID      RunID      `bun:"run_id"`
	Seq        int64      `bun:"seq"` // 1 is the first
	Kind       string     `bun:"kind"`
	FacilityID FacilityID `bun:"facility_id,nullzero"`
	MakerID    MakerID    `bun:"maker_id,nullzero"`
	RequestID  RequestID  `bun:"request_id,nullzero"`
	Status     StopStatus `bun:"status"`
	Why        string     `bun:"why"` // code: closed, refused, not_found, damaged
	DoneAt     time.Time  `bun:"done_at,nullzero"`
}

// NoteLine is one line of a delivery note.
type NoteLine struct {
	Product  string   `json:"product"`
	Quantity int64    `json:"quantity"`
	Box      string   `json:"box"`
	Lots     []string `json:"lots"`
}

// DeliveryNote is the paper of a delivery stop. Its number is continuous within the lab.
type DeliveryNote struct {
	ID        NoteID     `bun:"id,pk"`
	No        int64      `bun:"no"`
	StopID    StopID     `bun:"stop_id"`
	RequestID RequestID  `bun:"request_id"`
	Lines     []NoteLine `bun:"lines,type:text"`
	CreatedAt time.Time  `bun:"created_at"`
}

// Proof is what shows that a delivery took place.
type Proof struct {
	ID           ProofID   `bun:"id,pk"`
	StopID       StopID    `bun:"stop_id"`
	Kind         string    `bun:"kind"` // name, signature, photo
	Name         string    `bun:"name"` // who took it over
	Blob         string    `bun:"blob"` // picture of a signature or photo
	Reservations string    `bun:"reservations"`
	At           time.Time `bun:"at"`
}
