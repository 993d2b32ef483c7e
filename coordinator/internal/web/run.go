package web

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/ui"
)

// run is the driver's list of stops.
func (s *Server) run(c *gin.Context) error {
	v, err := s.Delivery.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	page := ui.Run{
		Frame: s.frame(c), Token: c.Param("token"), Code: v.Run.Code, Driver: v.Run.Driver, Day: s.localDay(v.Run.Day), Status: v.Run.Status,
	}
	for _, stop := range v.Stops {
		page.Stops = append(page.Stops, s.runStop(stop))
	}
	s.setCookie(c, cookieRun, c.Param("token"), heldFor)
	return s.show(c, page)
}

func (s *Server) runStop(v delivery.StopView) ui.RunStop {
	r := ui.RunStop{N: v.Stop.Seq, Kind: v.Stop.Kind, Status: v.Stop.Status, DoneAt: s.local(v.Stop.DoneAt), Place: v.Maker.Name, Town: v.Host.Around()}
	if v.Host.ID != v.Maker.ID {
		r.Place = v.Host.Name + " (" + v.Maker.Name + ")"
	}
	if v.Stop.Kind == fab.StopDeliver {
		r.Place, r.Town = v.Facility.Name, v.Facility.Town
	}
	return r
}

// seq is the number of the stop in the address.
func seq(c *gin.Context) (int64, error) {
	n, err := strconv.ParseInt(c.Param("n"), 10, 64)
	if err != nil || n < 1 {
		return 0, fab.Refuse(fab.NotFound, "not_found", "", "what", "stop")
	}
	return n, nil
}
