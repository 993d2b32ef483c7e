package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// withdrawEmpty asks why a version is taken out of use, and says what each answer reaches.
func (s *Server) withdrawEmpty(c *gin.Context) error {
	page, err := s.withdrawPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) withdrawPage(c *gin.Context) (page ui.Withdraw, err error) {
	page.Form = emptyForm()
	touched, err := s.Production.Touched(c.Request.Context(), fab.DesignVersionID(c.Param("id")))
	if err != nil {
		return page, err
	}
	page.Next = touched.Next.Version
	page.Reach = ui.Reach{
		Batches: touched.Batches, UnderWay: touched.UnderWay, AtMakers: touched.AtMakers, Counted: touched.AtHub,
		BoxesHere: touched.BoxesHere, BoxesAway: touched.BoxesAway, BoxesSent: touched.BoxesThere, Trials: touched.Trials,
	}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = ""
		d := r.designs[fab.DesignVersionID(c.Param("id"))]
		page.VersionRow, page.Product = r.version(d, nil), inLang(d.Names, r.lang, d.Product)
		return nil
	})
	return page, err
}

// withdraw takes a version out of use: because a better one took its place, or because it is dangerous. Then it leads to
// what is to be called back.
func (s *Server) withdraw(c *gin.Context) error {
	ctx, id := c.Request.Context(), fab.DesignVersionID(c.Param("id"))
	var err error
	switch c.PostForm(ui.FieldReason) {
	case ui.WithdrawDangerous:
		err = s.Production.Withdraw(ctx, id, true, me(c).ID)
	case ui.WithdrawReplaced:
		err = s.Production.Supersede(ctx, id, c.PostForm(ui.FieldBatches) == ui.MoveYes, me(c).ID)
	default:
		err = fab.Refuse(fab.Conflict, "reason_missing", "")
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.withdrawPage(c)
			page.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.version_withdrawn")
	if c.PostForm(ui.FieldReason) == ui.WithdrawDangerous {
		if recalls, err := s.recallsOf(c, id); err != nil || len(recalls) > 0 {
			if err != nil {
				return err
			}
			return to(c, "/desk/recalls/"+string(recalls[0].ID))
		}
	}
	return to(c, "/desk/products/"+string(id))
}

// recallsOf are the recalls of a version, newest first.
func (s *Server) recallsOf(c *gin.Context, id fab.DesignVersionID) (list []fab.Recall, err error) {
	err = s.read(c, func(r *reader) error {
		list, err = r.recallsOf(id)
		return err
	})
	return list, err
}

func (r *reader) recallsOf(id fab.DesignVersionID) (list []fab.Recall, err error) {
	all, err := r.tx.Recalls()
	for _, one := range all {
		if one.What == "design" && one.Subject == string(id) {
			list = append(list, one)
		}
	}
	return list, err
}
