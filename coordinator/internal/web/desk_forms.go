package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// formRoutes are about forms on paper.
func (s *Server) formRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, "/desk/forms", who, s.deskForms},
		{post, "/desk/forms/print", who, s.formsPrint},
		{post, "/desk/forms/key", who, s.formsKey},
	}
}

func (s *Server) deskForms(c *gin.Context) error {
	page, err := s.formsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) formsPage(c *gin.Context) (page ui.Forms, err error) {
	for n := range ui.GridLines {
		page.Lines = append(page.Lines, ui.FormLine{N: n + 1, Form: ui.Form{Values: url.Values{}}})
	}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavRequests); err != nil {
			return err
		}
		page.Live = ""
		page.Products, err = offered(r.tx, page.Lang)
		return err
	})
	return page, err
}

// formsPrint shows the forms that were just made, to be printed.
func (s *Server) formsPrint(c *gin.Context) error {
	a, _ := account(c)
	n, _ := fab.WholeNumber(c.PostForm(ui.FieldCount))
	forms, err := s.Intake.PrintBlanks(c.Request.Context(), c.PostForm(ui.FieldFormKind), n, a.ID)
	page, failed := s.formsPage(c)
	if failed != nil {
		return failed
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { page.Form = f; return page, nil })
	}
	page.Kind = c.PostForm(ui.FieldFormKind)
	for _, f := range forms {
		page.Printed = append(page.Printed, f.Code)
	}
	return s.show(c, page)
}

// formsKey takes each line that is right, and shows those that are not again.
func (s *Server) formsKey(c *gin.Context) error {
	page, err := s.formsPage(c)
	if err != nil {
		return err
	}
	taken, wrong := 0, 0
	for i := range page.Lines {
		l := &page.Lines[i]
		end := fmt.Sprintf("_%d", l.N)
		typed := url.Values{}
		for name, values := range c.Request.PostForm {
			if field, ours := strings.CutSuffix(name, end); ours && strings.TrimSpace(values[0]) != "" {
				typed[field] = values
				l.Form.Values[name] = values
			}
		}
		if len(typed) == 0 {
			continue
		}
		_, err := s.Intake.KeyIn(c.Request.Context(), typed.Get(ui.FieldPaper), asked(typed, fab.ChannelPhone))
		errs, refused := fab.RefusalsOf(err)
		switch {
		case err == nil:
			taken++
			l.Form.Values = url.Values{}
		case !refused:
			return err
		default:
			wrong++
			l.Wrong = errs
		}
	}
	if wrong == 0 {
		s.flash(c, ui.FlashDone, "done.forms_keyed", "n", taken)
		return to(c, "/desk/forms")
	}
	page.Flash = &ui.Flash{Kind: ui.FlashWarn, Text: fab.Because("forms_some_wrong", "n", wrong, "taken", taken)}
	s.render(c, http.StatusUnprocessableEntity, page)
	return nil
}
