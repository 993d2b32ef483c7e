package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// health says whether this program can answer: it reads from its database.
func (s *Server) health(c *gin.Context) error {
	err := s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		_, err := tx.Setting("health")
		return err
	})
	if err != nil {
		s.Log.Error("check health", "error", err)
		return fab.Refuse(fab.Unavailable, "database_away", "")
	}
	c.String(http.StatusOK, "ok\n")
	return nil
}

// robots keeps search engines to the pages that are for everybody.
func (s *Server) robots(c *gin.Context) error {
	c.String(http.StatusOK, "User-agent: *\nDisallow: /track/\nDisallow: /gift/\nDisallow: /run/\nDisallow: /setup/\nDisallow: /ask/sent/\nDisallow: /desk\nDisallow: /maker\nDisallow: /api/\n")
	return nil
}
