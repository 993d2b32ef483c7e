package production

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// maxRemark is how long the remark of a tester may be, in characters.
const maxRemark = 1000

// Asked is what one tester is asked.
type Asked struct {
	Tester fab.Tester
	Trial  fab.Trial
	Design fab.DesignVersion
}

// Answer is what a tester says. A score of 0 is none given.
type Answer struct {
	Making, Use, Cleaning int64
	Remark                string
	Named                 bool // agrees that the place, or the maker, is named beside it
}

// TesterLink makes the capability link of a tester and returns its token, which is stored nowhere.
func (p *Production) TesterLink(ctx context.Context, id fab.TesterID) (token string, err error) {
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Tester(id); err != nil {
			return err
		}
		token, err = tx.NewLink(fab.LinkTester, string(id), time.Time{})
		return err
	})
	return token, err
}

// AskedBy reads what the holder of a tester's link is asked.
func (p *Production) AskedBy(ctx context.Context, token string) (a Asked, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		a, err = follow(tx, token)
		return err
	})
	return a, err
}

// AskedOf reads what a maker is asked about pieces that he or she made; NotFound for what somebody else is asked.
func (p *Production) AskedOf(ctx context.Context, id fab.TesterID, maker fab.MakerID) (a Asked, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		a, err = askedOf(tx, id, maker)
		return err
	})
	return a, err
}

func follow(tx *store.Tx, token string) (Asked, error) {
	link, err := tx.FollowLink(fab.LinkTester, token)
	if err != nil {
		return Asked{}, err
	}
	return asked(tx, fab.TesterID(link.Subject))
}

func askedOf(tx *store.Tx, id fab.TesterID, maker fab.MakerID) (Asked, error) {
	a, err := asked(tx, id)
	if err == nil && (maker == "" || a.Tester.MakerID != maker) {
		return Asked{}, fab.Refuse(fab.NotFound, "not_found", "", "what", "tester")
	}
	return a, err
}

func asked(tx *store.Tx, id fab.TesterID) (a Asked, err error) {
	if a.Tester, err = tx.Tester(id); err != nil {
		return a, err
	}
	if a.Trial, err = tx.Trial(a.Tester.TrialID); err != nil {
		return a, err
	}
	a.Design, err = tx.Design(a.Trial.DesignID)
	return a, err
}

// Judge records the answer of the holder of a tester's link. Until the trial is closed it may be given again; the last
// one counts.
func (p *Production) Judge(ctx context.Context, token string, a Answer) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		who, err := follow(tx, token)
		if err != nil {
			return err
		}
		return judge(tx, who, a)
	})
}

// JudgeMade records what a maker says of pieces that he or she made.
func (p *Production) JudgeMade(ctx context.Context, id fab.TesterID, maker fab.MakerID, a Answer) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		who, err := askedOf(tx, id, maker)
		if err != nil {
			return err
		}
		return judge(tx, who, a)
	})
}

func judge(tx *store.Tx, who Asked, a Answer) error {
	a.Remark = fab.Lines(a.Remark)
	if who.Trial.Status != fab.TrialRunning {
		return fab.Refuse(fab.Conflict, "trial_closed", "")
	}
	if err := checkAnswer(who.Tester.Kind, a); err != nil {
		return err
	}
	if err := checkArrived(tx, who.Tester); err != nil {
		return err
	}
	t := who.Tester
	if t.Kind == fab.TesterMaker { // each judges what he or she knows
		a.Use, a.Cleaning = 0, 0
	} else {
		a.Making = 0
	}
	first := !t.Answered()
	t.Making, t.Use, t.Cleaning, t.Remark, t.Named, t.AnsweredAt = a.Making, a.Use, a.Cleaning, a.Remark, a.Named, tx.Now()
	if err := tx.SetTester(&t); err != nil || !first {
		return err
	}
	return tx.Note(fab.Change{Code: "trial_answered", Subject: string(t.TrialID), Args: fab.Args{"trial": who.Trial.Code, "product": who.Design.Product, "version": who.Design.Version}})
}

func checkAnswer(kind string, a Answer) error {
	var errs fab.Errors
	score := func(n int64, field string, needed bool) {
		if n < 0 || n > fab.MaxScore || needed && n == 0 {
			errs = append(errs, fab.Refuse(fab.Invalid, "score_missing", field, "max", fab.MaxScore))
		}
	}
	maker := kind == fab.TesterMaker
	score(a.Making, "making", maker)
	score(a.Use, "use", !maker)
	score(a.Cleaning, "cleaning", false)
	if utf8.RuneCountInString(a.Remark) > maxRemark {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "remark", "max", maxRemark))
	}
	return errs.Or()
}

// checkArrived refuses an answer about pieces that never reached who gives it: it would be no evidence.
func checkArrived(tx *store.Tx, t fab.Tester) error {
	if t.Kind == fab.TesterMaker {
		return nil
	}
	lines, err := tx.Progress(t.RequestID)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Delivered > 0 {
			return nil
		}
	}
	return fab.Refuse(fab.Conflict, "trial_not_arrived", "")
}
