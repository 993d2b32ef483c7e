package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

const deskDevices = "/desk/devices"

// deviceRoutes are what the desk does with devices.
func (s *Server) deviceRoutes() []route {
	const who, one = fab.RoleCoordinator, deskDevices + "/:id"
	return []route{
		{get, deskDevices, who, s.deskDevices},
		{post, one + "/wipe", who, s.deviceWipe},
		{post, one + "/assign", who, s.deviceAssign},
		{post, one + "/scrap", who, s.deviceDrop(fab.DeviceScrapped, "done.device_scrapped")},
		{post, one + "/return", who, s.deviceDrop(fab.DeviceReturned, "done.device_returned")},
		{post, deskDevices + "/kinds/:kind/offer", who, s.deviceOffer(true, "done.device_offered")},
		{post, deskDevices + "/kinds/:kind/withdraw", who, s.deviceOffer(false, "done.device_withdrawn")},
	}
}

// deskDevices lists the devices at the hub and for whom they are.
func (s *Server) deskDevices(c *gin.Context) error {
	page, err := s.devicesPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) devicesPage(c *gin.Context) (page ui.Devices, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		page.Live = ""
		for _, kind := range fab.Devices {
			page.Kinds = append(page.Kinds, ui.DeviceKind{Code: kind, Offered: r.offers(kind)})
		}
		asking, err := r.asking()
		if err != nil {
			return err
		}
		page.Rows, err = r.deviceRows(asking)
		return err
	})
	return page, err
}

// offers reports whether people may ask for a product.
func (r *reader) offers(product string) bool {
	for _, d := range r.designs {
		if d.Product == product && d.Status == fab.DesignTrialled {
			return true
		}
	}
	return false
}

// asking are the open requests for each kind of device, as choices.
func (r *reader) asking() (map[string][]ui.Choice, error) {
	requests, err := r.tx.Requests(fab.RequestApproved)
	if err != nil {
		return nil, err
	}
	of := map[string][]ui.Choice{}
	for _, q := range requests {
		lines, err := r.tx.Progress(q.ID)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if !fab.IsDevice(l.Product) || l.InProduction <= 0 {
				continue
			}
			place, err := r.placeOf(q.ID)
			if err != nil {
				return nil, err
			}
			of[l.Product] = append(of[l.Product], ui.AskingChoice(r.lang, string(q.ID), place.Name, place.Town, l.InProduction))
		}
	}
	return of, nil
}

func (r *reader) deviceRows(asking map[string][]ui.Choice) ([]ui.DeviceRow, error) {
	here, err := r.tx.DevicesHere()
	if err != nil {
		return nil, err
	}
	var rows []ui.DeviceRow
	for _, v := range here {
		gift, err := r.tx.Donation(v.DonationID)
		if err != nil {
			return nil, err
		}
		row := ui.DeviceRow{ID: string(v.ID), Code: v.Code, Kind: v.Kind, Model: v.Model, Condition: v.Condition, Wiped: !v.WipedAt.IsZero(), Ref: gift.Ref, Seen: string(v.RequestID), Asking: asking[v.Kind], At: r.local(v.CreatedAt)}
		if v.RequestID != "" {
			q, err := r.tx.Request(v.RequestID)
			if err != nil {
				return nil, err
			}
			if q.Status == fab.RequestApproved {
				place, err := r.placeOf(q.ID)
				if err != nil {
					return nil, err
				}
				row.For = place.Name + ", " + place.Town
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// freeDevices counts the devices of a kind that are wiped and kept for nobody.
func (r *reader) freeDevices(kind string) (n int64, err error) {
	here, err := r.tx.DevicesHere()
	for _, v := range here {
		if v.Kind == kind && v.Ready() && v.RequestID == "" {
			n++
		}
	}
	return n, err
}

func (s *Server) deviceWipe(c *gin.Context) error {
	return s.deviceDone(c, s.Supply.Wipe(c.Request.Context(), fab.DeviceID(c.Param("id")), me(c).ID), "done.device_wiped")
}

func (s *Server) deviceAssign(c *gin.Context) error {
	err := s.Supply.Assign(c.Request.Context(), fab.DeviceID(c.Param("id")), fab.RequestID(c.PostForm(ui.FieldRequest)), fab.RequestID(c.PostForm(ui.FieldSeenOf)))
	return s.deviceDone(c, err, "done.device_assigned")
}

func (s *Server) deviceDrop(as fab.DeviceStatus, code string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		return s.deviceDone(c, s.Supply.DropDevice(c.Request.Context(), fab.DeviceID(c.Param("id")), as, c.PostForm(ui.FieldNote), me(c).ID), code)
	}
}

// deviceOffer lets the public ask for a kind of device, or no longer.
func (s *Server) deviceOffer(offered bool, code string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		kind := c.Param("kind")
		return s.deviceDone(c, s.Supply.Offer(c.Request.Context(), kind, offered, ui.DeviceNames(kind)), code)
	}
}

func (s *Server) deviceDone(c *gin.Context, err error, code string) error {
	if err == nil {
		s.flash(c, ui.FlashDone, code)
		return to(c, deskDevices)
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.devicesPage(c)
		page.Form, page.Open = at(f, c.Param("id")), c.Param("id")
		return page, err
	})
}
