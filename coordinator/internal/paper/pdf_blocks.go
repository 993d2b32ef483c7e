package paper

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mailleur/mailleur/ui"
)

func (p *pen) blocks(blocks []ui.PaperBlock) {
	for _, b := range blocks {
		switch b.Kind {
		case ui.PaperHeading:
			p.heading(b)
		case ui.PaperText:
			p.paragraph(b.Text)
		case ui.PaperNotice:
			p.framed(b.Text)
		case ui.PaperList:
			p.list(b)
		case ui.PaperFields:
			p.fields(b.Fields, p.width)
			p.gap()
		case ui.PaperTable:
			p.table(*b.Table)
		case ui.PaperCode:
			p.code(b)
		case ui.PaperBlanks:
			p.blanks(b.Blanks)
		}
	}
}

// gap is the space between two blocks.
func (p *pen) gap() { p.y += leading(p.size("text")) * 0.5 }

// heading stays on the page of what follows it.
func (p *pen) heading(b ui.PaperBlock) {
	points := p.size(ui.PaperHeading)
	p.room(3.5 * leading(points))
	p.y += leading(points) * 0.3
	spans := make([]ui.PaperSpan, len(b.Text))
	for i, s := range b.Text {
		spans[i] = ui.PaperSpan{Text: s.Text, Bold: true}
	}
	p.rows(wrap(spans, p.width, p.meter(points)), p.x, points, ink)
	p.y += leading(points) * 0.25
}

func (p *pen) paragraph(spans []ui.PaperSpan) {
	points := p.size("text")
	p.rows(wrap(spans, p.width, p.meter(points)), p.x, points, ink)
	p.gap()
}

// framed is a paragraph that must not be overlooked.
func (p *pen) framed(spans []ui.PaperSpan) {
	const pad = 2.5
	points := p.size("text")
	lines := wrap(spans, p.width-2*pad, p.meter(points))
	high := float64(len(lines))*leading(points) + 2*pad
	p.room(high)
	if !p.dry {
		p.pdf.SetDrawColor(ink, ink, ink)
		p.pdf.SetLineWidth(0.5)
		p.pdf.Rect(p.x, p.y, p.width, high, "D")
	}
	p.y += pad
	p.rows(lines, p.x+pad, points, ink)
	p.y += pad
	p.gap()
}

func (p *pen) list(b ui.PaperBlock) {
	points := p.size("text")
	indent := leading(points) * 1.15
	for i, item := range b.Items {
		mark := "•"
		if b.Numbered {
			mark = strconv.Itoa(i+1) + "."
		}
		p.room(leading(points))
		p.line(line{{text: mark}}, p.x+0.5, p.y, points, ink)
		p.rows(wrap(item, p.width-indent, p.meter(points)), p.x+indent, points, ink)
		p.y += leading(points) * 0.12
	}
	p.gap()
}

// fields are labels with their values beside them.
func (p *pen) fields(fields []ui.PaperField, width float64) {
	points, label := p.size("text"), p.size("soft")
	column := 42.0
	if p.small {
		column = 17
	}
	for _, f := range fields {
		labels := wrap(plain(f.Label), column-2, p.meter(label))
		values := wrap(plain(f.Value), width-column, p.meter(points))
		p.room(max(float64(len(labels))*leading(label), min(float64(len(values)), 6)*leading(points)))
		from := p.y
		for i, l := range labels {
			p.line(l, p.x, from+(points-label)*0.3528*1.08+float64(i)*leading(label), label, soft)
		}
		p.rows(values, p.x+column, points, ink)
		if p.y > from {
			p.y = max(p.y, from+float64(len(labels))*leading(label))
		}
		p.y += 0.6
	}
}

// code is a QR code on the right, and what is said of it on the left.
func (p *pen) code(b ui.PaperBlock) {
	side := 34.0
	if p.small {
		side = 27
	}
	left := p.width - side - 3
	high := max(p.heightOfCode(b, left), side+leading(p.size("soft"))*float64(len(p.under(b.Code, side))))
	p.room(high)
	from := p.y
	p.big(b.Big, left)
	p.fields(b.Fields, left)
	after := p.y
	if b.Code != nil {
		p.modules(*b.Code, p.x+p.width-side, from, side)
		p.y = from + side
		p.rows(p.under(b.Code, side), p.x+p.width-side, p.size("soft"), soft)
	}
	p.y = max(p.y, after)
	p.gap()
}

// big is what is said and typed instead of scanning: a code in large type, a name in smaller.
func (p *pen) big(text string, width float64) {
	if text == "" {
		return
	}
	points := p.size("big")
	if utf8.RuneCountInString(text) > 10 {
		points *= 0.62
	}
	p.rows(wrap(inBold(text), width, p.meter(points)), p.x, points, ink)
	p.y++
}

// under is the address below a code, for those who type it.
func (p *pen) under(q *ui.QR, side float64) []line {
	if q == nil {
		return nil
	}
	text, measure := q.Short(), p.meter(p.size("soft"))
	if at := strings.LastIndexByte(text, '/'); measure(text, false) > side {
		text = text[:at+1] + "\n" + text[at+1:]
	}
	return wrap(plain(text), side, measure)
}

// heightOfCode is how high the left side of a code is.
func (p *pen) heightOfCode(b ui.PaperBlock, width float64) float64 {
	dry := p.measuring(p.width)
	dry.big(b.Big, width)
	dry.fields(b.Fields, width)
	return dry.y
}

// measuring is a pen that draws nothing, from zero down.
func (p *pen) measuring(width float64) *pen {
	return &pen{pdf: p.pdf, ruler: p.ruler, width: width, small: p.small, dry: true}
}

// modules draws a code with its quiet zone into a square.
func (p *pen) modules(q ui.QR, x, y, side float64) {
	if p.dry {
		return
	}
	unit := side / float64(q.Side())
	edge := float64(q.Side()-len(q.Rows)) / 2 * unit
	p.pdf.SetFillColor(ink, ink, ink)
	for row, modules := range q.Rows {
		for from := 0; from < len(modules); from++ {
			if modules[from] != '#' {
				continue
			}
			to := from
			for to < len(modules) && modules[to] == '#' {
				to++
			}
			p.pdf.Rect(x+edge+float64(from)*unit, y+edge+float64(row)*unit, float64(to-from)*unit, unit, "F")
			from = to
		}
	}
}

// blanks are boxes to write in, two in a row.
func (p *pen) blanks(labels []string) {
	const high, gap = 19.0, 3.0
	points := p.size("soft")
	wide := (p.width - gap) / 2
	for i := 0; i < len(labels); i += 2 {
		p.room(high)
		for j := i; j < min(i+2, len(labels)); j++ {
			x, w := p.x+float64(j-i)*(wide+gap), wide
			if i+1 == len(labels) {
				w = p.width // the last of an odd number
			}
			p.box(labels[j], x, w, high, points)
		}
		p.y += high + gap
	}
	p.gap()
}

func (p *pen) box(label string, x, width, height, points float64) {
	if p.dry {
		return
	}
	p.pdf.SetDrawColor(120, 120, 120)
	p.pdf.SetLineWidth(0.25)
	p.pdf.Rect(x, p.y, width, height, "D")
	for i, l := range wrap(plain(label), width-4, p.meter(points)) {
		p.line(l, x+2, p.y+1+float64(i)*leading(points), points, soft)
	}
}
