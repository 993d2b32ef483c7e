package web

import (
	"errors"
	"io"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/finess"
	"github.com/mailleur/mailleur/coordinator/internal/imports"
	"github.com/mailleur/mailleur/ui"
)

// maxRegister is how large a file of the register may be, in bytes: the whole country's is a tenth of it.
const maxRegister = 1 << 30

// badShown is how many lines of a file are named on the page.
const badShown = 200

func (s *Server) deskRegister(c *gin.Context) error {
	page, err := s.registerPage(c, nil, ui.Form{})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) registerPage(c *gin.Context, done *ui.Registered, f ui.Form) (page ui.Register, err error) {
	page.Done, page.Form = done, f
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavRequests); err != nil {
			return err
		}
		page.Live = ""
		page.Listed, err = r.listed()
		return err
	})
	return page, err
}

// registerTake reads a file of the register as it arrives.
func (s *Server) registerTake(c *gin.Context) error {
	if err := s.oneUpload(c); err != nil {
		return err
	}
	defer s.uploaded(c)
	parts, err := multipartOf(c)
	if err != nil {
		return err
	}
	shown := &ui.Registered{}
	var done imports.Registered
	read := false
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return badBody(err)
		}
		if part.FormName() != ui.FieldFile || part.FileName() == "" || read {
			continue
		}
		read = true
		done, err = s.imports.Register(c.Request.Context(), part, func(b finess.Bad) {
			if len(shown.Named) < badShown {
				shown.Named = append(shown.Named, ui.BadLine{Line: b.Line, ET: b.ET, Why: b.Why})
			}
		})
		if err != nil {
			return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.registerPage(c, nil, f) })
		}
	}
	if !read {
		return s.again(c, fab.Refuse(fab.Invalid, "file_missing", ui.FieldFile), func(f ui.Form) (ui.Page, error) { return s.registerPage(c, nil, f) })
	}
	shown.Lines, shown.Places, shown.Points, shown.Bad, shown.Placed = done.Lines, done.Places, done.Points, done.Bad, done.Placed
	page, err := s.registerPage(c, shown, ui.Form{})
	if err != nil {
		return err
	}
	return s.show(c, page)
}
