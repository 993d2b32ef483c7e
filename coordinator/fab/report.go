package fab

import "time"

// ReportKind says what happened on a machine; the words are those of the agents' events.
type ReportKind string

// The kinds of report.
const (
	ReportStarted  ReportKind = "started"
	ReportProgress ReportKind = "progress"
	ReportPaused   ReportKind = "paused"
	ReportResumed  ReportKind = "resumed"
	ReportFinished ReportKind = "finished"
	ReportFailed   ReportKind = "failed"
	ReportStopped  ReportKind = "stopped"
	ReportCleared  ReportKind = "cleared"
)

// Report is what an agent said about an attempt.
type Report struct {
	Kind    ReportKind
	Reason  string // why it failed or was stopped
	Lines   int64  // file lines executed
	Resends int64
	Seconds int64 // since the attempt's first line; 0 when unknown
}

// Why an attempt ended otherwise than well, apart from what agents report: those are EndedBecause.
const (
	EndedSilent       = "ended_silent"        // no sign of life for too long
	EndedOfferLapsed  = "ended_offer_lapsed"  // nobody answered the offer
	EndedStartExpired = "ended_start_expired" // the agent did not answer the start in time
	EndedDangerous    = "ended_dangerous"     // the version that it follows was found dangerous before it began
	EndedNotClear     = "ended_not_clear"     // something lay on the bed when it was told to start; nobody failed
)

// EndedBecause is the reason of an ending that an agent reported with a code of its own.
func EndedBecause(code string) Reason {
	if code == "" {
		code = "start_refused"
	}
	return Because("ended_" + code)
}

// Apply works a report into the attempt it names, the attempt's job and the worker that reports. Lease is how long a
// sign of life holds. It gives the code of the change to note, "" when nothing worth telling happened.
//
// A report about an attempt that is over changes nothing of what became of it, though the lines that it tells of were
// executed and are kept; with one exception: the result of a lost attempt still counts.
// When its job was not given away meanwhile, it takes the job back; otherwise its pieces are a surplus.
func (r Report) Apply(a *Attempt, j *Job, w *Worker, now time.Time, lease time.Duration) (change string) {
	a.Lines, a.Resends = max(a.Lines, r.Lines), max(a.Resends, r.Resends)
	if !a.Status.Live() && a.Status != AttemptLost || a.Status == AttemptToCount {
		return ""
	}
	switch r.Kind {
	case ReportStarted, ReportProgress, ReportPaused, ReportResumed:
		return r.goesOn(a, w, now, lease)
	case ReportFinished:
		r.finish(a, j, w, now)
		return "attempt_finished"
	case ReportFailed:
		a.end(AttemptFailed, EndedBecause(r.Reason), j, w, now)
		return "attempt_failed"
	case ReportStopped:
		status := AttemptStopped
		if a.Status == AttemptLost {
			status = AttemptFailed
		}
		a.end(status, EndedBecause(r.Reason), j, w, now)
		return "attempt_stopped"
	}
	return ""
}

// goesOn notes a sign of life. A lost attempt stays lost: its job may be somebody else's by now.
func (r Report) goesOn(a *Attempt, w *Worker, now time.Time, lease time.Duration) string {
	first := a.StartedAt.IsZero()
	if first {
		a.StartedAt = now.Add(-time.Duration(r.Seconds) * time.Second)
	}
	w.PlateClear = false
	if a.Status == AttemptLost {
		return ""
	}
	a.Status, a.LeaseUntil = AttemptPrinting, now.Add(lease)
	switch {
	case first:
		return "attempt_started"
	case r.Kind == ReportPaused:
		return "attempt_paused"
	case r.Kind == ReportResumed:
		return "attempt_resumed"
	}
	return ""
}

// finish ends an attempt well. The agent's count of seconds is right even when the report was held up on its way.
func (r Report) finish(a *Attempt, j *Job, w *Worker, now time.Time) {
	a.Status, a.EndedAt, a.End = AttemptToCount, now, Reason{}
	if r.Seconds > 0 {
		a.StartedAt = now.Add(-time.Duration(r.Seconds) * time.Second)
	} else if a.StartedAt.IsZero() {
		a.StartedAt = now
	}
	if j.Status == JobWaiting {
		j.Status, j.AttemptID, j.Wait = JobLeased, a.ID, Reason{}
	}
	w.PlateClear = false
	w.release(a.ID)
}

// Refuse ends an attempt that the agent would not start, and gives the code of the change to note. What the agent says of
// its bed is believed: a bed that is not clear is a wait and no failure.
func (a *Attempt) Refuse(code string, j *Job, w *Worker, now time.Time) (change string) {
	why := EndedBecause(code)
	if why.Code == EndedNotClear {
		a.end(AttemptStopped, why, j, w, now)
		w.PlateClear = false
		return "start_not_clear"
	}
	a.end(AttemptFailed, why, j, w, now)
	return "attempt_failed"
}

// TakeBack ends an attempt that nobody has begun, because its pieces must not be made any more.
func (a *Attempt) TakeBack(code string, j *Job, w *Worker, now time.Time) {
	a.end(AttemptStopped, Because(code), j, w, now)
}

// Lose takes the job from an attempt without a sign of life. A result that comes after all still counts.
func (a *Attempt) Lose(code string, j *Job, w *Worker, now time.Time) {
	a.end(AttemptLost, Because(code), j, w, now)
}

// end lets the job wait again and frees the worker. A bed on which something was started is not clear.
func (a *Attempt) end(status AttemptStatus, why Reason, j *Job, w *Worker, now time.Time) {
	a.Status, a.End, a.EndedAt = status, why, now
	if j.AttemptID == a.ID && j.Status == JobLeased {
		j.Status, j.AttemptID = JobWaiting, ""
	}
	if !a.StartedAt.IsZero() || a.Lines > 0 {
		w.PlateClear = false
	}
	w.release(a.ID)
}

// Clear notes that somebody said that the bed is empty. While an attempt is on the machine it is not.
func (w *Worker) Clear() (change string) {
	if w.AttemptID != "" || w.PlateClear {
		return ""
	}
	w.PlateClear = true
	return "plate_cleared"
}

// release frees the worker from this attempt and from no other.
func (w *Worker) release(id AttemptID) {
	if w.AttemptID == id {
		w.AttemptID = ""
	}
}
