package wire

import "time"

// Status is the retained word of an agent about itself; its last will is a Status with Online false and the same Epoch.
type Status struct {
	Online   bool   `json:"online"`
	Version  string `json:"version"`  // of the agent program
	Wires    []int  `json:"wires"`    // versions of this contract that it speaks
	Epoch    string `json:"epoch"`    // a nonce per connection; commands must carry it
	Printers []Unit `json:"printers"` // what is configured here
}

// Unit is one printer of an agent.
type Unit struct {
	Key      string `json:"key"` // name in topics
	Name     string `json:"name"`
	Model    string `json:"model"`    // printer profile
	Firmware string `json:"firmware"` // as the board answered M115; empty until it did
}

// StateWord says what a printer is doing.
type StateWord string

// The states of a printer.
const (
	StateOffline   StateWord = "offline"    // the agent cannot reach the board
	StateReady     StateWord = "ready"      // idle, bed confirmed clear
	StateClear     StateWord = "to_clear"   // idle, bed not confirmed clear
	StateFetching  StateWord = "fetching"   // loading and checking a file
	StateHeating   StateWord = "heating"    // started, waiting for temperatures
	StatePrinting  StateWord = "printing"   //
	StatePaused    StateWord = "paused"     //
	StateStopping  StateWord = "stopping"   // cancelling, cooling
	StateError     StateWord = "error"      // halted; needs a person
	StateForeignOp StateWord = "own_print"  // the maker's own print
	StateConnect   StateWord = "connecting" //
	StateNotNow    StateWord = "not_now"    // idle and clear, and may not print now; Reason says why
)

// State is the retained state of one printer.
type State struct {
	At       time.Time `json:"at"`
	Word     StateWord `json:"word"`
	Attempt  string    `json:"attempt,omitempty"`
	Line     int64     `json:"line"`  // file lines executed
	Lines    int64     `json:"lines"` // file lines in all
	Progress int64     `json:"progress_pm"`
	Reason   string    `json:"reason,omitempty"` // code, see the Reason constants
	// Notice is what a person should look at while the printer goes on, a code worded guard.<code> in ui/locales,
	// or disk_full.
	Notice string `json:"notice,omitempty"`
	// Prompt is what the printer asks of the person beside it; its text is the printer's own, to be shown escaped.
	Prompt *Prompt `json:"prompt,omitempty"`
}

// Prompt is a question of the firmware.
type Prompt struct {
	Text    string   `json:"text"`
	Choices []string `json:"choices,omitempty"`
}

// Telemetry is sent on change, at most once a second. Temperatures are in thousandths of a degree Celsius.
type Telemetry struct {
	At         time.Time `json:"at"`
	Attempt    string    `json:"attempt,omitempty"`
	NozzleMC   int64     `json:"nozzle_mc"`
	NozzleSet  int64     `json:"nozzle_set_mc"`
	BedMC      int64     `json:"bed_mc"`
	BedSet     int64     `json:"bed_set_mc"`
	Line       int64     `json:"line"`
	Lines      int64     `json:"lines"`
	Progress   int64     `json:"progress_pm"`
	SecondsEnd int64     `json:"seconds_left,omitempty"`
	Resends    int64     `json:"resends"`
	Layer      int64     `json:"layer,omitempty"`  // from 1; 0 when it cannot be told
	Layers     int64     `json:"layers,omitempty"` // in all
	BadCable   bool      `json:"bad_cable,omitempty"`
}

// EventKind says what happened.
type EventKind string

// The events. They alone change the coordinator's books.
const (
	EventStarted  EventKind = "started"  // the first file line was acknowledged
	EventFinished EventKind = "finished" // every line was executed
	EventFailed   EventKind = "failed"   // ended otherwise; Reason says why
	EventStopped  EventKind = "stopped"  // cancelled by command or at the machine
	EventPaused   EventKind = "paused"
	EventResumed  EventKind = "resumed"
	EventProgress EventKind = "progress" // a sign of life that renews the lease, about once a minute
	EventCleared  EventKind = "cleared"  // somebody said at the machine that the bed is clear
)

