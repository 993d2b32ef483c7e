package ui

import (
	"strconv"
	"strings"
)

// Paper is a paper on the screen, ready to be printed by the browser, with the way to the same as a PDF.
//
//	GET …/paper
//	GET …/paper.pdf
type Paper struct {
	Frame
	Doc  Document
	Back string // where the page leads back to; "" for nowhere
	PDF  string // address of the PDF; "" without
}

func (Paper) view() string { return "paper" }

// Document is the one description of a paper, from which its page and its PDF are drawn, so that both say the same. Every
// text in it is worded already.
type Document struct {
	Lang   string
	Title  string
	Sender string // who hands it out, at the top of every sheet: the lab and its telephone
	Labels bool   // the sheets are labels, to be cut out; otherwise each begins on a page of its own
	Sheets []PaperSheet
}

// PaperSheet is one copy of a paper, or one label.
type PaperSheet struct {
	Copy   string // which copy it is: "Exemplaire du destinataire, 1 sur 2"; "" when there is one
	Title  string // "" is that of the paper
	Blocks []PaperBlock
}

// Kinds of PaperBlock.
const (
	PaperHeading = "heading" // Text
	PaperText    = "text"    // Text
	PaperNotice  = "notice"  // Text, framed
	PaperList    = "list"    // Items; numbered when Numbered
	PaperFields  = "fields"  // Fields
	PaperTable   = "table"   // Table
	PaperCode    = "code"    // Code, and Fields beside it
	PaperBlanks  = "blanks"  // Blanks
)

// PaperBlock is one thing on a sheet; Kind says which of its fields count.
type PaperBlock struct {
	Kind     string
	Text     []PaperSpan
	Items    [][]PaperSpan
	Numbered bool
	Fields   []PaperField
	Table    *PaperGrid
	Code     *QR
	Big      string   // of a code: what is said and typed instead of scanning; "" where the title says it
	Blanks   []string // what is filled in by hand
}

// PaperSpan is text of one weight.
type PaperSpan struct {
	Text string
	Bold bool
}

// PaperField is a value with its label.
type PaperField struct{ Label, Value string }

// PaperGrid is a table. A cell of "☐" is a box to tick.
type PaperGrid struct {
	Head   []string
	Rows   [][]string
	Widths []int  // shares of the width; the sum is free
	Right  []bool // columns of numbers, set to the right
}

// NoteLink leads to a delivery note, from the page that it belongs to.
type NoteLink struct {
	No   int64
	Code string // BL-0042
}

// TickBox is the content of a cell that is ticked by hand.
const TickBox = "☐"

// QR is a QR code, module by module.
type QR struct {
	URL  string   // what it says
	Rows []string // '#' is a dark module, without the quiet zone
}

// quiet is the width of the light edge that readers need, in modules.
const quiet = 4

// Side is the width of the code in modules, with its quiet zone.
func (q QR) Side() int { return len(q.Rows) + 2*quiet }

// Path draws the dark modules for SVG, one unit each.
func (q QR) Path() string {
	var b strings.Builder
	for y, row := range q.Rows {
		for x := 0; x < len(row); x++ {
			if row[x] != '#' {
				continue
			}
			from := x
			for x < len(row) && row[x] == '#' {
				x++
			}
			n := strconv.Itoa(x - from)
			b.WriteString("M" + strconv.Itoa(from+quiet) + " " + strconv.Itoa(y+quiet) + "h" + n + "v1h-" + n + "z")
		}
	}
	return b.String()
}

// Short is the address that the code says, as people type it.
func (q QR) Short() string {
	_, after, found := strings.Cut(q.URL, "://")
	if !found {
		return q.URL
	}
	return after
}
