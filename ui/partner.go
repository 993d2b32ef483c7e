package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// More names of form fields about what partners make.
const (
	FieldParts = "parts" // several: codes of parts
	FieldPart  = "part"
	FieldCode  = "code" // the partner's own, of a lot

	FieldMachine = "machine" // a printer model, of the sheet of settings
)

// The states of what a partner makes.
const (
	StateWithPartner = "with_partner"
	StateSentAll     = "sent_all"
	StateReturned    = "returned"
	StateTaken       = "taken_back"
)

// NewRelay offers a part of a batch to another lab. Form.Key is the identifier that the offer gets.
//
//	GET  /desk/production/{batch}/relay
//	POST /desk/production/{batch}/relay   FieldName, FieldQuantityOf, FieldDay, FieldNote, FieldParts, FieldConsent: the place is told
type NewRelay struct {
	Frame
	Batch string
	Goods Goods
	For   string // the place it is for; "" when it is made to stock
	Left  int64  // products that could be offered
	Parts []Choice
	Form  Form
}

func (NewRelay) view() string { return "new_relay" }

// Partners is what other labs make for this one, and this one for them.
//
//	GET  /desk/partners
//	POST /desk/favours   FieldLink
type Partners struct {
	Frame
	Relays  []RelayRow
	Favours []FavourRow
	Form    Form
}

func (Partners) view() string { return "partners" }

// RelayRow is one part of a batch that another lab was asked to make.
type RelayRow struct {
	ID, Code string
	Partner  string
	Goods    Goods // as offered
	Accepted int64 // products; 0 before
	Due      time.Time
	State    string // StateOffered, StateWithPartner, StateSentAll, StateRefused, StateReturned, StateTaken
	Overdue  bool
	Contact  string
	Word     string // what the partner wrote when it said no
	Parts    []RelayPart
}

// Open reports whether the coordinator can still take it back.
func (r RelayRow) Open() bool { return r.State == StateOffered || r.State == StateWithPartner }

// RelayPart is how far one part is, in pieces.
type RelayPart struct {
	Code, Name         string
	Picture            string
	PerUnit            int64
	Pieces, Sent, Owed int64
	File               string // address of its file; ""
}

// RelayLot is one bag of a partner.
type RelayLot struct {
	Code     string // the lab's, on the bag
	Theirs   string // the partner's own; ""
	Material string
	Part     Goods  // as the partner counted
	State    string // StateOnWay, StateCounted, StateBlocked
	Good     int64  // as the hub counted, once it did
	At       time.Time
}

// Differs reports whether the hub counted otherwise than the partner.
func (l RelayLot) Differs() bool { return l.State == StateCounted && l.Good != l.Part.N }

// RelayPage is what one partner makes, for the coordinator.
//
//	GET  /desk/relays/{relay}
//	POST /desk/relays/{relay}/link | revoke | back
//	POST /desk/relays/{relay}/later   FieldDay
type RelayPage struct {
	Frame
	RelayRow
	Batch   string
	Note    string
	Place   fab.Reason // what the partner reads of the place; the zero Reason for nothing
	Lots    []RelayLot
	LinkURL string // made just now, shown once
	Propose string // 2006-01-02: another day
	Form    Form
}

func (RelayPage) view() string { return "relay" }

// RelayAnswer is what another lab sees that holds the link: what is asked, its files, and later what it sent.
//
//	GET  /relay/{token}
//	POST /relay/{token}/accept    FieldQuantityOf, FieldContact
//	POST /relay/{token}/decline   FieldNote
//	POST /relay/{token}/give-up   FieldNote
//	POST /relay/{token}/send      FieldPart, FieldCount, FieldCode, FieldMaterial; Form.Key
//	POST /relay/{token}/sheet     FieldMachine, FieldFilament
//	GET  /relay/{token}/parts/{part} | sheet | sheet.ini | labels
type RelayAnswer struct {
	Frame
	Token   string
	Version string
	RelayRow
	Left      int64      // products that can be accepted now
	Place     fab.Reason // whom it is for, as far as the lab says
	Note      string
	Claim     string   // worded claim.<code>; "" when nothing may be said
	Notice    []string // paragraphs
	Stop      bool     // the version is dangerous
	Lots      []RelayLot
	Models    []Choice // for the sheet of settings
	Filaments []Choice
	Form      Form // of the answer
	SendForm  Form
}

func (RelayAnswer) view() string { return "relay_answer" }

// Owed reports whether something is still to be sent.
func (r RelayAnswer) Owed() bool { return r.State == StateWithPartner }

// PartChoices are the parts that a bag can hold.
func (r RelayAnswer) PartChoices() (list []Choice) {
	for _, p := range r.Parts {
		list = append(list, Choice{Value: p.Code, Label: p.Name})
	}
	return list
}

// RelayLabels are to be printed and put on the bags.
//
//	GET /relay/{token}/labels
type RelayLabels struct {
	Frame
	Back    string
	Code    string // of the relay
	Partner string
	Product string
	Version string
	Lots    []RelayLot
}

func (RelayLabels) view() string { return "relay_labels" }

// FieldLink is a link that another lab sent.
const FieldLink = "link"

// FavourRow is work for another lab that runs this program too.
type FavourRow struct {
	ID, Code string // of the other lab's relay
	Lab      string
	Goods    Goods
	Due      time.Time
	State    string // StateRunning, StateSentAll, StateClosed
	Trouble  string // worded favour.trouble_<code>; "" when the labs can speak
}

// FavourAsk is what another lab asks for, before it is taken on.
//
//	POST /desk/favours   FieldLink; FieldQuantityOf and FieldContact once it was read
type FavourAsk struct {
	Frame
	Link      string
	Lab, Code string
	Goods     Goods
	Version   string
	Due       time.Time
	Place     fab.Reason
	Note      string
	Left      int64
	Form      Form
}

func (FavourAsk) view() string { return "favour_ask" }

// FavourLot is a bag for another lab.
type FavourLot struct {
	Ours   string // its code here
	Theirs string // the code to write on it; "" until the other lab said
	Part   Goods
	State  string // StateWaiting until the other lab heard of it, StateOnWay, StateCounted
	Good   int64  // as counted there
	At     time.Time
}

// Differs reports whether the other lab counted otherwise.
func (l FavourLot) Differs() bool { return l.State == StateCounted && l.Good != l.Part.N }

// FavourPage is work for another lab.
//
//	GET  /desk/favours/{favour}
//	POST /desk/favours/{favour}/send | give-up
type FavourPage struct {
	Frame
	FavourRow
	Batch   string
	Ready   []FavourLot
	Sent    []FavourLot
	Seen    time.Time
	GivenUp bool
}

func (FavourPage) view() string { return "favour" }
