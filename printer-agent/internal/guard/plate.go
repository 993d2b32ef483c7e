package guard

// Plate is what is known of a printer's plate. It goes into the journal as it is.
type Plate string

// The states of a plate. An empty one is unknown.
const (
	PlateMaybe Plate = "unknown"
	PlateClear Plate = "clear"
	PlateFull  Plate = "occupied"
)

// PlateEvent is what may change a plate.
type PlateEvent uint8

// The events. There is one for all endings: finished, failed, stopped, cancelled, halted, unplugged, killed, or never
// begun. Telling them apart is how prints were started on finished parts (Bambuddy #1171: the gate was skipped when the
// attempt before had been aborted).
const (
	AttemptTaken     PlateEvent = iota // an attempt was accepted
	AttemptEnded                       // an attempt is over, however
	SeenMoving                         // the machine printed something that the agent did not send
	ConfirmedClear                     // a person looked, and says that the plate is clear
	OwnPrintStarted                    // a person at the machine starts their own print: they answer for the plate
	MachineExchanged                   // another board or machine is on the port
)

// After is the plate after an event. Only a person makes it clear.
func (p Plate) After(e PlateEvent) Plate {
	switch e {
	case ConfirmedClear:
		return PlateClear
	case MachineExchanged:
		return PlateMaybe
	case AttemptTaken, AttemptEnded, SeenMoving, OwnPrintStarted:
		return PlateFull
	}
	return p
}

// MayStart says whether an attempt may start on the plate. own is whether a person at the machine starts it, having
// been asked whether the plate is clear.
func (p Plate) MayStart(own bool) Answer {
	switch {
	case p == PlateClear, own:
		return Yes()
	case p == PlateFull:
		return No(PlateOccupied)
	}
	return No(PlateUnknown)
}
