package dispatch

import (
	"context"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// planChanged is the code of the change that tells pages to look again: some job waits for another reason than before.
const planChanged = "plan_changed"

// drift is how much an expected time must move before it is stored anew.
const drift = 5 * time.Minute

// noteWaits stores why jobs wait, where that changed.
func (l *Loop) noteWaits(ctx context.Context, jobs []fab.Job, plan schedule.Plan) error {
	changed, other := map[fab.JobID]fab.Reason{}, 0
	for _, j := range jobs {
		why, waits := plan.Jobs[j.ID]
		if !waits || same(j.Wait, why) {
			continue
		}
		changed[j.ID] = why
		if j.Wait.Code != why.Code {
			other++
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return l.Store.Update(ctx, func(tx *store.Tx) error {
		for id, why := range changed {
			j, err := tx.Job(id)
			if err != nil {
				return err
			}
			if j.Status != fab.JobWaiting {
				continue
			}
			if err := tx.SetWait(id, why); err != nil {
				return err
			}
		}
		if other == 0 {
			return nil
		}
		return tx.Note(fab.Change{Code: planChanged, Args: fab.Args{"jobs": other}})
	})
}

// same compares a stored reason with a new one. Stored numbers and times come back as JSON knows them, and an expected
// time that moved a little is the same.
func same(stored, fresh fab.Reason) bool {
	if stored.Code != fresh.Code || len(stored.Args) != len(fresh.Args) {
		return false
	}
	for name, value := range fresh.Args {
		was, ok := stored.Args[name]
		at, isTime := value.(time.Time)
		switch {
		case !ok:
			return false
		case !isTime && fmt.Sprint(was) != fmt.Sprint(value):
			return false
		case isTime && !near(was, at):
			return false
		}
	}
	return true
}

func near(stored any, at time.Time) bool {
	was, err := time.Parse(time.RFC3339, fmt.Sprint(stored))
	return err == nil && was.Sub(at).Abs() < drift
}
