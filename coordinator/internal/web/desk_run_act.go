package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// runRoutes are the coordinator's way to runs.
func (s *Server) runRoutes() []route {
	const who, run = fab.RoleCoordinator, deskRuns + ":id"
	all := []route{
		{post, "/desk/runs", who, s.runPlan},
		{get, run, who, s.deskRun},
		{post, run + "/order", who, s.runOrder},
		{post, run + "/add", who, s.runAdd},
		{post, run + "/close", who, s.runClose},
		{post, run + "/link", who, s.runLink},
		{post, run + "/stops/:n/up", who, s.runMove(true)},
		{post, run + "/stops/:n/down", who, s.runMove(false)},
		{post, run + "/stops/:n/off", who, s.runOff},
		{post, run + "/stops/:n/at", who, s.runPlace},
		{get, "/desk/proofs/:stop/:id", who, s.proof},
		{post, "/desk/marks/:key/trust", who, s.markSettle(true)},
		{post, "/desk/marks/:key/leave", who, s.markSettle(false)},
		{post, "/desk/hub", who, s.hubSave},
	}
	return append(all, s.stopRoutes(run, who, s.deskSide())...)
}

// runPlan makes a run of what was chosen.
func (s *Server) runPlan(c *gin.Context) error {
	n := delivery.NewRun{
		Driver: c.PostForm(ui.FieldDriver), Phone: c.PostForm(ui.FieldPhone), Day: c.PostForm(ui.FieldDay), Leave: c.PostForm(ui.FieldLeave), Vehicle: c.PostForm(ui.FieldVehicle),
	}
	err := s.runStops(c, &n.NewStops)
	if typed := strings.TrimSpace(c.PostForm(ui.FieldBoxes)); err == nil && typed != "" {
		if n.Capacity, err = strconv.ParseInt(typed, 10, 64); err != nil {
			err = fab.Refuse(fab.Invalid, "not_a_number", ui.FieldBoxes)
		}
	}
	if err != nil {
		return s.deliveriesAgain(c, err, "run", "")
	}
	planned, err := s.Delivery.Plan(c.Request.Context(), n)
	if err != nil {
		return s.deliveriesAgain(c, err, "run", "")
	}
	s.flash(c, ui.FlashDone, runPlanned, "run", planned.Run.Code, "url", s.site(c)+"/run/"+planned.Token)
	return to(c, "/desk/deliveries#runs")
}

// runStops finds the places behind what was chosen: a run loads the boxes that were chosen, and passes by a maker for all of
// his or her bags.
func (s *Server) runStops(c *gin.Context, n *delivery.NewStops) error {
	for _, id := range c.PostFormArray(ui.FieldGift) {
		n.Gifts = append(n.Gifts, fab.DonationID(id))
	}
	for _, id := range c.PostFormArray(ui.FieldFetch) {
		n.Fetches = append(n.Fetches, fab.FetchID(id))
	}
	for field, values := range c.Request.PostForm {
		if spool, ok := strings.CutPrefix(field, ui.FieldDrop); ok && values[0] != "" {
			n.Drops = append(n.Drops, delivery.Drop{Spool: fab.SpoolID(spool), Maker: fab.MakerID(values[0])})
		}
	}
	slices.SortFunc(n.Drops, func(a, b delivery.Drop) int { return strings.Compare(string(a.Spool), string(b.Spool)) })
	return s.boxesAndBags(c.Request.Context(), c.PostFormArray(ui.FieldBox), c.PostFormArray(ui.FieldLot), n)
}

func (s *Server) boxesAndBags(ctx context.Context, boxes, lots []string, n *delivery.NewStops) error {
	return s.Store.View(ctx, func(tx *store.Tx) error {
		for _, id := range boxes {
			b, err := tx.Box(fab.BoxID(id))
			if err != nil {
				return err
			}
			n.Boxes = append(n.Boxes, b.ID)
			if !slices.Contains(n.Requests, b.RequestID) {
				n.Requests = append(n.Requests, b.RequestID)
			}
		}
		for _, code := range lots {
			l, err := tx.LotByCode(code)
			if err != nil {
				return err
			}
			if !slices.Contains(n.Makers, l.MakerID) {
				n.Makers = append(n.Makers, l.MakerID)
			}
		}
		return nil
	})
}

func runOf(c *gin.Context) fab.RunID { return fab.RunID(c.Param("id")) }

