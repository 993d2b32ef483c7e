package link

import (
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// accepted is called when the firmware said that it holds the lines in flight, whose acknowledgements have not come: they
// are lost, or still to come. Where an acknowledgement only means "read" they are lost. Else a question for temperatures
// is sent as the next line, once: its answer can be told from any other, and comes after all before it. Should that be
// lost too, silence for longer than a running command would keep decides.
func (l *Link) accepted() {
	s := &l.s
	a := &s.ack
	a.wrongs = 0
	e := s.hist.oldest()
	switch {
	case e == nil:
	case !l.dialect.Lines.OkAtEnd || l.overdue(e):
		l.acknowledge(s.hist.next - 1)
	case s.hist.asked() == nil && s.hist.next == s.hist.head:
		if err := l.transmit(l.number(hostLine, []byte(l.dialect.Commands.Temperature))); err != nil {
			s.end = err
		}
	default:
		a.rearm(l, e)
	}
}

// overdue says whether a command that were still running would have shown itself by now.
func (l *Link) overdue(e *entry) bool {
	a := &l.s.ack
	since := e.sentAt
	if a.busyAt.After(since) {
		since = a.busyAt
	}
	quiet := l.s.now.Sub(since)
	switch {
	case a.busy:
		return quiet > max(l.timing.NoOk, l.busyInterval()*5/2)
	case e.slow:
		return quiet >= l.timing.SilenceSlow
	case l.s.state == Connecting:
		return quiet >= l.timing.NoOk // questions only, which take no time
	}
	return quiet >= 3*l.timing.NoOk
}

// tickClocks watches both clocks while a line is in flight: no ok, and silence.
func (l *Link) tickClocks() {
	s := &l.s
	a := &s.ack
	l.tickUnread()
	if due(a.refusal.at, s.now) {
		l.sendAgain()
		return
	}
	if f := &a.refusal; f.again > 0 && due(f.askAt, s.now) {
		f.askAt = s.now.Add(l.timing.NoOk << min(a.asks, 4))
		l.ask(s.hist.at(f.again))
		return
	}
	e := s.hist.oldest()
	if e == nil || s.state == Dead || s.powerless {
		return
	}
	if due(a.slack, s.now) && s.now.Sub(s.lastByte) > l.timing.Silence {
		l.silent()
		return
	}
	if due(a.askAt, s.now) {
		l.ask(e)
	}
}

// ask provokes an answer that tells what became of the lines in flight. Firmware that checks nothing cannot be asked.
func (l *Link) ask(e *entry) {
	s := &l.s
	a := &s.ack
	a.asks++
	a.rearm(l, e)
	if l.stopping.Load() || l.blocked() {
		return
	}
	if !l.dialect.Lines.Numbers {
		if l.drops() {
			l.askBehind(e)
		}
		return
	}
	if a.unread > 0 && s.win.free(&s.hist) < askBytes*int(a.unread+1) {
		return // it would not fit, and what lies in the ring is answered in its turn
	}
	// Every second question is of the other kind: a board that was given a newer firmware than its profile says may not
	// answer a duplicate at all.
	d := l.dialect.Lines.Duplicate
	answers := d == profiles.DuplicateSkip || d == profiles.DuplicateResend
	question := frame.Append(nil, e.number+farAhead, []byte(l.dialect.Commands.Temperature))
	if answers && a.asks%2 == 1 && s.hist.inFlight() == 1 {
		question = e.wire
		e.sends++
	}
	a.unread, a.behind, a.readBy = a.unread+1, s.hist.next-1, s.now.Add(unreadFor)
	if e.slow {
		a.readBy = s.now.Add(l.timing.SilenceSlow)
	}
	l.question(question)
}

// unreadFor is how long a question may wait in the receive ring behind long moves.
const unreadFor = 30 * time.Second

// unanswered says whether a question waits to be read: firmware that refuses it forgets what has arrived behind it
// (Marlin, queue.cpp flush_and_request_resend).
func (l *Link) unanswered() bool { return l.s.ack.unread > 0 && l.s.now.Before(l.s.ack.readBy) }

// answered counts the answer to one question. The others are answered at once too, or were thrown away unread.
func (a *accounting) answered(readBy time.Time) {
	if a.unread > 1 {
		a.unread, a.readBy = a.unread-1, earlier(a.readBy, readBy)
		return
	}
	a.unread, a.readBy = 0, time.Time{}
}

// tickUnread gives up questions that must have been read, or lost.
func (l *Link) tickUnread() {
	a := &l.s.ack
	if a.unread > 0 && due(a.readBy, l.s.now) {
		a.unread, a.readBy = 0, time.Time{}
	}
}

// earlier is the earlier of two moments, the second if the first is not set.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// question writes a line whose answer tells what became of those in flight.
func (l *Link) question(line []byte) {
	s := &l.s
	if s.job != nil {
		s.job.result.Probes++
		s.job.result.BytesSent += int64(len(line))
	}
	s.ack.asked = true
	if err := l.write(line); err != nil {
		s.end = &Failure{Reason: Unplugged, Err: err}
	}
}

// farAhead makes a line number that cannot be the next one, nor look like an old one in the low 16 bits.
const farAhead = 1_000_000

// silent ends what runs when the printer has stopped answering, and tries to greet it again.
func (l *Link) silent() {
	l.endJob(Silent, "no answer for "+l.timing.Silence.String())
	l.connect()
}

// power holds everything while the printer's supply fails, and lets the printer ask for the line it needs when it is
// back (Prusa-Firmware, power_panic.cpp).
func (l *Link) power(failing bool) {
	s := &l.s
	if s.job == nil {
		return
	}
	s.powerless, s.restored = failing, !failing
	s.ack.askAt, s.ack.refusal = time.Time{}, refusal{}
	if failing {
		s.state = Attention
	} else {
		s.state = Printing
	}
	s.dirty = true
}
