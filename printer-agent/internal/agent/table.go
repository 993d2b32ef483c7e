package agent

import "github.com/mailleur/mailleur/coordinator/wire"

// step is something that happens to a printer.
type step string

const (
	stepOpen    step = "open"    // its port was opened
	stepClean   step = "clean"   // the board is idle and the bed confirmed clear
	stepDirty   step = "dirty"   // the board is idle and the bed not confirmed clear
	stepWait    step = "wait"    // the board is idle, the bed clear, and it may not print now
	stepGone    step = "gone"    // the connection ended
	stepTake    step = "take"    // an attempt was taken
	stepLoaded  step = "loaded"  // its file is here and safe
	stepHot     step = "hot"     // temperatures are reached
	stepHold    step = "hold"    // it was paused
	stepGo      step = "go"      // it was resumed
	stepCancel  step = "cancel"  // it is being cancelled
	stepCool    step = "cool"    // heaters that an earlier end left on are being turned off
	stepEnd     step = "end"     // the attempt ended
	stepHalt    step = "halt"    // the board halted and takes nothing until it is reset
	stepRestart step = "restart" // the board is starting again
	stepLost    step = "lost"    // the board has gone in a print that can go on
)

// transitions says what each step makes of each state. A pair that is not in it cannot happen: the step is ignored and
// logged. After every end of an attempt the bed is not clear, whichever way it ended.
func transitions() map[wire.StateWord]map[step]wire.StateWord {
	const (
		offline  = wire.StateOffline
		connect  = wire.StateConnect
		ready    = wire.StateReady
		dirty    = wire.StateClear
		fetching = wire.StateFetching
		heating  = wire.StateHeating
		printing = wire.StatePrinting
		paused   = wire.StatePaused
		stopping = wire.StateStopping
		failed   = wire.StateError
		notNow   = wire.StateNotNow
	)
	return map[wire.StateWord]map[step]wire.StateWord{
		offline:  {stepOpen: connect, stepGone: offline, stepLost: connect},
		connect:  {stepLoaded: heating, stepHold: paused, stepCancel: stopping, stepEnd: dirty, stepLost: connect, stepClean: ready, stepDirty: dirty, stepWait: notNow, stepCool: stopping, stepGone: offline, stepHalt: failed, stepRestart: connect},
		ready:    {stepClean: ready, stepDirty: dirty, stepWait: notNow, stepTake: fetching, stepCool: stopping, stepGone: offline, stepHalt: failed, stepRestart: connect},
		notNow:   {stepClean: ready, stepDirty: dirty, stepWait: notNow, stepCool: stopping, stepGone: offline, stepHalt: failed, stepRestart: connect},
		dirty:    {stepClean: ready, stepDirty: dirty, stepWait: notNow, stepCool: stopping, stepGone: offline, stepHalt: failed, stepRestart: connect},
		fetching: {stepLoaded: heating, stepCancel: stopping, stepEnd: dirty},
		heating:  {stepHot: printing, stepHold: paused, stepLost: connect, stepCancel: stopping, stepEnd: dirty},
		printing: {stepHold: paused, stepLost: connect, stepCancel: stopping, stepEnd: dirty},
		paused:   {stepGo: printing, stepLost: connect, stepCancel: stopping, stepEnd: dirty},
		stopping: {stepEnd: dirty, stepClean: ready, stepDirty: dirty, stepWait: notNow, stepGone: offline, stepHalt: failed, stepRestart: connect},
		failed:   {stepGone: offline, stepRestart: connect, stepClean: ready, stepDirty: dirty, stepWait: notNow, stepHalt: failed},
	}
}
