package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Imports takes lists of a spreadsheet in: makers, places, stock.
//
//	GET  /desk/imports
//	POST /desk/imports              FieldKind (one of fab.ImportKinds), FieldFile
//	GET  /desk/imports/{kind}.csv   an empty list with the heads
type Imports struct {
	Frame
	Past []ImportRow
	Form Form
}

func (Imports) view() string { return "imports" }

// Kinds lists the kinds of list.
func (Imports) Kinds() []string { return fab.ImportKinds[:] }

// ImportRow is one list that was read.
type ImportRow struct {
	ID, Kind, File string
	State          string // StateImportShown, StateDone, StateImportUndone
	Made           int
	At             time.Time
}

// States of an import, beside StateDone.
const (
	StateImportShown  = "import_shown"
	StateImportUndone = "import_undone"
)

// Import is one list: what it would do, line by line, or what it did.
//
//	GET  /desk/imports/{id}
//	POST /desk/imports/{id}/confirm, …/undo
type Import struct {
	Frame
	ImportRow
	Ignored        []string
	New, Same, Bad int
	Lines          []ImportLine // first those with something wrong
	More           int          // lines that are not shown
	Names          []string     // of what it made
}

func (Import) view() string { return "import" }

// ImportLine is what one line does.
type ImportLine struct {
	No    int64
	Does  fab.Reason
	Wrong []*fab.Error
	Same  bool
}
