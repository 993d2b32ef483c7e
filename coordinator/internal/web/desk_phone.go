package web

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// phoneEmpty is the request form for who answers the phone.
func (s *Server) phoneEmpty(c *gin.Context) error {
	page, err := s.phonePage(c, emptyForm())
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) phonePage(c *gin.Context, f ui.Form) (page ui.PhoneRequest, err error) {
	if f.Key == "" {
		f.Key = emptyForm().Key
	}
	page.Form = f
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavRequests); err != nil {
			return err
		}
		page.Live = "" // what is being typed stays
		if page.Products, err = offered(r.tx, page.Lang); err != nil {
			return err
		}
		places, err := r.tx.Facilities()
		for _, p := range places {
			page.Places = append(page.Places, p.Name)
		}
		page.Places = slices.Compact(page.Places)
		return err
	})
	return page, err
}

// phone makes a request of a call, in the room that makes those of the public form.
func (s *Server) phone(c *gin.Context) error {
	receipt, err := s.Intake.Ask(c.Request.Context(), asked(c.Request.PostForm, fab.ChannelPhone))
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.phonePage(c, f) })
	}
	s.flash(c, ui.FlashDone, "done.request_taken", "ref", fab.FormatReference(receipt.Request.Ref))
	return to(c, "/desk/requests/"+string(receipt.Request.ID))
}
