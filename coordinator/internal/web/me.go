package web

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/ui"
)

// meEmpty is the page of whoever is signed in as a maker.
func (s *Server) meEmpty(c *gin.Context) error {
	page, err := s.mePage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) mePage(c *gin.Context) (page ui.Me, err error) {
	page.Frame = s.frame(c)
	err = s.read(c, func(r *reader) error {
		m, known := r.makers[me(c).MakerID]
		if !known {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "maker")
		}
		page.Word, page.Skilled = m.Word, slices.Contains(m.Skills, "printer")
		page.Form.Values = typedContact(m)
		page.Places = r.places(m, false)
		page.Work.Values = url.Values{ui.FieldThere: {ui.HoursAlways}}
		for _, w := range r.workers {
			switch {
			case w.MakerID != m.ID || w.Retired():
			case w.Kind == fab.WorkerPrinter:
				page.Printers++
			default:
				page.Hands, page.Work.Values = true, s.typedHands(r.lang, w)
			}
		}
		page.New = page.Printers == 0 && !page.Hands
		return nil
	})
	return page, err
}

// meAgain shows the page with a refused form: of the hands, or of the rest.
func (s *Server) meAgain(c *gin.Context, err error, hands bool) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.mePage(c)
		f.Values.Del(ui.FieldPassword)
		if hands {
			page.Work = f
		} else {
			page.Form = laid(page.Form, f)
		}
		return page, err
	})
}

// laid lays what was typed into one form over the fields of the others on its page.
func laid(under, f ui.Form) ui.Form {
	for name, v := range under.Values {
		if _, typed := f.Values[name]; !typed {
			f.Values[name] = v
		}
	}
	return f
}

func (s *Server) meContact(c *gin.Context) error {
	id := me(c).MakerID
	if err := s.Identity.SetContact(c.Request.Context(), id, id, readContact(c, id)); err != nil {
		return s.meAgain(c, err, false)
	}
	s.flash(c, ui.FlashDone, "done.maker_saved")
	return to(c, "/maker/me")
}

func (s *Server) meHands(c *gin.Context) error {
	id := me(c).MakerID
	if err := s.saveHands(c, id, id); err != nil {
		return s.meAgain(c, err, true)
	}
	s.flash(c, ui.FlashDone, "done.hands_saved")
	return to(c, "/maker/me")
}

// mePassword sets a password and opens a new session: all others end.
func (s *Server) mePassword(c *gin.Context) error {
	ctx, a := c.Request.Context(), me(c)
	if err := s.Identity.SetPassword(ctx, a.ID, c.PostForm(ui.FieldPassword)); err != nil {
		return s.meAgain(c, err, false)
	}
	session, err := s.Identity.OpenSession(ctx, a.ID)
	if err != nil {
		return err
	}
	s.setCookie(c, cookieSession, session, sessionAge)
	s.flash(c, ui.FlashDone, "done.password_set")
	return to(c, "/maker/me")
}

// meCode makes a code with which an agent of one's own joins.
func (s *Server) meCode(c *gin.Context) error {
	code, err := s.newCode(c, me(c).MakerID)
	if err != nil {
		return err
	}
	page, err := s.mePage(c)
	page.Code = code
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// meLeave erases whoever asks.
func (s *Server) meLeave(c *gin.Context) error {
	id := me(c).MakerID
	if c.PostForm(ui.FieldConsent) != "yes" {
		return to(c, "/maker/me")
	}
	if err := s.Identity.Erase(c.Request.Context(), id, id); err != nil {
		return s.sayNo(c, err, "/maker/me")
	}
	if me(c).Has(fab.RoleCoordinator) {
		return to(c, "/desk")
	}
	s.setCookie(c, cookieSession, "", 0)
	s.flash(c, ui.FlashDone, "done.maker_erased")
	return to(c, "/")
}

// saveHands reads what hands can do, and keeps it.
func (s *Server) saveHands(c *gin.Context, of, by fab.MakerID) error {
	n := identity.Working{Steps: c.PostFormArray(ui.FieldSteps)}
	var errs fab.Errors
	refuse := func(e *fab.Error) {
		if e != nil {
			errs = append(errs, e)
		}
	}
	var e *fab.Error
	for field, into := range map[string]*int64{ui.FieldQuota: &n.Quota, ui.FieldDays: &n.Days, ui.FieldWeekCap: &n.WeekCap} {
		*into, e = readCount(c, field)
		refuse(e)
	}
	n.Hours, e = readHours(c, ui.FieldThere, ui.FieldThereOwn)
	refuse(e)
	n.PausedUntil, e = s.readDay(c, ui.FieldPauseUntil)
	refuse(e)
	if err := errs.Or(); err != nil {
		return err
	}
	return s.Identity.SetHands(c.Request.Context(), of, by, n)
}

func (s *Server) typedHands(lang string, w fab.Worker) url.Values {
	v := url.Values{ui.FieldSteps: w.Steps, ui.FieldPauseUntil: {s.typedDay(w.PausedUntil)}}
	for field, n := range map[string]int64{ui.FieldQuota: w.Quota, ui.FieldDays: w.Days, ui.FieldWeekCap: w.WeekCap} {
		if n > 0 {
			v.Set(field, strconv.FormatInt(n, 10))
		}
	}
	typeHours(v, lang, ui.FieldThere, ui.FieldThereOwn, w.ClearHours)
	return v
}

// placeHome is the value of FieldCollect of a maker's own place.
const placeHome = "home"

func readContact(c *gin.Context, of fab.MakerID) identity.Contact {
	place := c.PostForm(ui.FieldCollect)
	if place == placeHome || place == string(fab.PlaceOf(fab.LocationMaker, string(of))) {
		place = ""
	}
	return identity.Contact{
		Name: c.PostForm(ui.FieldName), Town: c.PostForm(ui.FieldTown), Postcode: c.PostForm(ui.FieldPostcode), Phone: c.PostForm(ui.FieldPhone),
		Email: c.PostForm(ui.FieldEmail), Collect: fab.LocationID(place),
	}
}

func typedContact(m fab.Maker) url.Values {
	v := url.Values{ui.FieldName: {m.Name}, ui.FieldTown: {m.Town}, ui.FieldPostcode: {m.Postcode}, ui.FieldPhone: {m.Phone}, ui.FieldEmail: {m.Email}, ui.FieldCollect: {placeHome}}
	if m.CollectID != "" {
		v.Set(ui.FieldCollect, string(m.CollectID))
	}
	return v
}

// places are where a driver may fetch what a maker made. Other makers' homes are the coordinator's to choose; a maker
// reads their names only where one is chosen already.
func (r *reader) places(m fab.Maker, desk bool) []ui.Choice {
	list := []ui.Choice{{Value: placeHome}, {Value: string(fab.TheHub)}}
	for _, other := range r.makers {
		if other.ID != m.ID && other.Status == fab.MakerActive && (desk || other.LocationID == m.CollectID) {
			list = append(list, ui.Choice{Value: string(other.LocationID), Label: other.Name})
		}
	}
	byLabel(list[2:])
	return list
}
