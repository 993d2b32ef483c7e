package web

import (
	"cmp"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// deskTrial is one trial: who tries, and what was answered.
func (s *Server) deskTrial(c *gin.Context) error {
	page, err := s.trialPage(c, fab.TrialID(c.Param("id")))
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) trialPage(c *gin.Context, id fab.TrialID) (page ui.Trial, err error) {
	page.Form, page.StartForm = emptyForm(), emptyForm()
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = "" // somebody fills in a form
		trial, err := r.tx.Trial(id)
		if err != nil {
			return err
		}
		testers, err := r.tx.Testers(id)
		if err != nil {
			return err
		}
		d := r.designs[trial.DesignID]
		page.TrialRow, page.Product = r.trialRow(trial, testers), inLang(d.Names, r.lang, d.Product)
		page.Version = ui.VersionRow{ID: string(d.ID), Version: d.Version}
		if page.Testers, err = r.testerRows(trial, testers); err != nil {
			return err
		}
		batches, err := r.tx.BatchesOfTrial(id)
		if len(batches) > 0 {
			page.Batch = string(batches[0].ID)
		}
		if err != nil || !page.Planned() {
			return err
		}
		page.Places, err = r.facilityChoices()
		return err
	})
	return page, err
}

// facilityChoices are the facilities to choose from.
func (r *reader) facilityChoices() (list []ui.Choice, err error) {
	all, err := r.tx.Facilities()
	for _, f := range all {
		list = append(list, ui.Choice{Value: string(f.ID), Label: f.Name + ", " + f.Town})
	}
	return list, err
}

func (r *reader) trialRow(t fab.Trial, testers []fab.Tester) ui.TrialRow {
	row := ui.TrialRow{ID: string(t.ID), Code: t.Code, State: trialState(t.Status), Question: t.Question, At: r.local(t.CreatedAt)}
	for _, one := range testers {
		if one.Kind != fab.TesterMaker {
			row.Testers++
			row.Pieces += one.Quantity
		}
		if one.Answered() {
			row.Answers++
		}
	}
	return row
}

func trialState(s fab.TrialStatus) string {
	switch s {
	case fab.TrialRunning:
		return ui.StateRunning
	case fab.TrialClosed:
		return ui.StateClosed
	case fab.TrialPlanned:
	}
	return ui.StatePlanned
}

func (r *reader) testerRows(trial fab.Trial, testers []fab.Tester) (rows []ui.TesterRow, err error) {
	for _, t := range testers {
		row := ui.TesterRow{ID: string(t.ID), Kind: t.Kind, Function: t.Function, Contact: t.Contact, Pieces: t.Quantity, Request: string(t.RequestID), State: ui.StateWaiting}
		if row.Place, err = r.placeOfTester(t); err != nil {
			return nil, err
		}
		if t.RequestID != "" {
			if row.State, err = r.sentState(t.RequestID); err != nil {
				return nil, err
			}
		}
		if t.Answered() {
			proof, err := r.evidence(trial, t)
			if err != nil {
				return nil, err
			}
			row.State, row.Answer = ui.StateAnswered, &proof
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (r *reader) placeOfTester(t fab.Tester) (string, error) {
	if t.Kind == fab.TesterMaker {
		return r.makers[t.MakerID].Name, nil
	}
	f, err := r.tx.Facility(t.FacilityID)
	return f.Name, err
}

// sentState is how far the pieces of a tester are.
func (r *reader) sentState(id fab.RequestID) (string, error) {
	request, err := r.tx.Request(id)
	if err != nil {
		return "", err
	}
	lines, err := r.tx.Progress(id)
	for _, l := range lines {
		switch {
		case l.Delivered > 0:
			return ui.StateDelivered, err
		case l.InTransit > 0:
			return ui.StateOnWay, err
		}
	}
	if request.Status == fab.RequestCancelled {
		return ui.StateCancelled, err
	}
	return ui.StateWaiting, err
}

// evidence is an answer as it may be shown: the place, or the maker, only with consent.
func (r *reader) evidence(trial fab.Trial, t fab.Tester) (e ui.Evidence, err error) {
	e = ui.Evidence{Kind: t.Kind, Function: t.Function, Trial: trial.Code, At: r.local(t.AnsweredAt), Remark: t.Remark}
	for _, s := range []ui.Score{{Code: "making", N: t.Making}, {Code: "use", N: t.Use}, {Code: "cleaning", N: t.Cleaning}} {
		if s.N > 0 {
			e.Scores = append(e.Scores, s)
		}
	}
	if t.Named {
		e.Place, err = r.placeOfTester(t)
	}
	return e, err
}

// proofs are the trials of a version, newest first, and every answer to them.
func (r *reader) proofs(id fab.DesignVersionID) (trials []ui.TrialRow, list []ui.Evidence, err error) {
	all, err := r.tx.TrialsOf(id)
	for _, trial := range slices.Backward(all) {
		testers, err := r.tx.Testers(trial.ID)
		if err != nil {
			return nil, nil, err
		}
		trials = append(trials, r.trialRow(trial, testers))
		for _, t := range testers {
			if !t.Answered() {
				continue
			}
			e, err := r.evidence(trial, t)
			if err != nil {
				return nil, nil, err
			}
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b ui.Evidence) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Function, b.Function)) })
	return trials, list, err
}

