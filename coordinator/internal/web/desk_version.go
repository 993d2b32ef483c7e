package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// deskVersion is one version of a product: its parts, and a plate of each for every kind of machine in the lab.
func (s *Server) deskVersion(c *gin.Context) error {
	var page ui.Version
	var d fab.DesignVersion
	err := s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = "/desk/live?on=" + onPlates + "&of=" + c.Param("id")
		if d, err = r.tx.Design(fab.DesignVersionID(c.Param("id"))); err != nil {
			return err
		}
		plates, err := r.tx.Plates(d.ID)
		if err != nil {
			return err
		}
		page.VersionRow, page.Product = r.version(d, plates), inLang(d.Names, r.lang, d.Product)
		page.Plates = r.partPlates(d, plates)
		page.Form = emptyForm()
		return r.versionWords(d, &page)
	})
	if err != nil {
		return err
	}
	if page.Parts, err = s.modelParts(c, d); err != nil {
		return err
	}
	return s.show(c, page)
}

// versionWords adds what is said of a version, and what that rests on.
func (r *reader) versionWords(d fab.DesignVersion, page *ui.Version) (err error) {
	page.Checks = r.checkLines(d, d.Checks, true)
	back, err := r.tx.DefectsOfDesign(d.ID)
	if err != nil {
		return err
	}
	page.Back = r.defectRows(back)
	page.Claim, page.Dated, page.Notice = d.Claim, r.local(d.WordsAt), d.Notices[r.lang] != ""
	page.TriedAt, page.Why = r.local(d.TrialledAt), d.TrialledWhy
	if page.Trials, page.Proofs, err = r.proofs(d.ID); err != nil {
		return err
	}
	for _, e := range page.Proofs {
		if e.Kind == fab.TesterCare || e.Kind == fab.TesterOther && d.Claim == fab.ClaimTried {
			page.Borne = append(page.Borne, e)
		}
	}
	if d.Claim != fab.ClaimTried && d.Claim != fab.ClaimTriedByCare {
		page.Borne = nil
	}
	recalls, err := r.recallsOf(d.ID)
	for _, one := range recalls {
		page.Recalls = append(page.Recalls, "/desk/recalls/"+string(one.ID))
	}
	return err
}

// partPlates are the plates of each printed part, by machine.
func (r *reader) partPlates(d fab.DesignVersion, plates []fab.Plate) (list []ui.PartPlates) {
	for _, part := range d.BOM.Parts {
		if part.How != fab.ByPrint {
			continue
		}
		of := ui.PartPlates{Code: part.Code, Name: inLang(part.Names, r.lang, part.Code)}
		for _, p := range plates {
			if p.Part == part.Code && wanted(p) {
				of.Rows = append(of.Rows, r.plateRow(p))
			}
		}
		slices.SortStableFunc(of.Rows, func(a, b ui.PlateRow) int {
			return cmp.Or(cmp.Compare(a.Machine, b.Machine), cmp.Compare(a.Filament, b.Filament), cmp.Compare(a.Settings+a.Owner, b.Settings+b.Owner))
		})
		if len(of.Rows) > 0 {
			list = append(list, of)
		}
	}
	return list
}

func (r *reader) plateRow(p fab.Plate) ui.PlateRow {
	row := ui.PlateRow{
		ID: string(p.ID), Machine: r.modelName(p.Model), NozzleUM: p.NozzleUM, Filament: p.Filament, Copies: p.Copies, Pile: p.Pile, State: plateState(p),
		Percent: int(p.ProgressPM / 10), Time: time.Duration(p.Seconds) * time.Second, FilamentMG: p.FilamentMG, Layers: p.Layers,
		Picture: p.Picture, Next: r.local(p.NextTryAt), Settings: r.settingsOf(p.Overlay),
	}
	if p.WorkerID != "" {
		row.Owner = r.worker(p.WorkerID).Name
	}
	if p.Status != fab.PlateReady {
		row.Why = r.reason(p.Why)
	}
	for _, why := range p.Warnings {
		row.Notes = append(row.Notes, r.reason(why))
	}
	return row
}

// settingsOf names the printers that have these own settings.
func (r *reader) settingsOf(overlay string) string {
	if overlay == "" {
		return ""
	}
	var names []string
	for _, w := range r.workers {
		if fab.OverlayHash(w.Overlay) == overlay {
			names = append(names, w.Name)
		}
	}
	if len(names) == 0 {
		return overlay[:min(len(overlay), 8)]
	}
	return strings.Join(names, ", ")
}

// plateState is the word for where a plate stands.
func plateState(p fab.Plate) string {
	switch p.Status {
	case fab.PlateSlicing:
		return ui.StateSlicing
	case fab.PlateReady:
		return ui.StatePlateReady
	case fab.PlateImpossible:
		return ui.StateImpossible
	case fab.PlateFailed:
		return ui.StateAgain
	case fab.PlateCancelled:
		return ui.StatePlateCancelled
	}
	return ui.StateWaiting
}

// modelParts are the parts of a version with what their files measure.
func (s *Server) modelParts(c *gin.Context, d fab.DesignVersion) (list []ui.ModelPart, err error) {
	for _, p := range d.BOM.Parts {
		one := ui.ModelPart{
			Code: p.Code, Name: inLang(p.Names, lang(c), p.Code), Picture: p.Picture, ByHand: p.How == fab.ByHand, Step: p.Step, PerUnit: p.PerUnit,
		}
		if p.ModelHash != "" {
			one.File = "/desk/products/" + string(d.ID) + "/parts/" + p.Code
		}
		if p.ModelHash != "" && p.How == fab.ByPrint {
			measured, err := s.models.measure(c.Request.Context(), p.ModelHash)
			if err != nil {
				return nil, err
			}
			measured.fill(&one)
		}
		list = append(list, one)
	}
	return list, nil
}

// partFile gives the model of a part.
func (s *Server) partFile(c *gin.Context) error {
	var part fab.Part
	err := s.read(c, func(r *reader) error {
		d, err := r.tx.Design(fab.DesignVersionID(c.Param("id")))
		part, _ = d.BOM.Part(c.Param("part"))
		return err
	})
	if err != nil {
		return err
	}
	if part.ModelHash == "" {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	return s.attachment(c, part.ModelHash, part.Code)
}

// deskPicture gives a picture that is for the lab's own people: a plate, or a part that is not kept yet.
func (s *Server) deskPicture(c *gin.Context) error {
	hash, png := strings.CutSuffix(c.Param("name"), ".png")
	if !png {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	blob, err := s.Store.Blob(c.Request.Context(), hash)
	if err != nil {
		return err
	}
	if blob.Kind != "image/png" {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	c.Header("Cache-Control", "private, max-age=31536000, immutable")
	return s.stream(c, blob)
}

// plateAct is a button on the line of a plate.
func (s *Server) plateAct(act func(context.Context, fab.PlateID) error, done string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id := fab.PlateID(c.Param("id"))
		var p fab.Plate
		err := s.read(c, func(r *reader) (err error) { p, err = r.tx.Plate(id); return err })
		if err != nil {
			return err
		}
		back := "/desk/products/" + string(p.DesignID)
		if err := act(c.Request.Context(), id); err != nil {
			return s.sayNo(c, err, back)
		}
		s.flash(c, ui.FlashDone, done)
		return to(c, back+"#"+ui.PlateRowID(string(id)))
	}
}
