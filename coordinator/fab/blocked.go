package fab

import "time"

// BlockedStatus is what became of goods that nobody knew.
type BlockedStatus string

// The statuses of blocked goods.
const (
	BlockedHere       BlockedStatus = "blocked"    // at the hub, for nobody to take
	BlockedIdentified BlockedStatus = "identified" // it is a material of the lab now
	BlockedScrapped   BlockedStatus = "scrapped"
	BlockedReturned   BlockedStatus = "returned" // given back
)

// BlockedTable is the state table of Blocked.Status.
var BlockedTable = Table[BlockedStatus]{BlockedHere: {BlockedIdentified, BlockedScrapped, BlockedReturned}}

// The codes of the moves of blocked goods, beside MoveScrapped.
const (
	MoveBlocked    = "blocked"
	MoveIdentified = "identified" // out of the blocked goods, and in as a material
	MoveGivenBack  = "given_back"
)

// BlockedLot is goods that came without a label, or that nobody asked for. Until somebody says what they are they lie at the
// hub, in the ledger as BlockedItem: unknown plastic never goes to care.
type BlockedLot struct {
	ID         BlockedID     `bun:"id,pk"`
	Code       string        `bun:"code"` // written on it: Q-007
	DonationID DonationID    `bun:"donation_id,nullzero"`
	Words      string        `bun:"words"`    // what it looks like
	Photo      string        `bun:"photo"`    // blob
	Quantity   int64         `bun:"quantity"` // pieces: reels, packs, boxes
	Status     BlockedStatus `bun:"status"`
	Material   string        `bun:"material"` // what it was found to be
	Became     int64         `bun:"became"`   // how much of it, in its unit
	Note       string        `bun:"note"`     // how somebody knew, or why it was let go
	SubmitKey  string        `bun:"submit_key"`
	By         AccountID     `bun:"by_account,nullzero"`
	CreatedAt  time.Time     `bun:"created_at"`
	EndedBy    AccountID     `bun:"ended_by,nullzero"`
	EndedAt    time.Time     `bun:"ended_at,nullzero"`
}
