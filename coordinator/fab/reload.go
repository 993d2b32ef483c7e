package fab

import "time"

// ReloadStatus is where the question to a maker stands whether another filament could be loaded.
type ReloadStatus string

// The statuses of such a question. Nothing is planned for the other filament before a yes, and nothing started before
// somebody says that it is loaded.
const (
	ReloadAsked  ReloadStatus = "asked"
	ReloadYes    ReloadStatus = "yes"  // the maker will
	ReloadDone   ReloadStatus = "done" // it is loaded
	ReloadNo     ReloadStatus = "no"
	ReloadLapsed ReloadStatus = "lapsed" // no answer in time, not loaded in time, or needed no more
)

// ReloadTable is the state table of Reload.Status.
var ReloadTable = Table[ReloadStatus]{
	ReloadAsked: {ReloadYes, ReloadNo, ReloadLapsed, ReloadDone},
	ReloadYes:   {ReloadDone, ReloadNo, ReloadLapsed},
}

// Reload asks the maker of a printer to load another filament, for so many plates.
type Reload struct {
	ID         ReloadID     `bun:"id,pk"`
	WorkerID   WorkerID     `bun:"worker_id"`
	Filament   string       `bun:"filament"` // profile
	BatchID    BatchID      `bun:"batch_id"` // what it is for first
	Part       string       `bun:"part"`
	Plates     int64        `bun:"plates"` // that the printer would make of all that waits, as of the asking
	Status     ReloadStatus `bun:"status"`
	Why        Reason       `bun:"why,type:text"`
	Until      time.Time    `bun:"until"` // when the question, or the promise, lapses
	CreatedAt  time.Time    `bun:"created_at"`
	AnsweredAt time.Time    `bun:"answered_at,nullzero"`
}

// Open reports whether somebody is still expected to do something.
func (r Reload) Open() bool { return r.Status == ReloadAsked || r.Status == ReloadYes }
