package web

import (
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// newVersionEmpty is the form of the next version of a product.
func (s *Server) newVersionEmpty(c *gin.Context) error {
	d, err := s.design(c)
	if err != nil {
		return err
	}
	page, err := s.newVersionPage(c, d, nil, emptyForm())
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// design reads the version that the address names.
func (s *Server) design(c *gin.Context) (d fab.DesignVersion, err error) {
	err = s.read(c, func(r *reader) error {
		d, err = r.tx.Design(fab.DesignVersionID(c.Param("id")))
		return err
	})
	return d, err
}

func (s *Server) newVersionPage(c *gin.Context, d fab.DesignVersion, sent map[string]*candidate, f ui.Form) (page ui.NewVersion, err error) {
	err = s.read(c, func(r *reader) error {
		page.Frame, err = s.deskFrame(c, r, ui.NavProduction)
		return err
	})
	page.Live = "" // somebody fills in a form
	page.From, page.Product = ui.VersionRow{ID: string(d.ID), Version: d.Version}, inLang(d.Names, lang(c), d.Product)
	page.MaxMB, page.Form = megabytes(s.MaxModel), f
	for _, p := range d.BOM.Parts {
		if p.How != fab.ByPrint {
			continue
		}
		one := ui.Candidate{Code: p.Code, Name: inLang(p.Names, lang(c), p.Code), Picture: p.Picture}
		if came := sent[p.Code]; came != nil {
			came.show(&one)
			page.Asks = page.Asks || came.asks()
		}
		page.Parts = append(page.Parts, one)
	}
	return page, err
}

// candidate is a file that was sent for a part, with what is to be done to it.
type candidate struct {
	data          []byte
	hash, called  string
	model         production.Model
	picture       string // hash
	repair, scale string // as chosen; "" when nothing was
}

// asks reports whether somebody still has to say what is to be done with the file.
func (f *candidate) asks() bool {
	return f.model.Open && f.repair == "" || f.model.Unsure && f.scale == ""
}

func (f *candidate) show(on *ui.Candidate) {
	on.New = &ui.ModelPart{Code: on.Code}
	measured{Model: f.model}.fill(on.New)
	on.Kept, on.Called, on.Picture = f.hash, f.called, f.picture
	on.AskRepair, on.CanRepair, on.AskScale = f.model.Open, f.model.CanMend, f.model.Unsure
}

// newVersion looks at the files that were sent. When all is well, or somebody said what is to be done with what is not,
// the version is made; otherwise the form comes back with the files kept.
func (s *Server) newVersion(c *gin.Context) error {
	d, err := s.design(c)
	if err != nil {
		return err
	}
	if err := s.oneUpload(c); err != nil {
		return err
	}
	defer s.uploaded(c)
	files, err := s.parseUpload(c)
	if err != nil {
		return err
	}
	sent, errs, err := s.candidates(c, d, files)
	if err != nil {
		return err
	}
	asks := slices.ContainsFunc(d.BOM.Parts, func(p fab.Part) bool { return sent[p.Code] != nil && sent[p.Code].asks() })
	if len(errs) == 0 && !asks {
		id, err := s.keepVersion(c, d, sent)
		if err == nil {
			s.flash(c, ui.FlashDone, "done.version_made")
			return to(c, "/desk/products/"+string(id))
		}
		ok := false
		if errs, ok = fab.RefusalsOf(err); !ok {
			return err
		}
	}
	page, err := s.newVersionPage(c, d, sent, wrong(c, errs))
	if err != nil {
		return err
	}
	s.render(c, statusOfForm(errs), page)
	return nil
}

// statusOfForm is that of a form that comes back: too large, wrong, or only asking.
func statusOfForm(errs fab.Errors) int {
	switch {
	case len(errs) == 0:
		return http.StatusOK
	case slices.ContainsFunc(errs, func(e *fab.Error) bool { return e.Code == "model_too_large" }):
		return http.StatusRequestEntityTooLarge
	}
	return statusOf(errs)
}

// candidates are the files that came, or came before, by part. Those that are no models are refused each in its field.
func (s *Server) candidates(c *gin.Context, d fab.DesignVersion, files map[string]upload) (map[string]*candidate, fab.Errors, error) {
	sent, errs := map[string]*candidate{}, fab.Errors{}
	for _, p := range d.BOM.Parts {
		if p.How != fab.ByPrint {
			continue
		}
		one, err := s.candidate(c, p.Code, files[ui.FieldModel+p.Code])
		if err == nil && one != nil {
			err = s.lookAt(c, d, one)
		}
		var refused *fab.Error
		switch {
		case errors.As(err, &refused):
			there := *refused
			there.Field = ui.FieldModel + p.Code
			errs = append(errs, &there)
		case err != nil:
			return nil, nil, err
		case one != nil:
			sent[p.Code] = one
		}
	}
	if len(errs) == 0 && len(sent) == 0 {
		errs = append(errs, fab.Refuse(fab.Invalid, "nothing_changed", ""))
	}
	return sent, errs, nil
}

var contentHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// candidate is the file that was sent for a part now, or else the one that was sent before; nil when there is none. What
// was chosen for an earlier file does not hold for a new one.
func (s *Server) candidate(c *gin.Context, part string, f upload) (*candidate, error) {
	switch {
	case f.over:
		return nil, fab.Refuse(fab.Invalid, "model_too_large", "", "max", megabytes(s.MaxModel))
	case f.name != "":
		c.Request.PostForm.Del(ui.FieldRepair + part)
		c.Request.PostForm.Del(ui.FieldScale + part)
		return &candidate{data: f.data, called: shownName(f.name)}, nil
	}
	hash := c.PostForm(ui.FieldKept + part)
	if hash == "" {
		return nil, nil //nolint:nilnil // no file is no fault
	}
	blob, err := s.Store.Blob(c.Request.Context(), hash)
	if !contentHash.MatchString(hash) || fab.ClassOf(err) == fab.NotFound || blob.Size > s.MaxModel {
		return nil, fab.Refuse(fab.Invalid, "file_lost", "")
	}
	var b bytes.Buffer
	if err := s.Store.ReadBlob(c.Request.Context(), hash, &b); err != nil {
		return nil, err
	}
	one := &candidate{data: b.Bytes(), hash: hash, called: shownName(c.PostForm(ui.FieldCalled + part))}
	one.repair = oneOf(c.PostForm(ui.FieldRepair+part), ui.Candidate{CanRepair: true}.Repairs())
	one.scale = oneOf(c.PostForm(ui.FieldScale+part), ui.Candidate{}.Scales())
	return one, nil
}

// shownName is the name of a file as a page shows it, without what cannot be seen. It is used for nothing else.
func shownName(name string) string {
	const most = 80
	runes := []rune(fab.Line(name))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}

// oneOf is the value when it is among those that were offered.
func oneOf(value string, offered []string) string {
	if slices.Contains(offered, value) {
		return value
	}
	return ""
}

// lookAt measures and draws a file, and keeps it so that the form may come back.
func (s *Server) lookAt(c *gin.Context, d fab.DesignVersion, f *candidate) (err error) {
	if f.model, err = s.Production.Look(f.data); err != nil {
		return err
	}
	if f.hash == "" {
		blob, err := s.Store.PutBlob(c.Request.Context(), f.data, modelKind(f.data))
		if err != nil {
			return err
		}
		f.hash = blob.Hash
	}
	png, err := s.Production.Draw(f.data, d.Colour)
	if err != nil {
		return err
	}
	picture, err := s.Store.PutBlob(c.Request.Context(), png, "image/png")
	f.picture = picture.Hash
	return err
}

// modelKind is the media type of a model that was looked at: what is in it says so, and not its name.
func modelKind(data []byte) string {
	if bytes.HasPrefix(data, []byte("PK")) {
		return "model/3mf"
	}
	return "model/stl"
}

// keepVersion makes the version of the files as chosen.
func (s *Server) keepVersion(c *gin.Context, d fab.DesignVersion, sent map[string]*candidate) (fab.DesignVersionID, error) {
	files := map[string]production.Files{}
	for part, f := range sent {
		one := production.Files{Model: f.data, Kind: modelKind(f.data)}
		scale, _ := strconv.ParseFloat(f.scale, 64)
		mend := production.Mend{Repair: f.model.CanMend && f.repair == ui.RepairYes}
		if f.model.Unsure {
			mend.Scale = scale
		}
		var err error
		if one.Model, err = s.Production.Mended(one.Model, mend); err != nil {
			return "", err
		}
		if mend.Changes() {
			one.Kind = "model/stl"
		}
		if one.Picture, err = s.Production.Draw(one.Model, d.Colour); err != nil {
			return "", err
		}
		files[part] = one
	}
	made, err := s.Production.AddVersion(c.Request.Context(), production.NewVersion{
		Product: d.Product, From: d.ID, Version: c.PostForm(ui.FieldVersion), Files: files, By: me(c).ID,
	})
	return made.ID, err
}

// megabytes is a limit as people say it.
func megabytes(n int64) int64 { return max(1, n>>20) }
