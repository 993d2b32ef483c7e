// Package paper writes the lab's papers: delivery notes, labels, lists, sheets to sign and letters. Each is described once,
// as a ui.Document in French or English, which package ui draws as a page and PDF here draws for the printer.
package paper

import (
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

// Lab is who hands a paper out.
type Lab struct {
	Name  string
	Phone string
	Site  string // https://lab.example: where the codes on papers lead
}

func (l Lab) sender() string {
	if l.Phone == "" {
		return l.Name
	}
	return l.Name + " · " + locales.Phone(l.Phone)
}

// Address is where the code of a thing leads: right for whoever scans it, see docs/papers.md.
func (l Lab) Address(code string) string { return l.Site + "/q/" + code }

// Goods is a number of products or parts, named in the language of the paper.
type Goods struct {
	Name  string
	Count int64
}

// sheet gathers the blocks of one sheet. The first error stays.
type sheet struct {
	lang string
	lab  Lab
	ui.PaperSheet
	err error
}

func newSheet(lang string, lab Lab) *sheet { return &sheet{lang: lang, lab: lab} }

func (s *sheet) say(code string, args ...any) string {
	return locales.Text(s.lang, "paper."+code, args...)
}

func (s *sheet) add(b ui.PaperBlock) { s.Blocks = append(s.Blocks, b) }

func plain(text string) []ui.PaperSpan { return []ui.PaperSpan{{Text: text}} }

func (s *sheet) heading(text string) { s.add(ui.PaperBlock{Kind: ui.PaperHeading, Text: plain(text)}) }
func (s *sheet) text(text string)    { s.add(ui.PaperBlock{Kind: ui.PaperText, Text: plain(text)}) }
func (s *sheet) notice(text string)  { s.add(ui.PaperBlock{Kind: ui.PaperNotice, Text: inBold(text)}) }

// lines is a list of texts that may be empty.
func (s *sheet) lines(items ...string) {
	b := ui.PaperBlock{Kind: ui.PaperList}
	for _, one := range items {
		if one != "" {
			b.Items = append(b.Items, plain(one))
		}
	}
	if len(b.Items) > 0 {
		s.add(b)
	}
}

// pairs are labels, by the end of their code, each with its value. What has no value is left out.
func (s *sheet) pairs(pairs ...string) (fields []ui.PaperField) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) != "" {
			fields = append(fields, ui.PaperField{Label: s.say(pairs[i]), Value: pairs[i+1]})
		}
	}
	return fields
}

func (s *sheet) fields(pairs ...string) {
	if fields := s.pairs(pairs...); len(fields) > 0 {
		s.add(ui.PaperBlock{Kind: ui.PaperFields, Fields: fields})
	}
}

// code puts the code of a thing beside what is said of it. big stands above that in large type, unless it is empty.
func (s *sheet) code(code, big string, pairs ...string) {
	q, err := encode(s.lab.Address(code))
	if err != nil && s.err == nil {
		s.err = err
	}
	s.add(ui.PaperBlock{Kind: ui.PaperCode, Code: q, Big: big, Fields: s.pairs(pairs...)})
}

// column is one column of a table: the end of the code of its head, and its share of the width.
type column struct {
	code  string
	share int
	right bool
}

func (s *sheet) table(columns []column, rows [][]string) {
	grid := ui.PaperGrid{Rows: rows}
	for _, c := range columns {
		head := ""
		if c.code != "" {
			head = s.say(c.code)
		}
		grid.Head, grid.Widths, grid.Right = append(grid.Head, head), append(grid.Widths, c.share), append(grid.Right, c.right)
	}
	s.add(ui.PaperBlock{Kind: ui.PaperTable, Table: &grid})
}

func (s *sheet) blanks(codes ...string) {
	b := ui.PaperBlock{Kind: ui.PaperBlanks}
	for _, code := range codes {
		b.Blanks = append(b.Blanks, s.say(code))
	}
	s.add(b)
}

// claims words what may be said of products, by its codes, and nothing else.
func (s *sheet) claims(codes ...string) (words []string) {
	for _, code := range codes {
		if locales.Has(s.lang, "claim."+code) {
			words = append(words, locales.Word(s.lang, "claim", code))
		}
	}
	return words
}

func (s *sheet) number(n int64) string { return locales.Number(s.lang, n) }

// date is a day with its year, which a paper that is kept needs; "" for the zero time.
func (s *sheet) date(at time.Time) string { return date(s.lang, at) }

func date(lang string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return locales.DayDate(lang, at) + " " + at.Format("2006")
}

// document is the paper of these sheets, or the first error in one.
func document(lang string, lab Lab, title string, labels bool, sheets ...*sheet) (ui.Document, error) {
	d := ui.Document{Lang: lang, Title: title, Sender: lab.sender(), Labels: labels}
	for _, s := range sheets {
		if s.err != nil {
			return d, s.err
		}
		d.Sheets = append(d.Sheets, s.PaperSheet)
	}
	return d, nil
}
