package link

import "time"

// Timing holds every delay of the protocol. Zero fields take the value of DefaultTiming.
type Timing struct {
	// Boot is how long the first answer may take: opening a port resets many boards, and a boot loader waits up to 2 s.
	Boot time.Duration
	// Hello is the interval between greetings while nothing answers.
	Hello time.Duration
	// Quiet must pass without a byte before the first greeting after a reset, so that the banner does not eat it.
	Quiet time.Duration
	// Partial is how long half a line may lie before it is taken for a damaged line: its line ending was lost.
	Partial time.Duration
	// Suspect is how soon to ask after a damaged answer while an acknowledgement is due: that answer may have been it.
	Suspect time.Duration
	// NoOk is how soon to ask when no acknowledgement comes and nothing explains it; it doubles with each question. Busy
	// lines come every 2 s, and one long move holds up the next acknowledgement as long as it lasts.
	NoOk time.Duration
	// NoOkSlow replaces NoOk for commands that may take minutes where the firmware sends no busy lines.
	NoOkSlow time.Duration
	// Anchor is the interval at which the count of acknowledgements is settled while a print runs, where they carry no
	// line numbers.
	Anchor time.Duration
	// ResendOk is how long the acknowledgement behind a resend request may take; some firmwares send none.
	ResendOk time.Duration
	// Silence ends an attempt: not one byte came in spite of questions.
	Silence time.Duration
	// SilenceSlow replaces Silence for commands that may take minutes where the firmware sends no busy lines.
	SilenceSlow time.Duration
	// Poll is the interval of temperature questions and reports while idle or printing.
	Poll time.Duration
	// Stop is how long to wait for the confirmation of an emergency stop.
	Stop time.Duration
	// Echo is how long the firmware's answer can cross a line of ours on the wire: 96 bytes each way at 115200 baud and
	// 16 ms of USB latency, with room for a busy machine.
	Echo time.Duration
}

// DefaultTiming is right for real boards.
func DefaultTiming() Timing {
	return Timing{
		Boot:        15 * time.Second,
		Hello:       2 * time.Second,
		Quiet:       300 * time.Millisecond,
		Partial:     150 * time.Millisecond,
		Suspect:     100 * time.Millisecond,
		NoOk:        2500 * time.Millisecond,
		NoOkSlow:    60 * time.Second,
		Anchor:      5 * time.Second,
		ResendOk:    500 * time.Millisecond,
		Silence:     45 * time.Second,
		SilenceSlow: 15 * time.Minute,
		Poll:        2 * time.Second,
		Stop:        4 * time.Second,
		Echo:        100 * time.Millisecond,
	}
}

func (t Timing) withDefaults() Timing {
	d := DefaultTiming()
	for _, f := range []struct{ v, def *time.Duration }{
		{&t.Boot, &d.Boot}, {&t.Hello, &d.Hello}, {&t.Quiet, &d.Quiet}, {&t.Partial, &d.Partial},
		{&t.Suspect, &d.Suspect}, {&t.NoOk, &d.NoOk}, {&t.NoOkSlow, &d.NoOkSlow}, {&t.Anchor, &d.Anchor}, {&t.ResendOk, &d.ResendOk},
		{&t.Silence, &d.Silence}, {&t.SilenceSlow, &d.SilenceSlow}, {&t.Poll, &d.Poll}, {&t.Stop, &d.Stop}, {&t.Echo, &d.Echo},
	} {
		if *f.v == 0 {
			*f.v = *f.def
		}
	}
	return t
}
