package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Maker is a volunteer's own page: what to answer, what is in hand, the printers.
//
//	GET  /maker
//	POST /maker/printers/{id}/count    FieldGood, FieldBad: the plate is empty, so many pieces came off
//	POST /maker/printers/{id}/pause    pauses a print; lets an idle printer rest
//	POST /maker/printers/{id}/resume   resumes a print; ends a rest
//	POST /maker/printers/{id}/stop     stop-now
//	POST /maker/printers/{id}/spool    FieldSpool
//	POST /maker/offers/{id}/accept     FieldHandIn
//	POST /maker/offers/{id}/decline
//	POST /maker/filaments/{id}/yes     the other filament will be loaded
//	POST /maker/filaments/{id}/no
//	POST /maker/filaments/{id}/loaded
//	POST /maker/work/{id}/handin       FieldGood, FieldBad
//	POST /maker/work/{id}/back         FieldMade, FieldSpoilt: the rest is given back
type Maker struct {
	Frame
	Offers  []Offer
	Reloads []Reload
	Work    []Work
	Tiles   []Tile // with Base "/maker/printers"
	Judge   []ToJudge
	Own     OwnBags
	Made    int64 // good pieces so far, all told
	Form    Form
	Open    string // id of the work whose form was refused
}

func (Maker) view() string { return "maker" }

// Waiting counts what waits for this person.
func (m Maker) Waiting() int64 {
	n := int64(len(m.Offers) + len(m.Reloads) + len(m.Work))
	for _, t := range m.Tiles {
		if t.State == StatePlate {
			n++
		}
	}
	return n
}

// Offer is work that may be taken or left.
type Offer struct {
	ID      string
	Part    Goods
	Step    string // print, sew, cut, punch, assemble: worded step.<code>
	Printer string // its name, where it is to be printed from an SD card; ""
	For     string // the town it is for; never a name
	Due     time.Time
	Answer  time.Time  // until when it waits for this person
	HandIn  string     // the day on which it would usually be handed in, "2026-11-26"
	Why     fab.Reason // why it is offered to them
	Twin    fab.Reason // that somebody else has it as well
	Picture string
	Takes   []Stuff // what one is given to put together
	Given   bool    // it was handed out
}

// Reload asks for another filament on a printer, or waits for it after a yes.
type Reload struct {
	ID       string
	Printer  string
	Filament string // worded material.<code>
	Part     Goods
	Plates   int64
	Yes      bool       // it was promised
	Busy     bool       // something runs on the printer or lies on it
	Until    time.Time  // when the question, or the promise, lapses
	Why      fab.Reason // what it brings
}

// Work is hand work accepted and not handed in.
type Work struct {
	ID      string
	Part    Goods
	Step    string
	Printer string // its name, where it is printed from an SD card; ""
	Due     time.Time
	Late    bool
	HandIn  time.Time  // when they said that they hand it in
	Soon    bool       // that is tomorrow or today
	Twin    fab.Reason // that somebody else is asked for it as well, and what becomes of what is too much
	File    string     // URL of the file to print from an SD card, or of the sewing pattern; ""
	Picture string
	Gone    fab.Reason // where the pieces go, once nobody needs them any more
	Whole   bool       // it can only be given back as a whole
	Takes   []Stuff    // what one is given to put together
	Given   bool       // it was handed out
}
