package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/partner"
	"github.com/mailleur/mailleur/ui"
)

// relay is what another lab sees that is asked to make a part of a batch.
func (s *Server) relay(c *gin.Context) error {
	page, err := s.answerRelay(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) answerRelay(c *gin.Context) (page ui.RelayAnswer, err error) {
	token := c.Param("token")
	v, err := s.Partner.Follow(c.Request.Context(), token)
	if err != nil {
		return page, err
	}
	at := "/relay/" + token
	page = ui.RelayAnswer{Frame: s.frame(c), Token: token, Version: v.Design.Version, Left: v.Left, Place: relayPlace(v.Relay), Note: v.Relay.Note,
		Claim: v.Design.Claim, Notice: paragraphs(inLang(v.Design.Notices, lang(c), "")), Stop: v.Stop(), Lots: s.relayLots(c, v),
		Models: s.Models, Filaments: s.Filaments, Form: emptyForm(), SendForm: emptyForm()}
	err = s.read(c, func(r *reader) error { page.RelayRow = r.relayRow(v.Relay); return nil })
	page.Parts = s.relayParts(c, v, at+"/parts/")
	page.Form.Values.Set(ui.FieldQuantityOf, itoa(v.Left))
	return page, err
}

// paragraphs are those of a notice, without the marks of its headings.
func paragraphs(markdown string) (list []string) {
	for part := range strings.SplitSeq(strings.ReplaceAll(markdown, "\r\n", "\n"), "\n\n") {
		if text := strings.TrimSpace(strings.ReplaceAll(strings.TrimLeft(strings.TrimSpace(part), "# "), "**", "")); text != "" {
			list = append(list, text)
		}
	}
	return list
}

func (s *Server) relayAccept(c *gin.Context) error {
	n, ok := fab.WholeNumber(c.PostForm(ui.FieldQuantityOf))
	var err error = fab.Refuse(fab.Invalid, "not_a_number", ui.FieldQuantityOf)
	if ok {
		err = s.Partner.Accept(c.Request.Context(), c.Param("token"), n, c.PostForm(ui.FieldContact))
	}
	return s.relayDone(c, err, "done.relay_accepted")
}

// relaySay is an answer of a few words.
func (s *Server) relaySay(say func(ctx context.Context, token, word string) error, done string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		return s.relayDone(c, say(c.Request.Context(), c.Param("token"), c.PostForm(ui.FieldNote)), done)
	}
}

func (s *Server) relayDone(c *gin.Context, err error, done string) error {
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.answerRelay(c)
			page.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, done)
	return to(c, "/relay/"+c.Param("token"))
}

// relaySend announces a bag.
func (s *Server) relaySend(c *gin.Context) error {
	n, ok := fab.WholeNumber(c.PostForm(ui.FieldCount))
	var sent partner.Sent
	var err error = fab.Refuse(fab.Invalid, "not_a_number", ui.FieldCount)
	if ok {
		sent, err = s.Partner.Send(c.Request.Context(), c.Param("token"), partner.Sending{Key: c.PostForm(ui.FieldKey), Part: c.PostForm(ui.FieldPart), Good: n,
			Code: c.PostForm(ui.FieldCode), Material: c.PostForm(ui.FieldMaterial)})
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.answerRelay(c)
			page.SendForm = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.relay_sent", "lot", sent.Lot.Code)
	return to(c, "/relay/"+c.Param("token"))
}

// relayFile gives the model or the pattern of a part.
func (s *Server) relayFile(c *gin.Context) error {
	v, err := s.Partner.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	_, asked := v.Part(c.Param("part"))
	part, _ := v.Design.BOM.Part(c.Param("part"))
	if !asked || part.ModelHash == "" || v.Stop() {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	return s.attachment(c, part.ModelHash, part.Code)
}

// relayLabels are to be printed and put on the bags.
func (s *Server) relayLabels(c *gin.Context) error {
	v, err := s.Partner.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	return s.show(c, ui.RelayLabels{Frame: s.frame(c), Back: "/relay/" + c.Param("token"), Code: v.Relay.Code, Partner: v.Relay.Partner,
		Product: inLang(v.Design.Names, lang(c), v.Design.Product), Version: v.Design.Version, Lots: s.relayLots(c, v)})
}

// sheetFor is the sheet of settings for the machine and the filament that the partner chose, as a page and as a file.
func (s *Server) sheetFor(c *gin.Context) (page ui.Sheet, ini []byte, err error) {
	v, err := s.Partner.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		return page, nil, err
	}
	model, filament, back := c.Query(ui.FieldMachine), c.Query(ui.FieldFilament), "/relay/"+c.Param("token")
	sheet, err := s.Production.Sheet(fab.Worker{Model: model, Filament: filament})
	if err != nil {
		return page, nil, err
	}
	page = ui.Sheet{Frame: s.frame(c), Printer: v.Relay.Code, Model: s.modelName(model), Part: inLang(v.Design.Names, lang(c), v.Design.Product),
		Filament: filament, Back: back, Start: sheet.Start, End: sheet.End, Apart: true,
		Ini: back + "/sheet.ini?" + chosen(model, filament)}
	for _, l := range sheet.Lines {
		page.Rows = append(page.Rows, ui.SheetRow{Code: l.Code, Value: l.Value, Unit: l.Unit})
	}
	return page, sheet.INI, nil
}

func chosen(model, filament string) string {
	return url.Values{ui.FieldMachine: {model}, ui.FieldFilament: {filament}}.Encode()
}

// relayChoose leads to the sheet for the machine and the filament of the form.
func (s *Server) relayChoose(c *gin.Context) error {
	return to(c, "/relay/"+c.Param("token")+"/sheet?"+chosen(c.PostForm(ui.FieldMachine), c.PostForm(ui.FieldFilament)))
}

// relaySheet is that page.
func (s *Server) relaySheet(c *gin.Context) error {
	page, _, err := s.sheetFor(c)
	if err != nil {
		return s.sayNo(c, err, "/relay/"+c.Param("token"))
	}
	return s.show(c, page)
}

// relayIni gives all settings as a file.
func (s *Server) relayIni(c *gin.Context) error {
	page, ini, err := s.sheetFor(c)
	if err != nil {
		return s.sayNo(c, err, "/relay/"+c.Param("token"))
	}
	c.Header("Content-Disposition", `attachment; filename="`+page.Printer+`.ini"`)
	c.Data(http.StatusOK, "text/plain; charset=utf-8", ini)
	return nil
}
