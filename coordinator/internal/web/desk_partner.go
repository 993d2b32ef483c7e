package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/partner"
	"github.com/mailleur/mailleur/ui"
)

// deskPartners lists what labs make for each other.
func (s *Server) deskPartners(c *gin.Context) error {
	page, err := s.partnersPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) partnersPage(c *gin.Context) (page ui.Partners, err error) {
	page.Form = emptyForm()
	return page, s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = "" // what is being typed stays
		relays, err := r.tx.Relays()
		if err != nil {
			return err
		}
		for i := len(relays) - 1; i >= 0; i-- {
			page.Relays = append(page.Relays, r.relayRow(relays[i]))
		}
		page.Favours, err = r.favourRows()
		return err
	})
}

func (r *reader) relayRow(relay fab.Relay) ui.RelayRow {
	d := r.designs[relay.DesignID]
	return ui.RelayRow{
		ID: string(relay.ID), Code: relay.Code, Partner: relay.Partner, Goods: r.goods(d.ID, d.Product, relay.Quantity), Accepted: relay.Accepted,
		Due: r.localDay(relay.DueAt), State: relayState(relay.Status), Overdue: relay.Overdue(r.tx.Now()), Contact: relay.Contact, Word: relay.Word,
	}
}

func relayState(s fab.RelayStatus) string {
	switch s {
	case fab.RelayAccepted:
		return ui.StateWithPartner
	case fab.RelayDone:
		return ui.StateSentAll
	case fab.RelayDeclined:
		return ui.StateRefused
	case fab.RelayReturned:
		return ui.StateReturned
	case fab.RelayTaken:
		return ui.StateTaken
	case fab.RelayOffered:
	}
	return ui.StateOffered
}

// relaysOf are the relays of a batch, newest first.
func (r *reader) relaysOf(id fab.BatchID) (rows []ui.RelayRow, err error) {
	relays, err := r.tx.RelaysOf(id)
	for i := len(relays) - 1; i >= 0; i-- {
		rows = append(rows, r.relayRow(relays[i]))
	}
	return rows, err
}

// overdueRelays are those that a call is due for, oldest first.
func (r *reader) overdueRelays() (rows []ui.RelayRow, err error) {
	relays, err := r.tx.Relays(fab.RelayAccepted)
	for _, relay := range relays {
		if relay.Overdue(r.tx.Now()) {
			rows = append(rows, r.relayRow(relay))
		}
	}
	return rows, err
}

// newRelayEmpty is the form with which a part of a batch is offered to another lab.
func (s *Server) newRelayEmpty(c *gin.Context) error {
	f := emptyForm()
	f.Key = string(fab.NewID[fab.RelayID](s.now(), rand.Reader))
	page, err := s.newRelayPage(c, f)
	if err != nil {
		return err
	}
	for _, part := range page.Parts {
		page.Form.Values.Add(ui.FieldParts, part.Value)
	}
	return s.show(c, page)
}

func (s *Server) newRelayPage(c *gin.Context, f ui.Form) (page ui.NewRelay, err error) {
	id := fab.BatchID(c.Param("id"))
	page.Form, page.Batch = f, string(id)
	if page.Left, err = s.Partner.Spare(c.Request.Context(), id); err != nil {
		return page, err
	}
	return page, s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = "" // what is being typed stays
		b, err := r.tx.Batch(id)
		if err != nil {
			return err
		}
		page.Goods = r.goods(b.DesignID, b.Product, b.Quantity)
		for _, part := range r.designs[b.DesignID].BOM.Parts {
			page.Parts = append(page.Parts, ui.Choice{Value: part.Code, Label: inLang(part.Names, r.lang, part.Code)})
		}
		if b.RequestID == "" {
			return nil
		}
		place, err := r.placeOf(b.RequestID)
		page.For = place.Name
		return err
	})
}

// newRelay makes an offer and shows its link, once.
func (s *Server) newRelay(c *gin.Context) error {
	n := partner.NewRelay{ID: fab.RelayID(c.PostForm(ui.FieldKey)), Batch: fab.BatchID(c.Param("id")), Partner: c.PostForm(ui.FieldName),
		Parts: c.PostFormArray(ui.FieldParts), Note: c.PostForm(ui.FieldNote), Place: c.PostForm(ui.FieldConsent) == "yes", By: me(c).ID}
	var err error
	n.Quantity, n.Due, err = quantityAndDay(c)
	var relay fab.Relay
	var token string
	if err == nil {
		relay, token, err = s.Partner.Offer(c.Request.Context(), n)
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.newRelayPage(c, f) })
	}
	if token == "" {
		return to(c, "/desk/relays/"+string(relay.ID))
	}
	return s.showRelay(c, relay.ID, token)
}

// quantityAndDay reads a number of products and a day, as midnight UTC.
func quantityAndDay(c *gin.Context) (n int64, day time.Time, err error) {
	var errs fab.Errors
	n, ok := fab.WholeNumber(c.PostForm(ui.FieldQuantityOf))
	if !ok {
		errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", ui.FieldQuantityOf))
	}
	day, refused := utcDay(c, ui.FieldDay)
	if refused != nil {
		errs = append(errs, refused)
	}
	return n, day, errs.Or()
}

