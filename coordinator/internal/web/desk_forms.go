package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/ui"
)

// formRoutes are about forms on paper.
func (s *Server) formRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, "/desk/forms", who, s.deskForms},
		{post, "/desk/forms/print", who, s.formsPrint},
		{post, "/desk/forms/key", who, s.formsKey},
		{get, "/desk/slips", who, s.deskSlips},
		{post, "/desk/slips", who, s.slipsKey},
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
	page.Lines = grid(c)
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
	codes := make([]string, len(forms))
	for i, f := range forms {
		codes[i] = f.Code
	}
	return to(c, "/desk/forms/"+strings.Join(codes, betweenCodes)+"/paper")
}

// betweenCodes stands between the codes of forms in an address.
const betweenCodes = "."

// formsPaper are empty forms that were made before.
func (s *Server) formsPaper(c *gin.Context) (d ui.Document, err error) {
	codes := strings.Split(c.Param("codes"), betweenCodes)
	forms := make([]paper.Blank, 0, len(codes))
	err = s.read(c, func(r *reader) error {
		products, err := offered(r.tx, r.lang)
		if err != nil {
			return err
		}
		for _, code := range codes {
			blank, err := r.tx.BlankForm(strings.ToUpper(code))
			if err != nil {
				return err
			}
			one := paper.Blank{Code: blank.Code, Kind: blank.Kind}
			for _, p := range products {
				one.Products = append(one.Products, p.Name)
			}
			forms = append(forms, one)
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	return paper.BlankForms(lang(c), s.asLab(c), forms)
}

// formsKey takes each line that is right, and shows those that are not again.
func (s *Server) formsKey(c *gin.Context) error {
	page, err := s.formsPage(c)
	if err != nil {
		return err
	}
	taken, wrong, err := keyGrid(c, page.Lines, func(typed url.Values) error {
		_, err := s.Intake.KeyIn(c.Request.Context(), typed.Get(ui.FieldPaper), asked(typed, fab.ChannelPhone))
		return err
	})
	if err != nil {
		return err
	}
	if wrong == 0 {
		s.flash(c, ui.FlashDone, "done.forms_keyed", "n", taken)
		return to(c, "/desk/forms")
	}
	page.Flash = &ui.Flash{Kind: ui.FlashWarn, Text: fab.Because("forms_some_wrong", "n", wrong, "taken", taken)}
	s.render(c, http.StatusUnprocessableEntity, page)
	return nil
}
