package ui

import "github.com/mailleur/mailleur/coordinator/fab"

// FieldFormKind is the kind of printed forms. In the grid each field is followed by "_" and the number of its line, from 1.
const FieldFormKind = "form_kind"

// GridLines is how many forms are keyed in at a time.
const GridLines = 8

// Forms prints empty forms with codes, and keys in those that were filled in, a line each.
//
//	GET  /desk/forms
//	POST /desk/forms/print   FieldFormKind, FieldCount: shows the page again with Printed, to be printed
//	POST /desk/forms/key     the grid: FieldPaper, FieldFacility, FieldKind, FieldTown, FieldContact, FieldPhone,
//	                         FieldQuantity+product, FieldNeedBy, each with "_" and its line; empty lines are passed by
type Forms struct {
	Frame
	Products []Offered
	Lines    []FormLine
	Printed  []string // codes
	Kind     string   // of those printed
	Form     Form     // of the printing
}

func (Forms) view() string { return "forms" }

// FormKinds lists the kinds of printed form.
func (Forms) FormKinds() []string { return []string{fab.BlankRequest, fab.BlankBag, fab.BlankHandIn} }

// Kinds lists the kinds of facility.
func (Forms) Kinds() []string { return fab.FacilityKinds[:] }

// FormLine is one line of the grid, as typed, and what is wrong with it.
type FormLine struct {
	N     int
	Form  Form
	Wrong fab.Errors
}
