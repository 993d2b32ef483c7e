package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// run is the driver's list of stops.
func (s *Server) run(c *gin.Context) error {
	v, err := s.Delivery.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	page := ui.Run{
		Frame: s.frame(c), Token: c.Param("token"), Code: v.Run.Code, Driver: v.Run.Driver, Vehicle: v.Run.Vehicle, Day: s.localDay(v.Run.Day),
		Leave: s.leaves(v.Run), Status: v.Run.Status,
	}
	for i, stop := range v.Stops {
		page.Stops = append(page.Stops, s.runStop(stop, i))
	}
	if page.Next() != nil {
		page.Back, page.Home = s.local(v.Back), way(v.Home)
	}
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		page.Loads, err = s.runLoads(tx, v)
		return err
	})
	if err != nil {
		return err
	}
	s.setCookie(c, cookieRun, c.Param("token"), heldFor)
	return s.show(c, page)
}

// leaves is when a run leaves the hub.
func (s *Server) leaves(r fab.Run) time.Time {
	return s.localDay(r.Day).Add(time.Duration(r.LeaveMin) * time.Minute)
}

// runStop is the stop that is at place i of the order.
func (s *Server) runStop(v delivery.StopView, i int) ui.RunStop {
	shown := v.Shown()
	return ui.RunStop{
		N: int64(i + 1), No: v.Stop.No, Kind: v.Stop.Kind, Gift: v.Stop.DonationID != "", Status: v.Stop.Status, Why: v.Stop.Why, DoneAt: s.local(v.Stop.DoneAt),
		At: s.local(v.At), Way: way(v.Leg), Sure: v.Sure, From: s.local(v.Open.From), To: s.local(v.Open.To), Wait: v.Wait, Late: v.Late, Shut: v.Shut,
		Place: shown.Name, Town: shown.Town,
	}
}

func way(l delivery.Leg) ui.Way { return ui.Way{Km: l.Km, Drive: l.Drive} }

// runLoads is what goes into the vehicle: what comes out last goes in first.
func (s *Server) runLoads(tx *store.Tx, v delivery.RunView) (loads []ui.RunLoad, err error) {
	for i, stop := range v.Stops {
		l := ui.RunLoad{N: int64(i + 1), Place: stop.Spot.Name}
		for _, b := range stop.Boxes {
			if b.Status == fab.BoxLoaded {
				l.Codes = append(l.Codes, b.Code)
			}
		}
		if stop.Stop.Status == fab.StopOpen {
			for _, g := range stop.Goods {
				spool, err := tx.Spool(fab.SpoolID(g.Source))
				if err != nil {
					return nil, err
				}
				l.Codes = append(l.Codes, spool.Code)
			}
		}
		if len(l.Codes) > 0 {
			loads = append(loads, l)
		}
	}
	slices.Reverse(loads)
	return loads, nil
}

// stopNo is the number of the stop in the address.
func stopNo(c *gin.Context) (int64, error) {
	n, err := strconv.ParseInt(c.Param("n"), 10, 64)
	if err != nil || n < 1 {
		return 0, fab.Refuse(fab.NotFound, "not_found", "", "what", "stop")
	}
	return n, nil
}

// runWorker is the script that keeps the pages of a run on its driver's telephone.
func (s *Server) runWorker(c *gin.Context) error {
	if _, err := s.Delivery.Follow(c.Request.Context(), c.Param("token")); err != nil {
		return err
	}
	script, ok := s.UI.Assets().Named("worker.js")
	if !ok {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	c.Header("Service-Worker-Allowed", "/run/"+c.Param("token"))
	c.Data(200, "text/javascript; charset=utf-8", script)
	return nil
}
