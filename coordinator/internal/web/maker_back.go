package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// handBack gives hand work back that will not be made, or the rest of it.
func (s *Server) handBack(c *gin.Context) error {
	id := c.Param("id")
	lot, err := s.giveBack(c, fab.AttemptID(id), me(c).MakerID)
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.makerPage(c)
			page.Form, page.Open = at(f, id), id
			return page, err
		})
	}
	if lot.ID == "" {
		s.flash(c, ui.FlashDone, "done.work_back")
	} else {
		s.flash(c, ui.FlashDone, "done.work_back_lot", "lot", lot.Code)
	}
	return to(c, "/maker")
}

// giveBack reads the form. What is given back as a whole has no fields.
func (s *Server) giveBack(c *gin.Context, id fab.AttemptID, by fab.MakerID) (lot fab.Lot, err error) {
	back := production.HandBack{Attempt: id, By: by}
	var errs fab.Errors
	back.Good, back.Bad = typedCount(c.PostForm(ui.FieldMade), ui.FieldMade, 0, &errs), typedCount(c.PostForm(ui.FieldSpoilt), ui.FieldSpoilt, 0, &errs)
	if err := errs.Or(); err != nil {
		return lot, err
	}
	return s.Production.HandBack(c.Request.Context(), back)
}
