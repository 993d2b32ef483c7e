package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

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

// reportOf reads what is reported of a stop.
func (s *Server) reportOf(c *gin.Context, side stopSide) (r delivery.Report, err error) {
	files, err := s.readPictures(c)
	if err != nil {
		return r, err
	}
	r = delivery.Report{
		Token: side.token(c), Key: c.PostForm(ui.FieldKey), Receiver: c.PostForm(ui.FieldReceiver), Reservations: c.PostForm(ui.FieldReserve),
		Signature: files[ui.FieldSignature], Photo: files[ui.FieldPhoto], Why: c.PostForm(ui.FieldReason), Said: c.PostForm(ui.FieldNote),
	}
	if r.No, err = stopNo(c); err != nil {
		return r, err
	}
	if ms, err := strconv.ParseInt(c.PostForm(ui.FieldHappened), 10, 64); err == nil {
		r.At = time.UnixMilli(ms)
	}
	if r.Token == "" {
		r.Run, r.By = fab.RunID(c.Param("id")), me(c).ID
		return r, s.keyedAt(c, side, &r)
	}
	return r, nil
}

// keyedAt is when a stop was, by the clock that somebody wrote on the sheet; the day is the run's.
func (s *Server) keyedAt(c *gin.Context, side stopSide, r *delivery.Report) error {
	typed := strings.TrimSpace(c.PostForm(ui.FieldClock))
	if typed == "" {
		return nil
	}
	clock, err := time.Parse("15:04", typed)
	if err != nil {
		return fab.Refuse(fab.Invalid, "clock_wrong", ui.FieldClock)
	}
	v, err := side.read(c)
	if err != nil {
		return err
	}
	r.At = s.localDay(v.Run.Day).Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
	return nil
}

// stopDeliver records that everything was handed over.
func (s *Server) stopDeliver(side stopSide) func(*gin.Context) error {
	return func(c *gin.Context) error {
		r, err := s.reportOf(c, side)
		if err == nil {
			err = s.Delivery.Deliver(c.Request.Context(), r)
		}
		return s.stopDone(c, side, "", err)
	}
}

// stopPartly records which boxes were handed over; the others come back.
func (s *Server) stopPartly(side stopSide) func(*gin.Context) error {
	return func(c *gin.Context) error {
		r, err := s.reportOf(c, side)
		if err == nil {
			r.Boxes = append([]string{}, c.PostFormArray(ui.FieldBox)...) // none chosen is not all of them
			err = s.Delivery.Deliver(c.Request.Context(), r)
		}
		return s.stopDone(c, side, "partly", err)
	}
}

// stopFailed records that nothing could be handed over.
func (s *Server) stopFailed(side stopSide) func(*gin.Context) error {
	return func(c *gin.Context) error {
		r, err := s.reportOf(c, side)
		if err == nil {
			err = s.Delivery.Fail(c.Request.Context(), r)
		}
		return s.stopDone(c, side, "failed", err)
	}
}

// stopCollect records that a bag is in the vehicle, or that material was left.
func (s *Server) stopCollect(side stopSide) func(*gin.Context) error {
	return func(c *gin.Context) error {
		r, err := s.reportOf(c, side)
		if err == nil {
			err = s.Delivery.Collect(c.Request.Context(), r)
		}
		return s.stopDone(c, side, "", err)
	}
}

// stopDone goes back to the list, or shows the stop again with what is wrong, the form that was sent open. A script gets a
// few words instead.
func (s *Server) stopDone(c *gin.Context, side stopSide, open string, err error) error {
	errs, refused := fab.RefusalsOf(err)
	if err != nil && !refused {
		return err
	}
	if strings.Contains(c.GetHeader("Accept"), "application/json") {
		answer := gin.H{"ok": err == nil, "next": side.base(c)}
		status := http.StatusOK
		if err != nil {
			answer["word"], status = ui.Refusal(lang(c), s.localRefusal(errs[0])), statusOf(err)
		}
		c.JSON(status, answer)
		return nil
	}
	if err == nil {
		return to(c, side.base(c))
	}
	if errs[0].Class != fab.Invalid && errs[0].Class != fab.Conflict {
		return err
	}
	page, err := s.stopPage(c, side)
	if err != nil {
		return err
	}
	for i, e := range errs {
		errs[i] = s.localRefusal(e)
	}
	page.Form, page.Open = wrong(c, errs), open
	s.render(c, statusOf(errs), page)
	return nil
}

// localRefusal has the times of a refusal by the lab's clock.
func (s *Server) localRefusal(e *fab.Error) *fab.Error {
	if len(e.Args) == 0 {
		return e
	}
	there := *e
	there.Args = fab.Args{}
	for name, v := range e.Args {
		there.Args[name] = s.argument(v)
	}
	return &there
}
