package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Withdraw takes a version out of use. Of a dangerous one nothing more is begun, printers that are at it are told to stop,
// its lots are blocked as by a recall, and what is requested is made anew after the current version; a superseded one only gets no new batch. A version once
// found dangerous stays so. Its trials are closed.
func (p *Production) Withdraw(ctx context.Context, id fab.DesignVersionID, dangerous bool, by fab.AccountID) error {
	if !dangerous {
		return p.Supersede(ctx, id, false, by)
	}
	return p.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.Design(id)
		if err != nil || d.Dangerous {
			return err
		}
		if err := withdraw(tx, d, true, by); err != nil {
			return err
		}
		if err := stopMaking(tx, id); err != nil {
			return err
		}
		_, err = recall(tx, fab.Recall{What: fab.RecallDesign, Subject: string(id), Reason: "design_dangerous", By: by})
		return err
	})
}

// Supersede takes a version out of use because a better one took its place. Its running batches go on as they are, or
// with the current version where move is set: what is made by then counts, what is being made too.
func (p *Production) Supersede(ctx context.Context, id fab.DesignVersionID, move bool, by fab.AccountID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error { return supersede(tx, id, move, by) })
}

func supersede(tx *store.Tx, id fab.DesignVersionID, move bool, by fab.AccountID) error {
	d, err := tx.Design(id)
	if err != nil || d.Status == fab.DesignWithdrawn {
		return err
	}
	if err := withdraw(tx, d, false, by); err != nil || !move {
		return err
	}
	next, err := tx.CurrentDesign(d.Product)
	if fab.ClassOf(err) == fab.NotFound || err == nil && next.Status != fab.DesignTrialled {
		return fab.Refuse(fab.Conflict, "move_nowhere", "move")
	}
	if err != nil {
		return err
	}
	return moveBatches(tx, d, next)
}

func withdraw(tx *store.Tx, d fab.DesignVersion, dangerous bool, by fab.AccountID) error {
	if err := fab.DesignTable.Move("design", d.Status, fab.DesignWithdrawn); err != nil {
		return err
	}
	if d.WithdrawnAt.IsZero() {
		d.WithdrawnAt = tx.Now()
	}
	d.Status, d.Dangerous = fab.DesignWithdrawn, dangerous
	if err := tx.SetDesign(&d); err != nil {
		return err
	}
	trials, err := tx.TrialsOf(d.ID)
	if err != nil {
		return err
	}
	for _, t := range trials {
		if t.Status == fab.TrialClosed {
			continue
		}
		if err := closeTrial(tx, t); err != nil {
			return err
		}
	}
	return tx.Note(fab.Change{Code: "version_withdrawn", Subject: string(d.ID), Args: fab.Args{"product": d.Product, "version": d.Version, "by": string(by)}})
}

// stopMaking takes back what nobody has begun after a version, offers included, and tells printers that are at it to stop.
// Hands at work read it on their page; what they bring is blocked.
func stopMaking(tx *store.Tx, id fab.DesignVersionID) error {
	live, err := tx.Attempts(fab.AttemptOffered, fab.AttemptLeased, fab.AttemptPrinting)
	if err != nil {
		return err
	}
	for _, a := range live {
		b, err := tx.Batch(a.BatchID)
		if err != nil {
			return err
		}
		design, err := madeAfter(tx, a, b)
		if err != nil {
			return err
		}
		w, err := tx.Worker(a.WorkerID)
		if err != nil {
			return err
		}
		if design.ID != id {
			continue
		}
		if a.StartedAt.IsZero() {
			err = takeBack(tx, a, w)
		}
		if err == nil {
			err = tx.Order(w, "cancel", a.ID) // the order to start may have reached it
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func takeBack(tx *store.Tx, a fab.Attempt, w fab.Worker) error {
	err := tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { a.TakeBack(fab.EndedDangerous, j, w, tx.Now()) })
	if err != nil {
		return err
	}
	return tx.NoteAttempt("work_taken_back", a, w)
}

// moveBatches lets the running batches of one version go on with another. Jobs that nobody has begun are planned anew.
func moveBatches(tx *store.Tx, from, to fab.DesignVersion) error {
	batches, err := tx.BatchesByDesign(from.ID)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.Status != fab.BatchOpen && b.Status != fab.BatchPaused {
			continue
		}
		b.DesignID, b.MovedFrom, b.MovedAt = to.ID, from.ID, tx.Now()
		if err := tx.SetBatch(&b); err != nil {
			return err
		}
		if err := dropWaiting(tx, b.ID); err != nil {
			return err
		}
		err := tx.Note(fab.Change{Code: "batch_moved", Subject: string(b.ID), Request: b.RequestID, Args: fab.Args{"product": b.Product, "from": from.Version, "version": to.Version}})
		if err != nil {
			return err
		}
	}
	return nil
}

func dropWaiting(tx *store.Tx, id fab.BatchID) error {
	jobs, err := tx.JobsOf(id)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Status != fab.JobWaiting {
			continue
		}
		if err := dropJob(tx, j); err != nil {
			return err
		}
	}
	return nil
}

