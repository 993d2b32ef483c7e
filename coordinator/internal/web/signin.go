package web

import (
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

const sessionAge = 30 * 24 * time.Hour

func (s *Server) signInEmpty(c *gin.Context) error {
	if a, ok := account(c); ok {
		return to(c, firstPage(a))
	}
	return s.show(c, ui.SignIn{Frame: s.frame(c), Form: emptyForm(), Next: ownPath(c.Query("next"), "")})
}

// signIn opens a session under a new token, so that one planted before is worth nothing, and ends the one before.
func (s *Server) signIn(c *gin.Context) error {
	next := ownPath(c.PostForm("next"), "")
	token, a, err := s.Identity.SignIn(c.Request.Context(), c.PostForm(ui.FieldLogin), c.PostForm(ui.FieldPassword), sender(c))
	if err != nil {
		return s.refused(c, err, func(errs fab.Errors) ui.Page {
			f := wrong(c, errs)
			f.Values.Del(ui.FieldPassword)
			return ui.SignIn{Frame: s.frame(c), Form: f, Next: next}
		})
	}
	if before := s.readCookie(c, cookieSession); before != "" {
		if err := s.Identity.SignOut(c.Request.Context(), before); err != nil {
			return err
		}
	}
	s.setCookie(c, cookieSession, token, sessionAge)
	if next == "" {
		next = firstPage(a)
	}
	return to(c, next)
}

// firstPage is where an account begins its day.
func firstPage(a fab.Account) string {
	switch {
	case a.Has(fab.RoleCoordinator):
		return "/desk"
	case a.MakerID != "":
		return "/maker"
	}
	return "/"
}

func (s *Server) signOut(c *gin.Context) error {
	if token := s.readCookie(c, cookieSession); token != "" {
		if err := s.Identity.SignOut(c.Request.Context(), token); err != nil {
			return err
		}
	}
	s.setCookie(c, cookieSession, "", 0)
	c.Header("Clear-Site-Data", `"cache"`)
	return to(c, "/")
}
