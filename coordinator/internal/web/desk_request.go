package web

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

// again is how long after a request another one of the same place is pointed out.
const again = 14 * 24 * time.Hour

// deskRequest is one request with the decision to take.
func (s *Server) deskRequest(c *gin.Context) error {
	page, err := s.requestPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) requestPage(c *gin.Context) (page ui.Request, err error) {
	t, err := s.Intake.Show(c.Request.Context(), fab.RequestID(c.Param("id")))
	if err != nil {
		return page, err
	}
	s.promise(c.Request.Context(), t.Request)
	tracked, err := s.trackPage(c, t)
	if err != nil {
		return page, err
	}
	f := t.Facility
	page = ui.Request{
		Address: f.Address, Access: f.Access, Contact: f.Contact, Mobile: f.Phone, Email: f.Email, Note: t.Request.Note,
		Lines: tracked.Lines, Notes: tracked.Notes, Track: tracked.Stations(), Why: tracked.Why, CanAct: t.Request.Status == fab.RequestReceived, Form: form(c),
	}
	page.Place = placeItem(f)
	page.Still = s.still(t, tracked.Lines, "/desk/requests/"+string(t.Request.ID)+"/still")
	wanted, err := s.Supply.Closable(c.Request.Context())
	if err != nil {
		return page, err
	}
	err = s.read(c, func(r *reader) error { return r.request(c, t.Request, wanted, &page) })
	return page, err
}

func (r *reader) request(c *gin.Context, request fab.Request, wanted []supply.Closable, page *ui.Request) (err error) {
	if page.Frame, err = r.deskFrame(c, r, ui.NavRequests); err != nil {
		return err
	}
	if page.RequestItem, err = r.requestItem(request); err != nil {
		return err
	}
	if page.Sites, err = r.siteChoices(request.FacilityID); err != nil {
		return err
	}
	if page.Form.Values == nil {
		page.Form.Values = url.Values{ui.FieldSite: {cmp.Or(string(request.SiteID), ownAddress)}}
	}
	if page.Takes, err = r.lineTakes(request); err != nil {
		return err
	}
	if page.Batches, err = r.batchRefs(request.ID); err != nil || !page.CanAct {
		return err
	}
	if page.Before, err = r.before(request); err != nil {
		return err
	}
	for _, g := range page.Goods {
		n, err := r.spare(g.Code, wanted)
		if err != nil {
			return err
		}
		if g.N = n; n > 0 {
			page.Stock = append(page.Stock, g)
		}
	}
	return nil
}

// lineTakes is what the place of an open request may add itself.
func (r *reader) lineTakes(request fab.Request) (list []ui.LineTakes, err error) {
	if request.Status != fab.RequestReceived && request.Status != fab.RequestApproved {
		return nil, nil
	}
	lines, err := r.tx.RequestLines(request.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		design, err := r.tx.CurrentDesign(l.Product)
		if fab.ClassOf(err) == fab.NotFound {
			continue
		} else if err != nil {
			return nil, err
		}
		one := ui.LineTakes{Name: ui.FieldSupply + l.Product, Product: inLang(design.Names, r.lang, l.Product)}
		one.Form.Values = url.Values{one.Name: l.Supplied}
		if one.Takes, err = takes(r.tx, design, r.lang); err != nil {
			return nil, err
		}
		if len(one.Takes) > 0 {
			list = append(list, one)
		}
	}
	return list, nil
}

// requestSupply notes which materials the place adds itself.
func (s *Server) requestSupply(c *gin.Context) error {
	err := s.Intake.Supply(c.Request.Context(), fab.RequestID(c.Param("id")), suppliedIn(c.Request.PostForm))
	return s.requestDone(c, err, "done.request_supplied")
}

func (r *reader) batchRefs(id fab.RequestID) (refs []ui.BatchRef, err error) {
	batches, err := r.tx.BatchesOf(id)
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		w, err := r.work(b)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ui.BatchRef{ID: string(b.ID), Goods: r.goods(b.DesignID, b.Product, b.Quantity), State: w.state()})
	}
	return refs, nil
}

