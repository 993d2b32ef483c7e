package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/ui"
)

// ownSheet is the page of the settings that a maker types into a slicer for one part.
func (s *Server) ownSheet(c *gin.Context) error {
	t, err := s.ownTarget(c)
	if err != nil {
		return err
	}
	back := makerPrinters + "/" + string(t.printer.ID)
	sheet, err := s.Production.Sheet(t.printer)
	if err != nil {
		return s.sayNo(c, err, back)
	}
	page := ui.Sheet{
		Frame: s.frame(c), Printer: t.printer.Name, Model: s.modelName(t.printer.Model), Part: inLang(t.part.Names, lang(c), t.part.Code),
		Filament: t.printer.Filament, Back: back, Ini: c.Request.URL.EscapedPath() + ".ini", Start: sheet.Start, End: sheet.End,
	}
	for _, l := range sheet.Lines {
		page.Rows = append(page.Rows, ui.SheetRow{Code: l.Code, Value: l.Value, Unit: l.Unit})
	}
	return s.show(c, page)
}

// ownIni gives all settings as a file.
func (s *Server) ownIni(c *gin.Context) error {
	t, err := s.ownTarget(c)
	if err != nil {
		return err
	}
	sheet, err := s.Production.Sheet(t.printer)
	if err != nil {
		return s.sayNo(c, err, makerPrinters+"/"+string(t.printer.ID))
	}
	c.Header("Content-Disposition", `attachment; filename="`+t.printer.Model+"-"+t.printer.Filament+`.ini"`)
	c.Data(http.StatusOK, "text/plain; charset=utf-8", sheet.INI)
	return nil
}
