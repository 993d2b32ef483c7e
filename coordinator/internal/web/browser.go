package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// readBrowser finds out which language a browser wants and who is signed in.
func (s *Server) readBrowser(c *gin.Context) {
	c.Set(keyLang, languageOf(s.readCookie(c, cookieLang), c.Request))
	token := s.readCookie(c, cookieSession)
	if token == "" || asset(c.FullPath()) {
		return
	}
	a, err := s.Identity.Account(c.Request.Context(), token)
	switch fab.ClassOf(err) {
	case "":
		if err != nil {
			s.fail(c, err)
			return
		}
		c.Set(keyAccount, a)
	default:
		s.setCookie(c, cookieSession, "", 0)
	}
}

// asset reports whether a route gives everybody the same bytes.
func asset(route string) bool {
	return strings.HasPrefix(route, "/static/") || strings.HasPrefix(route, "/picture/") || route == "/healthz" || route == "/robots.txt"
}

// account is who is signed in.
func account(c *gin.Context) (fab.Account, bool) {
	v, ok := c.Get(keyAccount)
	if !ok {
		return fab.Account{}, false
	}
	a, ok := v.(fab.Account)
	return a, ok
}

// me is who is signed in, on a route that needs a role.
func me(c *gin.Context) fab.Account {
	a, _ := account(c)
	return a
}

// needs lets only accounts with a role pass. A maker is also whoever has a maker's place.
func (s *Server) needs(role string) gin.HandlerFunc {
	return func(c *gin.Context) {
		a, ok := account(c)
		switch {
		case !ok:
			s.fail(c, fab.Refuse(fab.Unauthorised, "signed_out", ""))
		case !a.Has(role) || role == fab.RoleMaker && a.MakerID == "":
			s.fail(c, fab.Refuse(fab.Forbidden, "not_yours", ""))
		}
	}
}

func lang(c *gin.Context) string { return c.GetString(keyLang) }

// languageOf is the language that was chosen, or the one that the browser asks for; French when it asks for neither.
func languageOf(chosen string, r *http.Request) string {
	if chosen == "fr" || chosen == "en" {
		return chosen
	}
	return languageAsked(r)
}

func languageAsked(r *http.Request) string {
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 {
		return "fr"
	}
	_, index, sure := language.NewMatcher([]language.Tag{language.French, language.English}).Match(wanted...)
	if sure > language.No && index == 1 {
		return "en"
	}
	return "fr"
}
