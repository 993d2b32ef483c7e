package web

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

const handoutsPath = "/desk/handouts"

// deskHandouts lists the bags to fill for people who put things together, and what is to come back.
func (s *Server) deskHandouts(c *gin.Context) error {
	page, err := s.handoutsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) handoutsPage(c *gin.Context) (page ui.Handouts, err error) {
	page.Form = emptyForm()
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = "" // what is being typed stays
		waiting, err := production.ToHandOut(r.tx)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			row, err := r.handout(w.Attempt, w.Takes)
			if err != nil {
				return err
			}
			row.Short = r.reason(w.Short)
			page.Out = append(page.Out, row)
		}
		page.Back, err = r.handoutsBack()
		return err
	})
	return page, err
}

// handoutsBack is what was handed out for works that are over, and not used.
func (r *reader) handoutsBack() (list []ui.Handout, err error) {
	out, err := r.tx.HandoutsOut()
	for len(out) > 0 && err == nil {
		id := out[0].AttemptID
		n := slices.IndexFunc(out, func(h fab.Handout) bool { return h.AttemptID != id })
		if n < 0 {
			n = len(out)
		}
		mine := out[:n]
		out = out[n:]
		a, err := r.tx.Attempt(id)
		if err != nil {
			return nil, err
		}
		if a.Status == fab.AttemptLeased || a.Status == fab.AttemptLost {
			continue
		}
		row, err := r.handout(a, leftOf(mine))
		if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, err
}

// handoutsDue counts the bags that wait for somebody at the hub.
func (r *reader) handoutsDue() (n int64, err error) {
	waiting, err := production.ToHandOut(r.tx)
	if err != nil {
		return 0, err
	}
	for _, w := range waiting {
		if w.Short.Code == "" {
			n++
		}
	}
	back, err := r.handoutsBack()
	return n + int64(len(back)), err
}

// leftOf is what is still at the maker's.
func leftOf(handouts []fab.Handout) (list []fab.Balance) {
	for _, h := range handouts {
		if h.Left() > 0 {
			list = append(list, fab.Balance{Item: h.Item, Source: h.Source, Quantity: h.Left()})
		}
	}
	return list
}

func (r *reader) handout(a fab.Attempt, goods []fab.Balance) (row ui.Handout, err error) {
	b, err := r.tx.Batch(a.BatchID)
	if err != nil {
		return row, err
	}
	maker := r.makers[r.worker(a.WorkerID).MakerID]
	part, _ := r.designs[b.DesignID].BOM.Part(a.Part)
	row = ui.Handout{ID: string(a.ID), Maker: maker.Name, Town: maker.Town, Mobile: maker.Phone, Part: r.part(b.DesignID, a.Part, a.Copies), Step: stepOf(part)}
	row.Takes, err = r.handoutTakes(goods)
	return row, err
}

// handoutTakes words goods, each item once, with the bags that they come from.
func (r *reader) handoutTakes(goods []fab.Balance) (list []ui.HandoutTake, err error) {
	for _, at := range goods {
		field := itemField(at.Item)
		i := slices.IndexFunc(list, func(t ui.HandoutTake) bool { return t.Field == field })
		if i < 0 {
			stuff, err := r.stuffOf(at.Item)
			if err != nil {
				return nil, err
			}
			i, list = len(list), append(list, ui.HandoutTake{Field: field, Stuff: stuff})
		}
		list[i].Stuff.N += at.Quantity
		if lot, err := r.tx.Lot(fab.LotID(at.Source)); err == nil {
			list[i].From = strings.TrimPrefix(list[i].From+", "+lot.Code, ", ")
		} else if fab.ClassOf(err) != fab.NotFound {
			return nil, err
		}
	}
	return list, nil
}

// itemField is an item as a part of a field's name.
func itemField(item fab.Item) string { return strings.ReplaceAll(string(item), ":", "-") }

// handOutNow notes that a bag was handed over.
func (s *Server) handOutNow(c *gin.Context) error {
	if err := s.Production.HandOut(c.Request.Context(), fab.AttemptID(c.Param("id")), me(c).ID); err != nil {
		return s.sayNo(c, err, handoutsPath)
	}
	s.flash(c, ui.FlashDone, "done.handed_out")
	return to(c, handoutsPath)
}

// handoutBack counts what came back.
func (s *Server) handoutBack(c *gin.Context) error {
	id := c.Param("id")
	came, err := s.readBack(c)
	if err == nil {
		err = s.Production.TakeBack(c.Request.Context(), fab.AttemptID(id), came, me(c).ID)
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.handoutsPage(c)
			page.Form, page.Open = at(f, id), id
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.handout_back")
	return to(c, handoutsPath)
}

// readBack reads the numbers of the form, for the items that are out.
func (s *Server) readBack(c *gin.Context) (came []production.Returned, err error) {
	var errs fab.Errors
	err = s.read(c, func(r *reader) error {
		out, err := r.tx.Handouts(fab.AttemptID(c.Param("id")))
		for _, h := range out {
			field := ui.FieldBackOf + itemField(h.Item)
			if h.Left() == 0 || slices.ContainsFunc(came, func(one production.Returned) bool { return one.Item == h.Item }) {
				continue
			}
			n, ok := fab.WholeNumber(c.PostForm(field))
			if !ok {
				errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", field))
			}
			came = append(came, production.Returned{Item: h.Item, Quantity: n})
		}
		return err
	})
	if err == nil {
		err = errs.Or()
	}
	return came, err
}

// batchWorks says which steps of a batch people do.
func (s *Server) batchWorks(c *gin.Context) error {
	back := "/desk/production/" + c.Param("id")
	if err := s.Production.SetWorks(c.Request.Context(), fab.BatchID(c.Param("id")), c.PostFormArray(ui.FieldWorks)); err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, "done.batch_works")
	return to(c, back)
}

// worksOf are the steps of a batch about which may be decided; none once it is over.
func (r *reader) worksOf(b fab.Batch) (list []ui.BatchWork, err error) {
	if b.TrialID != "" || b.Status != fab.BatchOpen && b.Status != fab.BatchPaused {
		return nil, nil
	}
	supplied, err := r.tx.Supplied()
	for _, w := range r.designs[b.DesignID].BOM.Without(supplied[b.ID]).Works {
		list = append(list, ui.BatchWork{Code: w.Code, Name: r.part(b.DesignID, w.Code, 0).Name, People: slices.Contains(b.Works, w.Code)})
	}
	return list, err
}

// takesFor is what a maker gets for a work: what was handed out, or else what will be; given tells which.
func (r *reader) takesFor(a fab.Attempt, part fab.Part) (takes []ui.Stuff, given bool, err error) {
	if len(part.Of) == 0 {
		return nil, false, nil
	}
	handed, err := r.tx.Handouts(a.ID)
	if err != nil {
		return nil, false, err
	}
	var all []fab.Balance
	for _, h := range handed {
		all = append(all, fab.Balance{Item: h.Item, Source: h.Source, Quantity: h.Quantity})
	}
	if len(handed) == 0 {
		for _, i := range part.Of {
			all = append(all, fab.Balance{Item: i.Item, Quantity: i.Per * a.Copies})
		}
	}
	list, err := r.handoutTakes(all)
	for _, one := range list {
		takes = append(takes, one.Stuff)
	}
	return takes, len(handed) > 0, err
}
