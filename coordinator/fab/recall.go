package fab

import "time"

// What can be recalled.
const (
	RecallSpool  = "spool"
	RecallLot    = "lot"
	RecallWorker = "worker" // a machine, or somebody's hands
	RecallMaker  = "maker"
	RecallDesign = "design"
)

// Recall names everything made from one spool, one bag, one design version, one worker or one maker, and the boxes it
// reached when it was called.
type Recall struct {
	ID      RecallID  `bun:"id,pk"`
	What    string    `bun:"what"`
	Subject string    `bun:"subject"`
	Reason  string    `bun:"reason"`
	Lots    int64     `bun:"lots"`
	Boxes   int64     `bun:"boxes"`
	At      time.Time `bun:"at"`
	By      AccountID `bun:"by_account,nullzero"`

	Way     string    `bun:"way"`               // of RecallWays: how the goods come back
	FetchOn time.Time `bun:"fetch_on,nullzero"` // of RecallFetch: a day, as midnight UTC
	Answers string    `bun:"answers"`           // who answers questions, in one line; "" is the lab's telephone
	Words   string    `bun:"words"`             // what the letters add, in paragraphs
}

// Reached is one share of a recall at one place, as the books have it now: loose pieces of one bag, or all those inside one
// box or one kit that is not packed. To is the place that asked for what they are in, also while it is under way: it may
// have them already, told later by a driver without network.
type Reached struct {
	LotID     LotID  // of loose pieces
	Lot       string // what its label says
	Part      string
	MakerID   MakerID
	KitID     KitID // without a box
	BoxID     BoxID
	Box       string
	BoxStatus BoxStatus
	RequestID RequestID
	To        FacilityID
	Location  LocationID
	Kind      string // of the location
	Quantity  int64
}

// How what is recalled comes back.
const (
	RecallCall  = ""      // who has some calls the lab
	RecallFetch = "fetch" // the lab passes by on FetchOn
	RecallSend  = "send"  // who has some brings or sends it
)

// RecallWays lists them.
var RecallWays = [...]string{RecallCall, RecallFetch, RecallSend}

// Who is told of a recall.
const (
	ToldFacility = "facility" // got some of it, or may have
	ToldMaker    = "maker"    // made some of it, or has some at home
	ToldDonor    = "donor"    // gave what it was made from
)

// How somebody was told.
const (
	ToldByCall   = "call"
	ToldByLetter = "letter"
	ToldByLink   = "link" // followed it
)

// ToldWays lists how the desk tells somebody.
var ToldWays = [...]string{ToldByCall, ToldByLetter}

// RecallNotice is what one recipient of a recall was told and answered. What came back is in the ledger.
type RecallNotice struct {
	ID         RecallNoticeID `bun:"id,pk"`
	RecallID   RecallID       `bun:"recall_id"`
	Kind       string         `bun:"kind"`             // ToldFacility, …
	Subject    string         `bun:"subject"`          // id of the facility, the maker or the donation
	ToldAt     time.Time      `bun:"told_at,nullzero"` // first; zero: not yet
	How        string         `bun:"how"`              // ToldByCall, …
	ToldBy     AccountID      `bun:"told_by,nullzero"`
	AnsweredAt time.Time      `bun:"answered_at,nullzero"` // last; zero: not yet
	Aside      int64          `bun:"aside"`                // pieces that were found and put aside
	Gone       int64          `bun:"gone"`                 // pieces handed on, used up or thrown away
	Said       string         `bun:"said"`
	CreatedAt  time.Time      `bun:"created_at"`
}

// Tell notes that the recipient knows. The first time counts.
func (n *RecallNotice) Tell(how string, by AccountID, at time.Time) {
	if n.ToldAt.IsZero() {
		n.ToldAt, n.How, n.ToldBy = at, how, by
	}
}
