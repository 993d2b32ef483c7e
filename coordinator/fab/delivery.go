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
	Supplied  []string        `bun:"supplied,type:text"` // codes of materials that are not in it: the place adds them
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
	BoxReturned  BoxStatus = "returned" // empty: what was inside is in stock again, or in another box
)

// BoxTable is the state table of Box.Status.
var BoxTable = Table[BoxStatus]{
	BoxPacked:    {BoxLoaded, BoxReturned},
	BoxLoaded:    {BoxDelivered, BoxPacked},
	BoxDelivered: {BoxReturned},
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
	// RecalledAt is when it was recalled first. What was handed over before, and is told later, was handed over.
	RecalledAt time.Time `bun:"recalled_at,nullzero"`
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
	LeaveMin   int64      `bun:"leave_min"` // when it leaves the hub: minutes since the midnight of the lab's clock
	Vehicle    string     `bun:"vehicle"`   // as people call it
	Capacity   int64      `bun:"capacity"`  // boxes that it takes; zero: nobody said
	VehicleID  LocationID `bun:"vehicle_id"`
	Status     RunStatus  `bun:"status"`
	Counter    bool       `bun:"counter"`            // no tour: what was handed out at the hub on one day
	ClosedBy   AccountID  `bun:"closed_by,nullzero"` // who ended it before its last stop
	CreatedAt  time.Time  `bun:"created_at"`
	FinishedAt time.Time  `bun:"finished_at,nullzero"`
}

// Kinds of stop.
const (
	StopCollect = "collect" // fetch lots at a maker's, or a gift at its donor's
	StopDrop    = "drop"    // leave material or a spool at a maker's
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

// StopTable is the state table of Stop.Status. A stop that was closed without its driver may turn out to be done.
var StopTable = Table[StopStatus]{StopOpen: {StopDone, StopPartly, StopFailed}, StopFailed: {StopDone, StopPartly}}

// Why a stop failed that no driver reported.
const (
	StopNotVisited = "not_visited" // the run was closed before
	StopTakenOff   = "taken_off"   // it was taken off the run
)

// Stop is any place on a run.
type Stop struct {
	ID         StopID     `bun:"id,pk"`
	RunID      RunID      `bun:"run_id"`
	No         int64      `bun:"no"`  // its number within the run, for good; links and papers name it
	Seq        int64      `bun:"seq"` // its place in the order, which may change; 1 is the first
	Kind       string     `bun:"kind"`
	FacilityID FacilityID `bun:"facility_id,nullzero"`
	MakerID    MakerID    `bun:"maker_id,nullzero"`
	RequestID  RequestID  `bun:"request_id,nullzero"`
	DonationID DonationID `bun:"donation_id,nullzero"` // of a gift that is fetched
	FetchID    FetchID    `bun:"fetch_id,nullzero"`    // of what somebody who left still has
	LatE6      int64      `bun:"lat_e6"`               // of a gift or of what is fetched from somebody who left, as the desk noted it; both zero: unknown
	LonE6      int64      `bun:"lon_e6"`
	Status     StopStatus `bun:"status"`
	Why        string     `bun:"why"` // code: closed, refused, not_found, damaged, nobody, or one of those above
	Said       string     `bun:"said"`
	DoneAt     time.Time  `bun:"done_at,nullzero"`
}

// StopGoods is something that a run leaves at a stop beside boxes: a spool for a maker.
type StopGoods struct {
	ID       StopGoodsID `bun:"id,pk"`
	StopID   StopID      `bun:"stop_id"`
	Item     Item        `bun:"item"`
	Source   string      `bun:"source"`
	Quantity int64       `bun:"quantity"`
}

// Fetch is material and pieces at the home of somebody who left: name, place and number are kept for the driver until they
// are fetched, then forgotten.
type Fetch struct {
	ID        FetchID   `bun:"id,pk"`
	MakerID   MakerID   `bun:"maker_id"`
	Name      string    `bun:"name"`
	Place     string    `bun:"place"`
	Phone     string    `bun:"phone"`
	CreatedAt time.Time `bun:"created_at"`
	DoneAt    time.Time `bun:"done_at,nullzero"`
}

// What can be reported of a stop.
const (
	MarkDeliver = "deliver"
	MarkCollect = "collect" // of a drop stop: it was left there
	MarkFail    = "fail"
)

// What became of a report.
const (
	MarkTaken = "taken" // it closed the stop
	MarkSame  = "same"  // the stop was closed already, to the same effect
	MarkLate  = "late"  // the stop was closed already, otherwise: somebody has to look at it
)

// Mark is one report about a stop, by its driver's telephone or by the desk. Its key is made where it is written down, so
// that a report sent again counts once.
type Mark struct {
	Key          string    `bun:"key,pk"`
	StopID       StopID    `bun:"stop_id"`
	Act          string    `bun:"act"`
	Receiver     string    `bun:"receiver"`
	Reservations string    `bun:"reservations"`
	Boxes        []string  `bun:"boxes,type:text"` // codes handed over
	Why          string    `bun:"why"`
	Said         string    `bun:"said"`
	Signature    string    `bun:"signature"` // blob
	Photo        string    `bun:"photo"`     // blob
	By           AccountID `bun:"by_account,nullzero"`
	Outcome      string    `bun:"outcome"`
	HappenedAt   time.Time `bun:"happened_at"` // by the telephone's clock, never after At
	At           time.Time `bun:"at"`          // when it came in
	SettledAt    time.Time `bun:"settled_at,nullzero"`
}

// NoteLine is one line of a delivery note.
type NoteLine struct {
	Product  string   `json:"product"`
	Quantity int64    `json:"quantity"`
	Box      string   `json:"box"`
	Lots     []string `json:"lots"`
	Supplied []string `json:"supplied,omitempty"` // codes of materials that the place adds
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

// Kinds of proof.
const (
	ProofCount     = "count" // handed out to the lab's own members, whose names nobody writes down
	ProofName      = "name"
	ProofSignature = "signature"
	ProofPhoto     = "photo"
)

// Proof is what shows that a delivery took place.
type Proof struct {
	ID           ProofID   `bun:"id,pk"`
	StopID       StopID    `bun:"stop_id"`
	Kind         string    `bun:"kind"`
	Name         string    `bun:"name"` // who took it over
	Blob         string    `bun:"blob"` // picture of a signature or photo
	Reservations string    `bun:"reservations"`
	At           time.Time `bun:"at"`
}
