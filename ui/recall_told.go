package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// RecallTold is one who is told of a recall, and how far that is.
type RecallTold struct {
	URL        string // of RecallTo
	Kind       string // fab.ToldFacility, …
	Name, Town string
	Mobile     string
	OnWay      bool // some of it is on its way there, or there already
	ToldAt     time.Time
	How        string // fab.ToldByCall, …
	AnsweredAt time.Time
	Aside      int64 // pieces that were found
	Gone       int64 // pieces that are there no more
	Said       string
	Sent, Back int64 // products that were handed over, and came back
	Done       bool
}

// RecallTo is what one recipient of a recall has of it, and what is done about it.
//
//	GET  /desk/recalls/{id}/to/{kind}/{subject}
//	POST …/told     FieldHow (fab.ToldWays)
//	POST …/answer   FieldAside, FieldGone, FieldNote
//	POST …/link     a link to the letter, shown once
//	POST …/back     FieldPart (Value of a Goods), FieldCount: products that came back to the lab
//	GET  …/paper    the letter
//
// A refused form comes back with Open naming it: "answer" or "back".
type RecallTo struct {
	Frame
	RecallTold
	What, Subject string // of the recall, as Recall has them
	RecallID      string
	Email         string
	Letter        Document // as the recipient reads it
	Goods         []Choice // kits of it that are there, to come back
	Link          string
	Open          string
	Form          Form
}

func (RecallTo) view() string { return "recall_to" }

// Ways are the values of FieldHow, worded told_way.<code>.
func (RecallTo) Ways() []string { return fab.ToldWays[:] }

// RecallLetter is the letter of a recall for whoever follows its link, with the answer.
//
//	GET  /recall/{token}
//	POST /recall/{token}   FieldAside, FieldGone, FieldNote
//	GET  /recall/{token}/paper
type RecallLetter struct {
	Frame
	RecallTold
	Token  string
	Letter Document
	Form   Form
}

func (RecallLetter) view() string { return "recall_letter" }

// Asks reports whether an answer is wanted.
func (r RecallLetter) Asks() bool { return r.Kind != fab.ToldDonor }
