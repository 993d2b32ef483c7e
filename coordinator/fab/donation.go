package fab

import "time"

// DonationStatus is where a gift stands.
type DonationStatus string

// The statuses of a donation.
const (
	DonationPledged  DonationStatus = "pledged"
	DonationReceived DonationStatus = "received"
	DonationRefused  DonationStatus = "refused"
)

// DonationTable is the state table of Donation.Status.
var DonationTable = Table[DonationStatus]{DonationPledged: {DonationReceived, DonationRefused}}

// Donation is a gift of material: pledged on a form, then received into the ledger.
type Donation struct {
	ID         DonationID     `bun:"id,pk"`
	Ref        string         `bun:"ref"`
	Donor      string         `bun:"donor"`
	Town       string         `bun:"town"`
	Phone      string         `bun:"phone"`
	Email      string         `bun:"email"`
	Material   string         `bun:"material"`
	Pledged    int64          `bun:"pledged"`
	Received   int64          `bun:"received"`
	Status     DonationStatus `bun:"status"`
	MayName    bool           `bun:"may_name"` // the donor agrees to be named
	SubmitKey  string         `bun:"submit_key"`
	CreatedAt  time.Time      `bun:"created_at"`
	ReceivedAt time.Time      `bun:"received_at,nullzero"`
}