// before is the newest other request of the same place that was not turned down, within a fortnight.
func (r *reader) before(request fab.Request) (id string, err error) {
	all, err := r.tx.Requests(fab.RequestReceived, fab.RequestApproved, fab.RequestDelivered)
	for _, other := range all {
		near := other.CreatedAt.After(request.CreatedAt.Add(-again)) && other.CreatedAt.Before(request.CreatedAt)
		if other.FacilityID == request.FacilityID && other.ID != request.ID && near {
			id = string(other.ID)
		}
	}
	return id, err
}

// spare is how many products the checked pieces at the hub make beyond what approved requests still wait for.
func (r *reader) spare(product string, wanted []supply.Closable) (int64, error) {
	design, err := r.tx.CurrentDesign(product)
	if err != nil {
		return 0, err
	}
	if design.Given {
		return r.freeDevices(product)
	}
	n := int64(fab.MaxAsked)
	for _, p := range design.BOM.Parts {
		have, err := r.ready(fab.PartItem(p.Code))
		if err != nil {
			return 0, err
		}
		n = min(n, have/max(1, p.PerUnit))
	}
	for _, c := range wanted {
		if c.Product == product {
			n -= max(0, c.Wanted)
		}
	}
	return max(0, n), nil
}

// ready counts the checked pieces of a part at the hub that are kept for nobody.
func (r *reader) ready(item fab.Item) (n int64, err error) {
	free, err := r.tx.FreeAtHub(item)
	for _, f := range free {
		if f.Status == fab.LotReady && f.TrialID == "" {
			n += f.Quantity
		}
	}
	return n, err
}

// requestApprove promises what the coordinator wrote.
func (s *Server) requestApprove(c *gin.Context) error {
	promised := map[string]string{}
	for name := range c.Request.PostForm {
		if product, ok := strings.CutPrefix(name, ui.FieldQuantity); ok {
			promised[product] = c.PostForm(name)
		}
	}
	err := s.Intake.Promise(c.Request.Context(), fab.RequestID(c.Param("id")), promised)
	return s.requestDone(c, err, "done.request_approved")
}

// requestRefuse turns a request down for a reason that the requester will read.
func (s *Server) requestRefuse(c *gin.Context) error {
	err := s.Intake.Refuse(c.Request.Context(), fab.RequestID(c.Param("id")), c.PostForm(ui.FieldReason))
	return s.requestDone(c, err, "done.request_refused")
}

func (s *Server) requestDone(c *gin.Context, err error, code string) error {
	if err == nil {
		s.flash(c, ui.FlashDone, code)
		return to(c, "/desk/requests/"+c.Param("id"))
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.requestPage(c)
		page.Form = f
		return page, err
	})
}

// requestLink makes a tracking link, to read out or to send.
func (s *Server) requestLink(c *gin.Context) error {
	token, err := s.Intake.Token(c.Request.Context(), fab.RequestID(c.Param("id")))
	if err != nil {
		return err
	}
	page, err := s.requestPage(c)
	if err != nil {
		return err
	}
	page.TrackURL = s.site(c) + "/track/" + token
	return s.show(c, page)
}

// again shows the page of a form once more with what was typed and what is wrong with it. An error that is no answer to
// the form comes back.
func (s *Server) again(c *gin.Context, err error, page func(ui.Form) (ui.Page, error)) error {
	errs, ok := fab.RefusalsOf(err)
	if !ok || errs[0].Class == fab.NotFound || errs[0].Class == fab.Forbidden {
		return err
	}
	p, err := page(wrong(c, errs))
	if err != nil {
		return err
	}
	s.render(c, statusOf(errs), p)
	return nil
}

// sayNo reports a refusal of a button, which has no fields to show again, on the page it was pressed on.
func (s *Server) sayNo(c *gin.Context, err error, back string) error {
	errs, ok := fab.RefusalsOf(err)
	if !ok || errs[0].Class == fab.NotFound || errs[0].Class == fab.Forbidden {
		return err
	}
	code := errs[0].Code
	if !strings.Contains(code, ".") { // those of the slicer bridge are whole
		code = "error." + code
	}
	s.flash(c, ui.FlashWarn, code, pairs(errs[0].Args)...)
	return to(c, back)
}

func pairs(args fab.Args) (list []any) {
	for name, v := range args {
		list = append(list, name, v)
	}
	return list
}
