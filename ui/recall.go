package ui

import (
	"slices"
	"time"
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

// Recall is everything that a recall reaches, and where it is now.
//
//	GET /desk/recalls/{id}
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
}

func (Recall) view() string { return "recall" }

// Letters reports whether a box left the lab, so that its place is to be written to.
func (r Recall) Letters() bool {
	return slices.ContainsFunc(r.Boxes, func(b RecallBox) bool { return b.State != StateReady })
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

// Calls lists the places that have some of it, or may have: what is on its way may be there already.
func (r Recall) Calls() (list []RecallBox) {
	seen := map[string]bool{}
	for _, state := range [...]string{StateDelivered, StateOnWay} {
		for _, b := range r.Boxes {
			if key := b.Place + b.Town; b.State == state && !seen[key] {
				seen[key] = true
				list = append(list, b)
			}
		}
	}
	return list
}
