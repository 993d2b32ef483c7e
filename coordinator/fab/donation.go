package fab

import "time"

// DonationStatus is where a gift stands.
type DonationStatus string

// The statuses of a donation. One that came in part stays pledged until the rest came, or will not come.
const (
	DonationPledged  DonationStatus = "pledged"
	DonationReceived DonationStatus = "received"
	DonationRefused  DonationStatus = "refused"
)

// DonationTable is the state table of Donation.Status.
var DonationTable = Table[DonationStatus]{DonationPledged: {DonationReceived, DonationRefused}}

// Conditions are the states in which something may be given, by code.
var Conditions = [...]string{ConditionNew, "opened", "used", ConditionUnknown}

// The conditions that somebody speaks of.
const (
	ConditionNew     = "new"
	ConditionUnknown = "unknown" // nobody said
)

// GiftRefusals are the codes with which a gift is turned down.
var GiftRefusals = [...]string{"not_needed", "not_usable", "no_room", "too_far", GiftNotComing}

// GiftNotComing is why a gift, or what is left of one, is closed that does not come.
const GiftNotComing = "not_coming"

// Donation is a gift: pledged on a form, then received into the ledger, at once or in parts. It is of a material, of a kind
// of device, or of something else in words; the two that do not apply are empty.
type Donation struct {
	ID         DonationID     `bun:"id,pk"`
	Ref        string         `bun:"ref"`
	Donor      string         `bun:"donor"` // "" when nobody knows who brought it
	Town       string         `bun:"town"`
	Phone      string         `bun:"phone"`
	Email      string         `bun:"email"`
	Material   string         `bun:"material"`
	Device     string         `bun:"device"`    // one of Devices
	Words      string         `bun:"words"`     // what it is, of something that the lab has no name for
	Condition  string         `bun:"condition"` // one of Conditions
	Photo      string         `bun:"photo"`     // blob
	Pledged    int64          `bun:"pledged"`   // in the unit of the material; pieces of all else
	Received   int64          `bun:"received"`
	EachMG     int64          `bun:"each_mg"` // of filament: on one reel; 0 when nobody said
	Fetch      bool           `bun:"fetch"`   // it is fetched; otherwise its donor brings it
	Address    string         `bun:"address"` // where it is fetched
	Hours      string         `bun:"hours"`   // when somebody is there, in the donor's words
	Status     DonationStatus `bun:"status"`
	Why        string         `bun:"why"`      // one of GiftRefusals, of one that was refused or whose rest does not come
	Said       string         `bun:"said"`     // a line to the donor
	MayName    bool           `bun:"may_name"` // the donor agrees to be named
	SubmitKey  string         `bun:"submit_key"`
	CreatedAt  time.Time      `bun:"created_at"`
	ReceivedAt time.Time      `bun:"received_at,nullzero"` // when the last of it came
	ClosedAt   time.Time      `bun:"closed_at,nullzero"`   // when nothing more was to come
}

// Other reports whether the gift is of something that the lab has no name for.
func (d Donation) Other() bool { return d.Material == "" && d.Device == "" }

// Rest is what is still to come, in the unit of the gift.
func (d Donation) Rest() int64 {
	if d.Status != DonationPledged {
		return 0
	}
	return max(0, d.Pledged-d.Received)
}

// Takes counts what came. It closes the gift when that is all, or when nothing more comes.
func (d *Donation) Takes(n int64, last bool, now time.Time) {
	d.Received, d.ReceivedAt = d.Received+n, now
	if !last && d.Received < d.Pledged {
		return
	}
	why := ""
	if d.Received < d.Pledged {
		why = GiftNotComing
	}
	d.Close(DonationReceived, why, now)
}

// Close ends a gift: nothing more is to come. Where it was to be fetched is forgotten then, as that was all that it was for.
func (d *Donation) Close(as DonationStatus, why string, now time.Time) {
	d.Status, d.Why, d.ClosedAt, d.Address, d.Hours = as, why, now, "", ""
}