// Event is a durable report: kept in the agent's outbox until the coordinator acknowledges it.
type Event struct {
	Outbox  string    `json:"outbox"` // random, made with the outbox file
	Seq     int64     `json:"seq"`    // 1, 2, 3 … without gaps
	At      time.Time `json:"at"`     // by the agent's clock, which may be wrong
	Kind    EventKind `json:"kind"`
	Printer string    `json:"printer"`
	Attempt string    `json:"attempt,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Lines   int64     `json:"lines"`   // file lines executed so far in this attempt
	Resends int64     `json:"resends"` // of this attempt
	Seconds int64     `json:"seconds"` // since the attempt's first line
}

// EventAck tells an agent what is stored: every event of the outbox up to Seq.
type EventAck struct {
	Outbox string `json:"outbox"`
	Seq    int64  `json:"seq"`
}

// CommandKind says what to do.
type CommandKind string

// The commands.
const (
	CommandStart   CommandKind = "start"
	CommandPause   CommandKind = "pause"
	CommandResume  CommandKind = "resume"
	CommandCancel  CommandKind = "cancel"
	CommandStopNow CommandKind = "stop-now" // out of band; the board halts
	CommandClear   CommandKind = "clear"    // the bed was confirmed clear on a page
	CommandAnswer  CommandKind = "answer"   // to the question that the state shows, with Choice
)

// Command is an order. An agent refuses one of another epoch, one older than MaxAge since it was received first, and a
// start for an attempt that it ever started before; a repeated id is answered as duplicate and has no effect.
type Command struct {
	ID      string      `json:"id"`
	Epoch   string      `json:"epoch"`
	MaxAge  int64       `json:"max_age_s"`
	SentAt  time.Time   `json:"sent_at"`
	Kind    CommandKind `json:"kind"`
	Printer string      `json:"printer"`
	Attempt string      `json:"attempt,omitempty"` // the fence
	File    *File       `json:"file,omitempty"`    // for start
	Choice  int64       `json:"choice,omitempty"`  // for answer: index of Prompt.Choices
	// Overlay, for start, is what the machine has beside its model, as TOML (firmware-profiles/overlays) of at most
	// MaxOverlay bytes; empty: nothing. The file is checked with it.
	Overlay string `json:"overlay,omitempty"`
}

// MaxOverlay is how many bytes Command.Overlay may have.
const MaxOverlay = 16 << 10

// File is the G-code to print: fetched over HTTPS at /api/v1/blobs/{sha256} and checked against the hash.
type File struct {
	SHA256   string `json:"sha256"`
	Bytes    int64  `json:"bytes"`
	Lines    int64  `json:"lines"`
	Seconds  int64  `json:"seconds"`  // estimate
	Filament string `json:"filament"` // profile, for the temperature limits of the safety check
	Title    string `json:"title"`    // for the agent's own page
}

// Answer is what became of a command.
type Answer string

// The answers.
const (
	AnswerAccepted  Answer = "accepted"
	AnswerRefused   Answer = "refused"
	AnswerStale     Answer = "stale"     // another epoch, or too old
	AnswerDuplicate Answer = "duplicate" // seen before
)

// CommandAck answers a command.
type CommandAck struct {
	ID     string `json:"id"`
	Answer Answer `json:"answer"`
	Reason string `json:"reason,omitempty"`
	// NotBefore is when a start that was refused as not_now may be accepted; absent when no time alone changes the answer.
	NotBefore time.Time `json:"not_before,omitzero"`
}

// Reasons for a refusal, a failure or an error state.
const (
	ReasonBusy          = "busy"            // another attempt is on the machine
	ReasonNotClear      = "not_clear"       // the bed was not confirmed clear
	ReasonOffline       = "printer_offline" //
	ReasonUnknown       = "unknown_printer" //
	ReasonNoSuchCommand = "unknown_command" // a newer coordinator asks for what this agent cannot do
	ReasonOtherAttempt  = "other_attempt"   // the command names an attempt that is not on the machine
	ReasonStartedBefore = "started_before"  // this attempt was started once already
	ReasonFetch         = "fetch_failed"    // the file could not be loaded
	ReasonHash          = "hash_mismatch"   //
	ReasonUnsafe        = "unsafe_file"     // the safety check found something
	ReasonOverlay       = "bad_overlay"     // the machine's own settings cannot be read, or do not suit its model
	ReasonHalted        = "halted"          // the firmware stopped itself
	ReasonThermal       = "thermal"         // a heater or thermistor fault
	ReasonReset         = "board_reset"     // the board restarted in the print
	ReasonSilent        = "board_silent"    // no answer from the board
	ReasonUnplugged     = "unplugged"       // the port went away
	ReasonRefusedLine   = "line_refused"    // the same line was refused three times
	ReasonBadCable      = "bad_cable"       // too many lines arrived damaged to go on
	ReasonAgentDied     = "agent_restarted" // the agent was killed in the print
	ReasonDiskFull      = "disk_full"
	ReasonCancelled     = "cancelled"
	ReasonStopNow       = "stop_now"
	ReasonNotNow        = "not_now"          // outside the hours of the printer, or nobody is there
	ReasonUntested      = "bench_needed"     // the printer has not passed its test, and nobody is there
	ReasonOwnPrint      = "own_print"        // its maker keeps the printer for own prints
	ReasonUnconfirmed   = "stop_unconfirmed" // the board did not confirm the emergency stop: cut its power
)