// madeAfter is the version that an attempt follows: that of its plate, or the one that its batch had when it was begun.
func madeAfter(tx *store.Tx, a fab.Attempt, b fab.Batch) (fab.DesignVersion, error) {
	id := b.DesignID
	switch {
	case a.PlateID != "":
		plate, err := tx.Plate(a.PlateID)
		if err != nil {
			return fab.DesignVersion{}, err
		}
		id = plate.DesignID
	case b.MovedFrom != "" && a.CreatedAt.Before(b.MovedAt):
		id = b.MovedFrom
	}
	return tx.Design(id)
}

// Touched counts what the withdrawal of a version reaches.
type Touched struct {
	Batches    int64 // open or paused
	UnderWay   int64 // plates and portions that somebody has
	AtMakers   int64 // bags not brought in
	AtHub      int64 // bags counted at the hub
	BoxesHere  int64
	BoxesAway  int64             // in a vehicle
	BoxesThere int64             // delivered
	Trials     int64             // not closed
	Next       fab.DesignVersion // what its batches could go on with; the zero version when there is none
}

// Touched reads what the withdrawal of a version reaches.
func (p *Production) Touched(ctx context.Context, id fab.DesignVersionID) (t Touched, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		d, err := tx.Design(id)
		if err != nil {
			return err
		}
		for _, count := range []func(*store.Tx, fab.DesignVersion) error{t.batches, t.goods, t.trials, t.next} {
			if err := count(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	return t, err
}

func (t *Touched) batches(tx *store.Tx, d fab.DesignVersion) error {
	batches, err := tx.BatchesByDesign(d.ID)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.Status == fab.BatchOpen || b.Status == fab.BatchPaused {
			t.Batches++
		}
		jobs, err := tx.JobsOf(b.ID)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if j.Status == fab.JobLeased {
				t.UnderWay++
			}
		}
	}
	return nil
}

func (t *Touched) goods(tx *store.Tx, d fab.DesignVersion) error {
	lots, err := tx.LotsTouched(fab.RecallDesign, string(d.ID))
	if err != nil {
		return err
	}
	ids := make([]fab.LotID, len(lots))
	for i, l := range lots {
		ids[i] = l.ID
		if l.SettledAt.IsZero() {
			t.AtMakers++
		} else {
			t.AtHub++
		}
	}
	boxes, err := tx.BoxesWith(ids)
	for _, b := range boxes {
		switch b.Status {
		case fab.BoxLoaded:
			t.BoxesAway++
		case fab.BoxDelivered:
			t.BoxesThere++
		case fab.BoxPacked, fab.BoxReturned:
			t.BoxesHere++
		}
	}
	return err
}

func (t *Touched) trials(tx *store.Tx, d fab.DesignVersion) error {
	trials, err := tx.TrialsOf(d.ID)
	for _, one := range trials {
		if one.Status != fab.TrialClosed {
			t.Trials++
		}
	}
	return err
}

// next is the version that would be current.
func (t *Touched) next(tx *store.Tx, d fab.DesignVersion) error {
	all, err := tx.Designs()
	for _, other := range all {
		if other.Product == d.Product && other.ID != d.ID && other.Status == fab.DesignTrialled {
			t.Next = other
		}
	}
	return err
}
