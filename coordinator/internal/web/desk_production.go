package web

import (
	"context"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// deskProduction shows what is being made, the most pressing first, or what was made lately.
func (s *Server) deskProduction(c *gin.Context) error {
	var page ui.Production
	err := s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		if page.Handouts, err = r.handoutsDue(); err != nil {
			return err
		}
		n, err := r.tx.CountBatches()
		if err != nil {
			return err
		}
		show := c.Query("show")
		page.Chips = chips("/desk/production", show, "open", n[fab.BatchOpen]+n[fab.BatchPaused], "done", n[fab.BatchDone]+n[fab.BatchCancelled])
		list, err := r.shownBatches(show)
		if err != nil {
			return err
		}
		for _, b := range list {
			w, err := r.work(b)
			if err != nil {
				return err
			}
			row, err := r.batch(w, false)
			if err != nil {
				return err
			}
			page.Batches = append(page.Batches, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// shownBatches are what is being made by its date, or what is over, newest first.
func (r *reader) shownBatches(show string) ([]fab.Batch, error) {
	if show == "done" {
		return r.tx.ClosedBatches(maxListed)
	}
	open, err := r.tx.Batches(fab.BatchOpen, fab.BatchPaused)
	slices.SortStableFunc(open, func(a, b fab.Batch) int { return a.DueAt.Compare(b.DueAt) })
	return open, err
}

// deskBatch is one batch: its parts, plates and lots.
func (s *Server) deskBatch(c *gin.Context) error {
	page, err := s.batchPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) batchPage(c *gin.Context) (page ui.BatchPage, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		b, err := r.tx.Batch(fab.BatchID(c.Param("id")))
		if err != nil {
			return err
		}
		w, err := r.work(b)
		if err != nil {
			return err
		}
		if page.Batch, err = r.batch(w, true); err != nil {
			return err
		}
		spools, err := r.tx.Spools()
		if err != nil {
			return err
		}
		page.Design = page.Goods.Name + ", " + w.design.Version
		page.Change = r.batchForm(b)
		page.Parts = r.partRows(w)
		if page.Works, err = r.worksOf(b); err != nil {
			return err
		}
		if page.Relays, err = r.relaysOf(b.ID); err != nil {
			return err
		}
		page.Lots, err = r.lotRows(w, byKey(spools, func(s fab.Spool) fab.SpoolID { return s.ID }))
		return err
	})
	return page, err
}

// batchAct is a button on the page of a batch.
func (s *Server) batchAct(act func(context.Context, fab.BatchID) error, done string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		back := "/desk/production/" + c.Param("id")
		if err := act(c.Request.Context(), fab.BatchID(c.Param("id"))); err != nil {
			return s.sayNo(c, err, back)
		}
		s.flash(c, ui.FlashDone, done)
		return to(c, back)
	}
}
