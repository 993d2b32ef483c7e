package fab

import (
	"strings"
	"time"
)

// MakerStatus is where a volunteer stands with the lab.
type MakerStatus string

// The statuses of a maker.
const (
	MakerActive  MakerStatus = ""        // takes part
	MakerPending MakerStatus = "pending" // asked to join; nobody answered yet
	MakerRefused MakerStatus = "refused"
	MakerGone    MakerStatus = "gone" // left; nothing of the person is kept
)

// makerMoves are the changes of status that may happen.
var makerMoves = Table[MakerStatus]{
	MakerPending: {MakerActive, MakerRefused, MakerGone},
	MakerRefused: {MakerActive, MakerGone},
	MakerActive:  {MakerGone},
}

// Move checks a change of status.
func (s MakerStatus) Move(to MakerStatus) error { return makerMoves.Move("maker", s, to) }

// Maker is a volunteer: owns printers, or works by hand, or both.
type Maker struct {
	ID         MakerID     `bun:"id,pk"`
	Name       string      `bun:"name"`
	Town       string      `bun:"town"`
	Postcode   string      `bun:"postcode"`
	LatE6      int64       `bun:"lat_e6"` // WGS84, millionths of a degree; both zero: unknown. Only the coordinator reads it as it is
	LonE6      int64       `bun:"lon_e6"`
	Phone      string      `bun:"phone"`
	Email      string      `bun:"email"`
	LocationID LocationID  `bun:"location_id"`
	CollectID  LocationID  `bun:"collect_id,nullzero"` // where a driver fetches what he or she made; zero is LocationID
	Status     MakerStatus `bun:"status"`
	Skills     []string    `bun:"skills,type:text"` // what somebody who asked to join can do; "printer" is having one
	Note       string      `bun:"note"`             // what he or she wrote then
	Word       string      `bun:"word"`             // what the lab answered
	Invited    bool        `bun:"invited"`
	ConsentAt  time.Time   `bun:"consent_at,nullzero"` // when he or she agreed to what is kept
	CreatedAt  time.Time   `bun:"created_at"`
	Partner    bool        `bun:"partner"` // is another lab: its lots count, it gets no work and has no account
}

// Collect is the place where a driver fetches what the maker made.
func (m Maker) Collect() LocationID {
	if m.CollectID != "" {
		return m.CollectID
	}
	return m.LocationID
}

// Around is where the maker lives, as everybody but the coordinator may read it: the town, or of a postcode alone the
// department that its first two digits name.
func (m Maker) Around() string {
	if m.Town != "" {
		return m.Town
	}
	if code := strings.TrimSpace(m.Postcode); len(code) >= 2 {
		return code[:2]
	}
	return ""
}

// Where is what the coordinator reads: postcode and town.
func (m Maker) Where() string { return strings.TrimSpace(m.Postcode + " " + m.Town) }
