package ui

import (
	"net/url"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui/locales"
)

// StockItem is one material, part or kit: where it is, what became of it, and what a person can do with it.
//
//	GET  /desk/stock/{item}
//	POST /desk/stock/{item}/move    FieldFrom, FieldTo, FieldCount, FieldMeasure, FieldNote
//	POST /desk/stock/{item}/scrap   FieldFrom, FieldCount, FieldMeasure, FieldNote
//	POST /desk/stock/{item}/undo    FieldMove, FieldNote
//	POST /desk/stock/{item}/keep    FieldRequest, FieldKeepN, FieldKeepIn
//	POST /desk/stock/{item}/release FieldReservation
//	POST /desk/stock/{item}/speak   FieldOwn + n, FieldFactor + n, FieldIn + n, FieldLow, FieldLowIn
type StockItem struct {
	Frame
	Item     string
	Name     Stuff
	Sums     []StockSum // by place, when Rows are not all
	Rows     []StockRow
	More     string // address of the rows after these; "" when there are none
	Moves    []MoveRow
	Older    string // address of the moves before these; "" when there are none
	Measures []Choice
	From     []Choice // a place and a source
	Places   []Choice
	Material bool     // which can be thrown away
	Of       string   // the bag, gift or spool of which Moves are; "" for all
	Kept     []Kept   // for requests
	Requests []Choice // that something can be kept for
	Own      []Own    // measures of the material's own, and room for one more
	OwnCodes []Choice
	Base     []Choice // measures of its unit
	Low      string   // below which to ask for more, in the first measure
	Open     string   // "keep" or "speak": the form that was refused; "" the one that moves
	Form     Form
}

// FormOf is what was typed into one of the forms.
func (p StockItem) FormOf(name string) Form {
	if p.Open == name {
		return p.Form
	}
	return Form{Values: url.Values{}}
}

// Kept is what is kept for a request.
type Kept struct {
	ID, Request, For, Ref string // ids of the reservation and the request, the place, and its reference
	Stuff                 Stuff
	Place                 string
}

// Own is a measure of a material's own: one of it is Factor of the measure called In.
type Own struct {
	N                int
	Code, Factor, In string
}

func (StockItem) view() string { return "stock_item" }

// PlaceName is what people call the hub, and the ways in and out.
func PlaceName(lang string, id fab.LocationID) string {
	return locales.Text(lang, "place."+strings.ReplaceAll(string(id), "-", "_"))
}

// StockSum is what lies at one place, and where its sources are listed.
type StockSum struct {
	Place, URL string
	Sources    int64
	Here, Kept Stuff
}

// StockRow is what lies of one source at one place.
type StockRow struct {
	Place, Source string
	PlaceID       string
	Moves         string // address of what became of it
	Here, Kept    Stuff
}

// MoveRow is one line of the ledger.
type MoveRow struct {
	ID       string
	Why      string // worded move.<why>
	From, To string
	Stuff    Stuff
	Note, By string
	At       time.Time
	Undo     bool // may be taken back by hand
}

// StockCount is the sheet with which a place is counted.
//
//	GET  /desk/count/{place}
//	POST /desk/count/{place}   for each line FieldCounted + n, FieldItem + n, FieldSource + n, FieldSeen + n; FieldNote; Form.Key
type StockCount struct {
	Frame
	Place string
	ID    string
	Lines []CountLine
	Last  time.Time
	Form  Form
}

func (StockCount) view() string { return "stock_count" }

// CountLine is one thing to count, in the first measure of its material.
type CountLine struct {
	N              int
	Item, Source   string
	Name, Of       string // what it is, and which bag, gift or spool
	Here           Stuff
	Seen           int64
	Counted, Label string
	Wrong          bool
}

// The names of the form fields above.
const (
	FieldMeasure = "measure"
	FieldCounted = "counted_" // followed by the number of a line
	FieldItem    = "item_"
	FieldSource  = "source_"
	FieldSeen    = "seen_"
	FieldGross   = "gross"
	FieldTare    = "tare"

	FieldKeepN       = "keep_n"
	FieldKeepIn      = "keep_in"
	FieldReservation = "reservation"
	FieldOwn         = "own_"    // followed by the number of a line
	FieldFactor      = "factor_" // followed by the number of a line
	FieldIn          = "in_"     // followed by the number of a line
	FieldLow         = "low"
	FieldLowIn       = "low_in"
	FieldNameFR      = "name_fr"
	FieldNameEN      = "name_en"
	FieldUnit        = "unit"
)
