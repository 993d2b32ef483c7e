package guard

import (
	"strconv"
	"strings"
	"time"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
)

// Marlin's M85 kills the board when no command came in and no move was queued for so long (Marlin.cpp/MarlinCore.cpp,
// manage_inactivity; waiting for a temperature and a parked M600 reset its clock, other waits for a person do not). A
// kill ends the print for good, so the time must exceed every silence that a print may survive: an unplugged cable (one
// minute), an agent that is upgraded or restarted, a machine that levels for long.
const (
	UnattendedInactivity = 15 * time.Minute
	AttendedInactivity   = time.Hour
)

// Moment is when a print may arm or disarm the firmware's own dead man's switch.
type Moment uint8

// The moments.
const (
	PrintBegins   Moment = iota // before the first line that heats
	PersonAwaited               // before a command that waits for a person is sent
	PersonCame                  // the wait is over
	PrintEnds                   // every ending where the board still takes commands
	BoardFound                  // an idle board answers after the agent was gone in the middle of a print
)

// Inactivity arms M85, or whatever the dialect has in its place, during prints. The zero value never sends anything.
type Inactivity struct {
	command string
	seconds int64
	armed   bool
}

// NewInactivity makes one for a print. Boards without the command get nothing: for them the host's own watchdog, and a
// person nearby, are what there is.
func NewInactivity(c profiles.Commands, attended bool) *Inactivity {
	after := UnattendedInactivity
	if attended {
		after = AttendedInactivity
	}
	return &Inactivity{command: c.Inactivity, seconds: int64(after / time.Second)}
}

// At returns the command to send at a moment, empty when there is none. Ending disarms also where nothing is known to be
// armed: a file, or an agent before this one, may have done it.
func (i *Inactivity) At(m Moment) string {
	switch m {
	case PrintBegins, PersonCame:
		if i.armed {
			return ""
		}
		i.armed = true
		return i.with(i.seconds)
	case PersonAwaited:
		if !i.armed {
			return ""
		}
	case PrintEnds, BoardFound:
	default:
		return ""
	}
	i.armed = false
	return i.with(0)
}

func (i *Inactivity) with(seconds int64) string {
	return strings.ReplaceAll(i.command, "{seconds}", strconv.FormatInt(seconds, 10))
}
