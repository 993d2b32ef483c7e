package ui

import "time"

// Calls is whom to ask about hand work that did not come in time, and whom to remind of what is due tomorrow. It is no list of culprits: nothing is kept of it.
//
//	GET  /desk/calls
//	POST /desk/calls/{attempt}/done    FieldGood, FieldBad: it was made
//	POST /desk/calls/{attempt}/back    it will not be made
//	POST /desk/calls/{attempt}/later   FieldDay: it comes by then
//	POST /desk/calls/{attempt}/reminded
type Calls struct {
	Frame
	Calls     []Call
	Reminders []Call // due tomorrow or today, and nobody has reminded them yet
	Open      string // the id of the call whose form was refused
	Form      Form
	Relays    []RelayRow // of partners whose date went by
	Bags      []Bag      // announced, and not here
}

func (Calls) view() string { return "calls" }

// Call is one piece of hand work that is overdue, or due soon.
type Call struct {
	ID      string
	Maker   string
	Mobile  string
	Part    Goods
	Step    string // as Offer.Step
	Taken   time.Time
	Due     time.Time // the date that was said
	Doubled bool      // others were asked as well
	Propose string    // 2006-01-02: the date that the form shows
}
