package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// decideEmpty asks for the decision that a version was tried, beside the evidence.
func (s *Server) decideEmpty(c *gin.Context) error {
	page, err := s.decidePage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) decidePage(c *gin.Context) (page ui.Decide, err error) {
	page.Form = emptyForm()
	page.Form.Values.Set(ui.FieldBatches, ui.MoveNo)
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = ""
		d, err := r.tx.Design(fab.DesignVersionID(c.Param("id")))
		if err != nil {
			return err
		}
		page.VersionRow, page.Product = r.version(d, nil), inLang(d.Names, r.lang, d.Product)
		if _, page.Evidence, err = r.proofs(d.ID); err != nil {
			return err
		}
		answers, err := r.tx.TestersFor(d.ID)
		if err != nil {
			return err
		}
		for _, t := range answers {
			page.Enough = page.Enough || t.UsesIt()
		}
		all, err := r.tx.Designs()
		if err != nil {
			return err
		}
		page.Claims = production.ClaimsFor(d, all, answers)
		if d.Claim != "" {
			page.Form.Values.Set(ui.FieldClaim, d.Claim)
		}
		for _, other := range all {
			if other.Product == d.Product && other.ID != d.ID && other.Status == fab.DesignTrialled {
				page.Older = append(page.Older, ui.Choice{Value: string(other.ID), Label: other.Version})
			}
		}
		return nil
	})
	return page, err
}

// decide records that a version was tried, and lets it take the place of an older one.
func (s *Server) decide(c *gin.Context) error {
	err := s.Production.Decide(c.Request.Context(), production.Decision{
		Design: fab.DesignVersionID(c.Param("id")), Why: c.PostForm(ui.FieldWhy), Claim: c.PostForm(ui.FieldClaim),
		Replace: fab.DesignVersionID(c.PostForm(ui.FieldReplace)), Move: c.PostForm(ui.FieldBatches) == ui.MoveYes, By: me(c).ID,
	})
	if err == nil {
		s.flash(c, ui.FlashDone, "done.version_trialled")
		return to(c, "/desk/products/"+c.Param("id"))
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.decidePage(c)
		page.Form = f
		return page, err
	})
}

// wordsEmpty shows what is said of a version, to be changed.
func (s *Server) wordsEmpty(c *gin.Context) error {
	page, err := s.wordsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) wordsPage(c *gin.Context) (page ui.VersionWords, err error) {
	page.Form = emptyForm()
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = ""
		d, err := r.tx.Design(fab.DesignVersionID(c.Param("id")))
		if err != nil {
			return err
		}
		page.VersionRow, page.Product = r.version(d, nil), inLang(d.Names, r.lang, d.Product)
		page.Claim, page.Dated = d.Claim, r.local(d.WordsAt)
		page.Form.Values.Set(ui.FieldNotice+"fr", d.Notices["fr"])
		page.Form.Values.Set(ui.FieldNotice+"en", d.Notices["en"])
		all, err := r.tx.Designs()
		if err != nil {
			return err
		}
		answers, err := r.tx.TestersFor(d.ID)
		page.Claims = production.ClaimsFor(d, all, answers)
		return err
	})
	return page, err
}

// wordsSave changes what is said of a version, and dates it.
func (s *Server) wordsSave(c *gin.Context) error {
	err := s.Production.SetWords(c.Request.Context(), production.Words{
		Design: fab.DesignVersionID(c.Param("id")), Claim: c.PostForm(ui.FieldClaim), By: me(c).ID,
		Notices: map[string]string{"fr": c.PostForm(ui.FieldNotice + "fr"), "en": c.PostForm(ui.FieldNotice + "en")},
	})
	if err == nil {
		s.flash(c, ui.FlashDone, "done.words_saved")
		return to(c, "/desk/products/"+c.Param("id"))
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.wordsPage(c)
		page.Form = f
		return page, err
	})
}
