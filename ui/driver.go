package ui

import (
	"strconv"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Run is the driver's list of stops. It works without JavaScript; with it, the telephone keeps the run, and what is
// reported without network goes out later.
//
//	GET /run/{token}
//	GET /run/{token}/worker.js   keeps the pages of the run on the telephone
type Run struct {
	Frame
	Token   string
	Code    string
	Driver  string
	Vehicle string
	Day     time.Time
	Leave   time.Time
	Back    time.Time // at the hub again; zero when all is done
	Home    Way       // from the last stop to it
	Status  fab.RunStatus
	Stops   []RunStop
	Loads   []RunLoad // what goes into the vehicle, last stop first
}

func (Run) view() string { return "run" }

// Kept lists the pages that the telephone keeps.
func (r Run) Kept() []string {
	list := []string{"/run/" + r.Token}
	for _, s := range r.Stops {
		list = append(list, "/run/"+r.Token+"/stop/"+strconv.FormatInt(s.No, 10))
	}
	return list
}

// Loading reports whether the vehicle is still to be loaded: what goes in comes before the stops.
func (r Run) Loading() bool { return r.Status == fab.RunPlanned && len(r.Loads) > 0 }

// Next is the first open stop, nil when all are done.
func (r Run) Next() *RunStop {
	for i := range r.Stops {
		if r.Stops[i].Status == fab.StopOpen {
			return &r.Stops[i]
		}
	}
	return nil
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

// IsNext reports whether a stop is the one to go to.
func (r Run) IsNext(s RunStop) bool {
	next := r.Next()
	return next != nil && next.No == s.No
}

// Offline is what the telephone keeps, and whether anything is still to do.
func (r Run) Offline() offline { return offline{r.Token, r.Kept(), r.Next() != nil} }

type offline struct {
	Token string
	Kept  []string
	Open  bool
}

// RunStop is one place on the run.
type RunStop struct {
	N        int64 // its place in the order, 1 is the first
	No       int64 // its number in addresses, for good
	Kind     string
	Gift     bool   // of a collect stop: a gift, and not bags
	Place    string // facility, or "chez" the maker in the page's language
	Town     string
	At       time.Time // when the driver is expected there; zero once it is over
	Way      Way       // from the stop before
	Sure     string    // how well it is known where it is: "exact", "town", "not"; "" once it is over
	From, To time.Time // when it is open about then; zero: not known
	Wait     time.Duration
	Late     bool // it has closed by then
	Shut     bool // it is closed all of that day
	Status   fab.StopStatus
	Why      string // of a stop that failed, worded fail.<code>
	DoneAt   time.Time
}

// Way is how far it is to a stop, estimated.
type Way struct {
	Km    float64
	Drive time.Duration
}

// Known reports whether there is a way to tell of.
func (w Way) Known() bool { return w.Drive > 0 }

// Whole is the distance in kilometres, 1 at least.
func (w Way) Whole() int64 { return max(1, int64(w.Km+0.5)) }

// RunLoad is what goes into the vehicle for one stop.
type RunLoad struct {
	N     int64
	Place string
	Codes []string // of boxes and spools
}

// StopPage is one stop, for its driver, or for the desk that keys a sheet of paper. Base is "/run/{token}" or
// "/desk/runs/{id}". Every form has Form.Key and FieldHappened, when it was filled in, which only JavaScript knows.
//
//	GET  Base/stop/{no}
//	POST Base/stop/{no}/deliver   FieldReceiver, FieldReserve, FieldPhoto, FieldSignature
//	POST Base/stop/{no}/partly    FieldBox (several codes): the boxes handed over; the same
//	POST Base/stop/{no}/failed    FieldReason (FailReasons), FieldNote
//	POST Base/stop/{no}/collect   of a collect or drop stop
//
// From the desk also FieldClock, when it was. An answer to Accept: application/json is {"ok", "next", "word"}.
// Values of a refused "partly" or "failed" come back with Open naming the form.
type StopPage struct {
	Frame
	RunStop
	Base    string
	Token   string // "" at the desk
	Code    string // of the run
	Said    string // with a failure
	Proofs  []Proof
	Of      int64 // stops on the run
	Address string
	Access  string
	About   string        // where a home is about, for a map: a position to a kilometre; "" when Address says it or nobody knows
	Contact string        // who takes a delivery
	Mobile  string        // of the place
	People  []PlacePerson // others to ask for
	Loads   []Load
	NoteNo  string // number of the delivery note, "" for other stops
	Alert   bool   // something aboard is recalled: do not deliver
	After   *RunStop
	Open    string // "partly" or "failed"
	Form    Form
}

func (StopPage) view() string { return "stop" }

// Offline is what the telephone keeps beside this page.
func (s StopPage) Offline() offline {
	return offline{Token: s.Token, Open: s.Status == fab.StopOpen}
}

// Mark is one form of the page.
func (s StopPage) Mark(id string) mark { return mark{Form: s.Form, ID: id, Desk: s.Token == ""} }

type mark struct {
	Form Form
	ID   string
	Desk bool
}

// FailReasons are the values of FieldReason when nothing was handed over, worded fail.<code>.
func (StopPage) FailReasons() []string {
	return []string{"nobody", "closed", "refused", "not_found", "damaged"}
}

// Load is one thing to carry: "1 boîte", what is in it, and its lots; or a spool, or a gift.
type Load struct {
	Box   string // code on the label
	Goods []Goods
	Lots  []string
	Spool string // its code; Goods is empty
	Stuff Stuff  // of a gift; Goods is empty
}

// Proof is what shows that a delivery took place.
type Proof struct {
	Kind         string // fab.ProofName, …
	Name         string
	Reservations string
	URL          string // of the picture, for the desk only
}
