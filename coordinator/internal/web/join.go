package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/ui"
)

// joinEmpty is the form of whoever wants to take part; with a token, of whoever was invited.
func (s *Server) joinEmpty(c *gin.Context) error {
	if err := s.checkInvite(c); err != nil {
		return err
	}
	return s.show(c, s.joinPage(c, emptyForm()))
}

func (s *Server) checkInvite(c *gin.Context) error {
	if token := c.Param("token"); token != "" {
		return s.Identity.CheckInvite(c.Request.Context(), token)
	}
	return nil
}

func (s *Server) joinPage(c *gin.Context, f ui.Form) ui.Join {
	f.Values.Del(ui.FieldPassword)
	page := ui.Join{Frame: s.frame(c), Action: "/join", Form: f}
	if token := c.Param("token"); token != "" {
		page.Action, page.Invited = "/join/"+token, true
	}
	return page
}

// join registers somebody. Who was invited is signed in; everybody else waits for an answer. Whatever else is posted,
// nobody becomes more than a maker.
func (s *Server) join(c *gin.Context) error {
	if err := s.checkInvite(c); err != nil {
		return err
	}
	ctx, token := c.Request.Context(), c.Param("token")
	j := identity.Join{
		Name: c.PostForm(ui.FieldName), Town: c.PostForm(ui.FieldTown), Postcode: c.PostForm(ui.FieldPostcode), Phone: c.PostForm(ui.FieldPhone),
		Email: c.PostForm(ui.FieldEmail), Skills: c.PostFormArray(ui.FieldSkills), Note: c.PostForm(ui.FieldNote), Password: c.PostForm(ui.FieldPassword),
		Lang: lang(c), Consent: c.PostForm(ui.FieldConsent) == "yes",
	}
	if token == "" {
		if err := s.Identity.Ask(ctx, j); err != nil {
			return s.joinAgain(c, err)
		}
		return to(c, "/join/sent")
	}
	a, err := s.Identity.Come(ctx, token, j)
	if err != nil {
		return s.joinAgain(c, err)
	}
	return s.welcome(c, a)
}

func (s *Server) joinAgain(c *gin.Context, err error) error {
	return s.refused(c, err, func(errs fab.Errors) ui.Page { return s.joinPage(c, wrong(c, errs)) })
}

func (s *Server) joinSent(c *gin.Context) error { return s.show(c, ui.JoinSent{Frame: s.frame(c)}) }

// welcome signs an account in, under a new token, and shows what comes next.
func (s *Server) welcome(c *gin.Context, a fab.Account) error {
	ctx := c.Request.Context()
	session, err := s.Identity.OpenSession(ctx, a.ID)
	if err != nil {
		return err
	}
	if before := s.readCookie(c, cookieSession); before != "" {
		if err := s.Identity.SignOut(ctx, before); err != nil {
			return err
		}
	}
	s.setCookie(c, cookieSession, session, sessionAge)
	return to(c, "/maker/me")
}

func (s *Server) enterEmpty(c *gin.Context) error {
	if err := s.Identity.CheckEnter(c.Request.Context(), c.Param("token")); err != nil {
		return err
	}
	return s.show(c, ui.Enter{Frame: s.frame(c), Token: c.Param("token")})
}

// enter signs in whoever holds the link, once.
func (s *Server) enter(c *gin.Context) error {
	a, err := s.Identity.Enter(c.Request.Context(), c.Param("token"))
	if fab.ClassOf(err) == fab.Conflict {
		return fab.Refuse(fab.NotFound, "link_used", "")
	}
	if err != nil {
		return err
	}
	return s.welcome(c, a)
}
