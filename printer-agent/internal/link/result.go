package link

import (
	"fmt"
	"time"
)

// Reason is why an attempt or a connection ended: a code for programs, never a sentence.
type Reason string

// The reasons.
const (
	Done      Reason = "done"      // every line was acknowledged and all motion has ended
	Cancelled Reason = "cancelled" // Cancel was called, or the printer asked for it
	Stopped   Reason = "stopped"   // Stop was called
	Halted    Reason = "halted"    // the firmware halted itself
	Thermal   Reason = "thermal"   // the firmware halted itself over a heater or a sensor
	Reset     Reason = "reset"     // the board restarted, so position and heat are lost
	Silent    Reason = "silent"    // the printer stopped answering
	Refused   Reason = "refused"   // a line was refused again and again, with the same bytes
	BadCable  Reason = "bad-cable" // too many lines arrived damaged to go on
	Unplugged Reason = "unplugged" // the connection closed or failed
	BadFile   Reason = "bad-file"  // the source of lines failed, or holds a line that cannot be sent
	NotReady  Reason = "not-ready" // the printer is not idle, so nothing was begun
	// CannotContinue is for a print that was to go on where another link had left it: nothing was sent, because the board
	// has lost its place or is at one that nobody knows.
	CannotContinue Reason = "cannot-continue"
)

// Failure is an error with its Reason.
type Failure struct {
	Reason Reason
	Detail string // what the printer said, or which line it was; for the log and the diagnosis page
	Err    error  // the cause, if there is one
}

// Error is for logs.
func (f *Failure) Error() string {
	s := string(f.Reason)
	if f.Detail != "" {
		s += fmt.Sprintf(" (%s)", f.Detail)
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap is the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Result is how one attempt ended. Lines are file lines: not counted are comments, blank lines, what the host keeps to
// itself (see HostOwned), the attempt markers and injected commands.
type Result struct {
	Reason     Reason
	Detail     string        // what the printer said last, or which line it was
	LinesTotal int64         // lines of the file
	LinesSent  int64         // distinct lines written at least once
	LinesAcked int64         // lines the firmware acknowledged, which is to say executed or queued in order
	BytesSent  int64         // all bytes written during the attempt
	Resends    int64         // lines written again because the firmware asked, or because an answer was lost
	Rewrites   int64         // lines whose text was changed so that the firmware can take them
	Probes     int64         // questions asked to find a lost acknowledgement
	Damaged    int64         // answers that arrived damaged
	Injected   int64         // commands sent between the lines
	Cold       int64         // moves refused because the nozzle was cold
	Overflows  int64         // times that the printer lost what did not fit
	BadCable   bool          // more than one line in a hundred was refused at some time
	WindowMax  int64         // most lines of the file in flight at once
	AckP50     time.Duration // half of the acknowledgements came within, ±12 %
	AckP99     time.Duration // 99 of 100 came within
	Began      time.Time
	Ended      time.Time
}

// Then is the result of an attempt that went on on another link: r until it broke off, next from there on.
func (r Result) Then(next Result) Result {
	next.BytesSent += r.BytesSent
	next.Resends += r.Resends
	next.Rewrites += r.Rewrites
	next.Probes += r.Probes
	next.Damaged += r.Damaged
	next.Injected += r.Injected
	next.Cold += r.Cold
	next.Overflows += r.Overflows
	next.BadCable = next.BadCable || r.BadCable
	next.WindowMax = max(next.WindowMax, r.WindowMax)
	next.AckP50, next.AckP99 = max(next.AckP50, r.AckP50), max(next.AckP99, r.AckP99)
	next.Began = r.Began
	return next
}

// OK says whether the attempt ended as it should.
func (r Result) OK() bool { return r.Reason == Done }
