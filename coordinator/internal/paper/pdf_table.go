package paper

import (
	"github.com/mailleur/mailleur/ui"
)

// Measures of tables, in millimetres.
const (
	cellPad = 1.8 // around the text of a cell
	longRow = 120 // a row that is higher is begun where it is, and broken over pages
)

// row is one row of a table, wrapped: by cell, by line.
type row struct {
	cells [][]line
	ticks []bool
}

// table draws a table. Its head stands again on every page that it reaches; a row is broken over pages only when it is high.
func (p *pen) table(g ui.PaperGrid) {
	widths := p.shares(g)
	head := p.row(g.Head, widths, true)
	points := p.size("text")
	p.room(2*p.high(head) + leading(points))
	p.drawHead(head, widths, g.Right)
	for _, cells := range g.Rows {
		r := p.row(cells, widths, false)
		if p.onward != nil && !p.dry && p.y+p.high(r) > p.bottom && p.high(r) < longRow {
			p.onward()
			p.drawHead(head, widths, g.Right)
		}
		p.drawRow(r, head, widths, g.Right)
	}
	p.gap()
	p.y++
}

// shares are the widths of the columns in millimetres.
func (p *pen) shares(g ui.PaperGrid) []float64 {
	sum := 0
	for _, share := range g.Widths {
		sum += share
	}
	widths := make([]float64, len(g.Widths))
	for i, share := range g.Widths {
		widths[i] = p.width * float64(share) / float64(sum)
	}
	return widths
}

func (p *pen) row(cells []string, widths []float64, head bool) row {
	r := row{ticks: make([]bool, len(cells))}
	for i, text := range cells {
		if text == ui.TickBox {
			r.ticks[i], text = true, ""
		}
		points := p.size("text")
		if head {
			points = p.size("soft")
		}
		r.cells = append(r.cells, wrap([]ui.PaperSpan{{Text: text, Bold: head}}, widths[i]-2*cellPad, p.meter(points)))
	}
	return r
}

// high is the height of a row.
func (p *pen) high(r row) float64 {
	most := 1
	for _, lines := range r.cells {
		most = max(most, len(lines))
	}
	return float64(most)*leading(p.size("text")) + 2*cellPad
}

func (p *pen) drawHead(head row, widths []float64, right []bool) {
	p.drawLines(head, widths, right, p.size("soft"))
	if !p.dry {
		p.pdf.SetDrawColor(ink, ink, ink)
		p.pdf.SetLineWidth(0.4)
		p.pdf.Line(p.x, p.y, p.x+p.width, p.y)
	}
}

// drawRow draws a row, in as many pages as it takes.
func (p *pen) drawRow(r, head row, widths []float64, right []bool) {
	for p.onward != nil && !p.dry && p.y+p.high(r) > p.bottom {
		fits := int((p.bottom - p.y - 2*cellPad) / leading(p.size("text")))
		if fits < 1 {
			break
		}
		var now row
		now, r = r.split(fits)
		p.drawLines(now, widths, right, p.size("text"))
		p.onward()
		p.drawHead(head, widths, right)
	}
	p.drawLines(r, widths, right, p.size("text"))
	p.rule(p.y)
}

// split takes the first lines of every cell.
func (r row) split(n int) (first, rest row) {
	rest.ticks = make([]bool, len(r.ticks))
	first.ticks = r.ticks
	for _, lines := range r.cells {
		k := min(n, len(lines))
		first.cells, rest.cells = append(first.cells, lines[:k]), append(rest.cells, lines[k:])
	}
	return first, rest
}

func (p *pen) drawLines(r row, widths []float64, right []bool, points float64) {
	x, high := p.x, 0.0
	for i, lines := range r.cells {
		for j, l := range lines {
			at := x + cellPad
			if right[i] {
				at = x + widths[i] - cellPad - p.wide(l, points)
			}
			p.line(l, at, p.y+cellPad+float64(j)*leading(points), points, ink)
		}
		if r.ticks[i] && !p.dry {
			p.pdf.SetDrawColor(ink, ink, ink)
			p.pdf.SetLineWidth(0.3)
			p.pdf.Rect(x+cellPad, p.y+cellPad+0.4, 4, 4, "D")
		}
		high = max(high, float64(max(1, len(lines)))*leading(points))
		x += widths[i]
	}
	p.y += high + 2*cellPad
}

func (p *pen) wide(l line, points float64) (sum float64) {
	for _, one := range l {
		sum += p.meter(points)(one.text, one.bold)
	}
	return sum
}
