package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

const deskBagsPath = "/desk/bags"

// cameraPolicy lets a page read codes with the camera, and nothing else.
const cameraPolicy = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"

// bagRoutes are about bags that come to the hub's table.
func (s *Server) bagRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, deskBagsPath, who, s.deskBags},
		{get, deskBagsPath + "/:lot", who, s.deskBag},
		{post, deskBagsPath + "/:lot/settle", who, s.bagSettle},
		{post, deskBagsPath + "/:lot/sent", who, s.bagSent},
		{post, deskBagsPath + "/:lot/keep", who, s.bagKept},
		{post, deskBagsPath + "/rest", who, s.bagsRest},
		{post, "/maker/bags/:lot/sent", fab.RoleMaker, s.ownBagSent},
		{post, "/maker/bags/:lot/keep", fab.RoleMaker, s.ownBagKept},
	}
}

// deskBags lists the bags that are to come and to count, and leads from a code to its bag.
func (s *Server) deskBags(c *gin.Context) error {
	page, err := s.bagsPage(c)
	if err != nil {
		return err
	}
	if typed := c.Query(ui.FieldPaper); typed != "" {
		path, err := s.bagTyped(c, typed)
		if err == nil {
			return to(c, path)
		}
		errs, ok := fab.RefusalsOf(err)
		if !ok {
			return err
		}
		page.Form = ui.Form{Values: url.Values{ui.FieldPaper: {typed}}, Errors: errs}
		c.Header("Permissions-Policy", cameraPolicy)
		s.render(c, http.StatusUnprocessableEntity, page)
		return nil
	}
	c.Header("Permissions-Policy", cameraPolicy)
	return s.show(c, page)
}

// bagTyped is where the code leads that somebody typed or scanned where a bag's is asked for. What is no bag is named.
func (s *Server) bagTyped(c *gin.Context, typed string) (path string, err error) {
	err = s.read(c, func(r *reader) error {
		found, err := r.find(typed)
		switch {
		case fab.ClassOf(err) == fab.NotFound:
			return fab.Refuse(fab.Invalid, "bag_unknown", ui.FieldPaper, "code", shown(typed))
		case err != nil:
			return err
		case found.kind == ui.ScanForm:
			path = formLine(found.blank)
			return nil
		case found.kind != ui.ScanBag:
			return fab.Refuse(fab.Invalid, "bag_other", ui.FieldPaper, "code", found.code, "kind", found.kind)
		}
		path = deskBagsPath + "/" + found.lot.Code
		return nil
	})
	return path, err
}

// shown is as much of a code that nobody knows as is said again.
func shown(typed string) string {
	const most = 40
	letters := []rune(fab.Line(typed))
	return string(letters[:min(len(letters), most)])
}

func (s *Server) bagsPage(c *gin.Context) (page ui.Bags, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries); err != nil {
			return err
		}
		in, away, err := r.bags()
		if err != nil {
			return err
		}
		page.Sort(in, away)
		if page.Resting, err = r.resting(); err != nil {
			return err
		}
		return r.restForm(&page)
	})
	return page, err
}

// deskBag is one bag, as its label says it and as it was counted.
func (s *Server) deskBag(c *gin.Context) error {
	page, err := s.bagPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) bagPage(c *gin.Context) (page ui.OneBag, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries); err != nil {
			return err
		}
		page.Live = "" // somebody counts
		found, err := r.find(c.Param("lot"))
		if err == nil && found.kind != ui.ScanBag {
			err = fab.Refuse(fab.NotFound, "not_found", "", "what", "lot")
		}
		if err != nil {
			return err
		}
		return r.oneBag(&page, found.lot)
	})
	return page, err
}

func (r *reader) oneBag(page *ui.OneBag, lot fab.Lot) error {
	label, err := r.asBag(lot)
	if err != nil {
		return err
	}
	maker := r.makers[lot.MakerID]
	n, err := r.tx.BalanceOf(maker.LocationID, fab.PartItem(lot.Part), string(lot.ID))
	if err != nil {
		return err
	}
	page.Bag, page.Home = r.bag(lot), n > 0
	page.Version, page.Material, page.Colour, page.Spool, page.Trial = label.Version, label.Material, label.Colour, label.Spool, label.Trial
	page.Batch, page.Blocked, page.Counted = string(lot.BatchID), lot.Status == fab.LotBlocked, r.local(lot.SettledAt)
	page.Found.Label = lot.Declared
	if err := r.bagChecks(page, lot); err != nil {
		return err
	}
	if lot.SettledAt.IsZero() {
		return nil
	}
	in, err := r.tx.InspectionOf(lot.ID)
	if fab.ClassOf(err) == fab.NotFound {
		return nil
	} else if err != nil {
		return err
	}
	page.Found.Good, page.Found.Bad, page.Reason = in.Good, in.Bad, in.Reason
	page.Kept = ui.CheckList{Lines: r.checkLines(r.designs[lot.DesignID], in.Checks, false), Checked: in.Checked, Exceptions: in.Exceptions}
	if in.By != "" {
		by, err := r.tx.Account(in.By)
		if err != nil && fab.ClassOf(err) != fab.NotFound {
			return err
		}
		page.By = by.Name
	}
	return nil
}

