package link

import (
	"maps"
	"slices"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// State is what the printer is doing, as far as the link knows.
type State string

// The states.
const (
	Connecting State = "connecting" // not answered yet, or resynchronising after a reset
	Idle       State = "idle"
	Probing    State = "probing" // what the board can hold is being measured
	Printing   State = "printing"
	Paused     State = "paused"    // held by Pause or by the printer; heaters stay as they are
	Attention  State = "attention" // the firmware waits for a person at the machine
	Ending     State = "ending"    // the last lines are out: waiting for motion to end, or cooling down
	Dead       State = "halted"    // halted or stopped: nothing is accepted until the board is reset
	Gone       State = "gone"      // the connection has ended
)

// Reading is one temperature in degrees Celsius.
type Reading struct {
	Sensor string // T or T0 the first nozzle, T1 the second, B the bed, C the chamber
	Actual float64
	Target float64 // the last one reported; 0 when off or never reported
	Valid  bool    // false when the sensor reported nan, inf or what a missing one shows
}

// Progress is how far an attempt is. Lines are counted as in Result.
type Progress struct {
	Token      string
	LinesDone  int64 // acknowledged
	LinesTotal int64
	BytesDone  int64 // bytes of the file up to the last acknowledged line
	BytesTotal int64
	Resends    int64
	BadCable   bool // more than one line in a hundred was refused at some time
}

// Identity is what the printer said of itself.
type Identity = profiles.Identity

// Snapshot is the state of a link at one moment; it shares no memory with the link.
type Snapshot struct {
	State    State
	Reason   Reason // why the last attempt ended, or why the state is halted; empty before
	Detail   string
	Temps    []Reading
	Reports  int64     // how many reports Temps has been made from: one more for each that came
	Busy     string    // word of the command that is being executed, where it is one that may take minutes
	Job      *Progress // nil without a job
	Prompt   *Prompt   // what the firmware asks of the person at the machine; nil when nothing
	Identity Identity
	Dialect  string   // name of the dialect in use
	Window   Capacity // what the board is taken to hold
	// Continues says that the board is in the middle of a print that another link has begun, and knows where.
	Continues bool
	// ResumeAsked says that somebody at the printer wants a job to go on that is held by Keep.
	ResumeAsked bool
}

func (s Snapshot) clone() Snapshot {
	s.Temps = append([]Reading(nil), s.Temps...)
	if s.Job != nil {
		job := *s.Job
		s.Job = &job
	}
	if s.Prompt != nil {
		prompt := *s.Prompt
		prompt.Choices = slices.Clone(prompt.Choices)
		s.Prompt = &prompt
	}
	s.Identity.Caps = maps.Clone(s.Identity.Caps)
	return s
}
