package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// gifts are the pledges that have not come yet.
func (r *reader) gifts() ([]ui.GiftRow, error) {
	open, err := pledged(r.tx)
	if err != nil {
		return nil, err
	}
	var rows []ui.GiftRow
	for _, d := range open {
		m, err := r.tx.Material(d.Material)
		if err != nil {
			return nil, err
		}
		stuff := ui.Stuff{Material: m.Code, Name: inLang(m.Names, r.lang, m.Code), Unit: m.Unit, N: d.Pledged}
		rows = append(rows, ui.GiftRow{ID: string(d.ID), Ref: d.Ref, Donor: d.Donor, Town: d.Town, Mobile: d.Phone, Stuff: stuff, At: r.local(d.CreatedAt)})
	}
	return rows, nil
}

// giftReceive books what came into the hub.
func (s *Server) giftReceive(c *gin.Context) error {
	err := s.Supply.Receive(c.Request.Context(), fab.DonationID(c.Param("id")), c.PostForm(ui.FieldCount), me(c).ID)
	return s.materialsDone(c, err, "done.gift_received")
}

// giftRefuse turns a pledge down.
func (s *Server) giftRefuse(c *gin.Context) error {
	err := s.Supply.Refuse(c.Request.Context(), fab.DonationID(c.Param("id")))
	return s.materialsDone(c, err, "done.gift_refused")
}
