package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// placeRoutes are about who asks: the places, their sites and persons, and the register that they are checked against.
func (s *Server) placeRoutes() []route {
	const who, place = fab.RoleCoordinator, "/desk/places/:id"
	return []route{
		{get, "/desk/places", who, s.deskPlaces},
		{get, "/desk/places/new", who, s.placeEmpty},
		{post, "/desk/places/new", who, s.placeSave},
		{get, place, who, s.placeShow},
		{post, place, who, s.placeSave},
		{post, place + "/listed", who, s.placeListed},
		{post, place + "/approve", who, s.placeApprove},
		{post, place + "/refuse", who, s.placeRefuse},
		{get, place + "/sites/:site", who, s.siteShow},
		{post, place + "/sites/:site", who, s.siteSave},
		{post, place + "/contacts", who, s.contactAdd},
		{post, place + "/contacts/:contact/drop", who, s.contactDrop},
		{post, "/desk/requests/:id/site", who, s.requestSite},
		{get, "/desk/register", who, s.deskRegister},
		{post, "/desk/register", who, s.registerTake},
	}
}

// placesShown is how many places one list shows; the rest is to be searched.
const placesShown = 200

func (s *Server) deskPlaces(c *gin.Context) error {
	var page ui.Places
	show, search := c.Query("show"), fab.Folded(c.Query(ui.FieldSearch))
	err := s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavRequests); err != nil {
			return err
		}
		page.Live = ""
		all, err := r.tx.Facilities()
		if err != nil {
			return err
		}
		unseen := 0
		for _, f := range all {
			if f.Status == fab.FacilityNew {
				unseen++
			}
			if show == "todo" && f.Status != fab.FacilityNew || !found(f, search) {
				continue
			}
			if len(page.Items) == placesShown {
				page.More++
				continue
			}
			page.Items = append(page.Items, placeItem(f))
		}
		slices.SortStableFunc(page.Items, func(a, b ui.PlaceItem) int { return rank(a) - rank(b) })
		page.Chips = chips("/desk/places", show, "places", len(all), "todo", unseen)
		page.Listed, err = r.listed()
		return err
	})
	if err != nil {
		return err
	}
	page.Form = ui.Form{Values: url.Values{ui.FieldSearch: {c.Query(ui.FieldSearch)}}}
	return s.show(c, page)
}

// rank puts first what needs a person.
func rank(p ui.PlaceItem) int {
	if p.State == ui.StateNewPlace {
		return 0
	}
	return 1
}

// found reports whether a place has every word of a search.
func found(f fab.Facility, search string) bool {
	in := fab.Folded(f.Name + " " + f.Postcode + " " + f.Town + " " + f.FinessET)
	for w := range strings.FieldsSeq(search) {
		if !strings.Contains(in, w) {
			return false
		}
	}
	return true
}

func placeItem(f fab.Facility) ui.PlaceItem {
	p := ui.PlaceItem{ID: string(f.ID), Name: f.Name, Kind: f.Kind, Where: strings.TrimSpace(f.Postcode + " " + f.Town)}
	switch {
	case f.Status == fab.FacilityNew:
		p.State = ui.StateNewPlace
	case f.Status == fab.FacilityRefused:
		p.State = ui.StateTurnedAway
	case f.FinessEJ != "":
		p.State = ui.StateListed
	}
	return p
}

func (r *reader) listed() (l ui.Listed, err error) {
	n, at, err := r.tx.RegisterSize()
	return ui.Listed{N: n, At: r.localDay(at)}, err
}

func (s *Server) placeEmpty(c *gin.Context) error {
	return s.showPlace(c, ui.Form{Values: url.Values{}})
}

func (s *Server) placeShow(c *gin.Context) error { return s.showPlace(c, ui.Form{}) }

