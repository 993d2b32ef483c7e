package ui

import (
	"fmt"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// FieldFormKind is the kind of printed forms. In the grid each field is followed by "_" and the number of its line, from 1.
const FieldFormKind = "form_kind"

// GridLines is how many forms are keyed in at a time.
const GridLines = 8

// Forms prints empty forms with codes, and keys in those that were filled in, a line each.
//
//	GET  /desk/forms
//	POST /desk/forms/print   FieldFormKind, FieldCount: on to the paper
//	POST /desk/forms/key     the grid: FieldPaper, FieldFacility, FieldKind, FieldTown, FieldContact, FieldPhone,
//	                         FieldQuantity+product, FieldNeedBy, each with "_" and its line; empty lines are passed by
type Forms struct {
	Frame
	Products []Offered
	Lines    []FormLine
	Form     Form // of the printing
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

// More reports whether something was typed into what a line of slips folds away, or is wrong with it.
func (l FormLine) More() bool {
	typed := func(field string) bool { return l.Form.Value(fmt.Sprintf("%s_%d", field, l.N)) != "" }
	return typed(FieldInBag) || typed(FieldReason) || slices.ContainsFunc(l.Wrong, func(e *fab.Error) bool { return e.Field == FieldReason })
}
