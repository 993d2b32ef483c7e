package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/partner"
	"github.com/mailleur/mailleur/ui"
)

// favourRows are what this lab makes for others, newest first.
func (r *reader) favourRows() (rows []ui.FavourRow, err error) {
	all, err := r.tx.Favours()
	if err != nil {
		return nil, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		b, err := r.tx.Batch(all[i].BatchID)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r.favourRow(all[i], b))
	}
	return rows, nil
}

func (r *reader) favourRow(f fab.Favour, b fab.Batch) ui.FavourRow {
	row := ui.FavourRow{ID: string(f.ID), Code: f.Code, Lab: f.Lab, Goods: r.goods(b.DesignID, b.Product, f.Quantity), Due: r.localDay(f.DueAt), State: ui.StateRunning, Trouble: f.Trouble}
	switch f.Status {
	case fab.FavourDone:
		row.State = ui.StateSentAll
	case fab.FavourClosed:
		row.State = ui.StateClosed
	case fab.FavourOpen:
	}
	return row
}

// favourLook shows what a link that another lab sent asks for, and takes it on once a number was given.
func (s *Server) favourLook(c *gin.Context) error {
	link, contact := c.PostForm(ui.FieldLink), c.PostForm(ui.FieldContact)
	n, ok := fab.WholeNumber(c.PostForm(ui.FieldQuantityOf))
	var err error
	switch {
	case c.PostForm(ui.FieldQuantityOf) == "" && c.PostForm(ui.FieldContact) == "":
	case !ok:
		err = fab.Refuse(fab.Invalid, "not_a_number", ui.FieldQuantityOf)
	case contact == "":
		err = fab.Refuse(fab.Invalid, "relay_contact", ui.FieldContact)
	default:
		var f fab.Favour
		if f, err = s.Partner.TakeOn(c.Request.Context(), link, n, contact); err == nil {
			s.flash(c, ui.FlashDone, "done.favour_begun")
			return to(c, "/desk/favours/"+string(f.ID))
		}
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.favourAsk(c, link, f) })
	}
	page, err := s.favourAsk(c, link, emptyForm())
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.partnersPage(c)
			page.Form = f
			return page, err
		})
	}
	page.Form.Values.Set(ui.FieldQuantityOf, itoa(page.Left))
	return s.show(c, page)
}

func (s *Server) favourAsk(c *gin.Context, link string, f ui.Form) (page ui.FavourAsk, err error) {
	paper, err := s.Partner.Look(c.Request.Context(), link)
	if err != nil {
		return page, err
	}
	page = ui.FavourAsk{Link: link, Lab: paper.Lab, Code: paper.Code, Note: paper.Note, Left: paper.Left, Form: f, Version: paper.Version,
		Goods: ui.Goods{Code: paper.Product, Name: inLang(paper.Names, lang(c), paper.Product), N: paper.Quantity}}
	page.Due, _ = s.dayOf(paper.Due)
	if paper.Kind != "" {
		page.Place = relayPlace(fab.Relay{Kind: paper.Kind, Town: paper.Town})
	}
	return page, s.read(c, func(r *reader) (err error) {
		page.Frame, err = s.deskFrame(c, r, ui.NavProduction)
		page.Live = "" // what is being typed stays
		return err
	})
}

// deskFavour is what this lab makes for another.
func (s *Server) deskFavour(c *gin.Context) error {
	v, err := s.Partner.ShowFavour(c.Request.Context(), fab.FavourID(c.Param("id")))
	if err != nil {
		return err
	}
	var page ui.FavourPage
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.FavourRow, page.Batch = r.favourRow(v.Favour, v.Batch), string(v.Batch.ID)
		page.Seen, page.GivenUp = r.local(v.Favour.SeenAt), v.Favour.GiveUp
		for _, ready := range v.Ready {
			page.Ready = append(page.Ready, ui.FavourLot{Ours: ready.Lot.Code, Part: r.part(v.Design.ID, ready.Lot.Part, ready.Quantity)})
		}
		for _, l := range v.Sent {
			lot, err := r.tx.Lot(l.LotID)
			if err != nil {
				return err
			}
			page.Sent = append(page.Sent, s.favourLot(r, v, l, lot))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) favourLot(r *reader, v partner.FavourView, l fab.FavourLot, lot fab.Lot) ui.FavourLot {
	row := ui.FavourLot{Ours: lot.Code, Theirs: l.Code, Part: r.part(v.Design.ID, l.Part, l.Quantity), State: ui.StateWaiting, Good: l.Counted, At: r.local(l.At)}
	switch {
	case !l.DoneAt.IsZero():
		row.State, row.At = ui.StateCounted, r.local(l.DoneAt)
	case !l.ToldAt.IsZero():
		row.State = ui.StateOnWay
	}
	return row
}

// favourSend lets everything that is ready leave.
func (s *Server) favourSend(c *gin.Context) error {
	back := "/desk/favours/" + c.Param("id")
	n, err := s.Partner.SendFavour(c.Request.Context(), fab.FavourID(c.Param("id")), me(c).ID)
	if err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, "done.favour_sent", "n", n)
	return to(c, back)
}

// favourGiveUp gives back what is not sent.
func (s *Server) favourGiveUp(c *gin.Context) error {
	back := "/desk/favours/" + c.Param("id")
	if err := s.Partner.GiveUpFavour(c.Request.Context(), fab.FavourID(c.Param("id"))); err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, "done.favour_given_up")
	return to(c, back)
}
