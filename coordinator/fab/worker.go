package fab

import (
	"slices"
	"time"
)

// Kinds of worker.
const (
	WorkerPrinter = "printer"
	WorkerHand    = "hand"
)

// Worker is whoever can do jobs: a printer behind an agent, or a maker's hands (sewing, assembly, or a printer fed by
// SD card). Rev is the compare-and-set counter of commits; nothing else than a commit or an ending writes AttemptID.
type Worker struct {
	ID        WorkerID  `bun:"id,pk"`
	Kind      string    `bun:"kind"`
	Name      string    `bun:"name"`
	MakerID   MakerID   `bun:"maker_id"`
	AttemptID AttemptID `bun:"attempt_id,nullzero"`
	Rev       int64     `bun:"rev"`
	Paused    bool      `bun:"paused"` // its maker asked for rest
	CreatedAt time.Time `bun:"created_at"`

	PausedUntil time.Time `bun:"paused_until,nullzero"` // gets nothing before; rest that ends by itself
	WeekCap     int64     `bun:"week_cap"`              // plates, or portions of hand work, in seven days; 0 is any number
	RetiredAt   time.Time `bun:"retired_at,nullzero"`   // gets nothing any more, and stays for the history

	// Printers, with or without an agent.
	AgentID    AgentID  `bun:"agent_id,nullzero"`
	Key        string   `bun:"key"` // the printer's name in topics: [a-z0-9_-]
	Model      string   `bun:"model"`
	NozzleUM   int64    `bun:"nozzle_um"`
	ModelSaid  string   `bun:"model_said"`         // what its maker calls a model that has no profile; Model is empty then
	Filament   string   `bun:"filament"`           // filament profile loaded
	Colour     string   `bun:"colour"`             // of the filament, in the maker's words
	CanLoad    []string `bun:"can_load,type:text"` // filament profiles that its maker has beside what is loaded
	SpoolID    SpoolID  `bun:"spool_id,nullzero"`
	PlateClear bool     `bun:"plate_clear"` // somebody said that the bed is empty; nothing starts otherwise
	Overlay    string   `bun:"overlay"`     // what this machine has beside its model, as TOML; "" for the model's own
	Piles      bool     `bun:"piles"`       // its maker lets it print pieces that stand on each other while nobody is there
	SlicesSelf bool     `bun:"slices_self"` // its maker slices: it prints only files that its maker sent
	HeatHours  Hours    `bun:"heat_hours"`  // when it may be hot; a print that does not fit inside is not begun
	ClearHours Hours    `bun:"clear_hours"` // when somebody is there to clear the bed and to start it

	// Hands.
	Steps []string `bun:"steps,type:text"` // skills; "print" means prints from an SD card
	Quota int64    `bun:"quota"`           // pieces at a time
	Days  int64    `bun:"days"`            // usual time to hand in, see HandIn

	// Learned, see Learn.
	TimeFactorPM int64 `bun:"time_factor_pm"` // real time over estimate, per mille
	GoodPieces   int64 `bun:"good_pieces"`
	BadPieces    int64 `bun:"bad_pieces"`

	// What its pieces say, see Judge.
	Hold      Reason    `bun:"hold,type:text"` // why it gets no work; the zero Reason when it does
	HeldAt    time.Time `bun:"held_at,nullzero"`
	TrustedAt time.Time `bun:"trusted_at,nullzero"` // since when its plates are judged; zero: always

	// Last reported, for display and liveness.
	State     string    `bun:"state"`
	SeenAt    time.Time `bun:"seen_at,nullzero"`
	UpdatedAt time.Time `bun:"updated_at"`
}

// MaxOverlay is how many bytes the text of a machine's own settings may have.
const MaxOverlay = 16 << 10

// Machine is the kind of machine that this printer is, as it is set up now.
func (w Worker) Machine() Machine {
	return Machine{w.Model, w.NozzleUM, w.Filament, OverlayHash(w.Overlay)}
}

// CanStep reports whether these hands have the skill.
func (w Worker) CanStep(step string) bool { return slices.Contains(w.Steps, step) }

// Streamed reports whether an agent prints for this worker.
func (w Worker) Streamed() bool { return w.Kind == WorkerPrinter && w.AgentID != "" }

// Retired reports whether this worker is kept for the history only.
func (w Worker) Retired() bool { return !w.RetiredAt.IsZero() }

