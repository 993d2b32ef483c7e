package web

import (
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// chooseLang keeps the language in a cookie and goes back to where the link was.
func (s *Server) chooseLang(c *gin.Context) error {
	chosen := c.Param("lang")
	if chosen != "fr" && chosen != "en" {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "language")
	}
	s.setCookie(c, cookieLang, chosen, 365*24*time.Hour)
	return to(c, ownPath(c.Query("back"), "/"))
}

// ownPath is a path of this site, or instead when it leads elsewhere.
func ownPath(path, instead string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return instead
	}
	return path
}
