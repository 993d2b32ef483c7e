package dispatch

import (
	"errors"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// recut makes the job as large as the plate that it goes on, so that as many pieces as before are open: jobs whose pieces
// the plate makes as well end, and pieces that it does not make wait on. What exceeds all of them goes to stock.
func recut(tx *store.Tx, a schedule.Assignment, j *fab.Job) error {
	copies, err := copiesOn(tx, a, *j)
	if err != nil {
		return err
	}
	left := j.Copies - copies
	j.Copies = copies
	for _, other := range a.Absorbs {
		if left, err = absorb(tx, other, left); err != nil {
			return err
		}
	}
	if left <= 0 {
		return nil
	}
	rest := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: j.BatchID, Part: j.Part, How: j.How, Copies: left, Status: fab.JobWaiting, CreatedAt: tx.Now()}
	return tx.AddJobs([]fab.Job{rest})
}

// absorb ends a waiting job, or cuts it down to what the plate leaves of it.
func absorb(tx *store.Tx, other schedule.Absorbed, left int64) (int64, error) {
	row, err := tx.Job(other.Job)
	if err != nil {
		return 0, err
	}
	if row.Rev != other.Rev || row.Status != fab.JobWaiting {
		return 0, errOvertaken
	}
	left += row.Copies
	if left > 0 {
		row.Copies, left = left, 0
	} else {
		row.Status, row.Wait = fab.JobCancelled, fab.Reason{}
	}
	if ok, err := tx.SwapJob(&row); err != nil || !ok {
		return 0, errors.Join(err, errOvertaken)
	}
	return left, nil
}

// copiesOn is how many pieces the job makes on this plate: as many as its file does.
func copiesOn(tx *store.Tx, a schedule.Assignment, j fab.Job) (int64, error) {
	if a.Plate == "" {
		return j.Copies, nil
	}
	plate, err := tx.Plate(a.Plate)
	if err == nil && plate.Status != fab.PlateReady {
		err = errOvertaken
	}
	return plate.Copies, err
}