// runDone says what was done to a run, or why not.
func (s *Server) runDone(c *gin.Context, err error, done, at string) error {
	back := deskRuns + c.Param("id") + at
	if err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, done)
	return to(c, back)
}

func (s *Server) runOrder(c *gin.Context) error {
	return s.runDone(c, s.Delivery.Propose(c.Request.Context(), runOf(c)), "done.run_ordered", "#stops")
}

func (s *Server) runMove(up bool) func(*gin.Context) error {
	return func(c *gin.Context) error {
		n, err := stopNo(c)
		if err != nil {
			return err
		}
		return s.runDone(c, s.Delivery.Move(c.Request.Context(), runOf(c), n, up), "done.stop_moved", "#stop-"+c.Param("n"))
	}
}

// runPlace notes where a stop is. The order stays until somebody asks for another.
func (s *Server) runPlace(c *gin.Context) error {
	n, err := stopNo(c)
	if err != nil {
		return err
	}
	if err := s.Delivery.Locate(c.Request.Context(), runOf(c), n, c.PostForm(ui.FieldAt)); err != nil {
		return s.deskRunAgain(c, err, "at-"+c.Param("n"))
	}
	return s.runDone(c, nil, "done.stop_placed", "#stop-"+c.Param("n"))
}

func (s *Server) runOff(c *gin.Context) error {
	n, err := stopNo(c)
	if err != nil {
		return err
	}
	return s.runDone(c, s.Delivery.TakeOff(c.Request.Context(), runOf(c), n), "done.stop_off", "#stops")
}

func (s *Server) runAdd(c *gin.Context) error {
	var n delivery.NewStops
	err := s.runStops(c, &n)
	if err == nil {
		err = s.Delivery.Add(c.Request.Context(), runOf(c), n)
	}
	if err != nil {
		return s.deskRunAgain(c, err, "add")
	}
	return s.runDone(c, nil, "done.stops_added", "#stops")
}

func (s *Server) runClose(c *gin.Context) error {
	if c.PostForm(ui.FieldConfirm) != "yes" {
		return s.deskRunAgain(c, fab.Refuse(fab.Invalid, "close_unsure", ui.FieldConfirm), "close")
	}
	return s.runDone(c, s.Delivery.Close(c.Request.Context(), runOf(c), me(c).ID), "done.run_closed", "")
}

// runLink makes a new link for the driver. Links that were given before go on to work.
func (s *Server) runLink(c *gin.Context) error {
	token, err := s.Delivery.Link(c.Request.Context(), runOf(c))
	if err != nil {
		return s.sayNo(c, err, deskRuns+c.Param("id"))
	}
	s.flash(c, ui.FlashDone, "done.run_link", "url", s.site(c)+"/run/"+token)
	return to(c, deskRuns+c.Param("id"))
}

func (s *Server) deskRunAgain(c *gin.Context, err error, open string) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.deskRunPage(c)
		for i, e := range f.Errors {
			f.Errors[i] = s.localRefusal(e)
		}
		page.Form, page.Open = f, open
		return page, err
	})
}

// proof gives a picture that shows a delivery.
func (s *Server) proof(c *gin.Context) error {
	var hash string
	err := s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		all, err := tx.Proofs(fab.StopID(c.Param("stop")))
		for _, p := range all {
			if string(p.ID) == c.Param("id") {
				hash = p.Blob
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if hash == "" {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	blob, err := s.Store.Blob(c.Request.Context(), hash)
	if err != nil {
		return err
	}
	return s.stream(c, blob)
}

// markSettle ends a contradiction between a report and the books.
func (s *Server) markSettle(trust bool) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if err := s.Delivery.Settle(c.Request.Context(), c.Param("key"), trust, me(c).ID); err != nil {
			return s.sayNo(c, err, "/desk/deliveries")
		}
		done := "done.mark_left"
		if trust {
			done = "done.mark_trusted"
		}
		s.flash(c, ui.FlashDone, done)
		return to(c, "/desk/deliveries")
	}
}

// hubSave notes where runs begin.
func (s *Server) hubSave(c *gin.Context) error {
	err := s.Delivery.SetHub(c.Request.Context(), fab.Spot{Town: c.PostForm(ui.FieldTown), Postcode: c.PostForm(ui.FieldPostcode)}, c.PostForm(ui.FieldAt))
	if err != nil {
		return s.deliveriesAgain(c, err, "hub", "")
	}
	s.flash(c, ui.FlashDone, "done.hub_saved")
	return to(c, "/desk/deliveries#runs")
}
