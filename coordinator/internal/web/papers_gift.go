package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/ui"
)

// giftSlip is the label for the parcel of whoever has the donor's link.
func (s *Server) giftSlip(c *gin.Context) (ui.Document, error) {
	g, err := s.Supply.Gift(c.Request.Context(), c.Param("token"))
	if err != nil {
		return ui.Document{}, err
	}
	d := g.Donation
	stuff := giftStuff(d, g.Material, lang(c), d.Pledged)
	return paper.GiftSlip(lang(c), s.asLab(c), paper.Gift{
		Ref: fab.FormatReference(d.Ref), What: ui.StuffText(lang(c), stuff), Condition: ui.ConditionText(lang(c), d.Condition), Fetch: d.Fetch,
	})
}
