package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Recalls is what was recalled, and the form of another recall: by the code on a spool or a bag, or by choice.
//
//	GET  /desk/recalls
//	POST /desk/recalls   FieldCode, or FieldSubject, and FieldReason, one line
type Recalls struct {
	Frame
	Recalls  []RecallRow
	Subjects []Choice
	Form     Form
}

func (Recalls) view() string { return "recalls" }

// RecallRow is one recall.
type RecallRow struct {
	ID, What, Subject string
	Why               string // "" when the version was found dangerous
	At                time.Time
	Lots, Boxes       int64
}

// Recall is everything that a recall reaches, where it is now, and who is told of it.
//
//	GET  /desk/recalls/{id}
//	POST /desk/recalls/{id}/words   FieldWay (fab.RecallWays), FieldDay, FieldAnswers, FieldWords: what the letters say
//	POST /desk/recalls/{id}/told    FieldHow: everybody who was not told yet is told so
//	GET  /desk/recalls/{id}/paper   all letters
type Recall struct {
	Frame
	ID      string
	What    string // "design", "spool", …: worded recall.of_<what>
	Subject string // what it is called
	Why     string
	At      time.Time
	Lots    []RecallLot
	Boxes   []RecallBox
	Gone    int64 // pieces thrown away or not found
	Told    []RecallTold
	Day     time.Time // on which the lab comes to fetch it; zero: another way
	Open    bool      // the form of the words was refused
	Form    Form
}

func (Recall) view() string { return "recall" }

// Ways are the values of FieldWay, worded recall_way.<code>, "call" for none.
func (Recall) Ways() []string { return []string{RecallCall, fab.RecallFetch, fab.RecallSend} }

// RecallCall is the value of FieldWay for fab.RecallCall: a form has no empty choice.
const RecallCall = "call"

// Calls are those who do not know yet.
func (r Recall) Calls() []RecallTold {
	return r.told(func(t RecallTold) bool { return t.ToldAt.IsZero() })
}

// Waiting are those who know and have some of it still, or did not answer.
func (r Recall) Waiting() []RecallTold {
	return r.told(func(t RecallTold) bool { return !t.ToldAt.IsZero() && !t.Done })
}

// Finished are those about whom nothing more is to be done.
func (r Recall) Finished() []RecallTold {
	return r.told(func(t RecallTold) bool { return !t.ToldAt.IsZero() && t.Done })
}

func (r Recall) told(is func(RecallTold) bool) (list []RecallTold) {
	for _, t := range r.Told {
		if is(t) {
			list = append(list, t)
		}
	}
	return list
}

// Known counts those who know.
func (r Recall) Known() int64 { return int64(len(r.Told) - len(r.Calls())) }

// Answered counts those who answered.
func (r Recall) Answered() (n int64) {
	for _, t := range r.Told {
		if !t.AnsweredAt.IsZero() {
			n++
		}
	}
	return n
}

// Asked counts those whose answer is wanted: donors only read.
func (r Recall) Asked() (n int64) {
	for _, t := range r.Told {
		if t.Kind != fab.ToldDonor {
			n++
		}
	}
	return n
}

// Sent counts the products that were handed over.
func (r Recall) Sent() (n int64) {
	for _, t := range r.Told {
		n += t.Sent
	}
	return n
}

// Back counts those of them that came back.
func (r Recall) Back() (n int64) {
	for _, t := range r.Told {
		n += t.Back
	}
	return n
}

// RecallLot is what lies loose of one bag at one place.
type RecallLot struct {
	Code string
	Part Goods
	Who  string
	Town string
	Kept bool   // at its maker's still
	Van  string // run in whose vehicle it is
	Kit  bool   // assembled, and in no box
}

// RecallBox is one box that holds pieces of it.
type RecallBox struct {
	Code, Place, Town, Phone string
	State                    string // StateReady, StateOnWay, StateDelivered
}
