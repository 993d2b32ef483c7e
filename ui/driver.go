package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Run is the driver's list of stops. It works without JavaScript.
//
//	GET /run/{token}
type Run struct {
	Frame
	Token  string
	Code   string
	Driver string
	Day    time.Time
	Status fab.RunStatus
	Stops  []RunStop
}

func (Run) view() string { return "run" }

// Next is the number of the first open stop, 0 when all are done.
func (r Run) Next() int64 {
	for _, s := range r.Stops {
		if s.Status == fab.StopOpen {
			return s.N
		}
	}
	return 0
}

// Left counts the open stops.
func (r Run) Left() (n int64) {
	for _, s := range r.Stops {
		if s.Status == fab.StopOpen {
			n++
		}
	}
	return n
}

// RunStop is one place on the run.
type RunStop struct {
	N        int64 // 1 is the first
	Kind     string
	Place    string // facility, or "chez" the maker in the page's language
	Town     string
	From, To time.Time // zero: at any time
	Status   fab.StopStatus
	DoneAt   time.Time
}

// StopPage is one stop.
//
//	GET  /run/{token}/stop/{n}
//	POST /run/{token}/stop/{n}/deliver   FieldReceiver, FieldReserve
//	POST /run/{token}/stop/{n}/partly    FieldBox (several codes): the boxes handed over; FieldReceiver, FieldReserve
//	POST /run/{token}/stop/{n}/failed    FieldReason (FailReasons), FieldNote
//	POST /run/{token}/stop/{n}/collect   of a collect or drop stop
//
// Values of a refused "partly" or "failed" come back with Open naming the form.
type StopPage struct {
	Frame
	RunStop
	Token   string
	Of      int64 // stops on the run
	Address string
	Access  string
	Mobile  string // of the place
	Loads   []Load
	NoteNo  string // number of the delivery note, "" for other stops
	Alert   bool   // something aboard is recalled: do not deliver
	After   *RunStop
	Open    string // "partly" or "failed"
	Form    Form
}

func (StopPage) view() string { return "stop" }

// FailReasons are the values of FieldReason when nothing was handed over, worded fail.<code>.
func (StopPage) FailReasons() []string { return []string{"closed", "refused", "not_found", "damaged"} }

// Load is one thing to carry: "1 boîte", what is in it, and its lots.
type Load struct {
	Box   string // code on the label
	Goods []Goods
	Lots  []string
}
