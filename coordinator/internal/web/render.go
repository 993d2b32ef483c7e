package web

import (
	"crypto/rand"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// What a browser is known to be, kept in the context of its request.
const (
	keyAccount = "account" // fab.Account, absent when nobody is signed in
	keyLang    = "lang"
	keyNonce   = "nonce"
)

// frame is what every page shares. Handlers add Nav and Live.
func (s *Server) frame(c *gin.Context) ui.Frame {
	f := ui.Frame{
		Lang: lang(c), Path: c.Request.URL.RequestURI(), Now: s.local(s.now()), LabName: s.Lab.Name,
		Phone: s.Lab.Phone, PhoneFrom: s.Lab.PhoneFrom, PhoneTo: s.Lab.PhoneTo, Nonce: nonce(c),
	}
	if c.Request.Method == http.MethodPost {
		f.Path = cameFrom(c)
	} else {
		f.Flash = s.takeFlash(c)
	}
	if a, ok := account(c); ok {
		f.Account = &ui.Account{Name: a.Name, Maker: a.MakerID != "", Desk: a.Has(fab.RoleCoordinator)}
	}
	if s.Demo != nil {
		bar := s.Demo.Bar(c.Request, s.readCookie(c, cookieRole))
		f.Demo, f.Live = &bar, "/live"
	}
	return f
}

// cameFrom is the page of ours that holds the form that was sent; the first page when the browser does not say.
func cameFrom(c *gin.Context) string {
	from, err := url.Parse(c.Request.Referer())
	if err != nil || from.Host != c.Request.Host {
		return "/"
	}
	return ownPath(from.RequestURI(), "/")
}

// nonce allows the one script of this answer.
func nonce(c *gin.Context) string {
	if n := c.GetString(keyNonce); n != "" {
		return n
	}
	n := fab.NewToken(rand.Reader)
	c.Set(keyNonce, n)
	return n
}

// show answers with a page.
func (s *Server) show(c *gin.Context, page ui.Page) error {
	s.render(c, http.StatusOK, page)
	return nil
}

// render writes a page. One that cannot be drawn is a fault of ours and becomes plain text.
func (s *Server) render(c *gin.Context, status int, page ui.Page) {
	c.Header("Content-Type", "text/html; charset=utf-8")
	c.Header("Content-Security-Policy", policy("'nonce-"+nonce(c)+"'"))
	c.Header("Vary", "Cookie, Accept-Language")
	if c.Param("token") != "" {
		c.Header("X-Robots-Tag", "noindex, nofollow")
	}
	c.Status(status)
	if err := s.UI.Render(c.Writer, page); err != nil {
		ref := s.fault(c, err)
		c.Header("Content-Type", "text/plain; charset=utf-8")
		c.String(http.StatusInternalServerError, "500 %s\n", ref)
	}
}

// form is the fields of the request, as they were posted.
func form(c *gin.Context) ui.Form {
	return ui.Form{Values: c.Request.PostForm, Key: c.PostForm(ui.FieldKey)}
}

// emptyForm is a form nobody filled in yet, with the key that makes it count once.
func emptyForm() ui.Form {
	return ui.Form{Values: url.Values{}, Key: fab.NewToken(rand.Reader)}
}

// wrong is the form of the request with its refusals.
func wrong(c *gin.Context, errs fab.Errors) ui.Form {
	f := form(c)
	f.Errors = errs
	return f
}

// to sends the browser on after a form was taken, so that reloading does not send it again.
func to(c *gin.Context, path string) error {
	c.Redirect(http.StatusSeeOther, path)
	return nil
}
