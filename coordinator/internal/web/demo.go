package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// demoStory is the first screen of the demo.
func (s *Server) demoStory(c *gin.Context) error {
	frame := s.frame(c)
	frame.Live = "/live?on=" + topicStory
	frame.Demo.Role = ui.DemoStory
	page, err := s.Demo.Story(c.Request.Context(), frame)
	if err != nil {
		return err
	}
	err = s.read(c, func(r *reader) (err error) {
		page.Tiles, err = r.tiles(deskPrinters, func(fab.Worker) bool { return true })
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(page.Tiles, func(a, b ui.Tile) int { return cmp.Compare(a.Name, b.Name) })
	return s.show(c, page)
}

// demoRole signs the browser in as somebody of the story.
func (s *Server) demoRole(c *gin.Context) error {
	role := c.PostForm(ui.FieldRole)
	if !slices.Contains(ui.DemoBar{}.Roles(), role) {
		return fab.Refuse(fab.Invalid, "role_unknown", ui.FieldRole)
	}
	id, page, err := s.Demo.Enter(c.Request.Context(), role)
	if err != nil {
		return err
	}
	s.setCookie(c, cookieRole, role, 24*time.Hour)
	if id == "" {
		if role == ui.DemoDriver && page == "/demo" {
			s.flash(c, ui.FlashWarn, "demo.no_run")
		}
		s.setCookie(c, cookieSession, "", 0)
		return to(c, page)
	}
	session, err := s.Identity.OpenSession(c.Request.Context(), id)
	if err != nil {
		return err
	}
	s.setCookie(c, cookieSession, session, sessionAge)
	return to(c, page)
}

// demoMine hands the story to the visitor.
func (s *Server) demoMine(c *gin.Context) error { return s.demoTake(c, true) }

// demoAuto lets the actors play on.
func (s *Server) demoAuto(c *gin.Context) error { return s.demoTake(c, false) }

func (s *Server) demoTake(c *gin.Context, mine bool) error {
	if err := s.Demo.Take(c.Request.Context(), mine); err != nil {
		return err
	}
	return to(c, cameFrom(c))
}
