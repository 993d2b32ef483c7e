package fab

import "time"

// JobStatus is where a job stands.
type JobStatus string

// The statuses of a job. A job whose attempt failed waits again, until it is done, or cancelled with its batch.
const (
	JobWaiting   JobStatus = "waiting"
	JobLeased    JobStatus = "leased"
	JobDone      JobStatus = "done"
	JobCancelled JobStatus = "cancelled"
)

// JobTable is the state table of Job.Status.
var JobTable = Table[JobStatus]{
	JobWaiting: {JobLeased, JobCancelled},
	JobLeased:  {JobWaiting, JobDone, JobCancelled},
}

// Job is one plate, or one portion of hand work, of a batch. Rev is the compare-and-set counter of its commits.
type Job struct {
	ID        JobID     `bun:"id,pk"`
	BatchID   BatchID   `bun:"batch_id"`
	Part      string    `bun:"part"`
	How       string    `bun:"how"`
	Copies    int64     `bun:"copies"`
	Status    JobStatus `bun:"status"`
	AttemptID AttemptID `bun:"attempt_id,nullzero"` // the live attempt while leased
	Tries     int64     `bun:"tries"`
	Rev       int64     `bun:"rev"`
	Wait      Reason    `bun:"wait,type:text"` // why it waits, as of the last plan
	CreatedAt time.Time `bun:"created_at"`
	RelayID   RelayID   `bun:"relay_id,nullzero"` // the relay whose partner makes it; it is given to nobody here
}

// WaitWithPartner is why a job waits that a partner makes: partner (name), until (the day by which it should be here).
const WaitWithPartner = "wait_with_partner"

// AttemptStatus is where one try at a job stands.
type AttemptStatus string

// The statuses of an attempt. Offered, leased and printing are live: one job has at most one live attempt.
const (
	AttemptOffered  AttemptStatus = "offered"  // hand work asked of a maker, not accepted yet
	AttemptLeased   AttemptStatus = "leased"   // held; a printer's start command is on its way, or hands are at work
	AttemptPrinting AttemptStatus = "printing" // the agent said that it started
	AttemptToCount  AttemptStatus = "to_count" // the print ended well; its pieces are not counted yet
	AttemptDone     AttemptStatus = "done"     // counted; a Lot exists
	AttemptFailed   AttemptStatus = "failed"
	AttemptLost     AttemptStatus = "lost" // silent for too long; a late result still counts
	AttemptDeclined AttemptStatus = "declined"
	AttemptStopped  AttemptStatus = "cancelled"
)

// AttemptTable is the state table of Attempt.Status.
var AttemptTable = Table[AttemptStatus]{
	AttemptOffered:  {AttemptLeased, AttemptDeclined, AttemptLost, AttemptStopped},
	AttemptLeased:   {AttemptPrinting, AttemptToCount, AttemptDone, AttemptFailed, AttemptLost, AttemptStopped},
	AttemptPrinting: {AttemptToCount, AttemptFailed, AttemptLost, AttemptStopped},
	AttemptToCount:  {AttemptDone},
	AttemptLost:     {AttemptToCount, AttemptDone, AttemptFailed, AttemptLeased, AttemptStopped},
}

// Live reports whether an attempt in this status holds its job.
func (s AttemptStatus) Live() bool {
	return s == AttemptOffered || s == AttemptLeased || s == AttemptPrinting || s == AttemptToCount
}

// Attempt is one try at a job by one worker. Its ID is the fence: whatever names another attempt is stale.
type Attempt struct {
	ID         AttemptID     `bun:"id,pk"`
	JobID      JobID         `bun:"job_id"`
	BatchID    BatchID       `bun:"batch_id"`
	WorkerID   WorkerID      `bun:"worker_id"`
	PlateID    PlateID       `bun:"plate_id,nullzero"`
	SpoolID    SpoolID       `bun:"spool_id,nullzero"`
	Part       string        `bun:"part"`
	Copies     int64         `bun:"copies"`
	No         int64         `bun:"no"` // 1 for the first try at the job
	Status     AttemptStatus `bun:"status"`
	Why        Reason        `bun:"why,type:text"`        // why this worker got it
	End        Reason        `bun:"end_reason,type:text"` // why it ended otherwise than well
	LeaseUntil time.Time     `bun:"lease_until"`          // renewed by every sign of life
	Lines      int64         `bun:"lines"`                // file lines the printer executed, as the agent reports
	Resends    int64         `bun:"resends"`
	StartedAt  time.Time     `bun:"started_at,nullzero"`
	EndedAt    time.Time     `bun:"ended_at,nullzero"`
	CreatedAt  time.Time     `bun:"created_at"`
	RemindedAt time.Time     `bun:"reminded_at,nullzero"` // when somebody reminded the maker of the day of this hand work
}
