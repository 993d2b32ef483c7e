package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// runPlanned says that a run was made, and carries its driver's link to the page, once.
const runPlanned = "done.run_planned"

// bagSettle counts a bag at the hub, and makes the kits that its pieces allow when asked to.
func (s *Server) bagSettle(c *gin.Context) error {
	code := c.Param("lot")
	in, err := s.inspection(c, code)
	if err == nil {
		err = s.Production.Settle(c.Request.Context(), in)
	}
	if err != nil {
		return s.deliveriesAgain(c, err, code, code)
	}
	if c.PostForm(ui.FieldKit) == "yes" {
		made, err := s.closeKits(c)
		if err != nil {
			return err
		}
		if made > 0 {
			s.flash(c, ui.FlashDone, "done.bag_kitted", "lot", code, "n", made)
			return to(c, "/desk/deliveries")
		}
	}
	s.flash(c, ui.FlashDone, "done.bag_settled", "lot", code)
	return to(c, "/desk/deliveries")
}

func (s *Server) inspection(c *gin.Context, code string) (in production.Inspection, err error) {
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		lot, err := tx.LotByCode(code)
		in.Lot = lot.ID
		return err
	})
	if err != nil {
		return in, err
	}
	in.Reason, in.By = c.PostForm(ui.FieldReason), me(c).ID
	if in.Reason == "" {
		in.Reason = "ok"
	}
	in.Good, in.Bad, err = counts(c)
	return in, err
}

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
