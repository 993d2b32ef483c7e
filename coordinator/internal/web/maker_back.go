package web

import (
	"strconv"
	"strings"

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
	back.Good, errs = madeCount(c, ui.FieldMade, errs)
	back.Bad, errs = madeCount(c, ui.FieldSpoilt, errs)
	if err := errs.Or(); err != nil {
		return lot, err
	}
	return s.Production.HandBack(c.Request.Context(), back)
}

// madeCount reads a number of pieces, none when nothing is written.
func madeCount(c *gin.Context, field string, errs fab.Errors) (int64, fab.Errors) {
	typed := strings.Join(strings.Fields(c.PostForm(field)), "")
	if typed == "" {
		return 0, errs
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", field))
	}
	return n, errs
}
