package fab

import "time"

// Change is one thing that happened, in the order in which it was committed. It feeds open pages and the timelines that
// people read; Code and Args are worded by the locales.
type Change struct {
	Seq     int64     `bun:"seq,pk,autoincrement"`
	At      time.Time `bun:"at"`
	Code    string    `bun:"code"`    // e.g. request_received, attempt_started, lot_counted
	Subject string    `bun:"subject"` // id of the row that changed
	Request RequestID `bun:"request_id,nullzero"`
	Worker  WorkerID  `bun:"worker_id,nullzero"`
	Args    Args      `bun:"args,type:text"`
}

// Blob is a file kept by its SHA-256.
type Blob struct {
	Hash      string    `bun:"hash,pk"`
	Size      int64     `bun:"size"`
	Kind      string    `bun:"kind"` // media type
	CreatedAt time.Time `bun:"created_at"`
}

// Setting is one value of the lab that is set on a page rather than in the configuration file.
type Setting struct {
	Key   string `bun:"key,pk"`
	Value string `bun:"value"`
}
