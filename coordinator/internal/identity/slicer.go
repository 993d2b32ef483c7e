package identity

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const (
	maxSlicerName = 80          // characters
	seenEvery     = time.Minute // how exactly it is kept when a slicing worker was here last
)

// AddSlicer lets another machine slice for the lab under a name that nobody else goes by. The key is shown once.
func (i *Identity) AddSlicer(ctx context.Context, name string) (s fab.Slicer, key string, err error) {
	name = fab.Line(name)
	if name == "" || len([]rune(name)) > maxSlicerName {
		return s, "", fab.Refuse(fab.Invalid, "slicer_name_wrong", "name", "max", maxSlicerName)
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		all, err := tx.Slicers()
		if err != nil {
			return err
		}
		for _, one := range all {
			if one.Name == name && !one.Revoked {
				return fab.Refuse(fab.Invalid, "slicer_name_taken", "name", "name", name)
			}
		}
		key = fab.NewToken(tx.Rand())
		s = fab.Slicer{ID: store.NewID[fab.SlicerID](tx), Name: name, KeyHash: fab.HashToken(key), CreatedAt: tx.Now()}
		return tx.AddSlicer(&s)
	})
	return s, key, err
}

// RevokeSlicer shuts a slicing machine out at once. What it is at is given to another when its lease is over.
func (i *Identity) RevokeSlicer(ctx context.Context, id fab.SlicerID) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		s, err := tx.Slicer(id)
		if err != nil || s.Revoked {
			return err
		}
		s.Revoked = true
		return tx.SetSlicer(&s)
	})
}

// Slicers reads the slicing machines that may work, oldest first.
func (i *Identity) Slicers(ctx context.Context) (list []fab.Slicer, err error) {
	err = i.store.View(ctx, func(tx *store.Tx) error {
		all, err := tx.Slicers()
		for _, s := range all {
			if !s.Revoked {
				list = append(list, s)
			}
		}
		return err
	})
	return list, err
}

// Slicer reads the slicing machine behind a key, and notes that it was here; Unauthorised when there is none or it was
// revoked.
func (i *Identity) Slicer(ctx context.Context, key string) (s fab.Slicer, err error) {
	var stale bool
	err = i.store.View(ctx, func(tx *store.Tx) error {
		s, err = tx.SlicerByKey(fab.HashToken(key))
		stale = tx.Now().Sub(s.SeenAt) > seenEvery
		return err
	})
	if fab.ClassOf(err) == fab.NotFound {
		return s, fab.Refuse(fab.Unauthorised, "slicing_key_unknown", "")
	}
	if err != nil || !stale {
		return s, err
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		if s, err = tx.Slicer(s.ID); err != nil {
			return err
		}
		s.SeenAt = tx.Now()
		return tx.SetSlicer(&s)
	})
	return s, err
}
