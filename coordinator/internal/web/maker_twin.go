package web

import (
	"github.com/mailleur/mailleur/coordinator/fab"
)

// inHand reads the live attempts, and after them the hand work that was taken back because its day was over: whoever has it
// may bring it still.
func (r *reader) inHand() ([]fab.Attempt, error) {
	list, err := r.tx.LiveAttempts()
	if err != nil {
		return nil, err
	}
	hands, err := r.tx.HandAttempts()
	for _, a := range hands {
		if a.Status == fab.AttemptLost && a.Overdue(r.tx.Now()) {
			list = append(list, a)
		}
	}
	return list, err
}

// twin says to a maker that somebody else has, or had, the same hand work, by the town only, and what becomes of what is
// too much; the zero Reason when nobody has. Both read it: who let the day go by, and who was asked after that.
func (r *reader) twin(a fab.Attempt) (why fab.Reason, err error) {
	all, err := r.tx.AttemptsAt(a.JobID)
	if err != nil {
		return why, err
	}
	late := a.Status == fab.AttemptLost
	if late {
		why = fab.Because("twin_waits")
	}
	for _, other := range all {
		switch {
		case other.ID == a.ID || r.worker(other.WorkerID).MakerID == r.worker(a.WorkerID).MakerID:
		case late && other.Status == fab.AttemptDone && other.No > a.No:
			return r.where("twin_made", other), nil
		case late && other.Status.Live() && other.No > a.No:
			why = r.where("twin_asked", other)
		case !late && other.Status == fab.AttemptLost && other.End.Code == fab.EndedOverdue && !other.StartedAt.IsZero():
			why = r.where("twin_first", other)
		}
	}
	return why, nil
}

// where adds the town of whoever has an attempt, for the sentence that names it.
func (r *reader) where(code string, a fab.Attempt) fab.Reason {
	if town := r.makers[r.worker(a.WorkerID).MakerID].Town; town != "" {
		return fab.Because(code+"_town", "town", town)
	}
	return fab.Because(code)
}
