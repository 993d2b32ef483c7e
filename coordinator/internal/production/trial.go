package production

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const (
	maxTesters  = 50  // of one trial
	maxToTry    = 200 // products for one tester
	maxQuestion = 300 // characters
	maxShort    = 80  // characters of a function, a place, a way to reach somebody
)

// PlanTrial begins a trial of a prototype: its testers are named next, and then it is started.
func (p *Production) PlanTrial(ctx context.Context, id fab.DesignVersionID, question string, by fab.AccountID) (t fab.Trial, err error) {
	question = fab.Line(question)
	if utf8.RuneCountInString(question) > maxQuestion {
		return t, fab.Refuse(fab.Invalid, "too_long", "question", "max", maxQuestion)
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.Design(id)
		if err != nil {
			return err
		}
		if d.Status != fab.DesignPrototype {
			return fab.Refuse(fab.Conflict, "trial_not_prototype", "")
		}
		no, err := tx.Next("trial")
		if err != nil {
			return err
		}
		t = fab.Trial{
			ID: store.NewID[fab.TrialID](tx), Code: fmt.Sprintf("E-%03d", no), DesignID: id, Question: question,
			Status: fab.TrialPlanned, By: by, CreatedAt: tx.Now(),
		}
		return tx.AddTrial(&t)
	})
	return t, err
}

// NewTester is one whom a coordinator asks to try the pieces of a trial.
type NewTester struct {
	Trial    fab.TrialID
	Kind     string         // one of fab.TesterKinds
	Function string         // infirmière
	Facility fab.FacilityID // "": the place is named below
	Place    string
	Town     string
	Address  string
	Contact  string // telephone or e-mail, for the trial only
	Count    string // products to try, as typed
	Named    bool
}

// AddTester names a tester of a trial that is not started yet.
func (p *Production) AddTester(ctx context.Context, n NewTester) (t fab.Tester, err error) {
	n.Function, n.Contact = fab.Line(n.Function), fab.Line(n.Contact)
	n.Place, n.Town, n.Address = fab.Line(n.Place), fab.Line(n.Town), fab.Line(n.Address)
	count, errs := checkTester(n)
	if err := errs.Or(); err != nil {
		return t, err
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		trial, err := plannedTrial(tx, n.Trial)
		if err != nil {
			return err
		}
		named, err := tx.Testers(trial.ID)
		if err != nil {
			return err
		}
		if len(named) >= maxTesters {
			return fab.Refuse(fab.Conflict, "trial_full", "", "max", maxTesters)
		}
		place, err := placeOf(tx, n)
		if err != nil {
			return err
		}
		t = fab.Tester{
			ID: store.NewID[fab.TesterID](tx), TrialID: trial.ID, Kind: n.Kind, Function: n.Function, FacilityID: place,
			Contact: n.Contact, Quantity: count, Named: n.Named, CreatedAt: tx.Now(),
		}
		return tx.AddTester(&t)
	})
	return t, err
}

func checkTester(n NewTester) (count int64, errs fab.Errors) {
	if !slices.Contains(fab.TesterKinds[:], n.Kind) {
		errs = append(errs, fab.Refuse(fab.Invalid, "tester_kind", "kind"))
	}
	need := func(text, code, field string) {
		switch {
		case text == "":
			errs = append(errs, fab.Refuse(fab.Invalid, code, field))
		case utf8.RuneCountInString(text) > maxShort:
			errs = append(errs, fab.Refuse(fab.Invalid, "too_long", field, "max", maxShort))
		}
	}
	need(n.Function, "tester_function", "function")
	if n.Facility == "" {
		need(n.Place, "tester_place", "place")
		need(n.Town, "town_missing", "town")
	}
	need(n.Contact, "tester_contact", "contact")
	if utf8.RuneCountInString(n.Address) > maxQuestion {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "address", "max", maxQuestion))
	}
	count, ok := fab.WholeNumber(n.Count)
	if !ok || count < 1 {
		errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", "count"))
	} else if count > maxToTry {
		errs = append(errs, fab.Refuse(fab.Invalid, "quantity_too_large", "count", "max", maxToTry))
	}
	return count, errs
}

