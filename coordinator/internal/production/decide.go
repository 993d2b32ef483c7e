package production

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const (
	minWhy    = 5   // characters of a written reason
	maxWhy    = 500 //
	maxNotice = 20_000
)

// Decision says that a version was tried by those who need it, and what follows from it.
type Decision struct {
	Design  fab.DesignVersionID
	Why     string              // needed where no tester answered
	Claim   string              // what may be said of it; "" leaves it as it is
	Replace fab.DesignVersionID // the version that it takes the place of; "" none
	Move    bool                // its running batches go on with the new one
	By      fab.AccountID
}

// Decide records that a version was tried: its pieces may leave the lab from now on, and new requests are made after it.
// It rests on the answer of a tester who uses the product, or on a written reason.
func (p *Production) Decide(ctx context.Context, d Decision) error {
	d.Why = fab.Lines(d.Why)
	return p.store.Update(ctx, func(tx *store.Tx) error {
		v, err := tx.Design(d.Design)
		if err != nil || v.Status == fab.DesignTrialled {
			return err
		}
		if err := fab.DesignTable.Move("design", v.Status, fab.DesignTrialled); err != nil {
			return err
		}
		if err := checkDecision(tx, &v, d); err != nil {
			return err
		}
		v.Status, v.TrialledAt, v.TrialledWhy = fab.DesignTrialled, tx.Now(), d.Why
		if err := tx.SetDesign(&v); err != nil {
			return err
		}
		err = tx.Note(fab.Change{Code: "version_trialled", Subject: string(v.ID), Args: fab.Args{"product": v.Product, "version": v.Version, "by": string(d.By)}})
		if err != nil || d.Replace == "" {
			return err
		}
		return supersede(tx, d.Replace, d.Move, d.By)
	})
}

// checkDecision looks at the evidence, and sets the claim that was chosen.
func checkDecision(tx *store.Tx, v *fab.DesignVersion, d Decision) error {
	answers, err := tx.TestersFor(v.ID)
	if err != nil {
		return err
	}
	var errs fab.Errors
	switch n := utf8.RuneCountInString(d.Why); {
	case n > maxWhy:
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "why", "max", maxWhy))
	case n < minWhy && !slices.ContainsFunc(answers, fab.Tester.UsesIt):
		errs = append(errs, fab.Refuse(fab.Invalid, "evidence_missing", "why"))
	}
	if d.Claim != "" && d.Claim != v.Claim {
		if err := setClaim(tx, v, d.Claim, answers); err != nil {
			refusals, ok := fab.RefusalsOf(err)
			if !ok {
				return err
			}
			errs = append(errs, refusals...)
		}
	}
	if d.Replace != "" {
		old, err := tx.Design(d.Replace)
		if err != nil {
			return err
		}
		if old.ID == v.ID || old.Product != v.Product || old.Status != fab.DesignTrialled {
			errs = append(errs, fab.Refuse(fab.Invalid, "replace_wrong", "replace"))
		}
	}
	return errs.Or()
}

// ClaimsFor lists what may be said of a version: what any version of its product is for, and what the answers bear out.
func ClaimsFor(d fab.DesignVersion, all []fab.DesignVersion, answers []fab.Tester) (list []string) {
	for _, other := range all {
		if other.Product == d.Product && other.Claim != "" {
			list = append(list, other.Claim)
		}
	}
	list = append(list, fab.ClaimTried, fab.ClaimTriedByCare)
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(c string) bool { return fab.MayClaim(c, answers) != nil })
}

func setClaim(tx *store.Tx, v *fab.DesignVersion, claim string, answers []fab.Tester) error {
	if err := fab.MayClaim(claim, answers); err != nil {
		return err
	}
	all, err := tx.Designs()
	if err != nil {
		return err
	}
	if !slices.Contains(ClaimsFor(*v, all, answers), claim) {
		return fab.Refuse(fab.Invalid, "claim_unknown", "claim")
	}
	v.Claim, v.WordsAt = claim, tx.Now()
	return nil
}

// Words are what is said of a version: the claim, and the notice in each language as markdown.
type Words struct {
	Design  fab.DesignVersionID
	Claim   string // "" leaves it as it is
	Notices map[string]string
	By      fab.AccountID
}

// SetWords changes what is said of a version, and dates it. Words that volunteers may not say are refused.
func (p *Production) SetWords(ctx context.Context, w Words) error {
	var errs fab.Errors
	for _, lang := range []string{"fr", "en"} {
		text, field := fab.Lines(w.Notices[lang]), "notice_"+lang
		if utf8.RuneCountInString(text) > maxNotice {
			errs = append(errs, fab.Refuse(fab.Invalid, "too_long", field, "max", maxNotice))
		} else if word := fab.Unsayable(text); word != "" {
			errs = append(errs, fab.Refuse(fab.Invalid, "word_unsayable", field, "word", word))
		} else if text == "" && fab.Lines(w.Notices["fr"]+w.Notices["en"]) != "" {
			errs = append(errs, fab.Refuse(fab.Invalid, "notice_missing", field))
		}
	}
	if err := errs.Or(); err != nil {
		return err
	}
	return p.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.Design(w.Design)
		if err != nil {
			return err
		}
		answers, err := tx.TestersFor(d.ID)
		if err != nil {
			return err
		}
		if w.Claim != "" && w.Claim != d.Claim {
			if err := setClaim(tx, &d, w.Claim, answers); err != nil {
				return err
			}
		}
		d.Notices = map[string]string{"fr": fab.Lines(w.Notices["fr"]), "en": fab.Lines(w.Notices["en"])}
		d.WordsAt = tx.Now()
		if err := tx.SetDesign(&d); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "version_words", Subject: string(d.ID), Args: fab.Args{"product": d.Product, "version": d.Version, "by": string(w.By)}})
	})
}
