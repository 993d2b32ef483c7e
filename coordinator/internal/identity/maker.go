package identity

import (
	"context"
	"strings"

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

// AddMaker registers a volunteer, a place for what he or she holds, and a pair of hands when there are skills.
func (i *Identity) AddMaker(ctx context.Context, n NewMaker) (m fab.Maker, err error) {
	n.Name, n.Town = strings.TrimSpace(n.Name), strings.TrimSpace(n.Town)
	var errs fab.Errors
	if n.Name == "" || len(n.Name) > 80 {
		errs = append(errs, fab.Refuse(fab.Invalid, "name_missing", "name"))
	}
	if n.Town == "" || len(n.Town) > 80 {
		errs = append(errs, fab.Refuse(fab.Invalid, "town_missing", "town"))
	}
	if err := errs.Or(); err != nil {
		return m, err
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		m = fab.Maker{ID: store.NewID[fab.MakerID](tx), Name: n.Name, Town: n.Town, Phone: strings.TrimSpace(n.Phone), CreatedAt: tx.Now()}
		place := fab.Location{ID: fab.LocationID("maker-" + string(m.ID)), Kind: fab.LocationMaker, Name: n.Name, CreatedAt: tx.Now()}
		m.LocationID = place.ID
		if err := tx.AddLocation(&place); err != nil {
			return err
		}
		if err := tx.AddMaker(&m); err != nil || len(n.Steps) == 0 {
			return err
		}
		return addHands(tx, m, n)
	})
	return m, err
}

func addHands(tx *store.Tx, m fab.Maker, n NewMaker) error {
	if n.Quota == 0 {
		n.Quota = 50
	}
	return tx.AddWorker(&fab.Worker{
		ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerHand, Name: m.Name, MakerID: m.ID, Steps: n.Steps, Quota: n.Quota,
		TimeFactorPM: 1000, CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
	})
}
