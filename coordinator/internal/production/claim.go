package production

import (
	"context"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

const (
	claimWait = 20 * time.Second // how long a claim waits for work
	maxLost   = 3                // a plate that so many workers died of rests before the next may try
	restMost  = 10 * time.Minute // the longest rest before a plate is tried again
)

// Claimed is a plate that a slicing worker holds, with all that it needs but the model.
type Claimed struct {
	Plate     fab.Plate
	Overlay   string // the machine's own settings as TOML
	ModelHash string // blob
	Lease     time.Duration
}

// Claim leases the next plate to the slicing worker by: first what a waiting job needs, then by age. While there is
// none it waits up to wait, and reports false at last. Whoever holds the plate's ClaimToken may speak of it until it is
// claimed anew, cancelled or delivered.
func (p *Production) Claim(ctx context.Context, by string, wait time.Duration) (c Claimed, ok bool, err error) {
	wake := make(chan struct{}, 1)
	stop := p.store.Watch(func(changes []fab.Change) {
		for _, one := range changes {
			if one.Code != store.PlateMoved && strings.HasPrefix(one.Code, "plate_") {
				nudge(wake)
				return
			}
		}
	})
	defer stop()
	over := time.NewTimer(wait)
	defer over.Stop()
	tick := time.NewTicker(p.every) // rests and leases end without a change
	defer tick.Stop()
	for {
		if c, ok, err = p.claim(ctx, by); ok || err != nil {
			return c, ok, err
		}
		select {
		case <-ctx.Done():
			return c, false, nil
		case <-over.C:
			return c, false, nil
		case <-wake:
		case <-tick.C:
		}
	}
}

// claim looks without the lock of a writer first, since most of the time there is nothing to do.
func (p *Production) claim(ctx context.Context, by string) (c Claimed, ok bool, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error { _, err := tx.PlateToSlice(); return err })
	if fab.ClassOf(err) == fab.NotFound {
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error { c, ok, err = p.take(tx, by); return err })
	return c, ok && err == nil, err
}

// take leases the next plate that can be made at all.
func (p *Production) take(tx *store.Tx, by string) (c Claimed, ok bool, err error) {
	for {
		plate, err := tx.PlateToSlice()
		if fab.ClassOf(err) == fab.NotFound {
			return c, false, nil // what was put aside before stays so
		}
		if err != nil {
			return c, false, err
		}
		if plate.Status == fab.PlateSlicing && plate.Tries >= maxLost {
			if err := p.rest(tx, plate, fab.Because(fab.WhyPlateWorkerLost, "times", plate.Tries)); err != nil {
				return c, false, err
			}
			continue
		}
		c, ok, err = needs(tx, plate)
		if err != nil {
			return c, false, err
		}
		if !ok {
			if err := turnPlate(tx, plate.ID, fab.PlateCancelled, fab.Because(fab.WhyPlateNotNeeded)); err != nil {
				return c, false, err
			}
			continue
		}
		if err := c.Plate.Turn(fab.PlateSlicing, fab.Reason{}, tx.Now()); err != nil {
			return c, false, err
		}
		c.Plate.Tries++
		c.Plate.ClaimedBy, c.Plate.ClaimToken, c.Plate.ClaimedUntil = by, fab.NewToken(tx.Rand()), tx.Now().Add(p.lease)
		c.Lease = p.lease
		tx.Tell(fab.Change{Code: store.PlateMoved, Subject: string(plate.ID), Args: fab.Args{"progress_pm": int64(0), "design": string(plate.DesignID)}})
		return c, true, tx.SetPlate(&c.Plate)
	}
}

// reclaim gives back what this coordinator was slicing when it ended without a word, so that nobody waits for leases. The
// tries count: a plate that ends the coordinator itself must come to rest.
func (p *Production) reclaim(ctx context.Context) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		held, err := tx.PlatesIn(fab.PlateSlicing)
		if err != nil {
			return err
		}
		for _, plate := range held {
			if plate.ClaimedBy != "" {
				continue
			}
			plate.ClaimedUntil = tx.Now()
			if err := tx.SetPlate(&plate); err != nil {
				return err
			}
		}
		return nil
	})
}