// placeOf is the facility that the coordinator chose, or the one of this name and town, made where there is none.
func placeOf(tx *store.Tx, n NewTester) (fab.FacilityID, error) {
	if n.Facility != "" {
		f, err := tx.Facility(n.Facility)
		return f.ID, err
	}
	known, err := tx.FacilitiesNamed(n.Place, n.Town)
	if err != nil {
		return "", err
	}
	if len(known) > 0 {
		return known[0].ID, nil
	}
	f := fab.Facility{
		ID: store.NewID[fab.FacilityID](tx), Name: n.Place, Kind: fab.FacilityOtherPlace, Address: n.Address, Town: n.Town, CreatedAt: tx.Now(),
	}
	return f.ID, tx.AddFacility(&f)
}

func plannedTrial(tx *store.Tx, id fab.TrialID) (fab.Trial, error) {
	t, err := tx.Trial(id)
	if err == nil && t.Status != fab.TrialPlanned {
		err = fab.Refuse(fab.Conflict, "trial_started", "")
	}
	return t, err
}

// DropTester takes somebody off a trial that is not started yet.
func (p *Production) DropTester(ctx context.Context, id fab.TesterID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		t, err := tx.Tester(id)
		if err != nil {
			return err
		}
		if _, err := plannedTrial(tx, t.TrialID); err != nil {
			return err
		}
		return tx.DropTester(id)
	})
}

// StartTrial opens the batch of a trial, due on day (2020-04-03), and a request for each tester, by which the pieces go
// through the usual chain. Started twice, it is started once.
func (p *Production) StartTrial(ctx context.Context, id fab.TrialID, day string) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		t, err := tx.Trial(id)
		if err != nil || t.Status == fab.TrialRunning {
			return err
		}
		if err := fab.TrialTable.Move("trial", t.Status, fab.TrialRunning); err != nil {
			return err
		}
		due, err := dueDay(tx, day)
		if err != nil {
			return err
		}
		d, err := tx.Design(t.DesignID)
		if err != nil {
			return err
		}
		if d.Status != fab.DesignPrototype {
			return fab.Refuse(fab.Conflict, "trial_not_prototype", "")
		}
		quantity, err := askTesters(tx, t, d, due)
		if err != nil {
			return err
		}
		t.Status, t.StartedAt = fab.TrialRunning, tx.Now()
		b := fab.Batch{
			ID: store.NewID[fab.BatchID](tx), DesignID: d.ID, Product: d.Product, Quantity: quantity, DueAt: due, Status: fab.BatchOpen,
			CreatedAt: tx.Now(), TrialID: t.ID,
		}
		if err := tx.SetTrial(&t); err != nil {
			return err
		}
		if err := tx.AddBatch(&b); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "trial_started", Subject: string(t.ID), Args: fab.Args{"trial": t.Code, "product": d.Product, "version": d.Version, "quantity": quantity}})
	})
}

func dueDay(tx *store.Tx, typed string) (time.Time, error) {
	day, err := time.Parse("2006-01-02", strings.TrimSpace(typed))
	if err != nil {
		day, err = time.Parse("02/01/2006", strings.TrimSpace(typed))
	}
	switch {
	case err != nil:
		return day, fab.Refuse(fab.Invalid, "date_wrong", "day")
	case day.Before(tx.Now().Add(-24 * time.Hour).Truncate(24 * time.Hour)):
		return day, fab.Refuse(fab.Invalid, "date_past", "day")
	case day.After(tx.Now().Add(365 * 24 * time.Hour)):
		return day, fab.Refuse(fab.Invalid, "date_too_far", "day")
	}
	return day, nil
}

