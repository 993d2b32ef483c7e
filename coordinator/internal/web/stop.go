package web

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// stop is one stop of a run.
func (s *Server) stop(c *gin.Context) error {
	page, err := s.stopPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// stopPage fills the page of the stop that the address names.
func (s *Server) stopPage(c *gin.Context) (page ui.StopPage, err error) {
	n, err := seq(c)
	if err != nil {
		return page, err
	}
	run, err := s.Delivery.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		return page, err
	}
	i := slices.IndexFunc(run.Stops, func(v delivery.StopView) bool { return v.Stop.Seq == n })
	if i < 0 {
		return page, fab.Refuse(fab.NotFound, "not_found", "", "what", "stop")
	}
	v := run.Stops[i]
	page = ui.StopPage{Frame: s.frame(c), RunStop: s.runStop(v), Token: c.Param("token"), Of: int64(len(run.Stops)), Form: form(c)}
	if i+1 < len(run.Stops) {
		after := s.runStop(run.Stops[i+1])
		page.After = &after
	}
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		if v.Stop.Kind == fab.StopDeliver {
			return stopOfFacility(tx, v, &page)
		}
		return stopOfMaker(tx, v, &page)
	})
	return page, err
}

func stopOfFacility(tx *store.Tx, v delivery.StopView, page *ui.StopPage) error {
	page.Address, page.Access, page.Mobile = v.Facility.Address, v.Facility.Access, v.Facility.Phone
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
	page.Mobile = v.Host.Phone
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