// needs finds what a plate is made of. It reports false when that is gone: the part has no model, or no machine has
// these settings any more.
func needs(tx *store.Tx, plate fab.Plate) (c Claimed, ok bool, err error) {
	c = Claimed{Plate: plate}
	d, err := tx.Design(plate.DesignID)
	if err != nil {
		return c, false, err
	}
	part, _ := d.BOM.Part(plate.Part)
	c.ModelHash = part.ModelHash
	if c.ModelHash == "" || plate.Overlay == "" {
		return c, c.ModelHash != "", nil
	}
	workers, err := tx.Workers()
	if err != nil {
		return c, false, err
	}
	for _, w := range workers {
		if fab.OverlayHash(w.Overlay) == plate.Overlay {
			c.Overlay = w.Overlay
			return c, true, nil
		}
	}
	return c, false, nil
}

// rest lets a plate wait before it is tried again, longer with each try: a slicer that crashes costs a processor each
// time.
func (p *Production) rest(tx *store.Tx, plate fab.Plate, why fab.Reason) error {
	if err := plate.Turn(fab.PlateFailed, why, tx.Now()); err != nil {
		return err
	}
	rest := restMost
	if n := plate.Tries - 1; n < 16 {
		rest = min(restMost, p.every<<max(0, n))
	}
	plate.NextTryAt = tx.Now().Add(rest)
	if err := tx.SetPlate(&plate); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "plate_failed", Subject: string(plate.ID), Args: plateArgs(plate)})
}

// held reads a plate that token still holds; Conflict claim_lost when somebody else does, or nobody.
func held(tx *store.Tx, id fab.PlateID, token string) (fab.Plate, error) {
	plate, err := tx.Plate(id)
	if err == nil && (token == "" || plate.Status != fab.PlateSlicing || plate.ClaimToken != token) {
		err = fab.Refuse(fab.Conflict, "claim_lost", "")
	}
	return plate, err
}

// HeldPlate reads a plate for the slicing worker that holds it, and what it is made of.
func (p *Production) HeldPlate(ctx context.Context, id fab.PlateID, token string) (c Claimed, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		plate, err := held(tx, id, token)
		if err != nil {
			return err
		}
		c, _, err = needs(tx, plate)
		return err
	})
	c.Lease = p.lease
	return c, err
}

// Progress says how far a plate is, in per mille, and renews its lease.
func (p *Production) Progress(ctx context.Context, id fab.PlateID, token string, permille int64) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		plate, err := held(tx, id, token)
		if err != nil {
			return err
		}
		plate.ProgressPM = max(plate.ProgressPM, min(1000, max(0, permille)))
		plate.ClaimedUntil = tx.Now().Add(p.lease)
		return tx.PlateProgress(&plate)
	})
}

// The ways in which a slicing worker gives a plate back; see worker.Failure.
const (
	Impossible = worker.Impossible
	Passing    = worker.Passing
	Released   = worker.Released
)

// Fail ends a claim without a plate. way is Impossible, Passing or Released; a released plate can be claimed at once and
// the try does not count.
func (p *Production) Fail(ctx context.Context, id fab.PlateID, token, way string, why fab.Reason) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		plate, err := held(tx, id, token)
		if err != nil {
			return err
		}
		switch way {
		case Passing:
			return p.rest(tx, plate, why)
		case Released:
			plate.Tries = max(0, plate.Tries-1)
			if err := plate.Turn(fab.PlatePending, fab.Reason{}, tx.Now()); err != nil {
				return err
			}
			tx.Tell(fab.Change{Code: store.PlatePlanned, Subject: string(plate.ID)})
			return tx.SetPlate(&plate)
		case Impossible:
			if err := plate.Turn(fab.PlateImpossible, why, tx.Now()); err != nil {
				return err
			}
			if err := tx.SetPlate(&plate); err != nil {
				return err
			}
			return tx.Note(fab.Change{Code: "plate_impossible", Subject: string(plate.ID), Args: plateArgs(plate)})
		}
		return fab.Refuse(fab.Invalid, "way_unknown", "way", "way", way)
	})
}