// askTesters makes the request of each tester, and adds up what they are to try.
func askTesters(tx *store.Tx, t fab.Trial, d fab.DesignVersion, due time.Time) (quantity int64, err error) {
	testers, err := tx.Testers(t.ID)
	if err != nil {
		return 0, err
	}
	if len(testers) == 0 {
		return 0, fab.Refuse(fab.Conflict, "trial_nobody", "")
	}
	for _, one := range testers {
		r := fab.Request{
			ID: store.NewID[fab.RequestID](tx), Ref: fab.NewReference(tx.Rand()), FacilityID: one.FacilityID, Channel: fab.ChannelTrial, NeedBy: due,
			Note: t.Code, Status: fab.RequestApproved, SubmitKey: "trial-" + string(one.ID), CreatedAt: tx.Now(), ApprovedAt: tx.Now(), TrialID: t.ID,
		}
		line := fab.RequestLine{ID: store.NewID[fab.RequestLineID](tx), RequestID: r.ID, Product: d.Product, Asked: one.Quantity, Promised: one.Quantity}
		if err := tx.AddRequest(&r, []fab.RequestLine{line}); err != nil {
			return 0, err
		}
		one.RequestID = r.ID
		if err := tx.SetTester(&one); err != nil {
			return 0, err
		}
		quantity += one.Quantity
	}
	return quantity, nil
}

// CloseTrial ends a trial: what was not sent stays in the lab, nobody is asked any more, and how to reach the testers is
// forgotten. Their answers stay.
func (p *Production) CloseTrial(ctx context.Context, id fab.TrialID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		t, err := tx.Trial(id)
		if err != nil || t.Status == fab.TrialClosed {
			return err
		}
		return closeTrial(tx, t)
	})
}

func closeTrial(tx *store.Tx, t fab.Trial) error {
	if err := fab.TrialTable.Move("trial", t.Status, fab.TrialClosed); err != nil {
		return err
	}
	t.Status, t.ClosedAt = fab.TrialClosed, tx.Now()
	if err := tx.SetTrial(&t); err != nil {
		return err
	}
	batches, err := tx.BatchesOfTrial(t.ID)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.Status != fab.BatchOpen && b.Status != fab.BatchPaused {
			continue
		}
		if err := cancelBatch(tx, b); err != nil {
			return err
		}
	}
	testers, err := tx.Testers(t.ID)
	if err != nil {
		return err
	}
	for _, one := range testers {
		if err := letGo(tx, one); err != nil {
			return err
		}
	}
	return tx.Note(fab.Change{Code: "trial_closed", Subject: string(t.ID), Args: fab.Args{"trial": t.Code}})
}

// letGo forgets how to reach a tester, and takes back the request unless something of it is on its way or there.
func letGo(tx *store.Tx, one fab.Tester) error {
	one.Contact = ""
	if err := tx.SetTester(&one); err != nil || one.RequestID == "" {
		return err
	}
	r, err := tx.Request(one.RequestID)
	if err != nil || r.Status != fab.RequestApproved {
		return err
	}
	boxes, err := tx.BoxesOf(r.ID)
	if err != nil || slices.ContainsFunc(boxes, func(b fab.Box) bool { return b.Status == fab.BoxLoaded || b.Status == fab.BoxDelivered }) {
		return err
	}
	r.Status, r.ClosedAt, r.WhyCode = fab.RequestCancelled, tx.Now(), "trial_closed"
	if err := tx.SetRequest(&r); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "request_cancelled", Subject: string(r.ID), Request: r.ID, Args: fab.Args{"ref": r.Ref}})
}

// askMakers asks everybody who made pieces of a running trial how easily they were made.
func askMakers(tx *store.Tx) error {
	makers, err := tx.MakersToAsk()
	if err != nil {
		return err
	}
	for _, m := range makers {
		t := fab.Tester{ID: store.NewID[fab.TesterID](tx), TrialID: m.TrialID, Kind: fab.TesterMaker, MakerID: m.MakerID, CreatedAt: tx.Now()}
		if err := tx.AddTester(&t); err != nil {
			return err
		}
	}
	return nil
}
