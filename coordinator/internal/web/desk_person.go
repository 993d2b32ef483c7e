package web

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/ui"
)

// deskPerson is the page of one maker.
func (s *Server) deskPerson(c *gin.Context) error {
	page, err := s.personPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func personPath(c *gin.Context) string { return "/desk/people/" + c.Param("id") }

func (s *Server) personPage(c *gin.Context) (page ui.Person, err error) {
	err = s.read(c, func(r *reader) (err error) {
		m, known := r.makers[fab.MakerID(c.Param("id"))]
		if !known {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "maker")
		}
		if page.Frame, err = s.formFrame(c, r, deskPrinters); err != nil {
			return err
		}
		page.MakerRow = r.makerRow(m)
		page.Email, page.Status, page.Said, page.Note, page.Word = m.Email, string(m.Status), m.Skills, m.Note, m.Word
		page.Invited, page.Since, page.Places = m.Invited, r.local(m.CreatedAt), r.places(m, true)
		page.Form.Values, page.Work.Values = typedContact(m), url.Values{ui.FieldThere: {ui.HoursAlways}}
		for _, w := range r.workers {
			switch {
			case w.MakerID != m.ID:
			case w.Kind == fab.WorkerPrinter:
				page.Links = append(page.Links, r.printerLink(w))
			case !w.Retired():
				page.Work.Values = s.typedHands(r.lang, w)
			}
		}
		return nil
	})
	return page, err
}

func (r *reader) printerLink(w fab.Worker) ui.PrinterLink {
	l := ui.PrinterLink{
		ID: string(w.ID), Name: w.Name, Model: r.modelName(w.Model), Heat: sayHours(r.lang, w.HeatHours), There: sayHours(r.lang, w.ClearHours),
		Rests: r.local(w.RestsUntil(r.tx.Now())), Retired: w.Retired(), Box: r.agents[w.AgentID].Name, Unknown: w.ModelSaid != "",
	}
	if l.Unknown {
		l.Model = w.ModelSaid
	}
	return l
}

func (s *Server) personAgain(c *gin.Context, err error, hands bool) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.personPage(c)
		if hands {
			page.Work = f
		} else {
			page.Form = laid(page.Form, f)
		}
		return page, err
	})
}

func (s *Server) personContact(c *gin.Context) error {
	id := fab.MakerID(c.Param("id"))
	if err := s.Identity.SetContact(c.Request.Context(), id, "", readContact(c, id)); err != nil {
		return s.personAgain(c, err, false)
	}
	s.flash(c, ui.FlashDone, "done.maker_saved")
	return to(c, personPath(c))
}

func (s *Server) personHands(c *gin.Context) error {
	if err := s.saveHands(c, fab.MakerID(c.Param("id")), ""); err != nil {
		return s.personAgain(c, err, true)
	}
	s.flash(c, ui.FlashDone, "done.maker_saved")
	return to(c, personPath(c))
}

// personApprove takes in somebody who asked, and shows once the link to sign in with.
func (s *Server) personApprove(c *gin.Context) error {
	token, until, err := s.Identity.Approve(c.Request.Context(), fab.MakerID(c.Param("id")), c.PostForm(ui.FieldWord))
	if err != nil {
		return s.personAgain(c, err, false)
	}
	return s.showLink(c, &ui.EnterLink{URL: s.site(c) + "/enter/" + token, Until: s.local(until)})
}

func (s *Server) personRefuse(c *gin.Context) error {
	id := fab.MakerID(c.Param("id"))
	if err := s.Identity.TurnDown(c.Request.Context(), id, c.PostForm(ui.FieldWord)); err != nil {
		return s.personAgain(c, err, false)
	}
	page, err := s.personPage(c)
	if err != nil {
		return err
	}
	s.flash(c, ui.FlashDone, "done.maker_turned_down", "name", page.Name)
	return to(c, personPath(c))
}

func (s *Server) personLink(c *gin.Context) error {
	token, until, err := s.Identity.EnterLink(c.Request.Context(), fab.MakerID(c.Param("id")))
	if err != nil {
		return s.sayNo(c, err, personPath(c))
	}
	return s.showLink(c, &ui.EnterLink{URL: s.site(c) + "/enter/" + token, Until: s.local(until)})
}

