package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/ui"
)

func (s *Server) setupEmpty(c *gin.Context) error {
	if err := s.Identity.CheckSetup(c.Request.Context(), c.Param("token")); err != nil {
		return err
	}
	return s.show(c, ui.Setup{Frame: s.frame(c), Token: c.Param("token"), Form: emptyForm()})
}

// setup makes the first account and signs it in.
func (s *Server) setup(c *gin.Context) error {
	ctx, token := c.Request.Context(), c.Param("token")
	if err := s.Identity.CheckSetup(ctx, token); err != nil {
		return err
	}
	a, err := s.Identity.FinishSetup(ctx, token, identity.NewAccount{
		Login: c.PostForm(ui.FieldLogin), Name: c.PostForm(ui.FieldName), Password: c.PostForm(ui.FieldPassword), Lang: lang(c),
	})
	if err != nil {
		return s.refused(c, err, func(errs fab.Errors) ui.Page {
			f := wrong(c, errs)
			f.Values.Del(ui.FieldPassword)
			return ui.Setup{Frame: s.frame(c), Token: token, Form: f}
		})
	}
	session, err := s.Identity.OpenSession(ctx, a.ID)
	if err != nil {
		return err
	}
	s.setCookie(c, cookieSession, session, sessionAge)
	return to(c, firstPage(a))
}
