package identity

import (
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// NewMaker is what a new maker is made of. Steps are the hand skills; "print" is printing from an SD card.
type NewMaker struct {
	Name  string
	Town  string
	Phone string
	Steps []string
	Quota int64 // pieces of hand work at a time; 0 means 50
}

const defaultQuota = 50 // pieces of hand work at a time

// skills are the hand steps that somebody can be registered for.
var skills = [...]string{"print", "sew", "cut", "punch", "assemble"}

// AddMaker registers a volunteer, a place for what he or she holds, and a pair of hands when there are skills.
func (i *Identity) AddMaker(ctx context.Context, n NewMaker) (m fab.Maker, err error) {
	if err := n.check().Or(); err != nil {
		return m, err
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		m, err = addMaker(tx, n)
		return err
	})
	return m, err
}

// Welcome registers a volunteer together with an account to sign in with, or without one when neither login nor password
// is given. What is refused makes neither.
func (i *Identity) Welcome(ctx context.Context, n NewMaker, a NewAccount) (m fab.Maker, err error) {
	if a.Login == "" && a.Password == "" {
		return i.AddMaker(ctx, n)
	}
	errs := n.check()
	hash, err := i.checkAndHash(ctx, &a)
	if err != nil {
		refused, ok := fab.RefusalsOf(err)
		if !ok {
			return m, err
		}
		for _, e := range refused {
			if e.Field != "name" { // said once
				errs = append(errs, e)
			}
		}
	}
	if err := errs.Or(); err != nil {
		return m, err
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		if m, err = addMaker(tx, n); err != nil {
			return err
		}
		a.MakerID = m.ID
		_, err = addAccount(tx, a, hash)
		return err
	})
	return m, err
}

func (n *NewMaker) check() (errs fab.Errors) {
	n.Name, n.Town, n.Phone = fab.Line(n.Name), fab.Line(n.Town), fab.Line(n.Phone)
	if n.Name == "" || len(n.Name) > 80 {
		errs = append(errs, fab.Refuse(fab.Invalid, "name_missing", "name"))
	}
	if n.Town == "" || len(n.Town) > 80 {
		errs = append(errs, fab.Refuse(fab.Invalid, "town_missing", "town"))
	}
	if !knownSteps(n.Steps) {
		errs = append(errs, fab.Refuse(fab.Invalid, "step_unknown", "steps"))
	}
	return errs
}

func knownSteps(steps []string) bool {
	return len(steps) <= len(skills) && !slices.ContainsFunc(steps, func(step string) bool { return !slices.Contains(skills[:], step) })
}

func addMaker(tx *store.Tx, n NewMaker) (fab.Maker, error) {
	m := fab.Maker{ID: store.NewID[fab.MakerID](tx), Name: n.Name, Town: n.Town, Phone: n.Phone, CreatedAt: tx.Now()}
	place := fab.Location{ID: fab.PlaceOf(fab.LocationMaker, string(m.ID)), Kind: fab.LocationMaker, Name: n.Name, CreatedAt: tx.Now()}
	m.LocationID = place.ID
	if err := tx.AddLocation(&place); err != nil {
		return m, err
	}
	if err := tx.AddMaker(&m); err != nil || len(n.Steps) == 0 {
		return m, err
	}
	return m, addHands(tx, m, n)
}

func addHands(tx *store.Tx, m fab.Maker, n NewMaker) error {
	if n.Quota == 0 {
		n.Quota = defaultQuota
	}
	return tx.AddWorker(&fab.Worker{
		ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerHand, Name: m.Name, MakerID: m.ID, Steps: n.Steps, Quota: n.Quota,
		TimeFactorPM: 1000, CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
	})
}
