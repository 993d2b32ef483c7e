package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// recallRoutes are the coordinator's way to call things back, and the recipients' letters.
func (s *Server) recallRoutes() []route {
	const who, recall, to = fab.RoleCoordinator, "/desk/recalls/:id", "/desk/recalls/:id/to/:kind/:who"
	return []route{
		{get, "/desk/recalls", who, s.deskRecalls},
		{post, "/desk/recalls", who, s.recallNew},
		{get, recall, who, s.deskRecall},
		{post, recall + "/words", who, s.recallWords},
		{post, recall + "/told", who, s.recallToldAll},
		{get, to, who, s.recallTo},
		{post, to + "/told", who, s.recallTell},
		{post, to + "/answer", who, s.recallAnswered},
		{post, to + "/link", who, s.recallLink},
		{post, to + "/back", who, s.recallBack},
		{get, "/recall/:token", "", s.recallLetter},
		{post, "/recall/:token", "", s.recallAnswer},
	}
}

// deskRecalls lists what was recalled, and begins another recall.
func (s *Server) deskRecalls(c *gin.Context) error {
	page, err := s.recallsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) recallsPage(c *gin.Context) (page ui.Recalls, err error) {
	page.Form = emptyForm()
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		page.Live = ""
		all, err := r.tx.Recalls()
		for _, one := range all {
			page.Recalls = append(page.Recalls, ui.RecallRow{ID: string(one.ID), What: one.What, Subject: r.recalled(one), Why: recallWhy(one), At: r.local(one.At), Lots: one.Lots, Boxes: one.Boxes})
		}
		page.Subjects = r.recallSubjects()
		return err
	})
	return page, err
}

// recallSubjects are what has no code to scan: versions, machines and makers.
func (r *reader) recallSubjects() (list []ui.Choice) {
	for _, d := range r.designs {
		list = append(list, ui.Choice{Value: fab.RecallDesign + ":" + string(d.ID), Label: inLang(d.Names, r.lang, d.Product) + " " + d.Version})
	}
	for _, w := range r.workers {
		if w.Kind == fab.WorkerPrinter {
			list = append(list, ui.Choice{Value: fab.RecallWorker + ":" + string(w.ID), Label: w.Name})
		}
	}
	for _, m := range r.makers {
		list = append(list, ui.Choice{Value: fab.RecallMaker + ":" + string(m.ID), Label: m.Name + ", " + m.Town})
	}
	slices.SortFunc(list, func(a, b ui.Choice) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Value, b.Value)) })
	return list
}

// recallWhy is the reason as a person gave it; none for that of the program.
func recallWhy(one fab.Recall) string {
	if one.Reason == "design_dangerous" {
		return ""
	}
	return one.Reason
}

// recallNew recalls what a code names, or what was chosen.
func (s *Server) recallNew(c *gin.Context) error {
	what, subject, err := s.recallAsked(c)
	if err == nil {
		err = s.recall(c, what, subject)
	}
	if err == nil {
		return nil
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.recallsPage(c)
		page.Form = f
		return page, err
	})
}

// recallAsked is what a form means: the code on a spool or a bag, or else the choice.
func (s *Server) recallAsked(c *gin.Context) (what, subject string, err error) {
	code := fab.Line(c.PostForm(ui.FieldCode))
	if code == "" {
		what, subject, _ = strings.Cut(c.PostForm(ui.FieldSubject), ":")
		if subject == "" {
			return "", "", fab.Refuse(fab.Invalid, "recall_what", ui.FieldCode)
		}
		return what, subject, nil
	}
	err = s.read(c, func(r *reader) error {
		found, err := r.find(code)
		switch {
		case err != nil && fab.ClassOf(err) != fab.NotFound:
			return err
		case found.spool.ID != "":
			what, subject = fab.RecallSpool, string(found.spool.ID)
		case found.lot.ID != "":
			what, subject = fab.RecallLot, string(found.lot.ID)
		default:
			return fab.Refuse(fab.Invalid, "recall_code", ui.FieldCode)
		}
		return nil
	})
	return what, subject, err
}

