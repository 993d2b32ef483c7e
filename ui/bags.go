package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Fields of bags.
const (
	FieldPaper = "code" // on a label or a form
	FieldBack  = "back" // BackToBags: the form is on the page of one bag
	FieldRest  = "rest" // hours; followed by "_" and the code of a filament, its own
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

	Mobile   string
	How      string    // one of fab.SentWays, when it was sent; ""
	Expected time.Time // the day on which it should come then
	Late     bool      // that day is over
	Rests    time.Time // counted, and in no kit before; zero when it does not rest
}

// Ways are the values of FieldHow, worded sent.<code>.
func (Bag) Ways() []string { return fab.SentWays[:] }

// Under reports whether a bag comes without a run.
func (b Bag) Under() bool { return b.How == fab.SentBrought || b.How == fab.SentPost }

// Bags leads from a code, scanned or typed, to the page of its bag. Its field has the focus, so that ten bags go fast.
//
//	GET  /desk/bags        FieldPaper: on to that bag
//	POST /desk/bags/rest   FieldRest, and FieldRest+"_"+filament: hours that bags rest once they are counted
type Bags struct {
	Frame
	Late    []Bag // announced, and not here: somebody calls
	In      []Bag // left their makers
	Under   []Bag // brought or posted
	Points  []Bag // at a collection point
	Away    []Bag // still at their makers'
	Resting []Bag // counted
	Hours   []RestHours
	Form    Form
}

// RestHours is how long bags of one filament rest; of all others with the empty code.
type RestHours struct {
	Code, Name string
	Hours      string // as typed; "" where it rests like the others
}

// Field is the name of its field.
func (h RestHours) Field() string {
	if h.Code == "" {
		return FieldRest
	}
	return FieldRest + "_" + h.Code
}

// RestOpen reports whether the hours were refused.
func (b Bags) RestOpen() bool { return len(b.Form.Errors) > 0 && b.Form.Error(FieldPaper) == nil }

// Sort puts those that left their makers, and the others, into the lists of the page.
func (b *Bags) Sort(in, away []Bag) {
	b.In = in
	for _, bag := range away {
		switch {
		case bag.Late:
			b.Late = append(b.Late, bag)
		case bag.Under():
			b.Under = append(b.Under, bag)
		case bag.How != "":
			b.Points = append(b.Points, bag)
		default:
			b.Away = append(b.Away, bag)
		}
	}
}

func (Bags) view() string { return "bags" }

// OneBag is one bag at the table: one press when all is as its label says, else a count, the difference, and why.
//
//	GET  /desk/bags/{lot}
//	POST /desk/bags/{lot}/sent     FieldHow, FieldDay: its maker said that it is on its way
//	POST /desk/bags/{lot}/keep     it is not
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
	Lists    []CheckList  // to go through
	Kept     CheckList    // the list that it was inspected by, and what was said of it
	Back     []DefectRow  // of its pieces, what came back from who had got them
	Form     Form
}

func (OneBag) view() string { return "bag" }

// CountReasons are the values of FieldReason, worded count.<code>.
func (OneBag) CountReasons() []string { return fab.CountReasons[:] }

// CountReasons are the same on the page of deliveries.
func (Deliveries) CountReasons() []string { return fab.CountReasons[:] }

// SendOpen reports whether the form that says how it comes was refused.
func (b OneBag) SendOpen() bool {
	return b.Form.Error(FieldHow) != nil || b.Form.Error(FieldDay) != nil
}

// Next is the empty form that asks for the next bag.
func (OneBag) Next() Form { return Form{} }

// OwnBags are the bags of a maker: those still to hand in, and what became of the last ones.
//
//	POST /maker/bags/{lot}/sent   FieldHow, FieldDay
//	POST /maker/bags/{lot}/keep   it is still here
type OwnBags struct {
	Bags    []Bag
	Counted []CountedBag
}

// CountedBag is a bag that was counted at the hub, as its maker reads it.
type CountedBag struct {
	Bag
	Found  fab.BagCount
	Reason string // one of fab.CountReasons; ""
	When   time.Time
}
