package fab

import "time"

// RelayStatus is where a part of a batch stands that another lab is asked to make.
type RelayStatus string

// The statuses of a relay.
const (
	RelayOffered  RelayStatus = "offered"  // the link is out, nobody answered; the lab goes on by itself
	RelayAccepted RelayStatus = "accepted" // what the partner owes is not made here
	RelayDone     RelayStatus = "done"     // all of it was sent
	RelayDeclined RelayStatus = "declined"
	RelayReturned RelayStatus = "returned" // the partner gave the rest up
	RelayTaken    RelayStatus = "taken"    // the lab took the rest back, or the offer
)

// RelayTable is the state table of Relay.Status. What is sent after an ending counts, and changes no status.
var RelayTable = Table[RelayStatus]{
	RelayOffered:  {RelayAccepted, RelayDeclined, RelayTaken},
	RelayAccepted: {RelayDone, RelayReturned, RelayTaken},
}

// MaxRelayNote is how many characters a note to a partner has at most, and one of a partner to the lab.
const MaxRelayNote = 500

// RelayLinkFor is how long after its date the link of a relay serves: late results count too.
const RelayLinkFor = 60 * 24 * time.Hour

// Relay is a part of a batch that another lab, the partner, is asked to make: whoever holds its link may answer and say
// what is sent. The lab alone answers to the requester, of whom the partner reads a kind of place and a town at most.
type Relay struct {
	ID         RelayID         `bun:"id,pk"`
	Code       string          `bun:"code"` // said and written on bags: R-001
	BatchID    BatchID         `bun:"batch_id"`
	DesignID   DesignVersionID `bun:"design_id"` // what the partner makes, whatever becomes of the batch
	Partner    string          `bun:"partner"`   // the other lab's name
	Quantity   int64           `bun:"quantity"`  // products offered
	Accepted   int64           `bun:"accepted"`  // products; 0 before
	DueAt      time.Time       `bun:"due_at"`    // a day, as midnight UTC: it should be here by its end
	Note       string          `bun:"note"`      // from the lab
	Kind       string          `bun:"kind"`      // of the place that it is for, one of FacilityKinds; "" when the partner is not to know
	Town       string          `bun:"town"`      // likewise
	Status     RelayStatus     `bun:"status"`
	Contact    string          `bun:"contact"`              // whom to call at the partner, as it wrote
	Word       string          `bun:"word"`                 // what the partner wrote when it declined or gave up
	MakerID    MakerID         `bun:"maker_id,nullzero"`    // the partner among the makers, once it accepted
	WorkerID   WorkerID        `bun:"worker_id,nullzero"`   // the same as a worker, which gets no work
	By         AccountID       `bun:"by_account,nullzero"`  // who offered it
	CreatedAt  time.Time       `bun:"created_at"`           //
	AnsweredAt time.Time       `bun:"answered_at,nullzero"` // accepted or declined
	EndedAt    time.Time       `bun:"ended_at,nullzero"`    // done, returned or taken
}

// Overdue reports whether the partner's date went by while it still owes something, so that somebody calls. It is no bad
// mark, and the rest stays with the partner until it is taken back.
func (r Relay) Overdue(now time.Time) bool {
	return r.Status == RelayAccepted && !r.DueAt.IsZero() && !now.Before(r.DueAt.AddDate(0, 0, 1))
}

// Answered reports whether the partner said yes, so that what it sends counts, also when it comes late.
func (r Relay) Answered() bool { return r.Accepted > 0 }

// RelayPart is how far one part of a relay is, in pieces.
type RelayPart struct {
	RelayID RelayID `bun:"relay_id,pk"`
	Part    string  `bun:"part,pk"`
	PerUnit int64   `bun:"per_unit"`
	Pieces  int64   `bun:"pieces"` // accepted; 0 before
	Sent    int64   `bun:"sent"`   // good pieces of all bags, as the partner counted them
}

// Owed is how many pieces the partner has yet to send.
func (p RelayPart) Owed() int64 { return max(0, p.Pieces-p.Sent) }

// RelayLot is what a partner says of a lot that it sent, beside the lab's own row of it.
type RelayLot struct {
	LotID    LotID     `bun:"lot_id,pk"`
	RelayID  RelayID   `bun:"relay_id"`
	Key      string    `bun:"key"`      // of the form or the call that told of it, so that it counts once
	Code     string    `bun:"code"`     // the partner's own
	Material string    `bun:"material"` // and spool, in the partner's words
	At       time.Time `bun:"at"`
}

// MoveRelayed is why pieces leave that were made for another lab.
const MoveRelayed = "relayed"

// FavourStatus is where work for another lab stands.
type FavourStatus string

// The statuses of a favour.
const (
	FavourOpen   FavourStatus = "open"   // being made, or to be sent
	FavourDone   FavourStatus = "done"   // the other lab has all that was taken on
	FavourClosed FavourStatus = "closed" // given up here, taken back there, or the link works no more
)

// Favour is work that this lab took on for another that runs this program too, by the link of the other's relay. It is a
// batch here, of a version that serves nothing else.
type Favour struct {
	ID        FavourID     `bun:"id,pk"`
	Lab       string       `bun:"lab"`   // the other lab's name
	Site      string       `bun:"site"`  // its address: https://lab.example
	Token     string       `bun:"token"` // the secret of the link: it opens the other lab's relay, and nothing here
	CA        string       `bun:"ca"`    // fingerprint of the other lab's own authority, in hexadecimal; "" with a public certificate
	Code      string       `bun:"code"`  // of the relay there
	BatchID   BatchID      `bun:"batch_id"`
	Quantity  int64        `bun:"quantity"` // products
	DueAt     time.Time    `bun:"due_at"`   // a day as midnight UTC
	Status    FavourStatus `bun:"status"`
	Told      RelayStatus  `bun:"told"`             // how the relay stands, as the other lab last said
	GiveUp    bool         `bun:"give_up"`          // the other lab is to be told that the rest is given up
	Trouble   string       `bun:"trouble"`          // code of what went wrong when the labs last spoke; ""
	SeenAt    time.Time    `bun:"seen_at,nullzero"` // when they last spoke
	CreatedAt time.Time    `bun:"created_at"`
	EndedAt   time.Time    `bun:"ended_at,nullzero"`
}

// FavourLot is pieces of a lot that left for the other lab.
type FavourLot struct {
	ID       FavourLotID `bun:"id,pk"` // also the key under which the other lab hears of it
	FavourID FavourID    `bun:"favour_id"`
	LotID    LotID       `bun:"lot_id"`
	Part     string      `bun:"part"`
	Quantity int64       `bun:"quantity"`
	Code     string      `bun:"code"`             // that the other lab gave it, to be written on the bag; "" until it was told
	Counted  int64       `bun:"counted"`          // as the other lab counted
	At       time.Time   `bun:"at"`               //
	ToldAt   time.Time   `bun:"told_at,nullzero"` // when the other lab heard of it
	DoneAt   time.Time   `bun:"done_at,nullzero"` // when it was counted there
}
