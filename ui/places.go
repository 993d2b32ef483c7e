package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Fields of the pages about places.
const (
	FieldSearch = "q"
	FieldFiness = "finess" // number in the register, or FinessNone
	FieldHours  = "hours"
	FieldAt     = "at"   // "50.2712, 1.6690"
	FieldSite   = "site" // name of a site; on a request its id
	FieldClosed = "closed"

	FieldWho        = "who" // one more person of a place
	FieldDuty       = "duty"
	FieldTheirPhone = "their_phone"
	FieldTheirEmail = "their_email"
)

// FinessNone is the value of FieldFiness when none of the proposed places is meant.
const FinessNone = "none"

// States of a place.
const (
	StateNewPlace   = "new_place"
	StateListed     = "listed" // it is in the register
	StateTurnedAway = "turned_away"
	StateSiteClosed = "site_closed"
)

// Places lists who asks, those first that nobody looked at.
//
//	GET /desk/places?show=…&q=…
type Places struct {
	Frame
	Chips  []Chip // places, todo
	Items  []PlaceItem
	More   int // found, but not shown
	Listed Listed
	Form   Form
}

func (Places) view() string { return "places" }

// Listed is what the lab has of the register.
type Listed struct {
	N  int64     // places
	At time.Time // date of its newest file; zero when there is none
}

// PlaceItem is one place in a list.
type PlaceItem struct {
	ID, Name, Kind, Where string
	State                 string // StateNewPlace, StateListed, StateTurnedAway or ""
	Sites                 int
}

// Place is one place: what is known of it, to be changed.
//
//	GET  /desk/places/new, /desk/places/{id}
//	POST /desk/places/new, /desk/places/{id}   FieldFacility, FieldKind, FieldAddress, FieldPostcode, FieldTown, FieldAccess,
//	                                           FieldHours, FieldAt, FieldContact, FieldPhone, FieldEmail, FieldFiness
//	POST /desk/places/{id}/listed              FieldFiness: it is this place of the register
//	POST /desk/places/{id}/approve, …/refuse
//	POST /desk/places/{id}/contacts            FieldWho, FieldDuty, FieldTheirPhone, FieldTheirEmail
//	POST /desk/places/{id}/contacts/{contact}/drop
type Place struct {
	Frame
	PlaceItem
	Address   string
	EJ        string
	Spot      string  // coordinates as FieldAt takes them; "" unknown
	Proposals []Match // of the register, when it is not linked
	Sites     []PlaceSite
	People    []PlacePerson
	Requests  []RequestItem
	Form      Form
}

func (Place) view() string { return "place" }

// Kinds lists the kinds of facility for the templates.
func (Place) Kinds() []string { return fab.FacilityKinds[:] }

// Match is a place of the register that may be meant.
type Match struct{ ET, Name, Where string }

// PlaceSite is one more address of a place.
type PlaceSite struct {
	ID, Name, Where, Access, Hours string
	Closed                         bool
}

// PlacePerson is one more person of a place.
type PlacePerson struct{ ID, Name, Duty, Mobile, Email string }

// Site is the form of one more address of a place.
//
//	GET, POST /desk/places/{id}/sites/new, /desk/places/{id}/sites/{site}   FieldSite, FieldAddress, FieldPostcode, FieldTown,
//	                                                 FieldAccess, FieldHours, FieldAt, FieldContact, FieldPhone, FieldClosed
type Site struct {
	Frame
	Place, Name string // ids and names
	PlaceID, ID string // ID is "" of a new one
	Form        Form
}

func (Site) view() string { return "site" }

// Register is the desk's page of the national register.
//
//	GET  /desk/register
//	POST /desk/register   FieldFile
type Register struct {
	Frame
	Listed Listed
	Done   *Registered // a file was just read
	Form   Form
}

func (Register) view() string { return "register" }

// Registered is what became of a file.
type Registered struct {
	Lines, Places, Points, Bad, Placed int64
	Named                              []BadLine // the first ones
}

// BadLine is a line of a file of which something could not be used.
type BadLine struct {
	Line int64
	ET   string
	Why  fab.Reason
}
