package web

import (
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// newBatchEmpty is the form with which a batch is opened by hand.
func (s *Server) newBatchEmpty(c *gin.Context) error {
	page, err := s.newBatchPage(c, emptyForm())
	if err != nil {
		return err
	}
	page.Form.Key = string(fab.NewID[fab.BatchID](s.now(), rand.Reader))
	return s.show(c, page)
}

func (s *Server) newBatchPage(c *gin.Context, f ui.Form) (page ui.NewBatch, err error) {
	page.Form = f
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = "" // what is being typed stays
		if page.Designs, err = r.designChoices(); err != nil {
			return err
		}
		page.Requests, err = r.requestChoices()
		return err
	})
	return page, err
}

// designChoices are the versions that may leave the lab, the newest of each product first.
func (r *reader) designChoices() (list []ui.Choice, err error) {
	designs, err := r.tx.Designs()
	for _, d := range slices.Backward(designs) {
		if d.Status == fab.DesignTrialled && !d.Given {
			list = append(list, ui.Choice{Value: string(d.ID), Label: inLang(d.Names, r.lang, d.Product) + ", " + d.Version})
		}
	}
	return list, err
}

// requestChoices are the approved requests, those that are needed first.
func (r *reader) requestChoices() (list []ui.Choice, err error) {
	requests, err := r.tx.Requests(fab.RequestApproved)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(requests, func(a, b fab.Request) int { return a.NeedBy.Compare(b.NeedBy) })
	for _, request := range requests {
		if request.TrialID != "" {
			continue
		}
		place, err := r.tx.Facility(request.FacilityID)
		if err != nil {
			return nil, err
		}
		list = append(list, ui.Choice{Value: string(request.ID), Label: place.Name + ", " + fab.FormatReference(request.Ref)})
	}
	return list, nil
}

// newBatch opens a batch by hand.
func (s *Server) newBatch(c *gin.Context) error {
	change, err := s.batchChange(c)
	var b fab.Batch
	if err == nil {
		b, err = s.Production.OpenBatch(c.Request.Context(), production.BatchOrder{
			ID: fab.BatchID(c.PostForm(ui.FieldKey)), Design: fab.DesignVersionID(c.PostForm(ui.FieldDesign)), Quantity: change.Quantity, DueAt: change.DueAt,
			Priority: change.Priority, Request: fab.RequestID(c.PostForm(ui.FieldRequest)),
		})
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.newBatchPage(c, renamed(f)) })
	}
	s.flash(c, ui.FlashDone, "done.batch_opened")
	return to(c, "/desk/production/"+string(b.ID))
}

// renamed points refusals of the date to the field that holds it.
func renamed(f ui.Form) ui.Form {
	for i, e := range f.Errors {
		if e.Field == "due" {
			there := *e
			there.Field = ui.FieldDay
			f.Errors[i] = &there
		}
	}
	return f
}

// batchChange reads the fields that both forms have.
func (s *Server) batchChange(c *gin.Context) (change production.BatchChange, err error) {
	var errs fab.Errors
	n, ok := fab.WholeNumber(c.PostForm(ui.FieldQuantityOf))
	if !ok {
		errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", ui.FieldQuantityOf))
	}
	change.Quantity = n
	typed := strings.TrimSpace(c.PostForm(ui.FieldDay))
	day, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		day, err = time.Parse("02/01/2006", typed)
	}
	switch {
	case typed == "":
		errs = append(errs, fab.Refuse(fab.Invalid, "date_missing", ui.FieldDay))
	case err != nil:
		errs = append(errs, fab.Refuse(fab.Invalid, "date_wrong", ui.FieldDay))
	}
	change.DueAt = day
	if change.Priority, err = strconv.ParseInt(c.DefaultPostForm(ui.FieldPriority, "0"), 10, 64); err != nil {
		errs = append(errs, fab.Refuse(fab.Invalid, "priority_unknown", ui.FieldPriority))
	}
	return change, errs.Or()
}

// batchForm is what may be changed of a batch, as it is.
func (r *reader) batchForm(b fab.Batch) ui.BatchForm {
	return ui.BatchForm{Form: ui.Form{}, Quantity: b.Quantity, Due: b.DueAt, Priority: strconv.FormatInt(b.Priority, 10)}
}

// changeBatch says what a change would do, and does it once that was read.
func (s *Server) changeBatch(c *gin.Context) error {
	id := fab.BatchID(c.Param("id"))
	change, err := s.batchChange(c)
	var effect production.Effect
	if err == nil {
		effect, err = s.Production.Foresee(c.Request.Context(), id, change)
	}
	if err == nil && (c.PostForm(ui.FieldConfirm) == "yes" || effect.From == effect.To) {
		if err = s.Production.Change(c.Request.Context(), id, change); err == nil {
			s.flash(c, ui.FlashDone, "done.batch_changed")
			return to(c, "/desk/production/"+string(id))
		}
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.batchPage(c)
			page.Change.Form = renamed(f)
			return page, err
		})
	}
	page, err := s.batchPage(c)
	if err != nil {
		return err
	}
	page.Change.Form = form(c)
	page.Change.Effect = &ui.BatchEffect{From: effect.From, To: effect.To, More: effect.More, Fewer: effect.Fewer, Running: effect.Running, Over: effect.Over}
	return s.show(c, page)
}

// gone says where the pieces of a batch go that nobody needs any more; nothing while somebody does.
func (r *reader) gone(b fab.Batch) (fab.Reason, error) {
	switch {
	case r.designs[b.DesignID].Dangerous:
		return fab.Because("gone.dangerous"), nil
	case b.Status != fab.BatchCancelled:
		return fab.Reason{}, nil
	case b.RequestID == "":
		return fab.Because("gone.lab"), nil
	}
	request, err := r.tx.Request(b.RequestID)
	if err == nil && request.Status == fab.RequestCancelled {
		return fab.Because("gone.request"), nil
	}
	return fab.Because("gone.lab"), err
}

// lotPhoto is a picture of bad pieces, for the coordinator.
func (s *Server) lotPhoto(c *gin.Context) error {
	var lot fab.Lot
	err := s.read(c, func(r *reader) (err error) { lot, err = r.tx.Lot(fab.LotID(c.Param("id"))); return err })
	if err != nil {
		return err
	}
	if lot.Photo == "" {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	blob, err := s.Store.Blob(c.Request.Context(), lot.Photo)
	if err != nil {
		return err
	}
	return s.stream(c, blob)
}