func (s *Server) showPlace(c *gin.Context, f ui.Form) error {
	page, err := s.placePage(c, f)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// placePage is the page of the place of the address, or of a new one. A form without values gets those of the place.
func (s *Server) placePage(c *gin.Context, f ui.Form) (page ui.Place, err error) {
	var place fab.Facility
	id := fab.FacilityID(c.Param("id"))
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavRequests); err != nil {
			return err
		}
		page.Live = ""
		if id == "" {
			return nil
		}
		if place, err = r.tx.Facility(id); err != nil {
			return err
		}
		return r.place(place, &page)
	})
	page.Form = f
	if f.Values == nil {
		page.Form.Values = typedPlace(s.typedHours(c, place.Hours), place)
	} else if place.ID != "" { // of another form of the page
		page.Form = laid(ui.Form{Values: typedPlace(s.typedHours(c, place.Hours), place)}, f)
	}
	if err != nil || place.ID == "" || place.FinessET != "" {
		return page, err
	}
	found, err := s.Intake.Propose(c.Request.Context(), place)
	page.Proposals = matches(found)
	return page, err
}

func (s *Server) typedHours(c *gin.Context, h fab.Hours) string { return hoursShown(lang(c), h) }

func (r *reader) place(f fab.Facility, page *ui.Place) error {
	page.PlaceItem, page.Address, page.EJ = placeItem(f), f.Address, f.FinessEJ
	sites, err := r.tx.SitesOf(f.ID)
	if err != nil {
		return err
	}
	for _, s := range sites {
		where := strings.TrimSpace(strings.Join([]string{s.Address, s.Postcode, s.Town}, " "))
		page.Sites = append(page.Sites, ui.PlaceSite{ID: string(s.ID), Name: s.Name, Where: where, Access: s.Access, Hours: hoursShown(r.lang, s.Hours), Closed: s.Closed})
	}
	people, err := r.tx.ContactsOf(f.ID)
	if err != nil {
		return err
	}
	for _, p := range people {
		page.People = append(page.People, ui.PlacePerson{ID: string(p.ID), Name: p.Name, Duty: p.Role, Mobile: p.Phone, Email: p.Email})
	}
	all, err := r.tx.Requests()
	for _, q := range all {
		if q.FacilityID != f.ID || err != nil {
			continue
		}
		var item ui.RequestItem
		item, err = r.requestItem(q)
		page.Requests = append(page.Requests, item)
	}
	return err
}

func matches(found []fab.RegisterPlace) (list []ui.Match) {
	for _, p := range found {
		where := strings.Trim(p.Address+", "+p.Postcode+" "+p.Town, ", ")
		list = append(list, ui.Match{ET: p.ET, Name: p.Name, Where: where})
	}
	return list
}

// typedPlace fills the form of a place in.
func typedPlace(hours string, f fab.Facility) url.Values {
	return url.Values{
		ui.FieldFacility: {f.Name}, ui.FieldKind: {f.Kind}, ui.FieldAddress: {f.Address}, ui.FieldPostcode: {f.Postcode}, ui.FieldTown: {f.Town},
		ui.FieldAccess: {f.Access}, ui.FieldHours: {hours}, ui.FieldAt: {typedPoint(f.LatE6, f.LonE6)}, ui.FieldContact: {f.Contact}, ui.FieldPhone: {f.Phone},
		ui.FieldEmail: {f.Email}, ui.FieldFiness: {f.FinessET},
	}
}

// typedPoint writes coordinates as maps do.
func typedPoint(lat, lon int64) string {
	if lat == 0 && lon == 0 {
		return ""
	}
	return fmt.Sprintf("%.6f, %.6f", float64(lat)/1e6, float64(lon)/1e6)
}

