package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// cancelEmpty asks once more: mail programs open links by themselves, so that a link alone never cancels.
func (s *Server) cancelEmpty(c *gin.Context) error {
	page, err := s.cancelPage(c, emptyForm())
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) cancelPage(c *gin.Context, f ui.Form) (ui.TrackCancel, error) {
	token := c.Param("token")
	t, err := s.Intake.Track(c.Request.Context(), token)
	if err != nil {
		return ui.TrackCancel{}, err
	}
	page := ui.TrackCancel{Frame: s.frame(c), Token: token, Ref: t.Request.Ref, Form: f}
	page.Goods, err = s.goodsOf(c, t)
	return page, err
}

// cancel ends a request for its requester.
func (s *Server) cancel(c *gin.Context) error {
	err := s.Intake.Cancel(c.Request.Context(), c.Param("token"))
	if err == nil {
		return to(c, "/track/"+c.Param("token"))
	}
	errs, ok := fab.RefusalsOf(err)
	if !ok || errs[0].Class == fab.NotFound {
		return err
	}
	page, err := s.cancelPage(c, wrong(c, errs))
	if err != nil {
		return err
	}
	s.render(c, statusOf(errs), page)
	return nil
}