// bagSettle counts a bag at the hub, and makes the kits that its pieces allow when asked to.
func (s *Server) bagSettle(c *gin.Context) error {
	code := c.Param("lot")
	in, err := s.inspection(c, code)
	if err == nil {
		err = s.Production.Settle(c.Request.Context(), in)
	}
	next := "/desk/deliveries"
	if c.PostForm(ui.FieldBack) == ui.BackToBags {
		next = deskBagsPath
	}
	if err != nil && next == deskBagsPath {
		return s.bagAgain(c, err, in)
	} else if err != nil {
		return s.deliveriesAgain(c, err, code, code)
	}
	if c.PostForm(ui.FieldKit) == "yes" {
		made, err := s.Supply.CloseAll(c.Request.Context(), false, me(c).ID)
		if err != nil {
			return err
		}
		if made.Products > 0 {
			s.flash(c, ui.FlashDone, "done.bag_kitted", "lot", code, "n", made.Products)
			return to(c, next)
		}
	}
	s.flash(c, ui.FlashDone, "done.bag_settled", "lot", code)
	return to(c, next)
}

// bagAgain shows the bag with the count that was refused. One that differs from the label is asked about before it is
// wrong.
func (s *Server) bagAgain(c *gin.Context, err error, in production.Inspection) error {
	asked := c.PostForm(ui.FieldReason) != ""
	page, failed := s.bagPage(c)
	if failed != nil {
		return failed
	}
	if e := wrong(c, refusalsOf(err)).Error(ui.FieldReason); e != nil {
		page.Differs, page.Found = true, fab.BagCount{Label: page.Part.N, Good: in.Good, Bad: in.Bad}
		if !asked {
			page.Form = form(c)
			return s.show(c, page)
		}
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page.Form = f
		return page, nil
	})
}

func refusalsOf(err error) fab.Errors {
	errs, _ := fab.RefusalsOf(err)
	return errs
}

func (s *Server) inspection(c *gin.Context, code string) (in production.Inspection, err error) {
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		lot, err := tx.LotByCode(code)
		in.Lot = lot.ID
		return err
	})
	if err != nil {
		return in, err
	}
	in.Reason, in.By = c.PostForm(ui.FieldReason), me(c).ID
	in.Checked, in.Exceptions = c.PostForm(ui.FieldChecked) == "yes", c.PostForm(ui.FieldExceptions)
	if in.Reason == "" {
		in.Reason = fab.CountAsLabelled
	}
	in.Good, in.Bad, err = counts(c)
	return in, err
}

// uncounted are the lots that nobody counted at the hub yet, oldest first, and which of them lie at their makers' still. Of
// a plate of which every piece was bad there is no bag.
func (r *reader) uncounted() (lots []fab.Lot, away map[fab.LotID]bool, err error) {
	if lots, err = r.tx.Lots(fab.LotMade); err != nil {
		return nil, nil, err
	}
	away, err = r.tx.AtMakers()
	return slices.DeleteFunc(lots, func(l fab.Lot) bool { return l.Declared == 0 }), away, err
}

// bags are the bags that nobody counted at the hub yet: those on their way to the table, and those at their makers'.
func (r *reader) bags() (in, away []ui.Bag, err error) {
	lots, atMakers, err := r.uncounted()
	for _, l := range lots {
		if atMakers[l.ID] {
			away = append(away, r.bag(l))
		} else {
			in = append(in, r.bag(l))
		}
	}
	return in, away, err
}

func (r *reader) bag(l fab.Lot) ui.Bag {
	maker := r.makers[l.MakerID]
	bag := ui.Bag{Lot: l.Code, Part: r.part(l.DesignID, l.Part, l.Declared), Who: maker.Name, Mobile: maker.Phone, Town: r.hostOf(maker).Where(), At: r.local(l.CreatedAt), How: l.SentHow}
	if l.SentHow != "" {
		bag.Expected, bag.Late = r.local(l.ExpectedAt.Add(-time.Second)), l.Awaited(r.tx.Now())
	}
	if l.Rests(r.tx.Now()) {
		bag.Rests = r.local(l.RestsUntil)
	}
	return bag
}

// hostOf is the maker at whose place a maker's bags are fetched.
func (r *reader) hostOf(m fab.Maker) fab.Maker {
	for _, host := range r.makers {
		if host.LocationID == m.CollectID && host.Status == fab.MakerActive {
			return host
		}
	}
	return m
}
