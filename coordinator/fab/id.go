package fab

import (
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// NewID makes an identifier: a UUIDv7 in lower case (RFC 9562 section 5.7). It begins with now, 48 bits of milliseconds
// and, in rand_a, 12 bits of the rest (section 6.2, method 3), so that rows sort by age to the microsecond. rand must be
// a cryptographic source (crypto/rand.Reader) outside of tests. It panics when rand fails, because a process without
// randomness cannot go on safely.
func NewID[T ~string](now time.Time, rand io.Reader) T {
	var b [16]byte
	if _, err := io.ReadFull(rand, b[6:]); err != nil {
		panic(fmt.Sprintf("fab: random source failed: %v", err))
	}
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	rest := now.Nanosecond() % 1e6 * 4096 / 1e6
	b[6], b[7] = byte(rest>>8)|0x70, byte(rest)
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return T(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}

// Now cuts t to what both databases keep: UTC and whole microseconds.
func Now(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// The identifiers of the rows. They are distinct types so that a job can never be passed where an attempt is meant.
type (
	FacilityID      string
	SiteID          string // one more address of a facility
	ImportID        string // a list of a spreadsheet
	ContactID       string // one more person of a facility
	RequestID       string
	RequestLineID   string
	DesignVersionID string
	BatchID         string
	PlateID         string
	JobID           string
	AttemptID       string // also the fencing token of every command about it
	LotID           string
	InspectionID    string
	GiveID          string
	MakerID         string
	AgentID         string
	WorkerID        string // a printer, or a maker's hands
	CommandID       string
	LocationID      string
	SpoolID         string
	DonationID      string
	DeviceID        string
	BlockedID       string // goods that nobody knows yet
	MoveID          string
	KitID           string
	BoxID           string
	RunID           string
	StopID          string
	StopGoodsID     string
	SlotID          string // when boxes may be fetched at the hub
	PickupID        string
	DefectID        string
	FetchID         string // what somebody who left still has
	NoteID          string
	ProofID         string
	AccountID       string
	LinkID          string
	RecallID        string
	RecallNoticeID  string
	TrialID         string
	TesterID        string
	ReloadID        string
	SlicerID        string // a program that slices for the lab
	ReservationID   string
	StockTakeID     string
	WeighingID      string
	RelayID         string // a part of a batch that another lab makes
	FavourID        string // what this lab makes for another
	FavourLotID     string
)
