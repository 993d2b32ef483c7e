package web

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/ui"
)

// noteNumber writes the number of a delivery note; "" when there is none.
func noteNumber(n fab.DeliveryNote) string {
	if n.No == 0 {
		return ""
	}
	return fmt.Sprintf("BL-%04d", n.No)
}

func handover(c *gin.Context, n int64) delivery.Handover {
	return delivery.Handover{Token: c.Param("token"), Seq: n, Receiver: c.PostForm(ui.FieldReceiver), Reservations: c.PostForm(ui.FieldReserve)}
}

// stopDeliver records that everything was handed over.
func (s *Server) stopDeliver(c *gin.Context) error {
	n, err := seq(c)
	if err != nil {
		return err
	}
	return s.stopDone(c, "", s.Delivery.Deliver(c.Request.Context(), handover(c, n)))
}

// stopPartly records which boxes were handed over; the others come back.
func (s *Server) stopPartly(c *gin.Context) error {
	n, err := seq(c)
	if err != nil {
		return err
	}
	h := handover(c, n)
	h.Boxes = append([]string{}, c.PostFormArray(ui.FieldBox)...) // none chosen is not all of them
	return s.stopDone(c, "partly", s.Delivery.Deliver(c.Request.Context(), h))
}

// stopFailed records that nothing could be handed over.
func (s *Server) stopFailed(c *gin.Context) error {
	n, err := seq(c)
	if err != nil {
		return err
	}
	return s.stopDone(c, "failed", s.Delivery.Fail(c.Request.Context(), c.Param("token"), n, c.PostForm(ui.FieldReason)))
}

// stopCollect records that a bag is in the vehicle, or that material was left.
func (s *Server) stopCollect(c *gin.Context) error {
	n, err := seq(c)
	if err != nil {
		return err
	}
	return s.stopDone(c, "", s.Delivery.Collect(c.Request.Context(), c.Param("token"), n))
}

// stopDone goes back to the list, or shows the stop again with what is wrong, the form that was sent open.
func (s *Server) stopDone(c *gin.Context, open string, err error) error {
	if err == nil {
		return to(c, "/run/"+c.Param("token"))
	}
	errs, ok := fab.RefusalsOf(err)
	if !ok || errs[0].Class != fab.Invalid && errs[0].Class != fab.Conflict {
		return err
	}
	page, err := s.stopPage(c)
	if err != nil {
		return err
	}
	page.Form, page.Open = wrong(c, errs), open
	s.render(c, statusOf(errs), page)
	return nil
}
