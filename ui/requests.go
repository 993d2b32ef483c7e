package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Chip is one filter of a list, with how many things it holds.
type Chip struct {
	Code    string // chip.<Code> words it
	URL     string
	N       int64
	Current bool
}

// Requests is the coordinator's list, what waits for an answer first.
//
//	GET /desk/requests?show=…
type Requests struct {
	Frame
	Chips []Chip // open, todo, moved, done, all
	Items []RequestItem
}

func (Requests) view() string { return "requests" }

// RequestItem is one request in a list.
type RequestItem struct {
	ID       string
	Ref      string
	Facility string
	Town     string
	Kind     string
	Goods    []Goods
	NeedBy   time.Time
	Received time.Time
	Channel  string
	State    string // StateReceived, StateApproved, StateOnWay, StateDelivered, StateRefused, StateCancelled
	Late     bool   // will not make its date as things stand
	Outlook  Outlook
	Wait     fab.Reason // why it does not move; the zero Reason when it does
}

// Request is one request, with the decision to take.
//
//	GET  /desk/requests/{id}
//	POST /desk/requests/{id}/approve   FieldQuantity+code: what is promised, at most what is asked
//	POST /desk/requests/{id}/refuse    FieldReason (RefuseReasons)
//	POST /desk/requests/{id}/site      FieldSite: id of a site, or ""
//	POST /desk/requests/{id}/supply    FieldSupply+code: materials that the place adds, several; "" with none
//	POST /desk/requests/{id}/link      shows the page again with TrackURL, a new link
type Request struct {
	Frame
	RequestItem
	Address  string
	Access   string
	Contact  string
	Mobile   string // the requester's number
	Email    string
	Note     string
	Lines    []TrackLine
	Notes    []NoteLink
	Stock    []Goods    // pieces ready, per product, to decide with
	Before   string     // id of a request of the same place within 14 days; "" if none
	Track    []Station  // where it stands
	Batches  []BatchRef // what is made for it
	Why      fab.Reason // of a refusal or cancellation
	TrackURL string     // just made, to read out or send to the requester; shown once
	CanAct   bool       // still to approve or refuse
	Still    StillNeeded
	Place    PlaceItem // of the facility
	Sites    []Choice  // where it may be brought, first the place itself; empty when there is no choice
	Takes    []LineTakes
	Form     Form
}

// LineTakes is what a place may add to a product itself.
type LineTakes struct {
	Name    string // field
	Product string // as people call it
	Takes   []Choice
	Form    Form // chosen so far
}

func (Request) view() string { return "request" }

// BatchRef is a link to a batch.
type BatchRef struct {
	ID    string
	Goods Goods
	State string
}

// RefuseReasons are the values of FieldReason when a request is refused, worded refuse.<code>.
func (Request) RefuseReasons() []string {
	return []string{"too_far", "too_many", "not_made", "duplicate", "not_a_facility", "other"}
}

// PhoneRequest is the request form on one dense page, for who answers the phone.
//
//	GET  /desk/requests/new
//	POST /desk/requests/new   the fields of Ask; FieldChannel is fab.ChannelPhone; FieldGo is GoSend
type PhoneRequest struct {
	Frame
	Products  []Offered
	Places    []string // names of known places, offered while typing
	Proposals []Match  // never: who answers the phone looks at the place afterwards
	Form      Form
}

func (PhoneRequest) view() string { return "phone_request" }

// Kinds lists the kinds of facility for the templates.
func (PhoneRequest) Kinds() []string { return fab.FacilityKinds[:] }