// utcDay reads a day, as midnight UTC.
func utcDay(c *gin.Context, field string) (time.Time, *fab.Error) {
	typed := strings.TrimSpace(c.PostForm(field))
	if typed == "" {
		return time.Time{}, fab.Refuse(fab.Invalid, "date_missing", field)
	}
	for _, shape := range [...]string{time.DateOnly, "02/01/2006", "2/1/2006", "02.01.2006"} {
		if day, err := time.Parse(shape, typed); err == nil {
			return day, nil
		}
	}
	return time.Time{}, fab.Refuse(fab.Invalid, "date_wrong", field)
}

// deskRelay is what one partner makes.
func (s *Server) deskRelay(c *gin.Context) error {
	return s.showRelay(c, fab.RelayID(c.Param("id")), "")
}

func (s *Server) showRelay(c *gin.Context, id fab.RelayID, token string) error {
	page, err := s.relayPage(c, id)
	if err != nil {
		return err
	}
	if token != "" {
		page.LinkURL = s.relayLink(c, token)
	}
	return s.show(c, page)
}

// relayLink is the address to send.
func (s *Server) relayLink(c *gin.Context, token string) string {
	return s.site(c) + "/relay/" + token + s.authorityMark()
}

// authorityMark lets another lab's program know this lab's own authority by the link. Browsers do not send it.
func (s *Server) authorityMark() string {
	block, _ := pem.Decode([]byte(s.CA))
	if !s.TLS || block == nil {
		return ""
	}
	sum := sha256.Sum256(block.Bytes)
	return "#ca=" + hex.EncodeToString(sum[:])
}

func (s *Server) relayPage(c *gin.Context, id fab.RelayID) (page ui.RelayPage, err error) {
	v, err := s.Partner.Show(c.Request.Context(), id)
	if err != nil {
		return page, err
	}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = "" // a link is shown once
		page.RelayRow = r.relayRow(v.Relay)
		return nil
	})
	page.Batch, page.Note, page.Place = string(v.Relay.BatchID), v.Relay.Note, relayPlace(v.Relay)
	page.Parts, page.Lots = s.relayParts(c, v, ""), s.relayLots(c, v)
	page.Form, page.Propose = emptyForm(), s.typedDay(s.now().AddDate(0, 0, moreDays))
	return page, err
}

// relayPlace says whom a relay is for, as far as the partner may read it.
func relayPlace(r fab.Relay) fab.Reason {
	if r.Kind == "" {
		return fab.Reason{}
	}
	return fab.Because("relay.said_kind", "kind", r.Kind, "town", r.Town)
}

// relayParts is how far the parts are; files is the address below which their files lie.
func (s *Server) relayParts(c *gin.Context, v partner.View, files string) (list []ui.RelayPart) {
	for _, p := range v.Parts {
		part, _ := v.Design.BOM.Part(p.Part)
		row := ui.RelayPart{Code: p.Part, Name: inLang(part.Names, lang(c), p.Part), Picture: part.Picture, PerUnit: p.PerUnit, Pieces: p.Pieces, Sent: p.Sent}
		if v.Relay.Status == fab.RelayAccepted {
			row.Owed = p.Owed()
		}
		if files != "" && part.ModelHash != "" {
			row.File = files + p.Part
		}
		list = append(list, row)
	}
	return list
}

// relayLots are the bags of a partner, newest first.
func (s *Server) relayLots(c *gin.Context, v partner.View) (list []ui.RelayLot) {
	for i := len(v.Lots) - 1; i >= 0; i-- {
		l := v.Lots[i]
		part, _ := v.Design.BOM.Part(l.Part)
		row := ui.RelayLot{Code: l.Lot.Code, Theirs: l.Theirs.Code, Material: l.Theirs.Material, State: ui.StateOnWay, Good: l.Good, At: s.local(l.Theirs.At),
			Part: ui.Goods{Code: l.Part, Name: inLang(part.Names, lang(c), l.Part), N: l.Declared}}
		switch {
		case l.Status == fab.LotBlocked:
			row.State = ui.StateBlocked
		case !l.SettledAt.IsZero():
			row.State, row.At = ui.StateCounted, s.local(l.SettledAt)
		}
		list = append(list, row)
	}
	return list
}

// relayNewLink makes a link in place of one that was lost.
func (s *Server) relayNewLink(c *gin.Context) error {
	id := fab.RelayID(c.Param("id"))
	token, err := s.Partner.Link(c.Request.Context(), id)
	if err != nil {
		return err
	}
	return s.showRelay(c, id, token)
}

func (s *Server) relayRevoke(c *gin.Context) error {
	back := "/desk/relays/" + c.Param("id")
	if err := s.Partner.Revoke(c.Request.Context(), fab.RelayID(c.Param("id"))); err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, "done.relay_revoked")
	return to(c, back)
}

func (s *Server) relayBack(c *gin.Context) error {
	back := "/desk/relays/" + c.Param("id")
	if err := s.Partner.TakeBack(c.Request.Context(), fab.RelayID(c.Param("id"))); err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, "done.relay_back")
	return to(c, back)
}

func (s *Server) relayLater(c *gin.Context) error {
	id := fab.RelayID(c.Param("id"))
	day, refused := utcDay(c, ui.FieldDay)
	var err error
	if refused != nil {
		err = refused
	} else {
		err = s.Partner.Postpone(c.Request.Context(), id, day)
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.relayPage(c, id)
			page.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.relay_later")
	return to(c, "/desk/relays/"+string(id))
}

// dayOf is a day that another program wrote.
func (s *Server) dayOf(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	return s.localDay(day), err
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
