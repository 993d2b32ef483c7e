package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/ui"
)

// runPlanned says that a run was made, and carries its driver's link to the page, once.
const runPlanned = "done.run_planned"

// deliveriesAgain shows the page with the form that was refused. Fields of a form of which there are several on the page
// end in id.
func (s *Server) deliveriesAgain(c *gin.Context, err error, open, id string) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.deliveriesPage(c)
		if id != "" {
			f = at(f, id)
		}
		page.Form, page.Open = f, open
		return page, err
	})
}
