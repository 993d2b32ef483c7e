package fab

import "time"

// LotStatus says what may be done with a lot.
type LotStatus string

// The statuses of a lot.
const (
	LotMade    LotStatus = "made"    // at the maker's, counted by the maker
	LotReady   LotStatus = "ready"   // counted at the hub; may be kitted
	LotBlocked LotStatus = "blocked" // recalled: may not be kitted or delivered
)

// LotTable is the state table of Lot.Status.
var LotTable = Table[LotStatus]{LotMade: {LotReady, LotBlocked}, LotReady: {LotBlocked}}

// Lot is what an attempt produced, traceable from then on: worker, maker, spool and design stay with it.
// Declared is what the maker counted as good; Good is what the hub counted, once it did. The ledger holds where the
// pieces are.
type Lot struct {
	ID        LotID           `bun:"id,pk"`
	Code      string          `bun:"code"` // said and written on the bag: V-118
	AttemptID AttemptID       `bun:"attempt_id"`
	BatchID   BatchID         `bun:"batch_id"`
	DesignID  DesignVersionID `bun:"design_id"`
	Part      string          `bun:"part"`
	WorkerID  WorkerID        `bun:"worker_id"`
	MakerID   MakerID         `bun:"maker_id"`
	SpoolID   SpoolID         `bun:"spool_id,nullzero"`
	Declared  int64           `bun:"declared"`
	Bad       int64           `bun:"bad"`     // counted bad at unloading and at the hub
	BadWhy    string          `bun:"bad_why"` // one of BadReasons, for those counted bad at unloading; "" when nobody said
	Photo     string          `bun:"photo"`   // blob with a JPEG of them; "" without
	Good      int64           `bun:"good"`
	Status    LotStatus       `bun:"status"`
	CreatedAt time.Time       `bun:"created_at"`
	SettledAt time.Time       `bun:"settled_at,nullzero"`
	TrialID   TrialID         `bun:"trial_id,nullzero"` // the trial to whose testers alone it may go

	SentHow    string    `bun:"sent_how"`             // one of SentWays; "" while its maker keeps it
	SentAt     time.Time `bun:"sent_at,nullzero"`     // when its maker said so
	ExpectedAt time.Time `bun:"expected_at,nullzero"` // the end of the day on which it should be at the hub
	RestsUntil time.Time `bun:"rests_until,nullzero"` // counted, and in no kit before
}

// BadReasons are the codes with which pieces are counted bad at unloading.
var BadReasons = [...]string{"stringing", "warped", "not_stuck", "layer_shift", "broken", "wrong_colour", "other"}

// LotGive is good pieces of a lot that pass from one batch, which needs them no more, to another of the same version. The
// pieces stay where they are, and the lot stays what it is.
type LotGive struct {
	ID       GiveID    `bun:"id,pk"`
	LotID    LotID     `bun:"lot_id"`
	From     BatchID   `bun:"from_batch"`
	To       BatchID   `bun:"to_batch"`
	Quantity int64     `bun:"quantity"`
	At       time.Time `bun:"at"`
}

// Inspection is one count of a lot at the hub: what was there, and why it differs from the label.
type Inspection struct {
	ID     InspectionID `bun:"id,pk"`
	LotID  LotID        `bun:"lot_id"`
	Good   int64        `bun:"good"`
	Bad    int64        `bun:"bad"`
	Reason string       `bun:"reason"` // code: ok, miscounted, dirty, or one of BadReasons
	By     AccountID    `bun:"by_account,nullzero"`
	At     time.Time    `bun:"at"`

	Checked    bool    `bun:"checked"`          // gone through with the list
	Exceptions string  `bun:"exceptions"`       // what was noted against the list
	Checks     []Check `bun:"checks,type:text"` // the list as it was then, when one of the two says something
}