func readPlace(c *gin.Context) fab.Facility {
	return fab.Facility{
		ID: fab.FacilityID(c.Param("id")), Name: c.PostForm(ui.FieldFacility), Kind: c.PostForm(ui.FieldKind), Address: c.PostForm(ui.FieldAddress),
		Postcode: c.PostForm(ui.FieldPostcode), Town: c.PostForm(ui.FieldTown), Access: c.PostForm(ui.FieldAccess),
		Hours: hoursTyped(fab.Line(c.PostForm(ui.FieldHours))), Contact: c.PostForm(ui.FieldContact), Phone: c.PostForm(ui.FieldPhone),
		Email: c.PostForm(ui.FieldEmail), FinessET: c.PostForm(ui.FieldFiness),
	}
}

func (s *Server) placeAgain(c *gin.Context, err error) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.placePage(c, f) })
}

func (s *Server) placeSave(c *gin.Context) error {
	saved, err := s.Intake.SavePlace(c.Request.Context(), readPlace(c), c.PostForm(ui.FieldAt))
	if err != nil {
		return s.placeAgain(c, err)
	}
	s.flash(c, ui.FlashDone, "done.place_saved", "name", saved.Name)
	return to(c, "/desk/places/"+string(saved.ID))
}

func placePath(c *gin.Context) string { return "/desk/places/" + c.Param("id") }

// placeListed says which place of the register this one is, or leaves it as it is.
func (s *Server) placeListed(c *gin.Context) error {
	et := c.PostForm(ui.FieldFiness)
	if et == "" || et == ui.FinessNone {
		return to(c, placePath(c))
	}
	var f fab.Facility
	err := s.read(c, func(r *reader) (err error) { f, err = r.tx.Facility(fab.FacilityID(c.Param("id"))); return err })
	if err != nil {
		return err
	}
	f.FinessET = et
	if _, err := s.Intake.SavePlace(c.Request.Context(), f, ""); err != nil {
		return s.placeAgain(c, err)
	}
	s.flash(c, ui.FlashDone, "done.place_listed")
	return to(c, placePath(c))
}

func (s *Server) placeApprove(c *gin.Context) error {
	if err := s.Intake.ApprovePlace(c.Request.Context(), fab.FacilityID(c.Param("id"))); err != nil {
		return s.sayNo(c, err, placePath(c))
	}
	s.flash(c, ui.FlashDone, "done.place_approved")
	return to(c, placePath(c))
}

func (s *Server) placeRefuse(c *gin.Context) error {
	if err := s.Intake.RefusePlace(c.Request.Context(), fab.FacilityID(c.Param("id"))); err != nil {
		return s.sayNo(c, err, placePath(c))
	}
	s.flash(c, ui.FlashDone, "done.place_refused")
	return to(c, placePath(c))
}

func (s *Server) contactAdd(c *gin.Context) error {
	err := s.Intake.AddContact(c.Request.Context(), fab.FacilityContact{
		FacilityID: fab.FacilityID(c.Param("id")), Name: c.PostForm(ui.FieldWho), Role: c.PostForm(ui.FieldDuty), Phone: c.PostForm(ui.FieldTheirPhone), Email: c.PostForm(ui.FieldTheirEmail),
	})
	if err != nil {
		return s.placeAgain(c, err)
	}
	s.flash(c, ui.FlashDone, "done.contact_added")
	return to(c, placePath(c))
}

func (s *Server) contactDrop(c *gin.Context) error {
	if err := s.Intake.DropContact(c.Request.Context(), fab.FacilityID(c.Param("id")), fab.ContactID(c.Param("contact"))); err != nil {
		return err
	}
	s.flash(c, ui.FlashDone, "done.contact_dropped")
	return to(c, placePath(c))
}

// requestSite says where a request is to be brought.
func (s *Server) requestSite(c *gin.Context) error {
	back := "/desk/requests/" + c.Param("id")
	site := fab.SiteID(c.PostForm(ui.FieldSite))
	if site == ownAddress {
		site = ""
	}
	if err := s.Intake.BringTo(c.Request.Context(), fab.RequestID(c.Param("id")), site); err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, "done.site_chosen")
	return to(c, back)
}
