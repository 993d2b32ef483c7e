package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// How long a maker reads what became of a bag, and of how many.
const (
	countedFor = 14 * 24 * time.Hour
	maxCounted = 5
)

// sendBag notes that the bag of the address is on its way; of one maker, or of anybody when by is empty.
func (s *Server) sendBag(c *gin.Context, by fab.MakerID) error {
	lot, err := s.lotOf(c)
	if err != nil {
		return err
	}
	how := c.PostForm(ui.FieldHow)
	day, refused := s.readDay(c, ui.FieldDay)
	if refused != nil {
		return refused
	}
	if day.IsZero() {
		day = s.local(s.now()).AddDate(0, 0, fab.SentDays(how))
	}
	y, m, d := day.Date()
	end := time.Date(y, m, d+1, 0, 0, 0, 0, s.Lab.Zone)
	return s.Production.Send(c.Request.Context(), production.Sending{Lot: lot.ID, By: by, How: how, Until: end})
}

func (s *Server) keepBag(c *gin.Context, by fab.MakerID) error {
	lot, err := s.lotOf(c)
	if err != nil {
		return err
	}
	return s.Production.Unsend(c.Request.Context(), lot.ID, by)
}

func (s *Server) lotOf(c *gin.Context) (lot fab.Lot, err error) {
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		lot, err = tx.LotByCode(strings.ToUpper(c.Param("lot")))
		return err
	})
	return lot, err
}

func (s *Server) bagSent(c *gin.Context) error {
	if err := s.sendBag(c, ""); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.bagPage(c)
			page.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.bag_sent", "lot", c.Param("lot"))
	return to(c, deskBagsPath)
}

func (s *Server) bagKept(c *gin.Context) error {
	if err := s.keepBag(c, ""); err != nil {
		return s.sayNo(c, err, deskBagsPath)
	}
	return to(c, deskBagsPath+"/"+c.Param("lot"))
}

func (s *Server) ownBagSent(c *gin.Context) error {
	code := c.Param("lot")
	err := s.sendBag(c, me(c).MakerID)
	if errs := refusalsOf(err); len(errs) > 0 && errs[0].Class == fab.Invalid {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.makerPage(c)
			page.Form, page.Open = at(f, code), code
			return page, err
		})
	}
	if err != nil {
		return s.sayNo(c, err, "/maker")
	}
	s.flash(c, ui.FlashDone, "done.bag_sent", "lot", code)
	return to(c, "/maker")
}

func (s *Server) ownBagKept(c *gin.Context) error {
	if err := s.keepBag(c, me(c).MakerID); err != nil {
		return s.sayNo(c, err, "/maker")
	}
	return to(c, "/maker#bag-"+c.Param("lot"))
}

// ownBags are the bags that a maker has to hand in, and what became of the last ones.
func (r *reader) ownBags(id fab.MakerID) (own ui.OwnBags, err error) {
	lots, err := r.tx.LotsBy(fab.RecallMaker, string(id))
	if err != nil {
		return own, err
	}
	atMakers, err := r.tx.AtMakers()
	if err != nil {
		return own, err
	}
	slices.Reverse(lots)
	for _, l := range lots {
		switch {
		case l.Declared == 0: // there was no bag
		case l.Status == fab.LotMade:
			if atMakers[l.ID] {
				own.Bags = append(own.Bags, r.bag(l))
			}
		case l.SettledAt.After(r.tx.Now().Add(-countedFor)) && len(own.Counted) < maxCounted:
			in, err := r.tx.InspectionOf(l.ID)
			if err != nil {
				return own, err
			}
			counted := ui.CountedBag{Bag: r.bag(l), Found: fab.BagCount{Label: l.Declared, Good: in.Good, Bad: in.Bad}, When: r.local(l.SettledAt)}
			if in.Reason != fab.CountAsLabelled {
				counted.Reason = in.Reason
			}
			own.Counted = append(own.Counted, counted)
		}
	}
	slices.Reverse(own.Bags)
	return own, nil
}

// resting are the bags that are counted and may go into no kit yet, the first to be ready first.
func (r *reader) resting() (bags []ui.Bag, err error) {
	lots, err := r.tx.LotsResting()
	for _, l := range lots {
		bag := r.bag(l)
		bag.Part.N = l.Good
		bags = append(bags, bag)
	}
	return bags, err
}

// restForm shows how long bags rest, as it is set.
func (r *reader) restForm(page *ui.Bags) error {
	value := func(key string) (string, error) { return r.tx.Setting(key) }
	hours, err := value(production.SettingRest)
	if err != nil {
		return err
	}
	page.Hours = []ui.RestHours{{Hours: hours}}
	materials, err := r.tx.Materials()
	if err != nil {
		return err
	}
	for _, m := range materials {
		if m.Unit != fab.UnitMG {
			continue
		}
		own, err := value(production.SettingRest + ":" + m.Code)
		if err != nil {
			return err
		}
		page.Hours = append(page.Hours, ui.RestHours{Code: m.Code, Name: inLang(m.Names, r.lang, m.Code), Hours: own})
	}
	return nil
}

// bagsRest keeps how long bags rest.
func (s *Server) bagsRest(c *gin.Context) error {
	rest := production.Resting{Of: map[string]int64{}}
	var errs fab.Errors
	for field := range c.Request.PostForm {
		code, own := strings.CutPrefix(field, ui.FieldRest+"_")
		typed := strings.TrimSpace(c.PostForm(field))
		if !own && field != ui.FieldRest || typed == "" {
			continue
		}
		hours, err := strconv.ParseInt(typed, 10, 64)
		switch {
		case err != nil:
			errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", field))
		case own:
			rest.Of[code] = hours
		default:
			rest.Hours = hours
		}
	}
	err := errs.Or()
	if err == nil {
		err = s.Production.SetResting(c.Request.Context(), rest)
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.bagsPage(c)
			page.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.rest_saved")
	return to(c, deskBagsPath)
}

// awaited are the bags that were announced and did not come in time.
func (r *reader) awaited() ([]ui.Bag, error) {
	_, away, err := r.bags()
	return slices.DeleteFunc(away, func(b ui.Bag) bool { return !b.Late }), err
}
