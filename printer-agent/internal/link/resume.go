package link

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// Tracker remembers where in its file each numbered line lies, so that a print can go on after the link, or the whole
// program, has gone. Its methods must not block: Sent is called for every line, before the line is written.
type Tracker interface {
	// Sent notes the file offset behind the last line of the file that has a number up to this one.
	Sent(number, offset int64)
	// Offset is what was noted for a number, if it was one of the last few hundred.
	Offset(number int64) (offset int64, ok bool)
}

// whereabouts is the beginning of a greeting that asks the board where it is instead of resetting its line numbers.
// Firmware answers a line number that cannot be with the last one that it took, and changes nothing (measured on Marlin
// 1.1, 2.1.2 and bugfix-2.1).
func (l *Link) whereabouts() []byte {
	return frame.Append([]byte(l.breakOff()), farAhead, []byte(l.dialect.Commands.Temperature))
}

// breakOff ends half a line left by whoever was here before. Firmware that needs no checksum (Repetier-Firmware, gcode.cpp
// parseAscii) would execute that half if it was at something and has not forgotten it: it gets two checksums that no line
// can have both.
func (l *Link) breakOff() string {
	if l.dialect.Lines.Unguarded {
		return "*1*256\n"
	}
	return "\n"
}

// located takes the board's word where it is; it reports whether it has been given one.
func (l *Link) located(r reply) bool {
	s := &l.s
	last := none
	switch r.class {
	case lineErrorReply:
		last = r.number
	case resendReply:
		if r.number != none {
			last = r.number - 1
		}
	}
	if last == none || !s.greet.said {
		return false
	}
	last = max(last, 0)
	if last != s.greet.last { // once more: the first answer may be damaged, or older than the question
		s.greet.last, s.greet.same = last, 0
	} else if r.class == resendReply {
		s.greet.same++
	}
	s.greet.at = s.now.Add(l.timing.Suspect)
	return true
}

// agreed says whether the board has named its last line twice, and has said all that belongs to that.
func (l *Link) agreed() bool { return l.s.resuming && l.s.greet.same > 1 }

// goOn takes the print up behind the last line, or greets anew a board that has been reset.
func (l *Link) goOn(last int64) {
	if last > 0 {
		l.continueAt(last)
		return
	}
	l.s.resuming = false
	l.connect()
}

// continueAt goes on numbering behind the last line that the board took. Nothing more is sent before the print goes on, or
// somebody gives a command: a line that the print's Track does not know would be taken for one of the file.
func (l *Link) continueAt(last int64) {
	s := &l.s
	if l.options.Located != nil {
		l.options.Located(last)
	}
	s.hist.restart(last)
	s.last = last
	s.resuming = false
	s.greet.hello, s.greet.at = true, time.Time{}
	s.ack = accounting{hint: none, telling: true}
	if l.options.Known.Caps != nil {
		s.id = l.options.Known
	}
	l.settled()
}

// awaits says whether a print is to go on here, and has not yet.
func (l *Link) awaits() bool { return l.s.last > 0 && l.s.job == nil }

// settle begins a print that goes on. What the board took before may still be waiting to be executed and acknowledged: a
// question for temperatures, whose answer can be told from those, settles that, and nothing is sent behind it before.
func (l *Link) settle() {
	l.enqueue(&request{command: []byte(l.dialect.Commands.Temperature), kind: hostLine})
	if l.reports() {
		l.enqueue(&request{command: []byte(l.autoReport()), kind: hostLine})
	}
	l.s.settling = true
}

// origin is where a print goes on: behind the last line that the board took.
func (l *Link) origin(ctx context.Context, job Job) (int64, error) {
	var last int64
	if err := l.call(ctx, func() { last = l.s.last }); err != nil {
		return 0, err
	}
	if job.Track == nil || last <= 0 {
		return 0, &Failure{Reason: CannotContinue, Detail: "the board has lost its line number"}
	}
	offset, ok := job.Track.Offset(last)
	if !ok {
		return 0, &Failure{Reason: CannotContinue, Detail: "the board's line number is not one of this print"}
	}
	return offset, nil
}

// countTo is the number of lines of the source up to an offset, and in all; it leaves the source at the offset.
func countTo(s Source, offset int64) (before, total int64, err error) {
	if err := s.Rewind(0); err != nil {
		return 0, 0, err
	}
	for {
		line, err := s.Next()
		if errors.Is(err, io.EOF) {
			return before, total, s.Rewind(offset)
		}
		if err != nil {
			return before, total, err
		}
		if total++; line.End == offset {
			before = total
		}
	}
}
