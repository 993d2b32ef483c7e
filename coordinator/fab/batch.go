package fab

import (
	"math"
	"time"
)

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
	TrialID   TrialID         `bun:"trial_id,nullzero"`   // the trial whose pieces it makes
	MovedFrom DesignVersionID `bun:"moved_from,nullzero"` // the version it made until MovedAt, when that was superseded
	MovedAt   time.Time       `bun:"moved_at,nullzero"`
	Works     []string        `bun:"works,type:text"` // codes of the works that people do for it; the others are done at the hub
}

// PartCount is how far a batch is with one part, in pieces.
type PartCount struct {
	Part   string `bun:"part"`
	Needed int64  `bun:"needed"` // for Quantity products
	Good   int64  `bun:"good"`   // counted good and not lost since
	Bad    int64  `bun:"bad"`
	Open   int64  `bun:"open"` // copies on jobs that are not ended
	Away   int64  `bun:"away"` // that partners accepted to make and have not sent
	Used   int64  // that went into works, good or bad; of lots that are not blocked
	Packed int64  // of a work: in kits
	Ready  int64  // of a work: good, and neither in another work nor in a kit
}

// Lack is how many pieces the lab itself has yet to make: neither made nor with a partner.
func (c PartCount) Lack() int64 { return max(0, c.Needed-c.Good-c.Away) }

// Missing is how many pieces still lack a job.
func (c PartCount) Missing() int64 { return max(0, c.Lack()-c.Open) }

// Wanted is how many pieces should be on open jobs of the lab's own: those that lack, in whole plates, and plates over for what is
// expected to fail (see Overage). Hands see a bad piece while they make it, so their work has none over. yieldPM is the
// learned share of good pieces, per mille.
func (c PartCount) Wanted(part Part, yieldPM int64) int64 {
	lack := c.Lack()
	if part.How == ByHand || lack == 0 {
		return lack
	}
	copies := max(1, part.PerPlate)
	plates := (lack + copies - 1) / copies
	return (plates + Overage(plates, yieldPM)) * copies
}

// Overage is how many plates more than the n that are lacking should be open, by the share of good pieces that was
// learned: what is expected to fail, and half a standard deviation of it, so that one that fails at the end is no new
// wait. What turns out to be too much goes to stock. yieldPM is per mille, 1 to 1000.
func Overage(n, yieldPM int64) int64 {
	if n <= 0 {
		return 0
	}
	yield := float64(min(1000, max(250, yieldPM))) / 1000
	fail := float64(n) * (1 - yield) / yield
	return int64(math.Round(fail + math.Sqrt(fail)/2))
}
