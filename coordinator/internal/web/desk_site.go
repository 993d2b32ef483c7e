package web

import (
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// newSite is what the address of a site's page says of one that is not there yet.
const newSite = "new"

func (s *Server) siteShow(c *gin.Context) error {
	page, err := s.sitePage(c, ui.Form{})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) sitePage(c *gin.Context, f ui.Form) (page ui.Site, err error) {
	place, id := fab.FacilityID(c.Param("id")), fab.SiteID(c.Param("site"))
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavRequests); err != nil {
			return err
		}
		page.Live = ""
		owner, err := r.tx.Facility(place)
		if err != nil {
			return err
		}
		page.Place, page.PlaceID = owner.Name, string(owner.ID)
		if page.Form = f; f.Values == nil {
			page.Form.Values = url.Values{}
		}
		if id == newSite {
			return nil
		}
		site, err := r.tx.Site(id)
		if err == nil && site.FacilityID != place {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "site")
		}
		page.ID, page.Name = string(site.ID), site.Name
		if f.Values == nil {
			page.Form.Values = typedSite(r.lang, site)
		}
		return err
	})
	return page, err
}

func typedSite(lang string, s fab.FacilitySite) url.Values {
	v := url.Values{
		ui.FieldSite: {s.Name}, ui.FieldAddress: {s.Address}, ui.FieldPostcode: {s.Postcode}, ui.FieldTown: {s.Town}, ui.FieldAccess: {s.Access},
		ui.FieldHours: {hoursShown(lang, s.Hours)}, ui.FieldAt: {typedPoint(s.LatE6, s.LonE6)}, ui.FieldContact: {s.Contact}, ui.FieldPhone: {s.Phone},
	}
	if s.Closed {
		v.Set(ui.FieldClosed, "yes")
	}
	return v
}

func (s *Server) siteSave(c *gin.Context) error {
	site := fab.FacilitySite{
		FacilityID: fab.FacilityID(c.Param("id")), ID: fab.SiteID(c.Param("site")), Name: c.PostForm(ui.FieldSite), Address: c.PostForm(ui.FieldAddress),
		Postcode: c.PostForm(ui.FieldPostcode), Town: c.PostForm(ui.FieldTown), Access: c.PostForm(ui.FieldAccess),
		Hours: hoursTyped(fab.Line(c.PostForm(ui.FieldHours))), Contact: c.PostForm(ui.FieldContact), Phone: c.PostForm(ui.FieldPhone), Closed: c.PostForm(ui.FieldClosed) == "yes",
	}
	if site.ID == newSite {
		site.ID = ""
	}
	if err := s.Intake.SaveSite(c.Request.Context(), site, c.PostForm(ui.FieldAt)); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.sitePage(c, f) })
	}
	s.flash(c, ui.FlashDone, "done.site_saved")
	return to(c, placePath(c)+"#sites")
}

// ownAddress is the choice of no site.
const ownAddress = "main"

// siteChoices are where the goods of a place may be brought; none when there is no choice.
func (r *reader) siteChoices(id fab.FacilityID) (list []ui.Choice, err error) {
	sites, err := r.tx.SitesOf(id)
	for _, s := range sites {
		if !s.Closed {
			list = append(list, ui.Choice{Value: string(s.ID), Label: s.Name})
		}
	}
	if len(list) > 0 {
		list = slices.Insert(list, 0, ui.Choice{Value: ownAddress})
	}
	return list, err
}
