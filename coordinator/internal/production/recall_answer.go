package production

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// The limits of what is said in a recall.
const (
	maxWords   = 2000
	maxAnswers = 120
)

// RecallWords are what the letters of a recall say beside what everybody got.
type RecallWords struct {
	Way     string // of fab.RecallWays
	FetchOn string // of fab.RecallFetch: 2020-04-03
	Answers string // who answers questions; empty: the lab's telephone
	Words   string // paragraphs
}

// WordRecall notes what the letters of a recall say.
func (p *Production) WordRecall(ctx context.Context, id fab.RecallID, w RecallWords) error {
	w.Answers, w.Words = fab.Line(w.Answers), fab.Lines(w.Words)
	return p.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Recall(id)
		if err != nil {
			return err
		}
		errs := append(fab.CheckLength("answers", w.Answers, maxAnswers, ""), fab.CheckLength("words", w.Words, maxWords, "")...)
		if !slices.Contains(fab.RecallWays[:], w.Way) {
			errs = append(errs, fab.Refuse(fab.Invalid, "recall_way", "way"))
		}
		r.Way, r.FetchOn, r.Answers, r.Words = w.Way, time.Time{}, w.Answers, w.Words
		if w.Way == fab.RecallFetch {
			day, refused := fetchDay(w.FetchOn, tx.Now())
			if refused != nil {
				errs = append(errs, refused)
			}
			r.FetchOn = day
		}
		if err := errs.Or(); err != nil {
			return err
		}
		return tx.SetRecall(&r)
	})
}

func fetchDay(typed string, now time.Time) (time.Time, *fab.Error) {
	day, err := time.Parse(time.DateOnly, strings.TrimSpace(typed))
	switch {
	case err != nil:
		return day, fab.Refuse(fab.Invalid, "date_wrong", "day")
	case day.Before(now.Add(-24 * time.Hour).Truncate(24 * time.Hour)):
		return day, fab.Refuse(fab.Invalid, "date_past", "day")
	case day.After(now.Add(fab.FarthestDue)):
		return day, fab.Refuse(fab.Invalid, "date_too_far", "day")
	}
	return day, nil
}

// TellRecall notes that a recipient of a recall was told; without a kind, that all were who were not. How is one of
// fab.ToldWays.
func (p *Production) TellRecall(ctx context.Context, id fab.RecallID, kind, subject, how string, by fab.AccountID) error {
	if !slices.Contains(fab.ToldWays[:], how) {
		return fab.Refuse(fab.Invalid, "told_how", "how")
	}
	return p.store.Update(ctx, func(tx *store.Tx) error {
		t, err := telling(tx, id)
		if err != nil {
			return err
		}
		to := t.Told
		if kind != "" {
			one, err := t.Find(kind, subject)
			if err != nil {
				return err
			}
			to = []Told{one}
		}
		for _, one := range to {
			if _, err := noted(tx, id, one, func(n *fab.RecallNotice) { n.Tell(how, by, tx.Now()) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// noted changes the notice of a recipient, and makes it when nothing was noted before.
func noted(tx *store.Tx, id fab.RecallID, to Told, change func(*fab.RecallNotice)) (fab.RecallNotice, error) {
	n := to.Notice
	if n.ID != "" {
		change(&n)
		return n, tx.SetRecallNotice(&n)
	}
	n = fab.RecallNotice{ID: store.NewID[fab.RecallNoticeID](tx), RecallID: id, Kind: to.Kind, Subject: to.Subject, CreatedAt: tx.Now()}
	change(&n)
	return n, tx.AddRecallNotice(&n)
}

// RecallLink makes a link to the letter of one recipient, who answers there. Links that were made before go on to work.
func (p *Production) RecallLink(ctx context.Context, id fab.RecallID, kind, subject string) (token string, err error) {
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		t, err := telling(tx, id)
		if err != nil {
			return err
		}
		one, err := t.Find(kind, subject)
		if err != nil {
			return err
		}
		n, err := noted(tx, id, one, func(*fab.RecallNotice) {})
		if err != nil {
			return err
		}
		token, err = tx.NewLink(fab.LinkRecall, string(n.ID), tx.Now().Add(recallLinkFor))
		return err
	})
	return token, err
}

// RecallAnswer is what a recipient says of what it had.
type RecallAnswer struct {
	Aside string // pieces found and put aside, as typed; empty is none
	Gone  string // pieces that are there no more
	Said  string
}

// AnswerRecall notes the answer of a recipient, as somebody told it to the desk. A later answer takes the place of the one
// before.
func (p *Production) AnswerRecall(ctx context.Context, id fab.RecallID, kind, subject string, a RecallAnswer, by fab.AccountID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		t, err := telling(tx, id)
		if err != nil {
			return err
		}
		one, err := t.Find(kind, subject)
		if err != nil {
			return err
		}
		return answer(tx, id, one, a, fab.ToldByCall, by)
	})
}

func answer(tx *store.Tx, id fab.RecallID, to Told, a RecallAnswer, how string, by fab.AccountID) error {
	a.Said = fab.Lines(a.Said)
	var errs fab.Errors
	aside, gone := count(a.Aside, "aside", &errs), count(a.Gone, "gone", &errs)
	errs = append(errs, fab.CheckLength("note", a.Said, maxWords, "")...)
	if strings.TrimSpace(a.Aside+a.Gone+a.Said) == "" {
		errs = append(errs, fab.Refuse(fab.Invalid, "recall_answer_empty", "aside"))
	}
	if err := errs.Or(); err != nil {
		return err
	}
	_, err := noted(tx, id, to, func(n *fab.RecallNotice) {
		n.Tell(how, by, tx.Now())
		n.AnsweredAt, n.Aside, n.Gone, n.Said = tx.Now(), aside, gone, a.Said
	})
	if err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "recall_answered", Subject: string(id), Args: fab.Args{"n": aside}})
}

func count(typed, field string, errs *fab.Errors) int64 {
	if strings.TrimSpace(typed) == "" {
		return 0
	}
	n, ok := fab.WholeNumber(typed)
	switch {
	case !ok || n < 0:
		*errs = append(*errs, fab.Refuse(fab.Invalid, "not_a_number", field))
	case n > fab.MaxAsked:
		*errs = append(*errs, fab.Refuse(fab.Invalid, "quantity_too_large", field, "max", fab.MaxAsked))
	}
	return n
}

// FollowRecall reads the recall and the recipient behind the link of a letter.
func (p *Production) FollowRecall(ctx context.Context, token string) (t Telling, to Told, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		t, to, err = followRecall(tx, token)
		return err
	})
	return t, to, err
}

func followRecall(tx *store.Tx, token string) (t Telling, to Told, err error) {
	link, err := tx.FollowLink(fab.LinkRecall, token)
	if err != nil {
		return t, to, err
	}
	n, err := tx.RecallNotice(fab.RecallNoticeID(link.Subject))
	if err != nil {
		return t, to, err
	}
	if t, err = telling(tx, n.RecallID); err != nil {
		return t, to, err
	}
	to, err = t.Find(n.Kind, n.Subject)
	return t, to, err
}

// AnswerByLink notes the answer of whoever follows the link of a letter.
func (p *Production) AnswerByLink(ctx context.Context, token string, a RecallAnswer) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		t, to, err := followRecall(tx, token)
		if err != nil {
			return err
		}
		return answer(tx, t.Recall.ID, to, a, fab.ToldByLink, "")
	})
}
