package web

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// stopSide is from where stops are reported: by their driver's link, or at the desk from a sheet of paper.
type stopSide struct {
	base  func(*gin.Context) string
	token func(*gin.Context) string // "" at the desk
	read  func(*gin.Context) (delivery.RunView, error)
}

func (s *Server) driverSide() stopSide {
	token := func(c *gin.Context) string { return c.Param("token") }
	return stopSide{
		base:  func(c *gin.Context) string { return "/run/" + token(c) },
		token: token,
		read: func(c *gin.Context) (delivery.RunView, error) {
			return s.Delivery.Follow(c.Request.Context(), token(c))
		},
	}
}

func (s *Server) deskSide() stopSide {
	return stopSide{
		base:  func(c *gin.Context) string { return deskRuns + c.Param("id") },
		token: func(*gin.Context) string { return "" },
		read: func(c *gin.Context) (delivery.RunView, error) {
			return s.Delivery.Show(c.Request.Context(), fab.RunID(c.Param("id")))
		},
	}
}

// stopRoutes are the pages and reports of one stop.
func (s *Server) stopRoutes(base, who string, side stopSide) []route {
	return []route{
		{get, base + "/stop/:n", who, s.stop(side)},
		{post, base + "/stop/:n/deliver", who, s.stopDeliver(side)},
		{post, base + "/stop/:n/partly", who, s.stopPartly(side)},
		{post, base + "/stop/:n/failed", who, s.stopFailed(side)},
		{post, base + "/stop/:n/collect", who, s.stopCollect(side)},
	}
}

// stop is one stop of a run.
func (s *Server) stop(side stopSide) func(*gin.Context) error {
	return func(c *gin.Context) error {
		page, err := s.stopPage(c, side)
		if err != nil {
			return err
		}
		page.Form = emptyForm()
		if page.Token == "" {
			page.Form.Values.Set(ui.FieldClock, s.local(s.now()).Format("15:04"))
		}
		return s.show(c, page)
	}
}

// stopPage fills the page of the stop that the address names.
func (s *Server) stopPage(c *gin.Context, side stopSide) (page ui.StopPage, err error) {
	n, err := stopNo(c)
	if err != nil {
		return page, err
	}
	run, err := side.read(c)
	if err != nil {
		return page, err
	}
	i := slices.IndexFunc(run.Stops, func(v delivery.StopView) bool { return v.Stop.No == n })
	if i < 0 {
		return page, fab.Refuse(fab.NotFound, "not_found", "", "what", "stop")
	}
	v := run.Stops[i]
	page = ui.StopPage{
		Frame: s.frame(c), RunStop: s.runStop(v, i), Base: side.base(c), Token: side.token(c), Code: run.Run.Code, Of: int64(len(run.Stops)), Form: form(c),
		Address: v.Spot.Address, Access: v.Spot.Access, About: about(v), Contact: v.Spot.Contact, Mobile: v.Spot.Phone, Said: v.Stop.Said, Proofs: s.proofs(v, side.token(c) == ""),
	}
	for _, p := range v.People {
		page.People = append(page.People, ui.PlacePerson{Name: p.Name, Duty: p.Role, Mobile: p.Phone})
	}
	if i+1 < len(run.Stops) {
		after := s.runStop(run.Stops[i+1], i+1)
		page.After = &after
	}
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error { return s.stopGoods(tx, v, &page) })
	return page, err
}

// about is a position for a map where no address leads: of a home only to a kilometre.
func about(v delivery.StopView) string {
	spot := v.Shown()
	if spot.Address != "" {
		return ""
	}
	return typedPoint(spot.LatE6, spot.LonE6)
}

// proofs words what shows a delivery; pictures are for the desk.
func (s *Server) proofs(v delivery.StopView, desk bool) (list []ui.Proof) {
	for _, p := range v.Proofs {
		shown := ui.Proof{Kind: p.Kind, Name: p.Name, Reservations: p.Reservations}
		if desk && p.Blob != "" {
			shown.URL = "/desk/proofs/" + string(p.StopID) + "/" + string(p.ID)
		}
		list = append(list, shown)
	}
	return list
}

// stopGoods says what is handed over, fetched or left at a stop.
func (s *Server) stopGoods(tx *store.Tx, v delivery.StopView, page *ui.StopPage) error {
	switch {
	case v.Stop.Kind == fab.StopDeliver:
		return stopOfFacility(tx, v, page)
	case page.Gift:
		m, err := tx.MaterialOf(v.Gift)
		page.Loads = []ui.Load{{Stuff: giftStuff(v.Gift, m, page.Lang, max(v.Gift.Rest(), v.Gift.Pledged-v.Gift.Received))}}
		return err
	}
	for _, g := range v.Goods {
		spool, err := tx.Spool(fab.SpoolID(g.Source))
		if err != nil {
			return err
		}
		page.Loads = append(page.Loads, ui.Load{Spool: spool.Code})
	}
	for _, spool := range v.Spools {
		page.Loads = append(page.Loads, ui.Load{Spool: spool.Code})
	}
	return stopOfMaker(tx, v, page)
}

func stopOfFacility(tx *store.Tx, v delivery.StopView, page *ui.StopPage) error {
	page.NoteNo = noteNumber(v.Note)
	for _, line := range v.Note.Lines {
		name, err := productName(tx, line.Product, page.Lang)
		if err != nil {
			return err
		}
		page.Loads = load(page.Loads, line, name)
	}
	page.Alert = slices.ContainsFunc(v.Boxes, func(b fab.Box) bool { return b.Recalled })
	return nil
}

// load adds a line of a delivery note to what is handed over: a box names a product once, with all of its lots.
func load(loads []ui.Load, line fab.NoteLine, name string) []ui.Load {
	i := slices.IndexFunc(loads, func(l ui.Load) bool { return l.Box == line.Box })
	if i < 0 {
		i = len(loads)
		loads = append(loads, ui.Load{Box: line.Box})
	}
	l := &loads[i]
	same := slices.IndexFunc(l.Goods, func(g ui.Goods) bool { return g.Code == line.Product })
	if same < 0 {
		same = len(l.Goods)
		l.Goods = append(l.Goods, ui.Goods{Code: line.Product, Name: name})
	}
	l.Goods[same].N += line.Quantity
	l.Lots = append(l.Lots, line.Lots...)
	slices.Sort(l.Lots)
	l.Lots = slices.Compact(l.Lots)
	return loads
}

func stopOfMaker(tx *store.Tx, v delivery.StopView, page *ui.StopPage) error {
	for _, lot := range v.Lots {
		name, err := partName(tx, lot.DesignID, lot.Part, page.Lang)
		if err != nil {
			return err
		}
		page.Loads = append(page.Loads, ui.Load{Goods: []ui.Goods{{Code: lot.Part, Name: name, N: lot.Declared}}, Lots: []string{lot.Code}})
	}
	return nil
}

// partName is the name of a part in the version it was made by.
func partName(tx *store.Tx, id fab.DesignVersionID, part, lang string) (string, error) {
	d, err := tx.Design(id)
	if err != nil {
		return "", err
	}
	p, _ := d.BOM.Part(part)
	return inLang(p.Names, lang, part), nil
}
