package web

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

func (s *Server) giveEmpty(c *gin.Context) error {
	f := emptyForm()
	f.Values.Set(ui.FieldMaterial, c.Query(ui.FieldMaterial))
	f.Values.Set(ui.FieldWay, ui.WayBring)
	page, err := s.givePage(c, f)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// give notes a gift and shows its donor the page to follow it on.
func (s *Server) give(c *gin.Context) error {
	pictures, err := s.readPictures(c)
	if err != nil {
		return err
	}
	pledged, err := s.Supply.Pledge(c.Request.Context(), supply.Pledge{
		Material: c.PostForm(ui.FieldMaterial), Words: c.PostForm(ui.FieldWords), Count: c.PostForm(ui.FieldCount), Measure: c.PostForm(ui.FieldMeasure), Each: c.PostForm(ui.FieldEach),
		Condition: c.PostForm(ui.FieldCondition), Photo: pictures[ui.FieldPhoto], Fetch: c.PostForm(ui.FieldWay) == ui.WayFetch, Address: c.PostForm(ui.FieldAddress), Hours: c.PostForm(ui.FieldHours),
		Donor: c.PostForm(ui.FieldDonor), Town: c.PostForm(ui.FieldTown), Phone: c.PostForm(ui.FieldPhone), Email: c.PostForm(ui.FieldEmail),
		MayName: c.PostForm(ui.FieldConsent) == "yes", SubmitKey: c.PostForm(ui.FieldKey),
	})
	if err == nil {
		return to(c, "/gift/"+pledged.Token)
	}
	errs, ok := fab.RefusalsOf(err)
	if !ok || errs[0].Class != fab.Invalid {
		return err
	}
	f := wrong(c, errs)
	if f.Key == "" {
		f.Key = emptyForm().Key
	}
	page, err := s.givePage(c, f)
	if err != nil {
		return err
	}
	s.render(c, statusOf(errs), page)
	return nil
}

func (s *Server) givePage(c *gin.Context, f ui.Form) (page ui.Give, err error) {
	page = ui.Give{Frame: s.frame(c), Form: f}
	page.Path = "/give"
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		materials, err := tx.Materials()
		if err != nil {
			return err
		}
		for _, m := range materials {
			page.Materials = append(page.Materials, ui.Choice{Value: m.Code, Label: inLang(m.Names, page.Lang, m.Code)})
		}
		page.Materials = append(page.Materials, ui.OtherGifts(page.Lang)...)
		page.Measures = measures(page.Lang, materials)
		page.Needed, err = needed(tx, page.Lang)
		return err
	})
	return page, err
}

// measures are the units in which any of these materials is spoken of. Filament is on reels everywhere.
func measures(lang string, materials []fab.Material) (list []ui.Choice) {
	for _, m := range materials {
		all := m.AllMeasures()
		if m.Unit == fab.UnitMG {
			all = append(all, fab.Measure{Code: "reel"})
		}
		for _, one := range all {
			choice := ui.MeasureChoice(lang, one.Code)
			if !slices.Contains(list, choice) {
				list = append(list, choice)
			}
		}
	}
	return list
}

// needed lists what open work takes beyond what is in the lab or pledged, and what is
// below the amount at which the lab asks for more.
func needed(tx *store.Tx, lang string) (list []ui.Stuff, err error) {
	lacks, err := supply.Lacking(tx)
	for _, l := range lacks {
		list = append(list, lackStuff(l, lang))
	}
	return list, err
}

func lackStuff(l supply.Lack, lang string) ui.Stuff {
	return ui.Stuff{Material: l.Material.Code, Name: inLang(l.Material.Names, lang, l.Material.Code), Unit: l.Material.Unit, N: l.Short}
}

// sortedKeys lists the keys of a count in order.
func sortedKeys(of map[string]int64) []string {
	keys := make([]string, 0, len(of))
	for k := range of {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
