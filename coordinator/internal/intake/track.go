package intake

import (
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Track is what a tracking page knows of a request.
type Track struct {
	Request  fab.Request
	Facility fab.Facility
	Lines    []fab.Progress
	Changes  []fab.Change
	Makers   int   // people who work or worked on it
	Made     int64 // good pieces of the parts of its batches
	ToMake   int64 // pieces those batches need
	Stale    bool  // somebody should say that it is still needed, before anything of it is begun
}

// Track reads the request behind a token.
func (i *Intake) Track(ctx context.Context, token string) (t Track, err error) {
	err = i.store.View(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkRequest, token)
		if err != nil {
			return err
		}
		t, err = read(tx, fab.RequestID(link.Subject))
		return err
	})
	return t, err
}

// Show reads a request for a coordinator.
func (i *Intake) Show(ctx context.Context, id fab.RequestID) (t Track, err error) {
	err = i.store.View(ctx, func(tx *store.Tx) error {
		t, err = read(tx, id)
		return err
	})
	return t, err
}

// Token makes a new tracking link for a request, for the coordinator who sends it by text or e-mail.
func (i *Intake) Token(ctx context.Context, id fab.RequestID) (token string, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		r := Receipt{}
		if r.Request, err = tx.Request(id); err != nil {
			return err
		}
		err = i.link(tx, &r)
		token = r.Token
		return err
	})
	return token, err
}

func read(tx *store.Tx, id fab.RequestID) (t Track, err error) {
	if t.Request, err = tx.Request(id); err != nil {
		return t, err
	}
	if t.Facility, err = tx.Facility(t.Request.FacilityID); err != nil {
		return t, err
	}
	if t.Lines, err = tx.Progress(id); err != nil {
		return t, err
	}
	if t.Changes, err = tx.ChangesOf(id); err != nil {
		return t, err
	}
	return t, count(tx, &t)
}

// count adds up how far the batches of the request are, over all their parts.
func count(tx *store.Tx, t *Track) error {
	batches, err := tx.BatchesOf(t.Request.ID)
	if err != nil {
		return err
	}
	stale, err := tx.StaleBatches()
	if err != nil {
		return err
	}
	makers := map[fab.MakerID]bool{}
	for _, b := range batches {
		t.Stale = t.Stale || slices.Contains(stale, b.ID)
		design, err := tx.Design(b.DesignID)
		if err != nil {
			return err
		}
		counts, err := tx.PartCounts(b, design.BOM)
		if err != nil {
			return err
		}
		for _, c := range counts {
			t.Made += min(c.Good, c.Needed)
			t.ToMake += c.Needed
		}
		attempts, err := tx.AttemptsOf(b.ID)
		if err != nil {
			return err
		}
		for _, a := range attempts {
			if a.StartedAt.IsZero() {
				continue
			}
			w, err := tx.Worker(a.WorkerID)
			if err != nil {
				return err
			}
			makers[w.MakerID] = true
		}
	}
	t.Makers = len(makers)
	return nil
}
