package web

import (
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

// keptRows are what is kept of an item, and the requests that more can be kept for. Kits are of their request already.
func (r *reader) keptRows(page *ui.StockItem, item fab.Item, stuff ui.Stuff) error {
	if kind, _ := item.Split(); kind == "kit" {
		return nil
	}
	kept, err := r.tx.Reservations(item)
	if err != nil {
		return err
	}
	for _, k := range kept {
		request, err := r.tx.Request(k.RequestID)
		if err != nil {
			return err
		}
		place, err := r.tx.Facility(request.FacilityID)
		if err != nil {
			return err
		}
		page.Kept = append(page.Kept, ui.Kept{ID: string(k.ID), Request: string(request.ID), For: place.Name, Ref: request.Ref, Stuff: times(stuff, k.Quantity), Place: r.spotName(k.Location)})
	}
	page.Requests, err = r.requestChoices()
	return err
}

// speakRows are the measures of a material, and below how much to ask for more.
func (r *reader) speakRows(page *ui.StockItem, m fab.Material) {
	base := fab.Material{Unit: m.Unit}.AllMeasures()
	for _, one := range m.AllMeasures() {
		page.Measures = append(page.Measures, ui.MeasureChoice(r.lang, one.Code))
	}
	page.Base = page.Measures[:len(base)]
	for _, code := range fab.OwnMeasures {
		if !slices.ContainsFunc(base, func(b fab.Measure) bool { return b.Code == code }) {
			page.OwnCodes = append(page.OwnCodes, ui.MeasureChoice(r.lang, code))
		}
	}
	for n, own := range m.Measures {
		page.Own = append(page.Own, ui.Own{N: n, Code: own.Code, Factor: inMeasure(own.Factor, base[0]), In: base[0].Code})
	}
	if len(m.Measures) < fab.MaxMeasures {
		page.Own = append(page.Own, ui.Own{N: len(m.Measures), In: base[0].Code})
	}
	if m.LowAt > 0 {
		page.Low = inMeasure(m.LowAt, base[0])
	}
}

// inMeasure writes an amount in a measure whose factor is a power of ten, exactly, as a form takes it back.
func inMeasure(n int64, in fab.Measure) string {
	whole, rest := n/in.Factor, n%in.Factor
	if rest == 0 {
		return strconv.FormatInt(whole, 10)
	}
	digits := strconv.FormatInt(in.Factor+rest, 10)[1:]
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return strconv.FormatInt(whole, 10) + "," + digits
}

// stockKeep keeps something for a request.
func (s *Server) stockKeep(c *gin.Context) error {
	err := s.Supply.Reserve(c.Request.Context(), supply.Keeping{
		Item: fab.Item(c.Param("item")), Request: fab.RequestID(c.PostForm(ui.FieldRequest)), Count: c.PostForm(ui.FieldKeepN), Measure: c.PostForm(ui.FieldKeepIn), By: me(c).ID,
	})
	if refusals, ok := fab.RefusalsOf(err); ok && c.PostForm(ui.FieldRequest) == "" {
		refusals[0].Class, refusals[0].Code, refusals[0].Field = fab.Invalid, "keep_for_whom", ui.FieldRequest
	} else if ok {
		for _, r := range refusals {
			if r.Field == ui.FieldCount {
				r.Field = ui.FieldKeepN
			}
		}
	}
	return s.stockDone(c, err, "keep", "keep")
}

// stockRelease lets go of what was kept. Pressed twice, it has one effect.
func (s *Server) stockRelease(c *gin.Context) error {
	return s.stockDone(c, s.Supply.Release(c.Request.Context(), fab.ReservationID(c.PostForm(ui.FieldReservation))), "keep", "release")
}

// stockSpeak stores the measures of a material, and below how much to ask for more.
func (s *Server) stockSpeak(c *gin.Context) error {
	_, code := fab.Item(c.Param("item")).Split()
	f := supply.MaterialForm{Code: code, Low: c.PostForm(ui.FieldLow), LowMeasure: c.PostForm(ui.FieldLowIn)}
	for n := range fab.MaxMeasures {
		no := strconv.Itoa(n)
		f.Measures = append(f.Measures, supply.MeasureForm{Code: c.PostForm(ui.FieldOwn + no), Factor: c.PostForm(ui.FieldFactor + no), In: c.PostForm(ui.FieldIn + no)})
	}
	err := s.Supply.SetMaterial(c.Request.Context(), f)
	if refusals, ok := fab.RefusalsOf(err); ok && refusals[0].Field == ui.FieldMeasure {
		refusals[0].Field = ui.FieldOwn + "0"
	}
	return s.stockDone(c, err, "speak", "speak")
}

// stockDone leads back to the page of an item, or shows its form again.
func (s *Server) stockDone(c *gin.Context, err error, open, done string) error {
	if err == nil {
		s.flash(c, ui.FlashDone, "done.stock_"+done)
		return to(c, "/desk/stock/"+c.Param("item"))
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.stockItemPage(c)
		page.Form, page.Open = f, open
		return page, err
	})
}

// unitChoices are what a new material can be counted in.
func unitChoices(lang string) []ui.Choice {
	return []ui.Choice{
		{Value: fab.UnitPiece, Label: ui.MeasureChoice(lang, fab.UnitPiece).Label}, {Value: fab.UnitMG, Label: ui.MeasureChoice(lang, "g").Label}, {Value: fab.UnitUM, Label: ui.MeasureChoice(lang, "m").Label},
	}
}

// materialAdd makes a kind of material.
func (s *Server) materialAdd(c *gin.Context) error {
	m, err := s.Supply.AddMaterial(c.Request.Context(), supply.NewMaterial{French: c.PostForm(ui.FieldNameFR), English: c.PostForm(ui.FieldNameEN), Unit: c.PostForm(ui.FieldUnit)})
	if err == nil {
		s.flash(c, ui.FlashDone, "done.material_added")
		return to(c, "/desk/stock/"+string(fab.MaterialItem(m.Code)))
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.materialsPage(c)
		page.Form = f
		return page, err
	})
}
