package web

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// printerAct is a button on a tile. The desk may press those of every printer, a maker those of his or her own.
type printerAct struct {
	do   func(*Server, *gin.Context, fab.Worker) error
	done string
}

// printerActs are the buttons, by the last word of their address.
func printerActs() map[string]printerAct {
	return map[string]printerAct{
		"pause":  {(*Server).printerPause, "done.printer_pause"},
		"resume": {(*Server).printerResume, "done.printer_resume"},
		"cancel": {order("cancel"), "done.printer_cancel"},
		"stop":   {order("stop-now"), "done.printer_stop"},
		"clear":  {(*Server).printerClear, "done.printer_clear"},
		"count":  {(*Server).printerClear, "done.printer_clear"},
		"spool":  {(*Server).printerSpool, "done.printer_spool"},

		"release": {(*Server).printerRelease, "done.printer_release"},
		"trial":   {(*Server).printerTrial, "done.printer_trial"},
	}
}

func order(kind string) func(*Server, *gin.Context, fab.Worker) error {
	return func(s *Server, c *gin.Context, w fab.Worker) error {
		return s.Production.Order(c.Request.Context(), w.ID, kind)
	}
}

// printer answers a button on a tile of the page back, which again shows once more when a count was wrong.
func (s *Server) printer(what, back string, mine func(*gin.Context, fab.Worker) bool, page func(*gin.Context, ui.Form) (ui.Page, error)) func(*gin.Context) error {
	act := printerActs()[what]
	return func(c *gin.Context) error {
		var w fab.Worker
		err := s.Store.View(c.Request.Context(), func(tx *store.Tx) (err error) {
			w, err = tx.Worker(fab.WorkerID(c.Param("id")))
			return err
		})
		switch {
		case err != nil:
			return err
		case w.Kind != fab.WorkerPrinter:
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "printer")
		case !mine(c, w):
			return fab.Refuse(fab.Forbidden, "not_yours", "")
		}
		if err := act.do(s, c, w); err != nil {
			return s.again(c, err, func(f ui.Form) (ui.Page, error) { return page(c, at(f, string(w.ID))) })
		}
		s.flash(c, ui.FlashDone, act.done, "printer", w.Name)
		return to(c, back+"#"+ui.TileID(string(w.ID)))
	}
}

// deskPrinter is a button on the tile of any printer.
func (s *Server) deskPrinter(what string) func(*gin.Context) error {
	all := func(*gin.Context, fab.Worker) bool { return true }
	return s.printer(what, deskPrinters, all, func(c *gin.Context, f ui.Form) (ui.Page, error) {
		page, err := s.wallPage(c)
		page.Form = f
		return page, err
	})
}

// at points the refusals of a small form to its fields, of which there are several of one name on a page.
func at(f ui.Form, id string) ui.Form {
	for i, e := range f.Errors {
		if e.Field != "" {
			there := *e
			there.Field += "-" + id
			f.Errors[i] = &there
		}
	}
	return f
}

// printerPause pauses a print; without one it lets the printer rest.
func (s *Server) printerPause(c *gin.Context, w fab.Worker) error {
	if w.AttemptID == "" {
		return s.Production.Rest(c.Request.Context(), w.ID, true)
	}
	return s.Production.Order(c.Request.Context(), w.ID, "pause")
}

// printerResume resumes a print, or ends a rest.
func (s *Server) printerResume(c *gin.Context, w fab.Worker) error {
	if w.AttemptID == "" {
		return s.Production.Rest(c.Request.Context(), w.ID, false)
	}
	return s.Production.Order(c.Request.Context(), w.ID, "resume")
}

// printerClear says that the plate is empty; when a print ended well, also how many pieces came off it.
func (s *Server) printerClear(c *gin.Context, w fab.Worker) error {
	var on fab.Attempt
	err := s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		live, err := tx.LiveAttempts()
		on = attemptOn(w, live)
		return err
	})
	if err != nil {
		return err
	}
	if on.Status != fab.AttemptToCount {
		return s.Production.ClearPlate(c.Request.Context(), w.ID)
	}
	_, err = s.unload(c, on.ID)
	return err
}

// unload counts what came off a bed or out of somebody's hands. Who is in a hurry need not say what is wrong with the bad
// ones.
func (s *Server) unload(c *gin.Context, id fab.AttemptID) (lot fab.Lot, err error) {
	u := production.Unloading{Attempt: id}
	pictures, err := s.readPictures(c)
	if err != nil {
		return lot, err
	}
	u.Photo = pictures[ui.FieldPhoto]
	if u.Good, u.Bad, err = counts(c); err != nil {
		return lot, err
	}
	u.Why = c.PostForm(ui.FieldWhy)
	return s.Production.Unload(c.Request.Context(), u)
}

// printerRelease gives a held printer work again, on somebody's word.
func (s *Server) printerRelease(c *gin.Context, w fab.Worker) error {
	return s.Production.Release(c.Request.Context(), w.ID, c.PostForm(ui.FieldWord))
}

// printerTrial lets a held printer show that it is well.
func (s *Server) printerTrial(c *gin.Context, w fab.Worker) error {
	return s.Production.TryOut(c.Request.Context(), w.ID)
}

// printerSpool notes which reel is on the printer.
func (s *Server) printerSpool(c *gin.Context, w fab.Worker) error {
	spool := c.PostForm(ui.FieldSpool)
	switch spool {
	case "":
		return fab.Refuse(fab.Invalid, "spool_missing", ui.FieldSpool)
	case ui.SpoolNone:
		spool = ""
	}
	err := s.Production.Load(c.Request.Context(), w.ID, fab.SpoolID(spool))
	if fab.ClassOf(err) == fab.NotFound {
		return fab.Refuse(fab.Invalid, "spool_missing", ui.FieldSpool)
	}
	return err
}

// counts reads the two numbers of pieces that every count has.
func counts(c *gin.Context) (good, bad int64, err error) {
	var errs fab.Errors
	read := func(field string) int64 {
		typed := strings.Join(strings.Fields(c.PostForm(field)), "")
		if typed == "" && field == ui.FieldBad {
			return 0
		}
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", field))
		}
		return n
	}
	good, bad = read(ui.FieldGood), read(ui.FieldBad)
	return good, bad, errs.Or()
}

// typedCount reads a number as somebody typed it, and gives empty when nobody typed one. What is no number is added to errs.
func typedCount(typed, field string, empty int64, errs *fab.Errors) int64 {
	if strings.TrimSpace(typed) == "" {
		return empty
	}
	n, ok := fab.WholeNumber(typed)
	if !ok {
		*errs = append(*errs, fab.Refuse(fab.Invalid, "not_a_number", field))
	}
	return n
}
