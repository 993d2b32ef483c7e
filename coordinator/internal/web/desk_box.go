package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

const deskBoxes = "/desk/boxes/"

// boxRoutes are about what is packed.
func (s *Server) boxRoutes() []route {
	const who, one = fab.RoleCoordinator, deskBoxes + ":id"
	return []route{
		{get, one, who, s.deskBox},
		{post, one + "/split", who, s.boxSplit},
		{post, one + "/unpack", who, s.boxUnpack},
		{post, one + "/back", who, s.boxBack},
		{post, "/desk/kits/unpack", who, s.kitsUnpack},
	}
}

// deskBox is one box, and what may be done with it.
func (s *Server) deskBox(c *gin.Context) error {
	page, err := s.boxPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) boxPage(c *gin.Context) (page ui.BoxPage, err error) {
	page.Form, page.Reasons = ui.Form{Values: url.Values{}}, fab.DefectReasons[:]
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries); err != nil {
			return err
		}
		page.Live = "" // what is being typed stays
		b, err := r.tx.Box(fab.BoxID(c.Param("id")))
		if err != nil {
			return err
		}
		return r.fillBox(b, &page)
	})
	return page, err
}

func (r *reader) fillBox(b fab.Box, page *ui.BoxPage) error {
	request, err := r.tx.Request(b.RequestID)
	if err != nil {
		return err
	}
	page.Ref, page.Request = request.Ref, string(request.ID)
	if page.Box, err = r.boxRow(b); err != nil {
		return err
	}
	if page.Claims, err = r.claims([]fab.Box{b}); err != nil {
		return err
	}
	kits, err := r.tx.KitsIn(b.ID)
	if err != nil {
		return err
	}
	for _, k := range kits {
		notice := inLang(r.designs[k.DesignID].Notices, r.lang, "")
		if word := paper.Cleaning(notice); word != "" && !slices.Contains(page.Cleaning, word) {
			page.Cleaning = append(page.Cleaning, word)
		}
		page.Sheet = page.Sheet || paper.ToSign(notice)
		page.N += k.Quantity
		if b.Status == fab.BoxDelivered {
			there, err := r.tx.BalanceOf(fab.PlaceOf(fab.LocationFacility, string(request.FacilityID)), fab.KitItem(k.Product), string(k.ID))
			if err != nil {
				return err
			}
			page.There += there
		}
		if err := r.boxThings(k, page); err != nil {
			return err
		}
	}
	return nil
}

// boxThings adds what a kit holds.
func (r *reader) boxThings(k fab.Kit, page *ui.BoxPage) error {
	inside, err := r.tx.Inside(k)
	if err != nil {
		return err
	}
	for _, at := range inside {
		i := slices.IndexFunc(page.Things, func(t ui.BoxThing) bool { return t.Item == string(at.Item) })
		if i < 0 {
			stuff, err := r.stuffOf(at.Item)
			if err != nil {
				return err
			}
			i = len(page.Things)
			page.Things = append(page.Things, ui.BoxThing{Item: string(at.Item), Name: stuff.Name})
		}
		page.Things[i].N += at.Quantity
	}
	return nil
}

// boxAgain shows the box with the form that was refused.
func (s *Server) boxAgain(c *gin.Context, err error, open string) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.boxPage(c)
		for i, e := range f.Errors {
			if e.Field == ui.FieldCount { // several forms have one
				there := *e
				there.Field += "-" + open
				f.Errors[i] = &there
			}
		}
		page.Form, page.Open = f, open
		return page, err
	})
}

// boxSplit puts some of a box into another one.
func (s *Server) boxSplit(c *gin.Context) error {
	b, err := s.Supply.Split(c.Request.Context(), fab.BoxID(c.Param("id")), c.PostForm(ui.FieldCount), me(c).ID)
	if err != nil {
		return s.boxAgain(c, err, "split")
	}
	s.flash(c, ui.FlashDone, "done.box_split", "box", b.Code)
	return to(c, deskBoxes+string(b.ID))
}

// boxUnpack puts products of a box back into stock.
func (s *Server) boxUnpack(c *gin.Context) error {
	u := supply.Unpacking{Box: fab.BoxID(c.Param("id")), Count: c.PostForm(ui.FieldCount), Bad: map[fab.Item]string{}, By: me(c).ID}
	for name := range c.Request.PostForm {
		if item, ok := strings.CutPrefix(name, supply.BadField("")); ok {
			u.Bad[fab.Item(item)] = c.PostForm(name)
		}
	}
	if err := s.Supply.Unpack(c.Request.Context(), u); err != nil {
		return s.boxAgain(c, err, "unpack")
	}
	s.flash(c, ui.FlashDone, "done.unpacked", "n", c.PostForm(ui.FieldCount))
	return to(c, deskBoxes+c.Param("id"))
}

// boxBack takes a box back that nobody needed.
func (s *Server) boxBack(c *gin.Context) error {
	u := delivery.Unused{Box: fab.BoxID(c.Param("id")), Why: c.PostForm(ui.FieldReason), Said: c.PostForm(ui.FieldNote), By: me(c).ID}
	var errs fab.Errors
	u.Good, u.Bad = typedCount(c.PostForm(ui.FieldGood), ui.FieldGood, 0, &errs), typedCount(c.PostForm(ui.FieldBad), ui.FieldBad, 0, &errs)
	err := errs.Or()
	if err == nil {
		err = s.Delivery.TakeBack(c.Request.Context(), u)
	}
	if err != nil {
		return s.boxAgain(c, err, "back")
	}
	s.flash(c, ui.FlashDone, "done.box_back", "n", u.Good)
	return to(c, deskBoxes+c.Param("id"))
}

// kitsUnpack takes products apart that are in no box yet.
func (s *Server) kitsUnpack(c *gin.Context) error {
	u := supply.Unpacking{Request: fab.RequestID(c.PostForm(ui.FieldRequest)), Product: c.PostForm(ui.FieldProduct), Count: c.PostForm(ui.FieldCount), By: me(c).ID}
	if err := s.Supply.Unpack(c.Request.Context(), u); err != nil {
		return s.deliveriesAgain(c, err, "unpack", string(u.Request)+"-"+u.Product)
	}
	s.flash(c, ui.FlashDone, "done.unpacked", "n", u.Count)
	return to(c, "/desk/deliveries#kits")
}
