package web

import (
	"cmp"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// fillListed writes into the form what the register says of a number and the form leaves out: a number alone is enough.
func (s *Server) fillListed(c *gin.Context) error {
	v := c.Request.PostForm
	no, ok := fab.FinessNumber(v.Get(ui.FieldFiness))
	if !ok {
		return nil
	}
	found, err := s.Intake.Propose(c.Request.Context(), fab.Facility{FinessET: no})
	if err != nil || len(found) != 1 || found[0].ET != no {
		return err
	}
	p := found[0]
	for field, value := range map[string]string{
		ui.FieldFacility: p.Name, ui.FieldKind: p.Kind, ui.FieldAddress: p.Address, ui.FieldPostcode: p.Postcode, ui.FieldTown: p.Town,
	} {
		v.Set(field, cmp.Or(fab.Line(v.Get(field)), value))
	}
	return nil
}

// propose shows the places of the register that the form may mean, once: a form that says which, or none, goes on. So does
// one of a place that is in no such register.
func (s *Server) propose(c *gin.Context) (shown bool, err error) {
	v := c.Request.PostForm
	no, isNumber := fab.FinessNumber(v.Get(ui.FieldFiness))
	switch v.Get(ui.FieldKind) {
	case fab.FacilityShop, fab.FacilityTown, fab.FacilityMember:
		return false, nil
	}
	if v.Get(ui.FieldFiness) != "" && !isNumber {
		return false, nil
	}
	found, err := s.Intake.Propose(c.Request.Context(), fab.Facility{
		Name: v.Get(ui.FieldFacility), Town: v.Get(ui.FieldTown), Postcode: v.Get(ui.FieldPostcode), FinessET: no,
	})
	if err != nil || len(found) == 0 || found[0].ET == no {
		return false, err
	}
	page, err := s.askPage(c, ui.AskWho, form(c))
	if err != nil {
		return false, err
	}
	page.Proposals = matches(found)
	return true, s.show(c, page)
}
