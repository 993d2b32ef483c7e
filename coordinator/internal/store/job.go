package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddJobs stores new jobs.
func (tx *Tx) AddJobs(jobs []fab.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	return add(tx, "jobs", &jobs)
}

// Job reads one job.
func (tx *Tx) Job(id fab.JobID) (fab.Job, error) { return byID[fab.Job](tx, "job", id) }

// JobsOf reads the jobs of a batch.
func (tx *Tx) JobsOf(id fab.BatchID) ([]fab.Job, error) {
	return many[fab.Job](tx, "jobs", func(q query) query { return q.Where("batch_id = ?", string(id)).Order("id") })
}

// Jobs reads the jobs in these statuses that somebody here may do: those that partners make are left out.
func (tx *Tx) Jobs(statuses ...fab.JobStatus) ([]fab.Job, error) {
	return many[fab.Job](tx, "jobs", func(q query) query {
		return q.Where("status IN (?)", in(statuses)).Where("relay_id IS NULL").Order("id")
	})
}

// JobsGivenUp reads the waiting jobs of cancelled batches.
func (tx *Tx) JobsGivenUp() ([]fab.Job, error) {
	return many[fab.Job](tx, "jobs", func(q query) query {
		return q.Where("status = ?", string(fab.JobWaiting)).
			Where("batch_id IN (SELECT id FROM batches WHERE status = ?)", string(fab.BatchCancelled)).Order("id")
	})
}

// SwapJob stores j if nobody changed the row since it was read: the stored rev must be j.Rev, and becomes j.Rev+1.
// It reports false when somebody did.
func (tx *Tx) SwapJob(j *fab.Job) (bool, error) {
	old := j.Rev
	j.Rev++
	res, err := tx.db.NewUpdate().Model(j).WherePK().Where("rev = ?", old).Exec(context.Background())
	return swapped(res, err, "job", func() { j.Rev = old })
}

// SwapWorker stores w under the same rule as SwapJob.
func (tx *Tx) SwapWorker(w *fab.Worker) (bool, error) {
	old := w.Rev
	w.Rev++
	w.UpdatedAt = tx.now
	res, err := tx.db.NewUpdate().Model(w).WherePK().Where("rev = ?", old).Exec(context.Background())
	return swapped(res, err, "worker", func() { w.Rev = old })
}

func swapped(res interface{ RowsAffected() (int64, error) }, err error, what string, undo func()) (bool, error) {
	if err != nil {
		undo()
		return false, fmt.Errorf("store %s: %w", what, err)
	}
	n, err := res.RowsAffected()
	if err != nil || n != 1 {
		undo()
		return false, err
	}
	return true, nil
}
