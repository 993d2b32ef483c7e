package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Fields of bags.
const (
	FieldPaper = "code" // on a label or a form
	FieldBack  = "back" // BackToBags: the form is on the page of one bag
)

// BackToBags is a value of FieldBack.
const BackToBags = "bags"

// Bag is a lot on its way to the hub's table.
type Bag struct {
	Lot  string // its code, on the label
	Part Goods  // as its maker labelled it
	Who  string
	Town string
	At   time.Time
}

// Bags leads from a code, scanned or typed, to the page of its bag. Its field has the focus, so that ten bags go fast.
//
//	GET  /desk/bags   FieldPaper: on to that bag
type Bags struct {
	Frame
	In   []Bag // left their makers
	Away []Bag // still at their makers'
	Form Form
}

func (Bags) view() string { return "bags" }

// OneBag is one bag at the table: one press when all is as its label says, else a count, the difference, and why.
//
//	GET  /desk/bags/{lot}
//	POST /desk/bags/{lot}/settle   FieldGood, FieldBad, FieldReason (fab.CountReasons) where they differ from the label,
//	                               FieldKit "yes": make kits of it at once; FieldBack: BackToBags goes on to the next bag
type OneBag struct {
	Frame
	Bag
	Version  string
	Material string // code; "" when nobody said
	Colour   string
	Spool    string
	Trial    string // its code, of pieces for its testers alone
	Batch    string // id
	Home     bool   // the books have it at its maker's
	Blocked  bool
	Counted  time.Time    // at the hub; zero while it is not
	By       string       // who counted; "" when nobody knows
	Found    fab.BagCount // what was counted, or what the refused form says
	Reason   string       // one of fab.CountReasons
	Differs  bool         // the refused form says another number than the label
	Form     Form
}

func (OneBag) view() string { return "bag" }

// CountReasons are the values of FieldReason, worded count.<code>.
func (OneBag) CountReasons() []string { return fab.CountReasons[:] }

// CountReasons are the same on the page of deliveries.
func (Deliveries) CountReasons() []string { return fab.CountReasons[:] }

// Next is the empty form that asks for the next bag.
func (OneBag) Next() Form { return Form{} }
