package ui

import (
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
	Material bool // which can be thrown away
	Form     Form
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
)