// recall blocks everything that was made from something, and leads to what that is and where it is now.
func (s *Server) recall(c *gin.Context, what, subject string) error {
	found, err := s.Production.Recall(c.Request.Context(), what, subject, c.PostForm(ui.FieldReason), me(c).ID)
	if err != nil {
		return err
	}
	s.flash(c, ui.FlashDone, "done.recalled")
	return to(c, "/desk/recalls/"+string(found.Recall.ID))
}

// spoolRecall recalls a spool from the list of them.
func (s *Server) spoolRecall(c *gin.Context) error {
	if err := s.recall(c, fab.RecallSpool, c.Param("id")); err != nil {
		return s.materialsDone(c, err, "")
	}
	return nil
}

// deskRecall is everything that a recall reaches, as it stands now.
func (s *Server) deskRecall(c *gin.Context) error {
	page, err := s.recallPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) recallPage(c *gin.Context) (page ui.Recall, err error) {
	t, err := s.Production.Telling(c.Request.Context(), fab.RecallID(c.Param("id")))
	if err != nil {
		return page, err
	}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		page.Live = ""
		one := t.Recall
		page.ID, page.What, page.At, page.Subject, page.Why = string(one.ID), one.What, r.local(one.At), r.recalled(one), recallWhy(one)
		page.Form, page.Day = ui.Form{Values: typedWords(one)}, r.localDay(one.FetchOn)
		for _, to := range t.Told {
			page.Told = append(page.Told, r.told(one.ID, to))
		}
		reached, err := r.tx.Reach(one.What, one.Subject)
		if err != nil {
			return err
		}
		return r.reached(&page, reached)
	})
	return page, err
}

// reached words where everything is: loose pieces by bag, the others by box.
func (r *reader) reached(page *ui.Recall, reached []fab.Reached) error {
	boxes, names := map[fab.BoxID]bool{}, map[fab.LocationID]string{}
	for _, at := range reached {
		switch {
		case at.Location.Outside():
			page.Gone += at.Quantity
		case at.BoxID == "":
			name, known := names[at.Location]
			if !known {
				place, err := r.tx.Location(at.Location)
				if err != nil {
					return err
				}
				name, names[at.Location] = place.Name, place.Name
			}
			m := r.makers[at.MakerID]
			page.Lots = append(page.Lots, ui.RecallLot{Code: at.Lot, Part: ui.Goods{Code: at.Part, Name: at.Part, N: at.Quantity}, Who: m.Name, Town: m.Town,
				Kept: at.Kind == fab.LocationMaker, Van: vanName(at.Kind, name), Kit: at.KitID != ""})
		case !boxes[at.BoxID]:
			boxes[at.BoxID] = true
			f, err := r.placeOf(at.RequestID)
			if err != nil {
				return err
			}
			page.Boxes = append(page.Boxes, ui.RecallBox{Code: at.Box, Place: f.Name, Town: f.Town, Phone: f.Phone, State: boxState(fab.Box{Status: at.BoxStatus})})
		}
	}
	return nil
}

// vanName is the run of a vehicle; "" elsewhere.
func vanName(kind, name string) string {
	if kind == fab.LocationVehicle {
		return name
	}
	return ""
}

// recalled is what people call the thing that is recalled.
func (r *reader) recalled(one fab.Recall) string {
	switch one.What {
	case fab.RecallDesign:
		d := r.designs[fab.DesignVersionID(one.Subject)]
		return inLang(d.Names, r.lang, d.Product) + " " + d.Version
	case fab.RecallWorker:
		return r.worker(fab.WorkerID(one.Subject)).Name
	case fab.RecallMaker:
		return r.makers[fab.MakerID(one.Subject)].Name
	case fab.RecallSpool:
		if s, err := r.tx.Spool(fab.SpoolID(one.Subject)); err == nil {
			return s.Code
		}
	case fab.RecallLot:
		if l, err := r.tx.Lot(fab.LotID(one.Subject)); err == nil {
			return l.Code
		}
	}
	return one.Subject
}
