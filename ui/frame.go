package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Frame is what every page shares. Times in it and in every page struct are in
// the lab's zone already.
type Frame struct {
	Lang    string    // "fr" or "en"
	Path    string    // path and query of this page, where the language link comes back to
	Now     time.Time // the moment all relative times are told from
	LabName string
	Phone   string // the lab's number, shown at the foot of every page
	// PhoneFrom and PhoneTo are the hours when someone answers, 0–24; both zero hides them.
	PhoneFrom, PhoneTo int
	Account            *Account // nil: nobody is signed in
	Nav                *Nav     // nil: no navigation (public pages)
	Demo               *DemoBar // nil: this is not the demo
	Flash              *Flash   // nil: nothing just happened
	Live               string   // URL of the event stream; "" leaves the page still
	Nonce              string   // nonce of the content security policy, for the one script
}

func (f Frame) frame() Frame { return f }

// Account is who is signed in.
type Account struct {
	Name  string
	Maker bool // has printers or hand work: shows the link to /maker
	Desk  bool // may open the coordinator's pages
}

// The coordinator's five entries, for Nav.Current.
const (
	NavRequests   = "requests"
	NavProduction = "production"
	NavMaterials  = "materials"
	NavDeliveries = "deliveries"
	NavPeople     = "people"
)

// Nav is the coordinator's navigation. The counters say how many things wait for
// a person in each entry; zero hides the counter.
type Nav struct {
	Current                                             string
	Requests, Production, Materials, Deliveries, People int64
}

// NavEntry is one link of the navigation.
type NavEntry struct {
	Code, URL string
	Waiting   int64
	Current   bool
}

// Entries lists the five entries in their order.
func (n Nav) Entries() []NavEntry {
	entries := []NavEntry{
		{Code: NavRequests, Waiting: n.Requests},
		{Code: NavProduction, Waiting: n.Production},
		{Code: NavMaterials, Waiting: n.Materials},
		{Code: NavDeliveries, Waiting: n.Deliveries},
		{Code: NavPeople, Waiting: n.People},
	}
	for i := range entries {
		entries[i].URL = "/desk/" + entries[i].Code
		entries[i].Current = entries[i].Code == n.Current
	}
	return entries
}

// Kinds of flash.
const (
	FlashDone = "done"
	FlashWarn = "call"
	FlashStop = "stop"
)

// Flash says what the last action did.
type Flash struct {
	Kind string
	Text fab.Reason
}

// The roles of the demo, for DemoBar.Role.
const (
	DemoStory       = "story"
	DemoRequester   = "requester"
	DemoCoordinator = "coordinator"
	DemoMaker       = "maker"
	DemoHands       = "hands"
	DemoDonor       = "donor"
	DemoDriver      = "driver"
)

// DemoBar is the strip at the top of every page of the demo.
type DemoBar struct {
	Role string // whose eyes this page is seen with
	// MinutesPerMinute is how many minutes of the lab pass in one real minute (60: "1 min = 1 h").
	MinutesPerMinute int64
	Mine             bool      // the visitor plays; false: the actors play on
	Way              []Station // the way of one visor, horizontally; may be empty
}

// Roles lists the roles in the order of the bar.
func (DemoBar) Roles() []string {
	return []string{DemoStory, DemoRequester, DemoCoordinator, DemoMaker, DemoHands, DemoDonor, DemoDriver}
}

// The states of a Station.
const (
	StationDone  = "done"
	StationHere  = "here"
	StationAhead = "ahead"
	StationStop  = "stop" // it ended here: cancelled, refused, not delivered
)

// Station is one knot of the thread.
type Station struct {
	Key    string // live key, unique on the page; "" when the station never changes
	State  string
	Title  fab.Reason
	Detail fab.Reason // the zero Reason: nothing to add
}

// Goods is a number of pieces of something, worded by the catalogue when it knows
// Code ("24 visières"), else as "Name × 24".
type Goods struct {
	Code string // product or part code
	Name string // its name in the page's language
	N    int64
}
