package ui

// The states that a pill words (state.<code>), each with its icon and colour.
const (
	StatePrinting   = "printing"
	StateReady      = "ready"
	StateHeating    = "heating"
	StateWaiting    = "waiting"
	StatePaused     = "paused"
	StatePlate      = "plate" // the plate is to be cleared and counted
	StateOffline    = "offline"
	StateDone       = "done"
	StateError      = "error"
	StateStopped    = "stopped"
	StateUnknown    = "unknown"
	StateReceived   = "received"
	StateApproved   = "approved"
	StateRefused    = "refused"
	StateCancelled  = "cancelled"
	StateDelivered  = "delivered"
	StateOnWay      = "on_way"
	StatePledged    = "pledged"
	StateFailed     = "failed"
	StateRunning    = "running"  // a batch being made
	StateAtMaker    = "at_maker" // a lot not brought in yet
	StateCounted    = "counted"  // a lot counted at the hub
	StateAtWork     = "at_work"  // hand work that somebody has
	StateNotDone    = "not_done"
	StatePartly     = "partly"
	StateBack       = "back" // a box that came back or was taken apart: nothing is in it
	StatePlanned    = "planned"
	StateOpen       = "open"
	StateOnline     = "online"
	StateResting    = "resting" // its maker asked for rest
	StateBlocked    = "blocked"
	StateOffered    = "offered"
	StateAccepted   = "accepted"
	StateConnecting = "connecting"

	StateSlicing        = "slicing"         // a plate that a slicer works on
	StatePlateReady     = "plate_ready"     // a plate that can be printed
	StateImpossible     = "impossible"      // a plate that this machine cannot make
	StateAgain          = "again"           // a plate that failed and is tried again
	StatePlateCancelled = "plate_cancelled" // a plate that was called off
	StatePrototype      = "prototype"       // a version to be tried
	StateTrialled       = "trialled"
	StateWithdrawn      = "withdrawn"

	StateClosed   = "closed"   // a trial that is over
	StateAnswered = "answered" // a tester
)

// pill is a state as people see it: a word with an icon.
type pill struct {
	Code, Icon, Tone string
	Percent          int // −1: no figure behind the word
	Key              string
}

// newPill builds a pill; a second argument is a percentage.
func newPill(code string, percent ...int) pill {
	p := pill{Code: code, Percent: -1}
	if len(percent) > 0 {
		p.Percent = percent[0]
	}
	p.Icon, p.Tone = look(code)
	return p
}

// pillKey is a pill whose word changes live.
func pillKey(key, code string, percent int) pill {
	p := newPill(code, percent)
	p.Key = key
	return p
}

func look(state string) (icon, tone string) {
	switch state {
	case StateWithPartner:
		return "person", "wait"
	case StateSentAll:
		return "check", "ok"
	case StateReturned, StateTaken:
		return "cross", "wait"
	case StatePrinting, StateRunning, StateSlicing:
		return "play", "thread"
	case StateAtMaker, StateAtWork:
		return "person", "wait"
	case StateReady, StateDone, StateDelivered, StateApproved, StateOnline, StateAccepted, StateCounted,
		StatePlateReady, StateTrialled, StateAnswered, StateListed:
		return "check", "ok"
	case StateHeating:
		return "heat", "wait"
	case StatePaused, StateResting:
		return "pause", "wait"
	case StatePlate, StateReceived, StateOffered, StateNewPlace, StateImportShown:
		return "hand", "call"
	case StateOffline, StateError, StateFailed, StateNotDone:
		return "alert", "stop"
	case StateStopped, StateBlocked:
		return "stop", "stop"
	case StateRefused, StateCancelled, StatePlateCancelled, StateWithdrawn, StateImpossible, StateClosed, StateTurnedAway, StateSiteClosed, StateImportUndone:
		return "cross", "wait"
	case StateOnWay:
		return "truck", "thread"
	case StatePledged:
		return "gift", "wait"
	case StatePartly, StateAgain:
		return "alert", "call"
	case StateUnknown, StateConnecting, StatePrototype:
		return "question", "wait"
	}
	return "clock", "wait"
}
