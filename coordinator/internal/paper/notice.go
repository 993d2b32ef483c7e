package paper

import (
	"regexp"
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
)

// Product is a version of a product, as its notice speaks of it.
type Product struct {
	Code    string // where the code on the sheet leads: a box, or "P-" and the product
	Name    string
	Version string
	Notice  string // markdown
	Claim   string // code of all that may be said of it
	Tried   []Tried
	Dated   time.Time // when the notice was last confirmed; zero: as the notice itself says
}

// Tried is who tried a product: in what function and when, and where only with consent.
type Tried struct {
	Function, Place string
	At              time.Time
}

func (s *sheet) tried(list []Tried) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = joined(", ", t.Function, t.Place, s.date(t.At))
	}
	return strings.Join(words, " ; ")
}

// Given says to whom an information sheet is handed.
type Given struct {
	To    string
	Lots  []string
	Count int64
}

// ProductNotice is what a product is for, how it is put together and cleaned, without a part to sign.
func ProductNotice(lang string, lab Lab, p Product) (ui.Document, error) {
	s := newSheet(lang, lab)
	s.product(p, false)
	return document(lang, lab, s.say("notice_title", "product", p.Name), false, s)
}

// InformationSheet is the notice with the part to sign, filled in as far as it is known. A product whose notice asks for no
// signature has none.
func InformationSheet(lang string, lab Lab, p Product, g Given) (ui.Document, error) {
	s := newSheet(lang, lab)
	count := ""
	if g.Count > 0 {
		count = s.number(g.Count)
	}
	title := s.product(p, true, "for", g.To, "lots", strings.Join(g.Lots, ", "), "count", count)
	return document(lang, lab, title, false, s)
}

// ToSign reports whether a notice has lines to fill in.
func ToSign(notice string) bool { return strings.Contains(notice, "___") }

// Cleaning is the first thing that a notice says of cleaning; "" when it says nothing.
func Cleaning(notice string) string {
	for _, part := range sections(notice) {
		if head := strings.ToLower(part.head); !strings.HasPrefix(head, "nettoyage") && !strings.HasPrefix(head, "cleaning") && !strings.HasPrefix(head, "lavage") && !strings.HasPrefix(head, "washing") {
			continue
		}
		for _, b := range part.blocks {
			for _, item := range b.Items {
				return flat(item)
			}
			if len(b.Text) > 0 {
				return flat(b.Text)
			}
		}
	}
	return ""
}

func flat(spans []ui.PaperSpan) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// product sets a notice, and returns its title. Pairs are further fields at its head.
func (s *sheet) product(p Product, sign bool, pairs ...string) string {
	s.code(p.Code, "", append([]string{"product", p.Name, "version", p.Version, "claim", strings.Join(s.claims(p.Claim), ""), "confirmed", s.date(p.Dated), "tried", s.tried(p.Tried)}, pairs...)...)
	title := p.Name
	for _, part := range sections(p.Notice) {
		if !sign && part.blanks {
			continue
		}
		if part.level == 1 {
			title = part.head
		} else if part.head != "" {
			s.heading(part.head)
		}
		s.Blocks = append(s.Blocks, part.blocks...)
	}
	return title
}

// section is a heading of a notice and what is below it.
type section struct {
	level  int // 1 for the title, 0 before any heading
	head   string
	blocks []ui.PaperBlock
	blanks bool // it has lines to fill in
}

var (
	bullet   = regexp.MustCompile(`^[-*] +(.+)$`)
	ordinal  = regexp.MustCompile(`^[0-9]+[.)] +(.+)$`)
	fillLine = regexp.MustCompile(`\s*:?\s*_{3,}\s*`)
)

// sections reads the markdown that notices are written in: headings, paragraphs, lists, bold, and lines to fill in.
func sections(notice string) (list []section) {
	now := section{}
	var open *ui.PaperBlock // the block that further lines belong to
	for text := range strings.Lines(strings.ReplaceAll(notice, "\r\n", "\n")) {
		text = strings.TrimSpace(text)
		level := len(text) - len(strings.TrimLeft(text, "#"))
		switch {
		case text == "":
			open = nil
		case level > 0:
			list, open = append(list, now), nil
			now = section{level: level, head: strings.TrimSpace(text[level:])}
		case ToSign(text):
			open, now.blanks = now.fill(open, text), true
		default:
			open = now.put(open, text)
		}
	}
	list = append(list, now)
	if first := list[0]; first.head == "" && len(first.blocks) == 0 {
		list = list[1:]
	}
	return list
}

// fill adds the blanks of a line to fill in.
func (s *section) fill(open *ui.PaperBlock, text string) *ui.PaperBlock {
	if open == nil || open.Kind != ui.PaperBlanks {
		if n := len(s.blocks); n > 0 && s.blocks[n-1].Kind == ui.PaperBlanks {
			open = &s.blocks[n-1]
		} else {
			open = s.begin(ui.PaperBlock{Kind: ui.PaperBlanks})
		}
	}
	for _, label := range fillLine.Split(text, -1) {
		if label = strings.TrimSpace(label); label != "" {
			open.Blanks = append(open.Blanks, label)
		}
	}
	return open
}

// put adds a line to the block that is open, or begins one.
func (s *section) put(open *ui.PaperBlock, text string) *ui.PaperBlock {
	for _, kind := range []struct {
		mark     *regexp.Regexp
		numbered bool
	}{{bullet, false}, {ordinal, true}} {
		m := kind.mark.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		if open == nil || open.Kind != ui.PaperList || open.Numbered != kind.numbered {
			open = s.begin(ui.PaperBlock{Kind: ui.PaperList, Numbered: kind.numbered})
		}
		open.Items = append(open.Items, spans(m[1]))
		return open
	}
	switch {
	case open != nil && open.Kind == ui.PaperList:
		last := len(open.Items) - 1
		open.Items[last] = append(open.Items[last], spans(" "+text)...)
	case open != nil && open.Kind == ui.PaperText:
		open.Text = append(open.Text, spans(" "+text)...)
	default:
		open = s.begin(ui.PaperBlock{Kind: ui.PaperText, Text: spans(text)})
	}
	return open
}

func (s *section) begin(b ui.PaperBlock) *ui.PaperBlock {
	s.blocks = append(s.blocks, b)
	return &s.blocks[len(s.blocks)-1]
}

// spans reads **bold**.
func spans(text string) (list []ui.PaperSpan) {
	for i, one := range strings.Split(text, "**") {
		if one != "" {
			list = append(list, ui.PaperSpan{Text: one, Bold: i%2 == 1})
		}
	}
	return list
}
