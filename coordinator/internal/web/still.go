package web

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/ui"
)

// still asks whether a request stands, when somebody should.
func (s *Server) still(t intake.Track, lines []ui.TrackLine, action string) (q ui.StillNeeded) {
	if t.Stale {
		q = ui.StillNeeded{Action: action, Lines: lines}
	}
	return q
}

// typedQuantities are the numbers of a form by product.
func typedQuantities(c *gin.Context) map[string]string {
	typed := map[string]string{}
	for name := range c.Request.PostForm {
		if product, ok := strings.CutPrefix(name, ui.FieldQuantity); ok {
			typed[product] = c.PostForm(name)
		}
	}
	return typed
}

// trackStill is the requester's word that a request still stands.
func (s *Server) trackStill(c *gin.Context) error {
	token := c.Param("token")
	if err := s.Intake.Reconfirm(c.Request.Context(), token, typedQuantities(c)); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.trackOf(c, token)
			page.Still.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.still_needed")
	return to(c, "/track/"+token)
}

// requestStill is what a coordinator heard on the phone.
func (s *Server) requestStill(c *gin.Context) error {
	id := c.Param("id")
	if err := s.Intake.ReconfirmFor(c.Request.Context(), fab.RequestID(id), typedQuantities(c)); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.requestPage(c)
			page.Still.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.still_needed")
	return to(c, "/desk/requests/"+id)
}
