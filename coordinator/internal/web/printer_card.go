package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// card reports whether a printer has no agent, so that its maker prints from an SD card.
func card(w fab.Worker) bool { return w.Kind == fab.WorkerPrinter && !w.Streamed() }

// cardWork fills what a printer without an agent is asked to print, what it has, and why there is neither.
func (r *reader) cardWork(w fab.Worker, page *ui.Printer) error {
	if page.Card = card(w) && !w.Retired(); !page.Card {
		return nil
	}
	live, err := r.inHand()
	if err != nil {
		return err
	}
	if page.Idle = r.idle(w.ID); w.Paused {
		page.Idle = fab.Because("idle_paused")
	}
	return r.handWork(w, live, page.Side(), &page.Offers, &page.Work)
}

// cardTile says how far the work of a printer without an agent is: what its maker said, since nobody else does.
func (r *reader) cardTile(t *ui.Tile, w fab.Worker, a fab.Attempt) {
	t.Card = true
	switch a.Status {
	case fab.AttemptOffered:
		t.State, t.Again = ui.StateOffered, r.local(a.LeaseUntil)
	case fab.AttemptLeased:
		t.State, t.Ends = ui.StateAtWork, r.local(a.HandInDay(r.Lab.Zone))
	default:
		t.State = tileState(w, a, fab.Agent{})
		r.tileProgress(t, w, a, Telemetry{})
	}
}

// workOf reads the attempt that an address below the desk names: one that no agent prints.
func (s *Server) workOf(c *gin.Context) (a fab.Attempt, w fab.Worker, err error) {
	err = s.read(c, func(r *reader) error {
		if a, err = r.tx.Attempt(fab.AttemptID(c.Param("id"))); err != nil {
			return err
		}
		if w = r.worker(a.WorkerID); w.Streamed() {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "work")
		}
		return nil
	})
	return a, w, err
}

// cardForm is a form about work of a printer without an agent, on its page at the desk: what was said on the phone.
func (s *Server) cardForm(act func(*Server, *gin.Context, fab.Attempt) error, done string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		a, w, err := s.workOf(c)
		if err != nil {
			return err
		}
		if err := act(s, c, a); err != nil {
			return s.again(c, err, func(f ui.Form) (ui.Page, error) {
				page, err := s.pageOf(c, deskPrinters, w)
				page.Form, page.Open = at(f, string(a.ID)), string(a.ID)
				return page, err
			})
		}
		s.flash(c, ui.FlashDone, done, "printer", w.Name)
		return to(c, deskPrinters+"/"+string(w.ID))
	}
}

func (s *Server) cardAccept(c *gin.Context, a fab.Attempt) error {
	day, refused := s.readDay(c, ui.FieldHandIn)
	if refused != nil {
		return refused
	}
	if !day.IsZero() {
		day = day.AddDate(0, 0, 1) // the end of that day
	}
	return s.Production.AcceptUntil(c.Request.Context(), a.ID, "", day)
}

func (s *Server) cardDecline(c *gin.Context, a fab.Attempt) error {
	return s.Production.Decline(c.Request.Context(), a.ID, "")
}

func (s *Server) cardHandIn(c *gin.Context, a fab.Attempt) error {
	_, err := s.unload(c, a.ID)
	return err
}

func (s *Server) cardBack(c *gin.Context, a fab.Attempt) error {
	_, err := s.giveBack(c, a.ID, "")
	return err
}

// cardFile is the file to put on an SD card.
func (s *Server) cardFile(c *gin.Context) error {
	a, _, err := s.workOf(c)
	if err != nil {
		return err
	}
	return s.fileOf(c, a)
}
