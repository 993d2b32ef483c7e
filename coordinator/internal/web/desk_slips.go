package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// How the values of ui.FieldWork begin.
const (
	workAttempt = "a:"
	workLot     = "l:"
)

func (s *Server) deskSlips(c *gin.Context) error {
	page, err := s.slipsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) slipsPage(c *gin.Context) (page ui.Slips, err error) {
	page.Lines = grid(c)
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries); err != nil {
			return err
		}
		page.Live = ""
		page.Works, err = r.slipWorks()
		return err
	})
	return page, err
}

// slipWorks are what a slip may be about: hand work in somebody's hands, then bags that are not counted here.
func (r *reader) slipWorks() (list []ui.SlipWork, err error) {
	attempts, err := r.tx.HandAttempts()
	if err != nil {
		return nil, err
	}
	for _, a := range attempts {
		b, err := r.tx.Batch(a.BatchID)
		if err != nil {
			return nil, err
		}
		maker := r.makers[r.worker(a.WorkerID).MakerID]
		list = append(list, ui.SlipWork{Value: workAttempt + string(a.ID), Who: maker.Name, Part: r.part(b.DesignID, a.Part, a.Copies)})
	}
	lots, _, err := r.uncounted()
	for _, l := range lots {
		list = append(list, ui.SlipWork{Value: workLot + string(l.ID), Lot: l.Code, Who: r.makers[l.MakerID].Name, Part: r.part(l.DesignID, l.Part, l.Declared)})
	}
	return list, err
}

// slipsKey takes each line that is right, and shows those that are not again.
func (s *Server) slipsKey(c *gin.Context) error {
	page, err := s.slipsPage(c)
	if err != nil {
		return err
	}
	taken, wrong, err := keyGrid(c, page.Lines, func(typed url.Values) error {
		slip, err := readSlip(typed)
		if err != nil {
			return err
		}
		slip.By = me(c).ID
		_, err = s.Production.KeySlip(c.Request.Context(), slip)
		return err
	})
	if err != nil {
		return err
	}
	if wrong == 0 {
		s.flash(c, ui.FlashDone, "done.slips_keyed", "n", taken)
		return to(c, "/desk/slips")
	}
	page.Flash = &ui.Flash{Kind: ui.FlashWarn, Text: fab.Because("forms_some_wrong", "n", wrong, "taken", taken)}
	s.render(c, http.StatusUnprocessableEntity, page)
	return nil
}

// grid is the empty lines of a grid, the first with the code that the address names.
func grid(c *gin.Context) (lines []ui.FormLine) {
	for n := range ui.GridLines {
		lines = append(lines, ui.FormLine{N: n + 1, Form: ui.Form{Values: url.Values{}}})
	}
	if code := c.Query(ui.FieldPaper); code != "" {
		lines[0].Form.Values.Set(ui.FieldPaper+"_1", shown(code))
	}
	return lines
}

// keyGrid gives each line of a grid that was filled in to take, empties those that were taken, and marks the others.
func keyGrid(c *gin.Context, lines []ui.FormLine, take func(url.Values) error) (taken, wrong int, err error) {
	for i := range lines {
		l := &lines[i]
		end := fmt.Sprintf("_%d", l.N)
		typed := url.Values{}
		for name, values := range c.Request.PostForm {
			if field, ours := strings.CutSuffix(name, end); ours && strings.TrimSpace(values[0]) != "" {
				typed[field] = values
				l.Form.Values[name] = values
			}
		}
		if len(typed) == 0 {
			continue
		}
		err := take(typed)
		errs, refused := fab.RefusalsOf(err)
		switch {
		case err == nil:
			taken++
			l.Form.Values = url.Values{}
		case !refused:
			return taken, wrong, err
		default:
			wrong++
			l.Wrong = errs
		}
	}
	return taken, wrong, nil
}

func readSlip(typed url.Values) (slip production.Slip, err error) {
	var errs fab.Errors
	number := func(field string, empty int64) int64 { return typedCount(typed.Get(field), field, empty, &errs) }
	slip.Code, slip.Reason = typed.Get(ui.FieldPaper), typed.Get(ui.FieldReason)
	slip.Good, slip.Bad = number(ui.FieldGood, 0), number(ui.FieldBad, 0)
	slip.Counted = number(ui.FieldInBag, slip.Good)
	if slip.Reason == "" {
		slip.Reason = fab.CountAsLabelled
	}
	work := typed.Get(ui.FieldWork)
	if id, ok := strings.CutPrefix(work, workLot); ok {
		slip.Lot = fab.LotID(id)
	} else if id, ok := strings.CutPrefix(work, workAttempt); ok {
		slip.Attempt = fab.AttemptID(id)
	}
	return slip, errs.Or()
}

// formLine leads from the square code on a form to the line in which it is keyed in.
func formLine(blank fab.BlankForm) string {
	page := "/desk/slips"
	if blank.Kind == fab.BlankRequest {
		page = "/desk/forms"
	}
	return page + "?" + url.Values{ui.FieldPaper: {fab.FormatReference(blank.Code)}}.Encode()
}

// findBlank looks for a printed form: what became of it, or the form itself while nobody keyed it in.
func (r *reader) findBlank(code string) (found scanned, err error) {
	ref, _ := fab.ParseReference(code)
	blank, err := r.tx.BlankForm(ref)
	found = scanned{kind: ui.ScanForm, code: fab.FormatReference(blank.Code), blank: blank}
	switch {
	case err != nil || blank.Subject == "":
		return found, err
	case blank.Kind == fab.BlankRequest:
		found.kind, found.request = ui.ScanRequest, fab.RequestID(blank.Subject)
		return found, nil
	}
	found.kind = ui.ScanBag
	found.lot, err = r.tx.Lot(fab.LotID(blank.Subject))
	found.design = r.designs[found.lot.DesignID]
	return found, err
}
