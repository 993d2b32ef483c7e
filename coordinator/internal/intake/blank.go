package intake

import (
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// MaxBlanks is how many forms are printed at a time.
const MaxBlanks = 50

// PrintBlanks makes codes for forms that are printed empty, to be written on by hand and keyed in later.
func (i *Intake) PrintBlanks(ctx context.Context, kind string, n int64, by fab.AccountID) (forms []fab.BlankForm, err error) {
	switch {
	case !slices.Contains([]string{fab.BlankRequest, fab.BlankBag, fab.BlankHandIn}, kind):
		return nil, fab.Refuse(fab.Invalid, "form_kind_missing", "form_kind")
	case n < 1 || n > MaxBlanks:
		return nil, fab.Refuse(fab.Invalid, "form_count_wrong", "count", "max", MaxBlanks)
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		forms = nil
		for range n {
			f := fab.BlankForm{Code: fab.NewReference(tx.Rand()), Kind: kind, By: by, CreatedAt: tx.Now()}
			if err := tx.AddBlankForm(&f); err != nil {
				return err
			}
			forms = append(forms, f)
		}
		return nil
	})
	return forms, err
}

// KeyIn makes a request of a form that was filled in by hand. A code that was keyed in before is refused, and so is one
// that was never printed or belongs to another kind of form.
func (i *Intake) KeyIn(ctx context.Context, code string, f Form) (r Receipt, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		blank, err := tx.BlankToKey(code, fab.BlankRequest)
		if err != nil {
			return err
		}
		f.SubmitKey = "form-" + blank.Code
		lines, needBy, errs, err := i.read(tx, f)
		if err != nil {
			return err
		}
		if err := errs.Or(); err != nil {
			return err
		}
		if err := i.make(tx, f, lines, needBy, &r); err != nil {
			return err
		}
		blank.Subject, blank.KeyedAt = string(r.Request.ID), tx.Now()
		return tx.SetBlankForm(&blank)
	})
	return r, err
}
