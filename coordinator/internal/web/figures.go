package web

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/report"
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

func (s *Server) figures(c *gin.Context) error {
	page, err := s.figuresPage(c)
	if err != nil {
		return err
	}
	page.Frame = s.frame(c)
	return s.show(c, page)
}

func (s *Server) figuresPage(c *gin.Context) (page ui.Figures, err error) {
	p, err := s.Report.Public(c.Request.Context(), s.Lab.Zone)
	page = ui.Figures{Asked: p.Asked, Made: p.Made, Bad: p.Bad, Gifts: p.Gifts, Delivered: p.Delivered, Hours: p.Hours, Grams: p.Grams}
	for _, w := range p.Weeks {
		page.Weeks = append(page.Weeks, ui.FigureWeek{Name: w.Name, Made: w.Made, Delivered: w.Delivered})
	}
	return page, err
}

func (s *Server) deskReport(c *gin.Context) error {
	page, err := s.figuresPage(c)
	if err != nil {
		return err
	}
	page.Desk, page.Tables = true, report.Tables[:]
	err = s.read(c, func(r *reader) (err error) {
		page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries)
		page.Live = ""
		return err
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
