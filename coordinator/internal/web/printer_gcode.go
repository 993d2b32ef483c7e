package web

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// ownTarget is what a maker slices: a part of a version, for one of his or her printers.
type ownTarget struct {
	printer fab.Worker
	design  fab.DesignVersion
	part    fab.Part
}

func (s *Server) ownTarget(c *gin.Context) (t ownTarget, err error) {
	if t.printer, err = s.printerAt(c, makerPrinters); err != nil {
		return t, err
	}
	err = s.read(c, func(r *reader) error {
		t.design, err = r.tx.Design(fab.DesignVersionID(c.Param("design")))
		return err
	})
	if err != nil {
		return t, err
	}
	part, ok := t.design.BOM.Part(c.Param("part"))
	if !ok || part.How != fab.ByPrint || part.ModelHash == "" || t.design.Status == fab.DesignWithdrawn {
		return t, fab.Refuse(fab.NotFound, "not_found", "", "what", "part")
	}
	t.part = part
	return t, nil
}

// ownModel gives the model of a part to slice.
func (s *Server) ownModel(c *gin.Context) error {
	t, err := s.ownTarget(c)
	if err != nil {
		return err
	}
	return s.attachment(c, t.part.ModelHash, t.part.Code)
}

// ownGCode takes a file that a maker sliced, judges it, and keeps it when nothing is wrong. The number of pieces stands
// before the file in the form, so that the file is read once and nowhere kept until it is good.
func (s *Server) ownGCode(c *gin.Context) error {
	t, err := s.ownTarget(c)
	if err != nil {
		return err
	}
	file, err := s.openGCode(c)
	if err != nil {
		return err
	}
	copies, errs := pieces(c.PostForm(ui.FieldCopies))
	if file == nil {
		errs = append(errs, fab.Refuse(fab.Invalid, "file_missing", ui.FieldGCode))
	}
	if len(errs) > 0 {
		return s.ownAgain(c, t, errs, nil)
	}
	judged, err := s.Production.OwnGCode(c.Request.Context(), t.printer.ID, t.design.ID, t.part.Code, copies, t.printer.Filament, file)
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return s.ownAgain(c, t, fab.Errors{fab.Refuse(fab.Invalid, "gcode_too_large", ui.FieldGCode, "max", megabytes(s.MaxGCode))}, nil)
	case err != nil:
		errs, ok := fab.RefusalsOf(err)
		if !ok {
			return err
		}
		return s.ownAgain(c, t, inField(errs, "file", ui.FieldGCode), nil)
	case !judged.Safe:
		var all []ui.Finding
		for _, f := range judged.Findings {
			all = append(all, finding(f.Code, f.Args, f.Line, f.Count, f.Warning))
		}
		return s.ownAgain(c, t, nil, judgedPart(inLang(t.part.Names, lang(c), t.part.Code), all))
	}
	s.flash(c, ui.FlashDone, "done.gcode_kept", "seconds", judged.Report.Seconds, "mg", judged.Report.FilamentMG, "n", copies)
	return to(c, makerPrinters+"/"+string(t.printer.ID))
}

// inField gives the refusals of a field of a room the name that the form has for it.
func inField(errs fab.Errors, from, to string) (out fab.Errors) {
	for _, e := range errs {
		there := *e
		if there.Field == from {
			there.Field = to
		}
		out = append(out, &there)
	}
	return out
}

// ownAgain shows the page of the printer again, with what is wrong beside the form of the part.
func (s *Server) ownAgain(c *gin.Context, t ownTarget, errs fab.Errors, judged *ui.Judged) error {
	page, err := s.printerPage(c, makerPrinters)
	if err != nil {
		return err
	}
	base := makerPrinters + "/" + string(t.printer.ID) + "/parts/" + string(t.design.ID) + "/" + t.part.Code
	page.Form, page.Judged = wrong(c, errs), judged
	for i, p := range page.Parts {
		if p.Base == base {
			page.Parts[i].Open = true
			page.Form = at(page.Form, p.Key)
		}
	}
	_, _ = io.Copy(io.Discard, c.Request.Body) // a browser reads no answer before it has sent all
	status := http.StatusUnprocessableEntity
	if slices.ContainsFunc(errs, func(e *fab.Error) bool { return e.Code == "gcode_too_large" }) {
		status = http.StatusRequestEntityTooLarge
	}
	s.render(c, status, page)
	return nil
}

// maxFindings is how many findings are shown: the first say what to do.
const maxFindings = 20

// finding is one thing that the check holds against a file.
func finding(code string, args map[string]string, line, count int64, warning bool) ui.Finding {
	text := fab.Reason{Code: code, Args: fab.Args{}}
	for name, value := range args {
		text.Args[name] = value
	}
	return ui.Finding{Line: line, Count: count, Text: text, Stop: !warning}
}

// judgedPart puts first what forbids to print a file, and leaves out what is too much to read.
func judgedPart(part string, all []ui.Finding) *ui.Judged {
	slices.SortStableFunc(all, func(a, b ui.Finding) int {
		switch {
		case a.Stop == b.Stop:
			return 0
		case a.Stop:
			return -1
		}
		return 1
	})
	shown := min(len(all), maxFindings)
	return &ui.Judged{Part: part, Findings: all[:shown], More: int64(len(all) - shown)}
}

// openGCode reads the fields of a form up to its file, which is left to be read; nil when there is none. A file beyond
// MaxGCode ends in an *http.MaxBytesError.
func (s *Server) openGCode(c *gin.Context) (io.Reader, error) {
	parts, err := multipartOf(c)
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, nil //nolint:nilnil // no file is no fault
		case err != nil:
			return nil, badBody(err)
		case part.FileName() != "":
			return http.MaxBytesReader(nil, part, s.MaxGCode), nil
		}
		if err := readField(c, part); err != nil {
			return nil, err
		}
	}
}

// pieces reads how many pieces a file makes.
func pieces(typed string) (int64, fab.Errors) {
	n, ok := fab.WholeNumber(typed)
	switch {
	case !ok:
		return 0, fab.Errors{fab.Refuse(fab.Invalid, "not_a_number", ui.FieldCopies)}
	case n < 1:
		return 0, fab.Errors{fab.Refuse(fab.Invalid, "quantity_not_positive", ui.FieldCopies)}
	case n > maxPieces:
		return 0, fab.Errors{fab.Refuse(fab.Invalid, "too_many", ui.FieldCopies, "max", maxPieces)}
	}
	return n, nil
}

// maxPieces is more than a bed holds.
const maxPieces = 500
