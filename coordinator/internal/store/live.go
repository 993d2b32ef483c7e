package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/uptrace/bun"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// errSwap ends a transaction in which a row changed under its feet, which no database of ours lets happen.
var errSwap = errors.New("a row changed inside of a transaction")

// ChangeAttempt applies a rule to an attempt, its job and its worker, and stores those of them that it changed. A plate
// that began and failed counts against what is known of its machine.
func (tx *Tx) ChangeAttempt(a fab.Attempt, rule func(a *fab.Attempt, j *fab.Job, w *fab.Worker)) error {
	j, err := tx.Job(a.JobID)
	if err != nil {
		return err
	}
	w, err := tx.Worker(a.WorkerID)
	if err != nil {
		return err
	}
	a0, j0, w0 := a, j, w
	rule(&a, &j, &w)
	if !reflect.DeepEqual(a, a0) {
		if err := tx.SetAttempt(&a); err != nil {
			return err
		}
	}
	if a.Status == fab.AttemptFailed && a0.Status != fab.AttemptFailed && !a.StartedAt.IsZero() {
		if err := tx.failed(a, &w); err != nil {
			return err
		}
	}
	if !reflect.DeepEqual(j, j0) {
		if ok, err := tx.SwapJob(&j); err != nil || !ok {
			return errors.Join(err, errSwap)
		}
	}
	if !reflect.DeepEqual(w, w0) {
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return errors.Join(err, errSwap)
		}
	}
	return nil
}

// RenewLeases puts off the end of the leases of these attempts, unless they are over.
func (tx *Tx) RenewLeases(ids []fab.AttemptID, until time.Time) error {
	return tx.renewLeases(ids, until, func(q *bun.UpdateQuery) *bun.UpdateQuery { return q })
}

// RenewLeasesBehind does it for those of the attempts that printers of this agent hold.
func (tx *Tx) RenewLeasesBehind(agent fab.AgentID, ids []fab.AttemptID, until time.Time) error {
	return tx.renewLeases(ids, until, func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Where("worker_id IN (SELECT id FROM workers WHERE agent_id = ?)", string(agent))
	})
}

func (tx *Tx) renewLeases(ids []fab.AttemptID, until time.Time, which func(*bun.UpdateQuery) *bun.UpdateQuery) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := which(tx.db.NewUpdate().Model((*fab.Attempt)(nil))).Set("lease_until = ?", until).Where("id IN (?)", in(ids)).
		Where("status IN (?)", in([]fab.AttemptStatus{fab.AttemptLeased, fab.AttemptPrinting})).
		Where("lease_until < ?", until).Exec(context.Background())
	if err != nil {
		return fmt.Errorf("renew leases: %w", err)
	}
	return nil
}

// SetWorkerState notes what a printer says that it is doing. It is display and readiness, no change of the books, so the
// rev stays.
func (tx *Tx) SetWorkerState(id fab.WorkerID, state string) error {
	_, err := tx.db.NewUpdate().Model((*fab.Worker)(nil)).Set("state = ?", state).Set("seen_at = ?", tx.now).
		Where("id = ?", string(id)).Exec(context.Background())
	if err != nil {
		return fmt.Errorf("store state of a printer: %w", err)
	}
	return nil
}

// SetAgentsOffline forgets who was online, for a coordinator that has just started and was not told yet.
func (tx *Tx) SetAgentsOffline() error {
	_, err := tx.db.NewUpdate().Model((*fab.Agent)(nil)).Set("online = ?", false).Where("online = ?", true).Exec(context.Background())
	if err != nil {
		return fmt.Errorf("store agents: %w", err)
	}
	return nil
}