// trialNew begins a trial of a version.
func (s *Server) trialNew(c *gin.Context) error {
	t, err := s.Production.PlanTrial(c.Request.Context(), fab.DesignVersionID(c.Param("id")), c.PostForm(ui.FieldQuestion), me(c).ID)
	if err != nil {
		return s.sayNo(c, err, "/desk/products/"+c.Param("id"))
	}
	return to(c, "/desk/trials/"+string(t.ID))
}

// testerAdd names a tester.
func (s *Server) testerAdd(c *gin.Context) error {
	id := fab.TrialID(c.Param("id"))
	_, err := s.Production.AddTester(c.Request.Context(), production.NewTester{
		Trial: id, Kind: c.PostForm(ui.FieldKind), Function: c.PostForm(ui.FieldFunction), Facility: fab.FacilityID(c.PostForm(ui.FieldFacility)),
		Place: c.PostForm(ui.FieldPlace), Town: c.PostForm(ui.FieldTown), Address: c.PostForm(ui.FieldAddress), Contact: c.PostForm(ui.FieldContact),
		Count: c.PostForm(ui.FieldCount), Named: c.PostForm(ui.FieldConsent) == "yes",
	})
	if err == nil {
		s.flash(c, ui.FlashDone, "done.tester_added")
		return to(c, "/desk/trials/"+string(id))
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.trialPage(c, id)
		page.Form = f
		return page, err
	})
}

// trialStart lets a trial be made and sent.
func (s *Server) trialStart(c *gin.Context) error {
	id := fab.TrialID(c.Param("id"))
	err := s.Production.StartTrial(c.Request.Context(), id, c.PostForm(ui.FieldDay))
	if err == nil {
		s.flash(c, ui.FlashDone, "done.trial_started")
		return to(c, "/desk/trials/"+string(id))
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.trialPage(c, id)
		page.StartForm = f
		return page, err
	})
}

// trialClose ends a trial.
func (s *Server) trialClose(c *gin.Context) error {
	back := "/desk/trials/" + c.Param("id")
	if err := s.Production.CloseTrial(c.Request.Context(), fab.TrialID(c.Param("id"))); err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, "done.trial_closed")
	return to(c, back)
}

// tester reads the tester that the address names.
func (s *Server) tester(c *gin.Context) (t fab.Tester, err error) {
	err = s.read(c, func(r *reader) error {
		t, err = r.tx.Tester(fab.TesterID(c.Param("id")))
		return err
	})
	return t, err
}

// testerDrop takes somebody off a trial.
func (s *Server) testerDrop(c *gin.Context) error {
	t, err := s.tester(c)
	if err != nil {
		return err
	}
	back := "/desk/trials/" + string(t.TrialID)
	if err := s.Production.DropTester(c.Request.Context(), t.ID); err != nil {
		return s.sayNo(c, err, back)
	}
	s.flash(c, ui.FlashDone, "done.tester_dropped")
	return to(c, back)
}

// testerLink makes a link for the answer, to send or to read out.
func (s *Server) testerLink(c *gin.Context) error {
	t, err := s.tester(c)
	if err != nil {
		return err
	}
	token, err := s.Production.TesterLink(c.Request.Context(), t.ID)
	if err != nil {
		return err
	}
	page, err := s.trialPage(c, t.TrialID)
	if err != nil {
		return err
	}
	page.LinkFor, page.LinkURL = string(t.ID), s.site(c)+"/trial/"+token
	return s.show(c, page)
}

// trialLabels are to be printed, one for each product of a trial.
func (s *Server) trialLabels(c *gin.Context) error {
	page := ui.Labels{Back: "/desk/trials/" + c.Param("id")}
	err := s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = ""
		trial, err := r.tx.Trial(fab.TrialID(c.Param("id")))
		if err != nil {
			return err
		}
		d := r.designs[trial.DesignID]
		page.Trial, page.Product, page.Version = trial.Code, inLang(d.Names, r.lang, d.Product), d.Version
		testers, err := r.tx.Testers(trial.ID)
		if err != nil {
			return err
		}
		all := r.trialRow(trial, testers).Pieces
		for _, t := range testers {
			place, err := r.placeOfTester(t)
			if err != nil {
				return err
			}
			for range t.Quantity {
				page.Labels = append(page.Labels, ui.TrialLabel{No: int64(len(page.Labels)) + 1, Of: all, Function: t.Function, Place: place})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}
