package web

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// mineOnly approves of the printers of whoever is signed in.
func mineOnly(c *gin.Context, w fab.Worker) bool { return w.MakerID == me(c).MakerID }

// makerForm shows the maker's page again with a refused form of a tile.
func (s *Server) makerForm(c *gin.Context, f ui.Form) (ui.Page, error) {
	page, err := s.makerPage(c)
	page.Form = f
	return page, err
}

// makerPrinter is a button on the tile of one's own printer.
func (s *Server) makerPrinter(what string) func(*gin.Context) error {
	return s.printer(what, "/maker", mineOnly, s.makerForm)
}

// offer answers an offer of hand work.
func (s *Server) offer(answer func(context.Context, fab.AttemptID, fab.MakerID) error, done string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if err := answer(c.Request.Context(), fab.AttemptID(c.Param("id")), me(c).MakerID); err != nil {
			return s.sayNo(c, err, "/maker")
		}
		s.flash(c, ui.FlashDone, done)
		return to(c, "/maker")
	}
}

// accept takes an offer, with the day on which it is handed in.
func (s *Server) accept(c *gin.Context) error {
	id := c.Param("id")
	day, refused := s.readDay(c, ui.FieldHandIn)
	var err error
	if refused != nil {
		err = refused
	} else {
		if !day.IsZero() {
			day = day.AddDate(0, 0, 1) // the end of that day
		}
		err = s.Production.AcceptUntil(c.Request.Context(), fab.AttemptID(id), me(c).MakerID, day)
	}
	if errs, ok := fab.RefusalsOf(err); ok && errs[0].Class == fab.Invalid {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.makerPage(c)
			page.Form, page.Open = at(f, id), id
			return page, err
		})
	}
	if err != nil {
		return s.sayNo(c, err, "/maker")
	}
	s.flash(c, ui.FlashDone, "done.offer_accepted")
	return to(c, "/maker")
}

// handIn counts what hands made.
func (s *Server) handIn(c *gin.Context) error {
	id := c.Param("id")
	a, err := s.ownAttempt(c)
	if err != nil {
		return err
	}
	lot, err := s.unload(c, a.ID)
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.makerPage(c)
			page.Form, page.Open = at(f, id), id
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.work_handed_in", "lot", lot.Code)
	return to(c, "/maker")
}

// ownAttempt reads the attempt that the address names, which must be one of whoever is signed in.
func (s *Server) ownAttempt(c *gin.Context) (a fab.Attempt, err error) {
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		if a, err = tx.Attempt(fab.AttemptID(c.Param("id"))); err != nil {
			return err
		}
		w, err := tx.Worker(a.WorkerID)
		if err == nil && !mineOnly(c, w) {
			return fab.Refuse(fab.Forbidden, "not_yours", "")
		}
		return err
	})
	return a, err
}

// workFile is what hands work from: the G-code to put on an SD card, or the pattern.
func (s *Server) workFile(c *gin.Context) error {
	a, err := s.ownAttempt(c)
	if err != nil {
		return err
	}
	return s.fileOf(c, a)
}

// fileOf sends what hands work from.
func (s *Server) fileOf(c *gin.Context, a fab.Attempt) error {
	var hash, name string
	err := s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		if a.PlateID != "" {
			plate, err := tx.Plate(a.PlateID)
			hash, name = plate.GCodeHash, a.Part+".gcode"
			return err
		}
		b, err := tx.Batch(a.BatchID)
		if err != nil {
			return err
		}
		d, err := tx.Design(b.DesignID)
		part, _ := d.BOM.Part(a.Part)
		hash, name = part.ModelHash, a.Part
		return err
	})
	if err != nil {
		return err
	}
	if hash == "" {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	return s.attachment(c, hash, name)
}

// attachment sends a blob to be kept as a file.
func (s *Server) attachment(c *gin.Context, hash, name string) error {
	blob, err := s.Store.Blob(c.Request.Context(), hash)
	if err != nil {
		return err
	}
	switch blob.Kind {
	case "image/svg+xml":
		name += ".svg"
	case "model/stl":
		name += ".stl"
	case "model/3mf":
		name += ".3mf"
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	return s.stream(c, blob)
}
