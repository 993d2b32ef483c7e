package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// NewBatch opens a batch by hand, for a request or to stock. Form.Key is the identifier that the batch gets.
//
//	GET  /desk/batches/new
//	POST /desk/batches   FieldDesign, FieldQuantityOf, FieldDay, FieldPriority, FieldRequest ("" for stock)
type NewBatch struct {
	Frame
	Form     Form
	Designs  []Choice
	Requests []Choice // approved ones that it can be for
}

func (NewBatch) view() string { return "new_batch" }

// Priorities are the values of FieldPriority, the highest first.
func Priorities() []string { return []string{"2", "1", "0", "-1"} }

// Priorities are those of the form.
func (NewBatch) Priorities() []string { return Priorities() }

// Priorities are those of the form.
func (BatchPage) Priorities() []string { return Priorities() }

// BatchEffect is what a change of a batch would do, before it is confirmed.
type BatchEffect struct {
	From, To int64
	More     int64
	Fewer    int64
	Running  int64
	Over     int64
}

// Says lists what will happen, one sentence each.
func (e BatchEffect) Says() (says []fab.Reason) {
	add := func(n int64, code string) {
		if n > 0 {
			says = append(says, fab.Because(code, "n", n))
		}
	}
	add(e.More, "batch.will_more")
	add(e.Fewer, "batch.will_fewer")
	add(e.Running, "batch.will_running")
	add(e.Over, "batch.will_over")
	if len(says) == 0 {
		says = append(says, fab.Because("batch.will_nothing"))
	}
	return says
}

// BatchForm is what the coordinator may change of a batch.
type BatchForm struct {
	Form     Form
	Quantity int64
	Due      time.Time
	Priority string
	Effect   *BatchEffect // of what was typed, to be confirmed; nil before
}

// Day is the date as a field holds it.
func (f BatchForm) Day() string { return f.Due.Format(time.DateOnly) }

// StillNeeded asks whether a request of some days still stands.
type StillNeeded struct {
	Action string // address of the form; "" when nothing is to be asked
	Lines  []TrackLine
	Form   Form
}

// Held is a printer that gets no work until somebody has looked at it.
type Held struct {
	Why   fab.Reason // the zero Reason when it is not held
	Since time.Time
	Trial bool // it makes one plate to show that it is well
}

// BadReasons are the values of FieldWhy of a count.
func (Tile) BadReasons() []string { return fab.BadReasons[:] }

// BadReasons are the values of FieldWhy of a count.
func (Work) BadReasons() []string { return fab.BadReasons[:] }
