package web

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// How many boxes and runs that are over the page shows.
const maxOver = 20

// deskDeliveries leads from the bags that come in to the runs that go out.
func (s *Server) deskDeliveries(c *gin.Context) error {
	page, err := s.deliveriesPage(c)
	if err != nil {
		return err
	}
	if page.Flash != nil && page.Flash.Text.Code == runPlanned {
		for i := range page.Runs {
			if page.Runs[i].Code == page.Flash.Text.Args["run"] {
				page.Runs[i].URL, _ = page.Flash.Text.Args["url"].(string)
			}
		}
	}
	return s.show(c, page)
}

func (s *Server) deliveriesPage(c *gin.Context) (page ui.Deliveries, err error) {
	kits, balances, err := s.Supply.Kitting(c.Request.Context())
	if err != nil {
		return page, err
	}
	late, err := s.lateMarks(c)
	if err != nil {
		return page, err
	}
	hub, err := s.Delivery.Hub(c.Request.Context())
	if err != nil {
		return page, err
	}
	page.Late, page.Hub = late, ui.Hub{Town: hub.Town, Postcode: hub.Postcode, At: typedPoint(hub.LatE6, hub.LonE6)}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries); err != nil {
			return err
		}
		in, away, err := r.bags()
		if err != nil {
			return err
		}
		page.Bags, page.Away = slices.Concat(in, away), away
		if page.Balance, err = r.kitBalance(balances); err != nil {
			return err
		}
		if page.Kits, err = r.kitRows(kits); err != nil {
			return err
		}
		if page.Boxes, err = r.boxRows(); err != nil {
			return err
		}
		if page.More, err = r.runChoice(); err != nil {
			return err
		}
		page.Runs, err = r.runRows()
		return err
	})
	return page, err
}

func (r *reader) runRows() ([]ui.RunRow, error) {
	runs, err := r.tx.LatestRuns(maxOver)
	if err != nil {
		return nil, err
	}
	var rows []ui.RunRow
	for _, run := range runs {
		stops, err := r.tx.Stops(run.ID)
		if err != nil {
			return nil, err
		}
		row := ui.RunRow{ID: string(run.ID), Code: run.Code, Driver: run.Driver, Mobile: run.Phone, Day: r.localDay(run.Day), State: runState(run), Stops: int64(len(stops))}
		for _, s := range stops {
			if s.Status != fab.StopOpen {
				row.Done++
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func runState(r fab.Run) string {
	switch r.Status {
	case fab.RunOnWay:
		return ui.StateOnWay
	case fab.RunDone:
		return ui.StateDone
	}
	return ui.StatePlanned
}
