package paper

import (
	_ "embed"
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/mailleur/mailleur/ui"
)

// Noto Sans; its licence is font/OFL.txt.
var (
	//go:embed font/NotoSans-Regular.ttf
	regular []byte
	//go:embed font/NotoSans-Bold.ttf
	bold []byte
)

const family = "noto"

// Measures of an A4 page, in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	margin                = 17.0
	footer                = 10.0 // from the lower edge to the line of the page numbers
)

// PDF draws a paper for the printer; at is the moment it bears as its date. Two drawings of one paper at one moment are the
// same bytes.
func PDF(w io.Writer, d ui.Document, at time.Time) error {
	p := &pen{pdf: newPDF(), ruler: newPDF(), sender: d.Sender, title: d.Title}
	p.pdf.SetTitle(d.Title, true)
	p.pdf.SetAuthor(d.Sender, true)
	p.pdf.SetLang(d.Lang)
	p.pdf.SetCreator("Mailleur", true)
	p.pdf.SetCreationDate(at.UTC())
	p.pdf.SetModificationDate(at.UTC())
	p.pdf.SetCatalogSort(true)
	if d.Labels {
		p.labels(d.Sheets)
	} else {
		for _, s := range d.Sheets {
			p.sheet(s)
		}
	}
	if err := p.pdf.Output(w); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}

func newPDF() *fpdf.Fpdf {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddUTF8FontFromBytes(family, "", regular)
	pdf.AddUTF8FontFromBytes(family, "B", bold)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	return pdf
}

// pen draws from the top of a column down. A dry pen only measures. Lengths are millimetres, sizes of type points.
type pen struct {
	pdf, ruler    *fpdf.Fpdf // the ruler has no page: it measures without drawing
	sender, title string
	copy          string
	x, y, width   float64
	bottom        float64
	small         bool // a label: smaller type
	dry           bool
	onward        func() // begins the next page; nil where the column does not break
}

// Sizes of type in points, on a page and on a label.
func (p *pen) size(kind string) float64 {
	page := map[string]float64{"title": 18, ui.PaperHeading: 12.5, "soft": 9, "big": 26, "text": 10.5}
	label := map[string]float64{"title": 10, ui.PaperHeading: 9.5, "soft": 7, "big": 21, "text": 8.5}
	if p.small {
		return label[kind]
	}
	return page[kind]
}

// leading is the height of a line of type in millimetres.
func leading(points float64) float64 { return points * 0.3528 * 1.36 }

func (p *pen) meter(points float64) meter {
	return func(text string, isBold bool) float64 {
		p.ruler.SetFont(family, style(isBold), points)
		return p.ruler.GetStringWidth(text)
	}
}

func style(isBold bool) string {
	if isBold {
		return "B"
	}
	return ""
}

// room begins a new page when less than height is left.
func (p *pen) room(height float64) {
	if p.onward != nil && !p.dry && p.y+height > p.bottom {
		p.onward()
	}
}

// rows draws lines of text at x, each where there is room for it.
func (p *pen) rows(lines []line, x, points float64, grey int) {
	for _, l := range lines {
		p.room(leading(points))
		p.line(l, x, p.y, points, grey)
		p.y += leading(points)
	}
}

// line draws one line whose top is at y.
func (p *pen) line(l line, x, y, points float64, grey int) {
	if p.dry {
		return
	}
	p.pdf.SetTextColor(grey, grey, grey)
	measure := p.meter(points)
	for _, one := range l {
		p.pdf.SetFont(family, style(one.bold), points)
		p.pdf.Text(x, y+points*0.3528*1.08, one.text)
		x += measure(one.text, one.bold)
	}
}

// bold sets every span bold.
func inBold(text string) []ui.PaperSpan { return []ui.PaperSpan{{Text: text, Bold: true}} }

// sheet draws one copy on pages of its own, and numbers them.
func (p *pen) sheet(s ui.PaperSheet) {
	first := p.pdf.PageCount() + 1
	p.copy = s.Copy
	p.onward = p.page
	p.page()
	title := p.title
	if s.Title != "" {
		title = s.Title
	}
	p.rows(wrap(inBold(title), p.width, p.meter(p.size("title"))), p.x, p.size("title"), ink)
	p.y += 3
	p.blocks(s.Blocks)
	last := p.pdf.PageCount()
	for n := first; n <= last; n++ {
		p.pdf.SetPage(n)
		p.number(n-first+1, last-first+1)
	}
}

// Greys of ink.
const (
	ink  = 0
	soft = 80
)

// page begins a page: who hands it out on the left, which copy it is on the right.
func (p *pen) page() {
	p.pdf.AddPage()
	p.x, p.y, p.width, p.bottom = margin, margin-5, pageWidth-2*margin, pageHeight-margin-2
	measure := p.meter(9)
	copies := wrap(inBold(p.copy), p.width/2-4, measure)
	from := p.y
	for i, l := range copies {
		wide := 0.0
		for _, one := range l {
			wide += measure(one.text, one.bold)
		}
		p.line(l, p.x+p.width-wide, from+float64(i)*leading(9), 9, ink)
	}
	for i, l := range wrap(plain(p.sender), p.width/2-4, measure) {
		p.line(l, p.x, from+float64(i)*leading(9), 9, soft)
		p.y = max(p.y, from+float64(i)*leading(9))
	}
	p.y = max(p.y, from+float64(len(copies)-1)*leading(9)) + leading(9) + 1
	p.rule(p.y)
	p.y += 5
}

// rule draws a thin line over the column.
func (p *pen) rule(y float64) {
	if p.dry {
		return
	}
	p.pdf.SetDrawColor(150, 150, 150)
	p.pdf.SetLineWidth(0.2)
	p.pdf.Line(p.x, y, p.x+p.width, y)
}

// number writes the foot of a page.
func (p *pen) number(n, of int) {
	text := fmt.Sprintf("%d / %d", n, of)
	p.pdf.SetFont(family, "B", 7) // the page may end in another type than the pen remembers
	p.line(line{{text: text}}, pageWidth-margin-p.meter(8)(text, false), pageHeight-footer, 8, soft)
}
