package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// statusError is a refusal of HTTP itself.
type statusError struct{ status int }

func (e statusError) Error() string { return http.StatusText(e.status) }

func badBody(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return statusError{http.StatusRequestEntityTooLarge}
	}
	return statusError{http.StatusBadRequest}
}

// statusOf is the one place where a class of refusal becomes an HTTP status. It is 500 for an internal fault.
func statusOf(err error) int {
	var bare statusError
	if errors.As(err, &bare) {
		return bare.status
	}
	switch fab.ClassOf(err) {
	case fab.Invalid:
		return http.StatusUnprocessableEntity
	case fab.NotFound:
		return http.StatusNotFound
	case fab.Gone:
		return http.StatusGone
	case fab.Conflict:
		return http.StatusConflict
	case fab.Forbidden:
		return http.StatusForbidden
	case fab.Unauthorised:
		return http.StatusUnauthorized
	case fab.TooMany:
		return http.StatusTooManyRequests
	case fab.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// page runs an answer and turns what it refuses into a page.
func (s *Server) page(answer func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.Request.Method == http.MethodPost {
			if err := s.parseForm(c); err != nil {
				s.fail(c, err)
				return
			}
		}
		if err := answer(c); err != nil {
			s.fail(c, err)
		}
	}
}

// fail shows the page of an error, logs an internal one, and counts wrong links.
func (s *Server) fail(c *gin.Context, err error) {
	c.Abort()
	status := statusOf(err)
	switch {
	case errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil:
		return // the browser left
	case c.Writer.Written():
		_ = s.fault(c, err)
		return
	case status == http.StatusInternalServerError:
		s.problem(c, status, s.fault(c, err))
		return
	case status == http.StatusUnauthorized && c.Request.Method == http.MethodGet:
		c.Redirect(http.StatusSeeOther, "/signin?"+url.Values{"next": {c.Request.URL.RequestURI()}}.Encode())
		return
	case status == http.StatusUnauthorized:
		c.Redirect(http.StatusSeeOther, "/signin")
		return
	case status == http.StatusNotFound && c.Param("token") != "":
		s.limits.wrongLink(c)
	}
	s.problem(c, status, "")
}

// problem shows the page of a status.
func (s *Server) problem(c *gin.Context, status int, reference string) {
	shown := status
	switch status {
	case http.StatusUnprocessableEntity, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		shown = http.StatusBadRequest
	case http.StatusTooManyRequests:
		c.Header("Retry-After", "60")
	}
	s.render(c, status, ui.Problem{Frame: s.frame(c), Status: shown, Reference: reference})
}

// refused shows a form again with what is wrong, when err is something that whoever filled it in can put right.
// Any other error comes back.
func (s *Server) refused(c *gin.Context, err error, again func(fab.Errors) ui.Page) error {
	errs, ok := fab.RefusalsOf(err)
	if !ok {
		return err
	}
	switch errs[0].Class {
	case fab.Invalid, fab.Conflict, fab.TooMany:
		s.render(c, statusOf(err), again(errs))
		return nil
	}
	return err
}