func (s *Server) showLink(c *gin.Context, link *ui.EnterLink) error {
	page, err := s.personPage(c)
	if err != nil {
		return err
	}
	page.Link = link
	return s.show(c, page)
}

func (s *Server) personErase(c *gin.Context) error {
	if c.PostForm(ui.FieldConsent) != "yes" {
		return to(c, personPath(c))
	}
	if err := s.Identity.Erase(c.Request.Context(), fab.MakerID(c.Param("id")), ""); err != nil {
		return s.sayNo(c, err, personPath(c))
	}
	s.flash(c, ui.FlashDone, "done.maker_erased")
	return to(c, "/desk/people")
}

// invite makes a link with which one person joins, and shows it once.
func (s *Server) invite(c *gin.Context) error {
	token, until, err := s.Identity.Invite(c.Request.Context())
	if err != nil {
		return err
	}
	page, err := s.peoplePage(c)
	if err != nil {
		return err
	}
	page.Invite = &ui.EnterLink{URL: s.site(c) + "/join/" + token, Until: s.local(until)}
	return s.show(c, page)
}

// enrolCode makes a code with which one agent of a maker joins, and shows it once.
func (s *Server) enrolCode(c *gin.Context) error {
	code, err := s.newCode(c, fab.MakerID(c.Param("id")))
	if err != nil {
		return err
	}
	page, err := s.personPage(c)
	if err != nil {
		return err
	}
	page.Code = code
	return s.show(c, page)
}

func (s *Server) newCode(c *gin.Context, of fab.MakerID) (*ui.EnrolCode, error) {
	secret, err := s.Identity.NewEnrolment(c.Request.Context(), of)
	if err != nil {
		return nil, err
	}
	code := s.EnrolCode(secret)
	shown := &ui.EnrolCode{Code: code, Command: "printer-agent enrol " + s.site(c) + " " + code, Until: s.local(s.now().Add(identity.EnrolFor))}
	err = s.read(c, func(r *reader) error { shown.Maker = r.makers[of].Name; return nil })
	return shown, err
}

// agentRevoke shuts an agent out.
func (s *Server) agentRevoke(c *gin.Context) error {
	a, err := s.Identity.Revoke(c.Request.Context(), fab.AgentID(c.Param("id")))
	if err != nil {
		return err
	}
	s.flash(c, ui.FlashDone, "done.agent_revoked")
	return to(c, "/desk/people/"+string(a.MakerID))
}

// agentSame notes that the words of an agent were compared.
func (s *Server) agentSame(c *gin.Context) error {
	a, err := s.Identity.SameWords(c.Request.Context(), fab.AgentID(c.Param("id")))
	if err != nil {
		return err
	}
	s.flash(c, ui.FlashDone, "done.words_same", "name", a.Name)
	return to(c, "/desk/people/"+string(a.MakerID))
}

// printerAgent puts a printer behind another agent of its maker.
func (s *Server) printerAgent(c *gin.Context) error {
	w, err := s.printerAt(c, deskPrinters)
	if err != nil {
		return err
	}
	topic := strings.ToLower(strings.TrimSpace(c.PostForm(ui.FieldTopic)))
	if err := s.Identity.PutBehind(c.Request.Context(), w.ID, fab.AgentID(c.PostForm(ui.FieldAgent)), topic); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.printerFormOf(c, deskPrinters, w, s.over(c, w, f)) })
	}
	s.flash(c, ui.FlashDone, "done.printer_saved", "printer", w.Name)
	return to(c, deskPrinters+"/"+string(w.ID))
}

// wordsBetween parts the words of an agent in French from those in English.
const wordsBetween = " / "

// wordsIn are the words of an agent in one of the two languages that they are kept in.
func wordsIn(lang, words string) string {
	french, inEnglish, both := strings.Cut(words, wordsBetween)
	if both && lang == english {
		return inEnglish
	}
	return french
}
