package web

import (
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// moreDays is how much later than today the form proposes.
const moreDays = 7

// deskCalls lists whom to ask about hand work that did not come in time.
func (s *Server) deskCalls(c *gin.Context) error {
	page, err := s.callsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) callsPage(c *gin.Context) (page ui.Calls, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavPeople); err != nil {
			return err
		}
		overdue, soon, err := r.callsToMake()
		if err != nil {
			return err
		}
		for _, a := range overdue {
			call, err := r.call(a)
			if err != nil {
				return err
			}
			page.Calls = append(page.Calls, call)
		}
		for _, a := range soon {
			call, err := r.call(a)
			if err != nil {
				return err
			}
			page.Reminders = append(page.Reminders, call)
		}
		if page.Relays, err = r.overdueRelays(); err != nil {
			return err
		}
		page.Bags, err = r.awaited()
		return err
	})
	page.Form = emptyForm()
	return page, err
}

// callsToMake reads the hand work that a call is due for, oldest first: because its day is over, or because it is near.
func (r *reader) callsToMake() (overdue, soon []fab.Attempt, err error) {
	all, err := r.tx.HandAttempts()
	for _, a := range all {
		if a.Overdue(r.tx.Now()) {
			overdue = append(overdue, a)
		} else if a.ToRemind(r.tx.Now(), r.Lab.Zone) {
			soon = append(soon, a)
		}
	}
	return overdue, soon, err
}

// callReminded notes that a maker was reminded.
func (s *Server) callReminded(c *gin.Context) error {
	if err := s.Production.Reminded(c.Request.Context(), fab.AttemptID(c.Param("id"))); err != nil {
		return s.sayNo(c, err, "/desk/calls")
	}
	s.flash(c, ui.FlashDone, "done.call_reminded")
	return to(c, "/desk/calls")
}

func (r *reader) call(a fab.Attempt) (ui.Call, error) {
	b, err := r.tx.Batch(a.BatchID)
	if err != nil {
		return ui.Call{}, err
	}
	w, err := r.tx.Worker(a.WorkerID)
	part, _ := r.designs[b.DesignID].BOM.Part(a.Part)
	maker := r.makers[w.MakerID]
	return ui.Call{
		ID: string(a.ID), Maker: maker.Name, Mobile: maker.Phone, Part: r.part(b.DesignID, a.Part, a.Copies), Step: stepOf(part), Taken: r.local(a.StartedAt),
		Due:     r.local(a.LeaseUntil.Add(-time.Second)), // the end of the day that was said
		Doubled: a.Status == fab.AttemptLost, Propose: r.typedDay(r.tx.Now().AddDate(0, 0, moreDays)),
	}, err
}

// callDone counts what was made after all. It is in the maker's bag, as if handed in.
func (s *Server) callDone(c *gin.Context) error {
	good, bad, err := counts(c)
	var lot fab.Lot
	if err == nil {
		lot, err = s.Production.Count(c.Request.Context(), fab.AttemptID(c.Param("id")), good, bad)
	}
	if err != nil {
		return s.callAgain(c, err)
	}
	s.flash(c, ui.FlashDone, "done.work_handed_in", "lot", lot.Code)
	return to(c, "/desk/calls")
}

func (s *Server) callBack(c *gin.Context) error {
	if err := s.Production.GiveBack(c.Request.Context(), fab.AttemptID(c.Param("id"))); err != nil {
		return s.sayNo(c, err, "/desk/calls")
	}
	s.flash(c, ui.FlashDone, "done.call_back")
	return to(c, "/desk/calls")
}

// callLater notes the day that was said; the whole of it is still in time.
func (s *Server) callLater(c *gin.Context) error {
	day, refused := s.readDay(c, ui.FieldDay)
	if refused != nil {
		return s.callAgain(c, refused)
	}
	if !day.IsZero() {
		day = day.AddDate(0, 0, 1)
	}
	if err := s.Production.Postpone(c.Request.Context(), fab.AttemptID(c.Param("id")), day); err != nil {
		return s.callAgain(c, err)
	}
	s.flash(c, ui.FlashDone, "done.call_later")
	return to(c, "/desk/calls")
}

func (s *Server) callAgain(c *gin.Context, err error) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.callsPage(c)
		page.Form, page.Open = at(f, c.Param("id")), c.Param("id")
		return page, err
	})
}
