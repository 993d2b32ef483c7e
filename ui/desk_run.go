package ui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// DeskRun is one run for the coordinator: its stops in their order, what goes into the vehicle, and what else could come
// along.
//
//	GET  /desk/runs/{id}
//	POST /desk/runs/{id}/order            proposes an order
//	POST /desk/runs/{id}/stops/{no}/up    …/down, …/off: moves a stop, or takes it off
//	POST /desk/runs/{id}/add              as Deliveries' form of a new run: FieldBox, FieldLot, FieldGift, FieldFetch, FieldDrop+spool
//	POST /desk/runs/{id}/close            FieldConfirm
//	POST /desk/runs/{id}/stops/{no}/at    FieldAt: where it is, a position or a FINESS number
//	POST /desk/runs/{id}/link             a new link for the driver
//	GET  /desk/runs/{id}/stop/{no}        StopPage, to key a sheet of paper
//	GET  /desk/proofs/{stop}/{proof}      a picture
type DeskRun struct {
	Frame
	ID       string
	Code     string
	Driver   string
	Mobile   string
	Vehicle  string
	Capacity int64 // boxes; zero: not known
	Aboard   int64 // boxes
	Day      time.Time
	Leave    time.Time
	Back     time.Time
	Km       int64
	Home     Way    // from the last stop to the hub
	NoHub    bool   // nobody said where the run begins
	State    string // StatePlanned, StateOnWay, StateDone
	Ended    time.Time
	EndedBy  string // who closed it before its last stop
	URL      string // the driver's link, shown once; "" else
	Stops    []DeskStop
	Loads    []RunLoad
	More     RunChoice
	Open     string // the form that was refused: "add", "close" or "at-" and the number of a stop
	Form     Form
}

func (DeskRun) view() string { return "desk_run" }

// Over reports whether the run is over.
func (r DeskRun) Over() bool { return r.State == StateDone }

// Left counts the open stops.
func (r DeskRun) Left() (n int64) {
	for _, s := range r.Stops {
		if s.Status == fab.StopOpen {
			n++
		}
	}
	return n
}

// DeskStop is one stop of a run.
type DeskStop struct {
	RunStop
	Loads       []Load
	NoteNo      string
	Said        string
	Proofs      []Proof
	Point       string // where it is, as maps write it; "" when nobody knows
	First, Last bool   // among the open stops
}

// Unplaced counts the open stops of which nobody knows where they are.
func (r DeskRun) Unplaced() (n int64) {
	for _, s := range r.Stops {
		if s.Sure == "not" {
			n++
		}
	}
	return n
}

// Placing reports whether the form of where a stop is was refused.
func (r DeskRun) Placing(s DeskStop) bool { return r.Open == "at-"+strconv.FormatInt(s.No, 10) }

// placeForm is where somebody says where a stop is.
type placeForm struct {
	Stop       DeskStop
	ID, Action string
	Form       Form
	Open       bool
}

// PlaceForm is the form of where a stop is.
func (r DeskRun) PlaceForm(s DeskStop) placeForm {
	f := placeForm{Stop: s, ID: "at-" + strconv.FormatInt(s.No, 10), Action: r.Act(s, "at"), Form: Form{Values: url.Values{FieldAt: {s.Point}}}, Open: r.Placing(s)}
	if f.Open {
		f.Form, f.ID = r.Form, FieldAt
	}
	return f
}

// Act is where a button of a stop posts to.
func (r DeskRun) Act(s DeskStop, act string) string {
	return "/desk/runs/" + r.ID + "/stops/" + strconv.FormatInt(s.No, 10) + "/" + act
}

// RunChoice is what may go on a run.
type RunChoice struct {
	Boxes   []BoxRow    // packed
	Away    []Bag       // bags at their makers'
	Gifts   []PledgeRow // pledged
	Fetches []FetchRow  // of people who left
	Spools  []Choice    // at the hub
	Makers  []Choice    // who may get one
}

// Any reports whether there is anything to choose.
func (c RunChoice) Any() bool {
	return len(c.Boxes)+len(c.Away)+len(c.Gifts)+len(c.Fetches)+min(len(c.Spools), len(c.Makers)) > 0
}

// runForm is the part of a form where somebody chooses what goes on a run.
type runForm struct {
	More RunChoice
	Form Form
	All  bool // boxes are chosen unless somebody chose otherwise
}

// Chosen reports whether a value of a field is chosen.
func (c runForm) Chosen(field, value string) bool {
	return c.All && len(c.Form.Errors) == 0 || c.Form.Is(field, value)
}

// Dropping reports whether somebody gets a spool.
func (c runForm) Dropping() bool {
	for field := range c.Form.Values {
		if strings.HasPrefix(field, FieldDrop) && c.Form.Value(field) != "" {
			return true
		}
	}
	return false
}

// Choice is the form of what else comes along.
func (r DeskRun) Choice() runForm { return runForm{More: r.More, Form: r.Form} }

// PledgeRow is a gift that may be fetched.
type PledgeRow struct {
	ID    string
	Stuff Stuff
	Donor string
	Town  string
}

// FetchRow is what somebody who left still has.
type FetchRow struct {
	ID, Name, Place string
}

// LateMark is a report that contradicts the books.
//
//	POST /desk/marks/{key}/trust   the driver is right
//	POST /desk/marks/{key}/leave   the books are right
type LateMark struct {
	Key      string
	Run      string // code
	RunID    string
	N        int64 // number of the stop
	Place    string
	Act      string // fab.MarkDeliver, …
	Receiver string
	Why      string
	At       time.Time // when it happened, by the telephone
	Status   fab.StopStatus
	Kind     string
	Then     time.Time // when the books closed the stop
	CanTrust bool
}

// Delivers reports whether a stop has a delivery note.
func (r DeskRun) Delivers() bool {
	return slices.ContainsFunc(r.Stops, func(s DeskStop) bool { return s.NoteNo != "" })
}
