package paper

import "github.com/mailleur/mailleur/ui"

// Measures of labels, in millimetres. Eight of the least height fill a page.
const (
	labelEdge = 7.0
	labelPad  = 4.0
	labelLow  = 68.0
)

// labels draws labels in two columns with lines to cut along. Two beside each other are as high as the higher one needs; one
// that is higher than a page gets pages of its own.
func (p *pen) labels(sheets []ui.PaperSheet) {
	p.small, p.y, p.bottom = true, pageHeight, pageHeight-labelEdge
	wide := (pageWidth - 2*labelEdge) / 2
	for i := 0; i < len(sheets); {
		n := min(2, len(sheets)-i)
		high := labelLow
		for _, s := range sheets[i : i+n] {
			high = max(high, p.labelHeight(s, wide))
		}
		if high > pageHeight-2*labelEdge {
			p.longLabel(sheets[i])
			i++
			continue
		}
		if p.y+high > p.bottom {
			p.pdf.AddPage()
			p.y = labelEdge
		}
		for j, s := range sheets[i : i+n] {
			p.label(s, labelEdge+float64(j)*wide, p.y, wide, high)
		}
		p.y += high
		i += n
	}
}

func (p *pen) labelHeight(s ui.PaperSheet, wide float64) float64 {
	dry := p.measuring(wide - 2*labelPad)
	dry.sender = p.sender
	dry.labelText(s)
	return dry.y + 2*labelPad
}

// labelText is what stands on a label.
func (p *pen) labelText(s ui.PaperSheet) {
	p.blocks(s.Blocks)
	p.rows(wrap(plain(p.sender), p.width, p.meter(p.size("soft"))), p.x, p.size("soft"), soft)
}

func (p *pen) label(s ui.PaperSheet, x, y, wide, high float64) {
	p.pdf.SetDrawColor(150, 150, 150)
	p.pdf.SetLineWidth(0.2)
	p.pdf.SetDashPattern([]float64{1.5, 1.5}, 0)
	p.pdf.Rect(x, y, wide, high, "D")
	p.pdf.SetDashPattern(nil, 0)
	one := *p
	one.x, one.y, one.width, one.onward = x+labelPad, y+labelPad, wide-2*labelPad, nil
	one.labelText(s)
}

// longLabel gives a label pages of its own.
func (p *pen) longLabel(s ui.PaperSheet) {
	one := *p
	one.small, one.copy, one.onward = false, s.Copy, one.page
	one.page()
	one.blocks(s.Blocks)
	p.y = pageHeight
}
