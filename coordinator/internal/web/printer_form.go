package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/ui"
)

// asker is the maker that a change is made for: whoever is signed in below a maker's pages, "" for the coordinator.
func asker(c *gin.Context, base string) fab.MakerID {
	if base == makerPrinters {
		return me(c).MakerID
	}
	return ""
}

// ownerOf is whose printer is added: the maker of the address on the desk, whoever is signed in elsewhere.
func ownerOf(c *gin.Context, base string) fab.MakerID {
	if base == makerPrinters {
		return me(c).MakerID
	}
	return fab.MakerID(c.Param("id"))
}

func (s *Server) known() identity.Known {
	return identity.Known{Model: s.KnownModel, Filament: func(f string) bool {
		for _, one := range s.Filaments {
			if one.Value == f {
				return true
			}
		}
		return false
	}}
}

// printerNew is the empty form of a printer. Nights are off until its maker says otherwise.
func (s *Server) printerNew(base string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		f := emptyForm()
		f.Values = url.Values{ui.FieldNozzleMM: {number(lang(c), 400)}, ui.FieldHeat: {ui.HoursDay}, ui.FieldThere: {ui.HoursDay}}
		page, err := s.printerFormNew(c, base, f)
		if err != nil {
			return err
		}
		return s.show(c, page)
	}
}

func (s *Server) printerFormNew(c *gin.Context, base string, f ui.Form) (page ui.PrinterForm, err error) {
	page = s.printerFormPage(c, base, f)
	page.Action, page.Back = makerPrinters, "/maker"
	of := ownerOf(c, base)
	err = s.read(c, func(r *reader) (err error) {
		m, known := r.makers[of]
		if !known {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "maker")
		}
		if base != makerPrinters {
			page.Owner, page.Back = m.Name, "/desk/people/"+string(of)
			page.Action = page.Back + "/printers"
		}
		page.Frame, err = s.formFrame(c, r, base)
		return err
	})
	return page, err
}

// formFrame is the frame of a form about people or printers, which stands still.
func (s *Server) formFrame(c *gin.Context, r *reader, base string) (f ui.Frame, err error) {
	if base == makerPrinters {
		f = s.frame(c)
	} else {
		f, err = s.deskFrame(c, r, ui.NavPeople)
	}
	if s.Demo == nil {
		f.Live = ""
	}
	return f, err
}

func (s *Server) printerFormPage(c *gin.Context, base string, f ui.Form) ui.PrinterForm {
	page := ui.PrinterForm{Base: base, Form: f, Filaments: s.Filaments}
	page.Models = append(page.Models, s.Models...)
	page.Models = append(page.Models, ui.Choice{Value: ui.ModelOther})
	return page
}

// printerAdd takes a printer in.
func (s *Server) printerAdd(base string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		again := func(f ui.Form) (ui.Page, error) { return s.printerFormNew(c, base, f) }
		p, errs := s.readPrinting(c)
		if err := errs.Or(); err != nil {
			return s.again(c, err, again)
		}
		w, err := s.Identity.AddPrinter(c.Request.Context(), ownerOf(c, base), asker(c, base), p, s.known())
		if err != nil {
			return s.again(c, err, again)
		}
		s.flash(c, ui.FlashDone, "done.printer_added", "printer", w.Name)
		return to(c, base+"/"+string(w.ID))
	}
}

// printerEdit is the form of a printer, filled in as it is.
func (s *Server) printerEdit(base string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		w, err := s.printerAt(c, base)
		if err != nil {
			return err
		}
		f := emptyForm()
		f.Values = s.typedPrinting(lang(c), w)
		page, err := s.printerFormOf(c, base, w, f)
		if err != nil {
			return err
		}
		return s.show(c, page)
	}
}

func (s *Server) printerFormOf(c *gin.Context, base string, w fab.Worker, f ui.Form) (page ui.PrinterForm, err error) {
	page = s.printerFormPage(c, base, f)
	page.ID, page.Name, page.Agent, page.Model, page.Retired = string(w.ID), w.Name, w.Streamed(), s.modelName(w.Model), s.local(w.RetiredAt)
	page.Back = base + "/" + page.ID
	page.Action = page.Back + "/edit"
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.formFrame(c, r, base); err != nil {
			return err
		}
		used, err := r.tx.WorkerUsed(w.ID)
		page.Removable = err == nil && !used && !w.Streamed() && w.AttemptID == ""
		if base != makerPrinters {
			r.deskChoices(&page, w)
		}
		return err
	})
	return page, err
}

// deskChoices are to whom the coordinator may give a printer, and behind which agent put it.
func (r *reader) deskChoices(page *ui.PrinterForm, w fab.Worker) {
	page.Owner = r.makers[w.MakerID].Name
	for _, m := range r.makers {
		if m.ID != w.MakerID && m.Status == fab.MakerActive {
			page.Makers = append(page.Makers, ui.Choice{Value: string(m.ID), Label: m.Name})
		}
	}
	for _, a := range r.agents {
		if a.MakerID == w.MakerID && !a.Revoked {
			page.Agents = append(page.Agents, ui.Choice{Value: string(a.ID), Label: a.Name})
		}
	}
	byLabel(page.Makers)
	byLabel(page.Agents)
}

// printerChange notes what was typed about a printer.
func (s *Server) printerChange(base string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		w, err := s.printerAt(c, base)
		if err != nil {
			return err
		}
		again := func(f ui.Form) (ui.Page, error) { return s.printerFormOf(c, base, w, f) }
		p, errs := s.readPrinting(c)
		if err := errs.Or(); err != nil {
			return s.again(c, err, again)
		}
		if err := s.Identity.EditPrinter(c.Request.Context(), w.ID, asker(c, base), p, s.known()); err != nil {
			return s.again(c, err, again)
		}
		s.flash(c, ui.FlashDone, "done.printer_saved", "printer", p.Name)
		return to(c, base+"/"+string(w.ID))
	}
}

