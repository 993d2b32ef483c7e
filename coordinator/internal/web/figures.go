package web

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// reportRoutes tell what the lab did.
func (s *Server) reportRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, "/figures", "", s.figures},
		{get, "/desk/report", who, s.deskReport},
		{get, "/desk/report/:table", who, s.reportTable},
	}
}

// figuresFor is how long the public figures serve, for which every row of the tables is read.
const figuresFor = time.Minute

// shownFigures are the public figures, as they were read last.
type shownFigures struct {
	mu   sync.Mutex
	at   time.Time
	page ui.Figures
}

func (s *Server) figures(c *gin.Context) error {
	page, err := s.publicFigures(c)
	if err != nil {
		return err
	}
	page.Frame = s.frame(c)
	for i, p := range page.Products {
		page.Products[i].Name, err = s.productNamed(c, p.Name)
		if err != nil {
			return err
		}
	}
	return s.show(c, page)
}

func (s *Server) publicFigures(c *gin.Context) (ui.Figures, error) {
	f := &s.shown
	f.mu.Lock()
	defer f.mu.Unlock()
	if age := s.now().Sub(f.at); age < 0 || age > figuresFor {
		w, err := s.Report.Whole(c.Request.Context(), s.Lab.Zone)
		if err != nil {
			return ui.Figures{}, err
		}
		f.at, f.page = s.now(), figuresPage(w)
	}
	page := f.page
	page.Products = slices.Clone(page.Products)
	page.Places, page.Makers, page.Donors = nil, nil, nil // not for everybody
	return page, nil
}

func (s *Server) productNamed(c *gin.Context, code string) (name string, err error) {
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		name, err = productName(tx, code, lang(c))
		return err
	})
	return name, err
}

func figuresPage(w report.Whole) (page ui.Figures) {
	page = ui.Figures{FigureSums: ui.FigureSums(w.Sums), Hours: w.Hours, Grams: w.Grams}
	for _, one := range w.Weeks {
		page.Weeks = append(page.Weeks, ui.FigureWeek{Name: one.Name, FigureSums: ui.FigureSums(one.Sums)})
	}
	page.Products, page.Places, page.Makers = figureGroups(w.Products), figureGroups(w.Places), figureGroups(w.Makers)
	for _, g := range w.Donors {
		n := g.Sums[1] // in thousandths of what the table tells it in: of a gram, of a metre, of a piece
		switch g.Names[3] {
		case "m":
			n *= 1000
		case fab.UnitPiece:
			n /= 1000
		}
		page.Donors = append(page.Donors, ui.FigureGift{Donor: g.Names[0], Town: g.Names[1], Stuff: ui.Stuff{Material: g.Names[2], Unit: units[g.Names[3]], N: n}, Gifts: g.Sums[0] / 1000})
	}
	return page
}

// units are the units of materials by what the tables tell them in.
var units = map[string]string{"g": fab.UnitMG, "m": fab.UnitUM, fab.UnitPiece: fab.UnitPiece}

func figureGroups(list []report.Group) (rows []ui.FigureGroup) {
	for _, g := range list {
		row := ui.FigureGroup{Name: g.Names[0]}
		if len(g.Names) > 1 {
			row.Town = g.Names[1]
		}
		for _, n := range g.Sums {
			row.N = append(row.N, n/1000)
		}
		rows = append(rows, row)
	}
	return rows
}

func (s *Server) deskReport(c *gin.Context) error {
	w, err := s.Report.Whole(c.Request.Context(), s.Lab.Zone)
	if err != nil {
		return err
	}
	page := figuresPage(w)
	page.Desk, page.Tables = true, report.Tables[:]
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries); err != nil {
			return err
		}
		page.Live = ""
		for i, p := range page.Products {
			if page.Products[i].Name, err = productName(r.tx, p.Name, r.lang); err != nil {
				return err
			}
		}
		for i, d := range page.Donors {
			if m, err := r.tx.Material(d.Stuff.Material); err == nil {
				page.Donors[i].Stuff.Name = inLang(m.Names, r.lang, m.Code)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// reportTable is one table as a file for a spreadsheet.
func (s *Server) reportTable(c *gin.Context) error {
	name, _ := strings.CutSuffix(c.Param("table"), csvEnd)
	t, err := s.Report.Table(c.Request.Context(), name, s.Lab.Zone)
	if err != nil {
		return err
	}
	heads := make([]string, len(t.Heads))
	for i, code := range t.Heads {
		heads[i] = ui.ReportHead(lang(c), code)
	}
	var file bytes.Buffer
	if err := t.WriteCSV(&file, heads, lang(c) != english); err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+csvEnd+`"`)
	c.Data(http.StatusOK, "text/csv; charset=utf-8", file.Bytes())
	return nil
}
