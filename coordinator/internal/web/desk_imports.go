package web

import (
	"context"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/imports"
	"github.com/mailleur/mailleur/ui"
)

// importRoutes take in the lists that a lab has already.
func (s *Server) importRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, "/desk/imports", who, s.deskImports},
		{post, "/desk/imports", who, s.importShow},
		{get, "/desk/imports/:id", who, s.deskImport},
		{post, "/desk/imports/:id/confirm", who, s.importConfirm},
		{post, "/desk/imports/:id/undo", who, s.importUndo},
	}
}

// linesShown is how many lines of a list a page shows.
const linesShown = 500

// csvEnd is what the address of an empty list ends with.
const csvEnd = ".csv"

func (s *Server) deskImports(c *gin.Context) error {
	page, err := s.importsPage(c, ui.Form{})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) importsPage(c *gin.Context, f ui.Form) (page ui.Imports, err error) {
	page.Form = f
	all, err := s.imports.All(c.Request.Context())
	if err != nil {
		return page, err
	}
	for _, imp := range all {
		page.Past = append(page.Past, s.importRow(imp))
	}
	err = s.read(c, func(r *reader) (err error) {
		page.Frame, err = s.deskFrame(c, r, ui.NavRequests)
		page.Live = ""
		return err
	})
	return page, err
}

func (s *Server) importRow(imp fab.Import) ui.ImportRow {
	row := ui.ImportRow{ID: string(imp.ID), Kind: imp.Kind, File: imp.File, State: ui.StateImportShown, Made: len(imp.Made), At: s.local(imp.CreatedAt)}
	switch imp.Status {
	case fab.ImportDone:
		row.State = ui.StateDone
	case fab.ImportUndone:
		row.State = ui.StateImportUndone
	}
	return row
}

// importShow reads a list and shows what it would do.
func (s *Server) importShow(c *gin.Context) error {
	var name string
	var data []byte
	err := eachFile(c, func(part *multipart.Part) (err error) {
		name = part.FileName()
		data, err = readUpTo(part, imports.MaxFile)
		return err
	})
	if err != nil {
		return err
	}
	again := func(err error) error {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.importsPage(c, f) })
	}
	if name == "" {
		return again(fab.Refuse(fab.Invalid, "file_missing", ui.FieldFile))
	}
	a, _ := account(c)
	imp, err := s.imports.Show(c.Request.Context(), c.PostForm(ui.FieldKind), name, data, a.ID)
	if err != nil {
		return again(err)
	}
	return to(c, "/desk/imports/"+string(imp.ID))
}

func (s *Server) deskImport(c *gin.Context) error {
	if kind, ok := strings.CutSuffix(c.Param("id"), csvEnd); ok {
		return s.emptyList(c, kind)
	}
	p, err := s.imports.Plan(c.Request.Context(), fab.ImportID(c.Param("id")))
	if err != nil {
		return err
	}
	page := ui.Import{ImportRow: s.importRow(p.Import), Ignored: p.Ignored, New: p.New, Same: p.Same, Bad: p.Bad}
	for _, made := range p.Import.Made {
		if len(page.Names) < linesShown {
			page.Names = append(page.Names, made.Name)
		}
	}
	for _, l := range p.Lines {
		page.Lines = append(page.Lines, ui.ImportLine{No: l.No, Does: l.Does, Wrong: l.Wrong, Same: strings.HasSuffix(l.Does.Code, "_same")})
	}
	slices.SortStableFunc(page.Lines, func(a, b ui.ImportLine) int { return min(len(b.Wrong), 1) - min(len(a.Wrong), 1) })
	if page.More = max(0, len(page.Lines)-linesShown); page.More > 0 {
		page.Lines = page.Lines[:linesShown]
	}
	err = s.read(c, func(r *reader) (err error) {
		page.Frame, err = s.deskFrame(c, r, ui.NavRequests)
		page.Live = ""
		return err
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// emptyList is a list with nothing but its heads, to be filled in.
func (s *Server) emptyList(c *gin.Context, kind string) error {
	if !slices.Contains(fab.ImportKinds[:], kind) {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "list")
	}
	heads := imports.Heads(kind, lang(c) == english)
	c.Header("Content-Disposition", `attachment; filename="`+kind+csvEnd+`"`)
	c.Data(http.StatusOK, "text/csv; charset=utf-8", []byte("\ufeff"+strings.Join(heads, ";")+"\r\n"))
	return nil
}

func (s *Server) importConfirm(c *gin.Context) error {
	return s.importAct(c, s.imports.Confirm, "done.import_done")
}

func (s *Server) importUndo(c *gin.Context) error {
	return s.importAct(c, s.imports.Undo, "done.import_undone")
}

func (s *Server) importAct(c *gin.Context, act func(context.Context, fab.ImportID, fab.AccountID) error, code string) error {
	a, _ := account(c)
	back := "/desk/imports/" + c.Param("id")
	if err := act(c.Request.Context(), fab.ImportID(c.Param("id")), a.ID); err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, code)
	return to(c, back)
}
