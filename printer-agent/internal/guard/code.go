package guard

import "time"

// Code says why a rule decided as it did. Key is where its sentence is in the catalogue.
type Code string

// Key is the code's place in ui/locales.
func (c Code) Key() string { return "guard." + string(c) }

// The codes of the watchdog. Their sentences take part, actual, target (°C) and seconds, as Verdict.Args gives them.
const (
	NoRise      Code = "no_rise"      // heating without an effect
	NoPower     Code = "no_power"     // the same, and the reading does not even flicker: the board lives on USB alone
	Slow        Code = "slow"         // still short of the target after a long time
	Runaway     Code = "runaway"      // above the target and not cooling
	TooHot      Code = "too_hot"      // above what the machine bears
	Falling     Code = "falling"      // lost its temperature
	Frozen      Code = "frozen"       // the same wrong reading for minutes
	BadSensor   Code = "bad_sensor"   // no number, or an impossible one
	Quiet       Code = "quiet"        // hot, and no reading for a while: ask for one
	Stale       Code = "stale"        // hot, and still no reading
	WaitingHot  Code = "waiting_hot"  // waits for a person with a hot nozzle
	WaitingLong Code = "waiting_long" // has waited for hours
	IdleHot     Code = "idle_hot"     // hot without a task
	HotByHand   Code = "hot_by_hand"  // the same, turned on at the machine
)

// The codes of the windows. Their sentences take from, the moment from which the answer would be yes.
const (
	WindowClosed Code = "window_closed" // outside the hours
	WindowShort  Code = "window_short"  // it would not end within the hours
	NeverFits    Code = "never_fits"    // longer than any of the hours
	NobodyHere   Code = "nobody_here"   // a home, and nobody said that they are there
	HereTooShort Code = "here_too_short"
)

// The codes of the breaker and of the plate.
const (
	BreakerFull   Code = "breaker_full"   // other printers on this breaker draw too much now
	BreakerQueue  Code = "breaker_queue"  // others came first
	PlateUnknown  Code = "plate_unknown"  // nobody has looked since the printer was added
	PlateOccupied Code = "plate_occupied" // nobody has confirmed it clear since the last attempt
)

// The codes of the bench test. Their sentences take part and the temperatures where they are about a heater.
const (
	BenchNeeded      Code = "bench_needed"       // never done
	BenchFailed      Code = "bench_failed"       // the last one failed
	BenchOutdated    Code = "bench_outdated"     // the firmware or the profile has changed since
	BenchNoIdentity  Code = "bench_no_identity"  // the board does not say what it is
	BenchWrongBoard  Code = "bench_wrong_board"  // it is another firmware than the profile says
	BenchNoSensor    Code = "bench_no_sensor"    // a heater without a valid reading
	BenchNotCold     Code = "bench_not_cold"     // it does not stand at room temperature
	BenchSwapped     Code = "bench_swapped"      // the other heater became warm
	BenchNoRise      Code = "bench_no_rise"      // no warmer after the time it had
	BenchOvershoot   Code = "bench_overshoot"    // far beyond what was asked
	BenchNoFall      Code = "bench_no_fall"      // switched off, and no cooler
	BenchRefused     Code = "bench_refused"      // a command was not acknowledged
	BenchNotSeen     Code = "bench_not_seen"     // the person did not see it move as it should
	BenchNoAnswer    Code = "bench_no_answer"    // nobody answered
	BenchInterrupted Code = "bench_interrupted"  // stopped, or the connection was lost
	BenchAskStart    Code = "bench_ask_start"    // question: is the plate clear and are you beside it?
	BenchAskMoved    Code = "bench_ask_moved"    // question: did it home and draw a square in the air?
	BenchStepLook    Code = "bench_step_look"    // step 1 is going on
	BenchStepWarm    Code = "bench_step_warm"    // step 2
	BenchStepMove    Code = "bench_step_move"    // step 3
	BenchStepSuccess Code = "bench_step_success" // passed
)

// The codes of what a person may change. Their sentences take field, min and max, in the unit of the field.
const (
	Clamped       Code = "clamped"       // brought within the limits
	JogBusy       Code = "jog_busy"      // a print is on
	JogNotHomed   Code = "jog_not_homed" // the printer does not know where it is
	JogTooFar     Code = "jog_too_far"   // beyond the bed
	JogAxis       Code = "jog_axis"      // no such axis
	NoBedHeater   Code = "no_bed_heater"
	NotANumber    Code = "not_a_number"
	BabystepSpent Code = "babystep_spent" // the whole range is used
)

// Codes are all of them.
var Codes = []Code{
	NoRise, NoPower, Slow, Runaway, TooHot, Falling, Frozen, BadSensor, Quiet, Stale, WaitingHot, WaitingLong, IdleHot, HotByHand,
	WindowClosed, WindowShort, NeverFits, NobodyHere, HereTooShort,
	BreakerFull, BreakerQueue, PlateUnknown, PlateOccupied,
	BenchNeeded, BenchFailed, BenchOutdated, BenchNoIdentity, BenchWrongBoard, BenchNoSensor, BenchNotCold, BenchSwapped,
	BenchNoRise, BenchOvershoot, BenchNoFall, BenchRefused, BenchNotSeen, BenchNoAnswer, BenchInterrupted,
	BenchAskStart, BenchAskMoved, BenchStepLook, BenchStepWarm, BenchStepMove, BenchStepSuccess,
	Clamped, JogBusy, JogNotHomed, JogTooFar, JogAxis, NoBedHeater, NotANumber, BabystepSpent,
}

// Answer is whether something may be done now. The zero value is a no without a reason; Yes makes a yes.
type Answer struct {
	OK   bool
	Code Code      // why not
	From time.Time // when it may be; zero when no time alone will change the answer
}

// Yes is the answer that allows.
func Yes() Answer { return Answer{OK: true} }

// No is an answer that only a person or another event will change.
func No(code Code) Answer { return Answer{Code: code} }
