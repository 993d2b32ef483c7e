package local

import (
	"context"
	"io"
	"time"
)

// Fleet is the printers of one agent, in a fixed order; the first one answers a slicer that names none. Its methods,
// like those of all interfaces here, are called from many goroutines at once.
type Fleet interface {
	Machines() []Machine
	Machine(key string) (Machine, bool)
}

// Machine is one printer. All of its parts are given; what it cannot do it leaves out of View.Can and refuses.
//
// Actions return a *Refusal when a person can put it right; any other error is a fault, logged and shown as an apology.
// They return once the printer took the order, not once it is carried out, and hold to the deadline of their context.
type Machine struct {
	Key   string // as in topics: [a-z0-9-]
	State State
	Files Files
	Job   Job
	Care  Care
	Heat  Heat
	Body  Body
	Tune  Tune
	Talk  Talk
	Chain Chain
	Trial Trial
}

// State says how the printer is, without asking it: View does not block, and is asked every second for each open page.
type State interface {
	View() View
}

// Files are the maker's own files for one printer.
type Files interface {
	// List gives the files, newest first. It is asked every second for each open page: it touches no disk.
	List() []FileInfo
	// Upload keeps a file under a name that was checked: no folder, an ending of plain G-code. It replaces an older one
	// of that name, but refuses (CodeFileInUse) when that one is being printed. Nothing is kept when r fails: the error
	// comes back wrapped.
	Upload(ctx context.Context, name string, r io.Reader) (FileInfo, error)
	Remove(ctx context.Context, name string) error
	// Picture is the thumbnail that the slicer put into the file, as PNG; false when there is none.
	Picture(name string) ([]byte, bool)
}

// Job is what is printed.
type Job interface {
	// Print starts one of the maker's own files and takes the printer off the chain. A person is beside it until the
	// time given; the zero time stands for what Care.Here was told, and CodeNotHere refuses when that is over.
	Print(ctx context.Context, file string, hereUntil time.Time) error
	Pause(ctx context.Context) error
	Resume(ctx context.Context) error
	Cancel(ctx context.Context) error
}

// Care is what only a person beside the printer can say, and the emergency stop.
type Care interface {
	// StopNow stops out of band, on its own path; confirmed says whether the firmware answered that it halted.
	StopNow(ctx context.Context) (confirmed bool, err error)
	// Confirm says that the plate is clear.
	Confirm(ctx context.Context) error
	// Here says until when a person is beside the printer; the zero time: nobody is.
	Here(ctx context.Context, until time.Time) error
	// Answer chooses an answer to the question of this id, counted from 0. CodeChoice when the question has changed.
	Answer(ctx context.Context, prompt string, choice int) error
}

// Heat heats without printing. Temperatures in °C; 0 turns that heater off.
type Heat interface {
	Preheat(ctx context.Context, nozzle, bed int64) error
	Cool(ctx context.Context) error
}

// Body moves without printing.
type Body interface {
	// Jog moves one axis ('x', 'y' or 'z') by so many µm.
	Jog(ctx context.Context, axis byte, um int64) error
	// Home finds the origin of these axes; "" stands for all.
	Home(ctx context.Context, axes string) error
	// Filament is FilamentLoad, FilamentUnload or FilamentChange; the last also during a print.
	Filament(ctx context.Context, what string) error
}

// What Body.Filament does.
const (
	FilamentLoad   = "load"
	FilamentUnload = "unload"
	FilamentChange = "change"
)

// Tune changes a running print.
type Tune interface {
	ZOffset(ctx context.Context, addUM int64) error
	Flow(ctx context.Context, percent int64) error
	Speed(ctx context.Context, percent int64) error
}

// Talk speaks with the firmware. What would harm the stream is refused before it comes here; the printer may refuse more.
type Talk interface {
	// Say sends one line and gives what was answered up to its ok. The answers are hostile text: they are shown escaped.
	Say(ctx context.Context, line string) ([]string, error)
}

// Chain is whether the printer takes the lab's work.
type Chain interface {
	TakeBack(ctx context.Context) error
	Give(ctx context.Context) error
}

// Trial is the bench test of the printer, which heats and moves it before the eyes of a person. View.Bench shows it.
type Trial interface {
	// Begin asks the first question; nothing heats or moves before it was answered. CodeNotHere when nobody is beside it.
	Begin(ctx context.Context) error
	// Reply says yes or no to the question that is asked.
	Reply(ctx context.Context, yes bool) error
	// Abort ends the test; the heaters go off.
	Abort(ctx context.Context) error
}
