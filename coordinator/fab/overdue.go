package fab

import "time"

// Why hand work ended that its hand-in date went by.
const (
	EndedOverdue   = "ended_overdue"    // the date went by, and others were asked; what is brought after all still counts
	EndedGivenBack = "ended_given_back" // the maker said that it, or the rest of it, will not be made
)

// Overdue reports whether hand work was not brought in time, so that somebody calls. Whoever said a later date is left
// in peace until then, also when others have the work by now. It is no bad mark, and nothing learns from it.
func (a Attempt) Overdue(now time.Time) bool {
	held := a.Status == AttemptLeased || a.Status == AttemptLost && (a.End.Code == EndedOverdue || a.End.Code == EndedSilent)
	return held && !a.StartedAt.IsZero() && !a.LeaseUntil.After(now)
}

// HandInDay is the day on which hand work is handed in, as midnight in a zone. A lease to the end of a day means that day.
func (a Attempt) HandInDay(zone *time.Location) time.Time {
	year, month, day := a.LeaseUntil.Add(-time.Second).In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// DueSoon reports whether hand work is handed in today or tomorrow, by the clock of a zone. What was taken on as shortly
// before is not: its maker just said so.
func (a Attempt) DueSoon(now time.Time, zone *time.Location) bool {
	from := a.HandInDay(zone).AddDate(0, 0, -1)
	return a.Status == AttemptLeased && !a.StartedAt.IsZero() && a.StartedAt.Before(from) && !now.Before(from) && now.Before(a.LeaseUntil)
}

// ToRemind reports whether somebody should remind the maker now: once for each date that was said.
func (a Attempt) ToRemind(now time.Time, zone *time.Location) bool {
	return a.DueSoon(now, zone) && a.RemindedAt.IsZero()
}

// MayDouble is how much of a batch may be in two hands at once because the first let the date go by: one part in twenty of
// its jobs, and at least one.
func MayDouble(jobs int) int { return max(1, jobs/20) }

// GiveBack ends hand work that will not be made, which is no failure. The job waits again, unless others have it by now.
func (a *Attempt) GiveBack(j *Job, w *Worker, now time.Time) {
	a.end(AttemptStopped, Because(EndedGivenBack), j, w, now)
}

// Postpone sets another date. Work that was taken back and that nobody else was given is the maker's again.
func (a *Attempt) Postpone(until time.Time, j *Job, w *Worker) {
	a.LeaseUntil, a.RemindedAt = until, time.Time{}
	if a.Status != AttemptLost || j.Status != JobWaiting || w.AttemptID != "" {
		return
	}
	a.Status, a.End, a.EndedAt = AttemptLeased, Reason{}, time.Time{}
	j.Status, j.AttemptID, j.Wait, w.AttemptID = JobLeased, a.ID, Reason{}, a.ID
}