// printerLeave is a button that takes a printer out of the lab, back in, or off its books.
func (s *Server) printerLeave(base, what string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		w, err := s.printerAt(c, base)
		if err != nil {
			return err
		}
		ctx, by, back := c.Request.Context(), asker(c, base), base+"/"+string(w.ID)
		switch what {
		case "retire":
			err = s.Identity.RetirePrinter(ctx, w.ID, by, false)
		case "back":
			err = s.Identity.RetirePrinter(ctx, w.ID, by, true)
		default:
			err, back = s.Identity.RemovePrinter(ctx, w.ID, by), strings.TrimSuffix(base, "/printers")
		}
		if err != nil {
			return s.sayNo(c, err, base+"/"+string(w.ID)+"/edit")
		}
		done := map[string]string{"retire": "done.printer_retired", "back": "done.printer_back"}[what]
		if done == "" {
			done = "done.printer_removed"
		}
		s.flash(c, ui.FlashDone, done, "printer", w.Name)
		return to(c, back)
	}
}

// printerMove gives a printer to another maker.
func (s *Server) printerMove(c *gin.Context) error {
	w, err := s.printerAt(c, deskPrinters)
	if err != nil {
		return err
	}
	if err := s.Identity.MovePrinter(c.Request.Context(), w.ID, fab.MakerID(c.PostForm(ui.FieldMaker))); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.printerFormOf(c, deskPrinters, w, s.over(c, w, f)) })
	}
	s.flash(c, ui.FlashDone, "done.printer_moved", "printer", w.Name)
	return to(c, deskPrinters+"/"+string(w.ID))
}

// over lays what was typed into a small form over the fields of the large one beside it.
func (s *Server) over(c *gin.Context, w fab.Worker, f ui.Form) ui.Form {
	values := s.typedPrinting(lang(c), w)
	for name, v := range f.Values {
		values[name] = v
	}
	f.Values = values
	return f
}

// readPrinting reads the form of a printer. What is no number, day or choice is refused in its field.
func (s *Server) readPrinting(c *gin.Context) (p identity.Printing, errs fab.Errors) {
	p = identity.Printing{
		Name: c.PostForm(ui.FieldName), Model: c.PostForm(ui.FieldPrinterModel), Filament: c.PostForm(ui.FieldFilament), Colour: c.PostForm(ui.FieldColour),
		CanLoad: c.PostFormArray(ui.FieldCanLoad), Piles: c.PostForm(ui.FieldPiles) == "yes",
	}
	if p.Model == ui.ModelOther {
		p.Model, p.ModelSaid = "", c.PostForm(ui.FieldModelSaid)
	}
	refuse := func(e *fab.Error) {
		if e != nil {
			errs = append(errs, e)
		}
	}
	n, ok := scaled(c.PostForm(ui.FieldNozzleMM), 1000)
	if p.NozzleUM = n; !ok {
		refuse(fab.Refuse(fab.Invalid, "nozzle_wrong", ui.FieldNozzleMM))
	}
	var e *fab.Error
	p.Heat, e = readHours(c, ui.FieldHeat, ui.FieldHeatOwn)
	refuse(e)
	p.Clear, e = readHours(c, ui.FieldThere, ui.FieldThereOwn)
	refuse(e)
	p.WeekCap, e = readCount(c, ui.FieldWeekCap)
	refuse(e)
	p.PausedUntil, e = s.readDay(c, ui.FieldPauseUntil)
	refuse(e)
	return p, errs
}

func byLabel(list []ui.Choice) {
	slices.SortFunc(list, func(a, b ui.Choice) int { return strings.Compare(a.Label, b.Label) })
}

// readCount reads a whole number that may be left out.
func readCount(c *gin.Context, field string) (int64, *fab.Error) {
	typed := strings.TrimSpace(c.PostForm(field))
	if typed == "" {
		return 0, nil
	}
	n, ok := fab.WholeNumber(typed)
	if !ok || n < 0 {
		return 0, fab.Refuse(fab.Invalid, "not_a_number", field)
	}
	return n, nil
}

func (s *Server) typedPrinting(lang string, w fab.Worker) url.Values {
	v := url.Values{
		ui.FieldName: {w.Name}, ui.FieldPrinterModel: {w.Model}, ui.FieldModelSaid: {w.ModelSaid}, ui.FieldNozzleMM: {number(lang, w.NozzleUM)},
		ui.FieldFilament: {w.Filament}, ui.FieldColour: {w.Colour}, ui.FieldPauseUntil: {s.typedDay(w.PausedUntil)},
		ui.FieldCanLoad: w.CanLoad,
	}
	if w.Piles {
		v.Set(ui.FieldPiles, "yes")
	}
	if w.ModelSaid != "" {
		v.Set(ui.FieldPrinterModel, ui.ModelOther)
	}
	typeHours(v, lang, ui.FieldHeat, ui.FieldHeatOwn, w.HeatHours)
	typeHours(v, lang, ui.FieldThere, ui.FieldThereOwn, w.ClearHours)
	if w.WeekCap > 0 {
		v.Set(ui.FieldWeekCap, strconv.FormatInt(w.WeekCap, 10))
	}
	return v
}

// number writes thousandths of a millimetre in millimetres.
func number(lang string, um int64) string {
	if lang == english {
		return mm(um)
	}
	return strings.ReplaceAll(mm(um), ".", ",")
}