// RestsUntil is until when the worker gets nothing because its maker paused it until then; the zero time when it may work
// at now.
func (w Worker) RestsUntil(now time.Time) time.Time {
	if w.PausedUntil.After(now) {
		return w.PausedUntil
	}
	return time.Time{}
}

// The limits of how many days hand work may take, and what a maker who says nothing has.
const (
	DefaultDays = 14
	MaxDays     = 60
)

// HandIn is when work that these hands take now is due, unless they name another day.
func (w Worker) HandIn(now time.Time) time.Time {
	days := w.Days
	if days == 0 {
		days = DefaultDays
	}
	return now.AddDate(0, 0, int(days))
}

// HandInBefore is when work for a batch that is due at the end of a day is due from these hands: within their usual time,
// not after the batch, and a day from now at the soonest.
func (w Worker) HandInBefore(now, due time.Time) time.Time {
	usual := w.HandIn(now)
	if due.IsZero() {
		return usual
	}
	return latest(earliest(usual, due.AddDate(0, 0, 1)), now.AddDate(0, 0, 1))
}

// Learn folds one finished job into the worker's speed: the last job weighs 7/10. Factors stay within 1/4 and 4, so
// that one odd job cannot banish a printer.
func (w *Worker) Learn(estimate, real time.Duration) {
	if estimate <= 0 || real <= 0 {
		return
	}
	w.TimeFactorPM = learned(w.TimeFactorPM, estimate, real)
}

// YieldPM is the share of good pieces, per mille, with a prior of 19 good in 20.
func (w Worker) YieldPM() int64 {
	all := w.GoodPieces + w.BadPieces + 20
	return (1000*(w.GoodPieces+19) + all/2) / all
}

// Agent is a program on a maker's machine that drives printers. Tokens are kept as SHA-256.
type Agent struct {
	ID        AgentID   `bun:"id,pk"`
	MakerID   MakerID   `bun:"maker_id"`
	Name      string    `bun:"name"`
	TokenHash string    `bun:"token_hash"`
	Version   string    `bun:"version"`
	Words     string    `bun:"words"`            // read on both sides when it joined, see Words; "" of one that knows none
	SaidAt    time.Time `bun:"said_at,nullzero"` // when somebody confirmed that the words are the same
	Online    bool      `bun:"online"`
	Epoch     string    `bun:"epoch"` // the connection nonce of its last status; commands carry it
	Revoked   bool      `bun:"revoked"`
	SeenAt    time.Time `bun:"seen_at,nullzero"`
	CreatedAt time.Time `bun:"created_at"`
}

// AgentEvent is a stored report, kept so that a repeated one has no effect. The key is (agent, outbox, seq).
type AgentEvent struct {
	AgentID AgentID   `bun:"agent_id,pk"`
	Outbox  string    `bun:"outbox,pk"`
	Seq     int64     `bun:"seq,pk"`
	Kind    string    `bun:"kind"`
	Body    string    `bun:"body"`
	At      time.Time `bun:"at"`
}

// CommandStatus is where a command to an agent stands.
type CommandStatus string

// The statuses of a command.
const (
	CommandQueued   CommandStatus = "queued" // the row exists; publishing may have happened or not
	CommandAccepted CommandStatus = "accepted"
	CommandRefused  CommandStatus = "refused"
	CommandExpired  CommandStatus = "expired"
)

// CommandFor is how long an order may wait for its agent. A printer that was told to start an hour ago must not start
// when its network comes back.
const CommandFor = 10 * time.Minute

// Command is an order to an agent: the row first, then the message, sent again until it is acknowledged or stale.
type Command struct {
	ID        CommandID     `bun:"id,pk"`
	AgentID   AgentID       `bun:"agent_id"`
	WorkerID  WorkerID      `bun:"worker_id"`
	AttemptID AttemptID     `bun:"attempt_id,nullzero"`
	Kind      string        `bun:"kind"` // wire command kind
	Status    CommandStatus `bun:"status"`
	Why       string        `bun:"why"`
	Sends     int64         `bun:"sends"`
	CreatedAt time.Time     `bun:"created_at"`
	SentAt    time.Time     `bun:"sent_at,nullzero"`
	ExpiresAt time.Time     `bun:"expires_at"`
}
