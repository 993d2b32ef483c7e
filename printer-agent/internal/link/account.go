package link

import (
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// accounting decides which line an acknowledgement belongs to, and what to do when none comes.
type accounting struct {
	numbered bool      // acknowledgements were seen to carry line numbers
	busyAt   time.Time // last busy line
	busy     bool      // the firmware sends busy lines

	askAt  time.Time // when to ask what became of the line in flight
	asks   int       // questions since the line was written
	asked  bool      // the last question is not answered yet
	slack  time.Time // end of the silence that is borne
	wrong  int64     // the implausible line number asked for last
	wrongs int       // how often in a row

	resendAt   time.Time // a refused line is written again at this moment, or at the ok behind its refusal
	resendFrom int64     // that line
	lastResend int64     // the line written again last, and when
	lastAt     time.Time

	swallow      bool // the next plain ok belongs to a refusal that was dealt with
	swallowUntil time.Time
}

// sent starts the clocks for a line that was just written.
func (a *accounting) sent(l *Link, e *entry) {
	a.asks, a.asked = 0, false
	a.bear(l)
	if oldest := l.s.hist.oldest(); oldest != nil {
		e = oldest
	}
	a.rearm(l, e)
}

// bear starts the silence over: the printer has shown that it lives, or has just been given something to do.
func (a *accounting) bear(l *Link) {
	a.slack = l.s.now.Add(l.timing.Silence)
	if e := l.s.hist.oldest(); e != nil && e.slow && !a.busy {
		a.slack = l.s.now.Add(l.timing.SilenceSlow)
	}
}

// rearm sets the no-ok clock for the line in flight.
func (a *accounting) rearm(l *Link, e *entry) {
	wait := l.timing.NoOk
	switch interval := l.busyInterval(); {
	case a.busy && e.slow:
		wait = max(wait, interval*5/2)
	case e.slow && l.dialect.Lines.OkAtEnd:
		wait = max(wait, l.timing.NoOkSlow)
	}
	wait <<= min(a.asks, 4)
	a.askAt = l.s.now.Add(wait)
}

func (l *Link) busyInterval() time.Duration {
	return time.Duration(l.dialect.Timing.Busy) * time.Millisecond
}

// held says whether nothing may be written because a refused line waits for the ok behind its refusal.
func (l *Link) held() bool { return !l.s.ack.resendAt.IsZero() }

// account takes one reply into the books.
func (l *Link) account(r reply) {
	s := &l.s
	a := &s.ack
	if s.job != nil && r.class == damaged {
		s.job.result.Damaged++
	}
	if r.class != okReply && r.class != blank && r.class != resendReply {
		a.swallow = false // the ok follows its resend request at once, or not at all
	}
	switch r.class {
	case okReply:
		l.ok(r)
	case resendReply:
		l.resend(r.number)
	case lineErrorReply:
		l.lineError(r.number)
	case skipReply:
		l.skip(r.number)
	case waitReply:
		if e := s.hist.oldest(); e != nil && !l.held() && s.now.Sub(e.sentAt) > 3*l.timing.Echo && !a.asked {
			a.askAt = s.now
		}
	case busyReply, pausedReply:
		l.busy(r.class == pausedReply)
	case startReply:
		l.restarted()
	case fatalReply, thermalReply:
		l.halted(r)
	case coldReply:
		if s.job != nil {
			s.job.result.Cold++
		}
	case actionReply:
		l.action(r)
	case damaged, unknownReply:
		l.suspect()
	}
}

// suspect asks soon: what just came may have been the acknowledgement, or the answer to a line damaged on its way.
func (l *Link) suspect() {
	a := &l.s.ack
	e := l.s.hist.oldest()
	if e == nil || l.held() {
		return
	}
	if soon := l.s.now.Add(l.timing.Suspect); soon.Before(a.askAt) || a.askAt.IsZero() {
		a.askAt = soon
	}
}

// busy bears a running command.
func (l *Link) busy(forPerson bool) {
	s := &l.s
	a := &s.ack
	a.busy, a.busyAt = true, s.now
	a.asks, a.asked = 0, false
	a.bear(l)
	if s.hist.inFlight() > 0 {
		a.askAt = s.now.Add(max(l.timing.NoOk, l.busyInterval()*5/2))
	}
	switch {
	case forPerson && s.state == Printing:
		s.state = Attention
	case !forPerson && s.state == Attention:
		s.state = Printing
	}
}

// ok takes an acknowledgement.
func (l *Link) ok(r reply) {
	s := &l.s
	a := &s.ack
	a.bear(l)
	if r.number != none && (r.number > 0 || l.dialect.Lines.OkNumbered != profiles.Always) {
		a.numbered = true
		if r.number > s.hist.acked && r.number < s.hist.next {
			l.acknowledge(r.number)
		} else {
			l.suspect() // an old one, or a damaged number
		}
		return
	}
	switch {
	case l.held():
		l.sendAgain()
	case a.swallow && s.now.Before(a.swallowUntil):
		a.swallow = false
	case s.hist.inFlight() == 0:
	case a.numbered && l.dialect.Lines.OkNumbered == profiles.Always:
	default:
		l.acknowledge(l.meant(r))
	}
}

// meant is the line that an acknowledgement without a number belongs to: the oldest in flight, unless it carries
// temperatures, for then it answers the question for them, and whatever was sent before that has been acknowledged too.
func (l *Link) meant(r reply) int64 {
	h := &l.s.hist
	if l.dialect.Replies.TemperatureLine.Match(r.text) {
		for n := h.acked + 1; n < h.next; n++ {
			if string(h.at(n).command) == l.dialect.Commands.Temperature {
				return n
			}
		}
	}
	return h.acked + 1
}

// acknowledge counts every line up to n.
func (l *Link) acknowledge(n int64) {
	s := &l.s
	for s.hist.acked < n {
		s.hist.acked++
		e := s.hist.at(s.hist.acked)
		if e.user != nil && s.job != nil && e.kind == userLine {
			s.job.result.Injected++
		}
		e.release(nil)
		if s.job != nil {
			s.job.acked(e)
			s.dirty = true
		}
	}
	s.ack.wrongs = 0
	s.ack.askAt, s.ack.asked, s.ack.asks = time.Time{}, false, 0
	if e := s.hist.oldest(); e != nil {
		s.ack.rearm(l, e)
	}
	if s.state == Attention {
		s.state = Printing
	}
	l.settled()
	l.finishJob()
}

// skip takes the word that a line was received before.
func (l *Link) skip(n int64) {
	s := &l.s
	s.ack.asked = false
	s.ack.bear(l)
	if n != none && n == s.hist.acked+1 && s.hist.inFlight() > 0 && !l.held() {
		l.swallowNext()
		l.acknowledge(n)
	}
}
