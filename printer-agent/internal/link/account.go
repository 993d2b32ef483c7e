package link

import (
	"bytes"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// accounting decides which line an acknowledgement belongs to, and what to do when none comes.
type accounting struct {
	numbered bool      // acknowledgements were seen to carry line numbers
	telling  bool      // the answer to a question for temperatures was seen to be its acknowledgement
	busy     bool      // the firmware sends busy lines
	busyAt   time.Time // the last of them
	person   bool      // it waits for a person
	patient  int64     // the printer goes on after a pause of its own: it may say nothing before this line; 0: it does not

	slowest time.Duration // that an acknowledgement took lately

	askAt  time.Time // when to ask what became of the lines in flight
	asks   int       // questions since a line was written
	asked  bool      // the last question is not answered yet
	unread int64     // questions that may lie in the receive ring
	behind int64     // the last line written before the last of those
	readBy time.Time // when they must have been read or lost

	anchor      time.Duration // interval of the questions that settle the count; 0: the longest
	anchorLines int64         // the same in lines, where the window is deep; 0: the fewest
	anchorLine  int64         // the last of those questions
	slack       time.Time     // end of the silence that is borne
	wrong       int64         // the implausible line number asked for last
	wrongs      int           // how often in a row
	doubt       bool          // an acknowledgement may have been damaged, and nothing has settled the count since
	hint        int64         // the line after the one that the last refusal called the last; none without

	garbled  bool // a damaged answer came before the first question
	locating bool // the position was asked for

	anchorAt time.Time // when to send a question for temperatures whose answer settles the count

	refusal refusal

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
	if e := l.s.hist.oldest(); e != nil && (e.slow && !a.busy || a.patient > 0) {
		a.slack = l.s.now.Add(l.timing.SilenceSlow)
	}
}

// rearm sets the no-ok clock for the oldest line in flight.
func (a *accounting) rearm(l *Link, e *entry) {
	wait := min(max(l.timing.NoOk, 2*a.slowest), 8*l.timing.NoOk)
	switch interval := l.busyInterval(); {
	case a.doubt && l.s.hist.asked() == nil:
		wait = l.timing.Suspect
	case a.patient > 0:
		wait = max(wait, l.timing.NoOkSlow)
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

// account takes one reply into the books.
func (l *Link) account(r reply) {
	s := &l.s
	a := &s.ack
	if l.locatedBehind(r) {
		return
	}
	if s.job != nil && r.class == damaged {
		s.job.result.Damaged++
	}
	if r.class != okReply && r.class != blank && r.class != resendReply {
		a.swallow = false // the ok follows its resend request at once, or not at all
	}
	switch r.class {
	case temperatureReply, infoReply, actionReply, busyReply, waitReply:
		if l.held() && a.refusal.more >= 0 {
			a.refusal.at = s.now
		}
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
		l.idle()
	case busyReply, pausedReply:
		l.busy(r.class == pausedReply)
	case startReply:
		l.restarted()
	case fatalReply, thermalReply:
		l.halted(r)
	case coldReply:
		l.cold(r)
	case actionReply:
		l.action(r)
	case temperatureReply:
		l.heats(r)
	case overflowReply:
		l.overflowed()
		l.suspect()
	case powerFailReply, powerBackReply:
		l.power(r.class == powerFailReply)
	case unknownReply:
		if !l.knows(r.text) {
			l.suspect()
		}
	case damaged:
		l.suspect()
	}
}

// knows says whether a complaint repeats a line in flight: the printer just does not have the command. Else the line was
// damaged so that it lost its number, or is one that nobody has sent.
func (l *Link) knows(complaint []byte) bool {
	h := &l.s.hist
	for n := h.acked + 1; n < h.next; n++ {
		if bytes.Contains(complaint, h.at(n).command) {
			return true
		}
	}
	return false
}

// idle takes the word that the printer waits for a line: with lines in flight that are older than a round trip, their
// acknowledgements are lost.
func (l *Link) idle() {
	s := &l.s
	s.shutUntil = time.Time{}
	e := s.hist.oldest()
	if e == nil || l.held() || s.ack.asked {
		return
	}
	if last := s.hist.at(s.hist.next - 1); s.now.Sub(last.sentAt) > 3*l.timing.Echo {
		last.blocks = false
		s.ack.askAt = s.now
	}
}

// suspect settles the count soon: what just came may have been an acknowledgement, or the answer to a line damaged on
// its way. Where nothing moves meanwhile, the printer is asked.
func (l *Link) suspect() {
	a := &l.s.ack
	if l.s.hist.oldest() == nil || l.held() {
		return
	}
	a.doubt = !a.numbered
	soon := l.askSoon()
	if soon.Before(a.anchorAt) {
		a.anchorAt = soon
	}
}

// askSoon asks what became of the lines in flight when nothing moves meanwhile; it returns when.
func (l *Link) askSoon() time.Time {
	a := &l.s.ack
	soon := l.s.now.Add(l.timing.Suspect)
	if soon.Before(a.askAt) || a.askAt.IsZero() {
		a.askAt = soon
	}
	return soon
}

// busy bears a running command.
func (l *Link) busy(forPerson bool) {
	s := &l.s
	a := &s.ack
	a.busy, a.busyAt, a.person = true, s.now, forPerson
	a.asks, a.asked = 0, false
	a.bear(l)
	if s.hist.inFlight() > 0 {
		a.askAt = s.now.Add(max(l.timing.NoOk, l.busyInterval()*5/2))
	}
	switch {
	case forPerson && s.state == Printing:
		s.state = Attention
	case !forPerson && s.state == Attention && s.prompt == nil:
		s.state = Printing
	}
}

// waitsForPerson says whether the printer waits for somebody with lines in it. Another line would only lie there, or be
// dropped and asked for again: Prusa-Firmware throws away what comes while it is stopped.
func (l *Link) waitsForPerson() bool {
	a := &l.s.ack
	return a.person && l.s.hist.inFlight() > 0 && l.s.now.Sub(a.busyAt) < 3*l.busyInterval()
}

// heats takes a report that only a command that waits for heat prints: it runs, and no question is due.
func (l *Link) heats(r reply) {
	a := &l.s.ack
	if e := l.s.hist.oldest(); e == nil || !e.slow || !l.dialect.Replies.Heating.Match(r.text) {
		return
	}
	a.asks = 0
	a.askAt = l.s.now.Add(2 * l.timing.NoOk)
}

// cold counts a move that went without filament, and pauses what is scrap already.
func (l *Link) cold(r reply) {
	s := &l.s
	if s.job == nil {
		return
	}
	s.job.result.Cold++
	if most := s.job.job.MostCold; most > 0 && s.job.result.Cold%most == 0 && l.pause() == nil {
		s.detail = string(r.text)
	}
}

// ok takes an acknowledgement.
func (l *Link) ok(r reply) {
	s := &l.s
	a := &s.ack
	a.bear(l)
	if free := l.dialect.Replies.Ok.Group(r.text, "b"); len(r.text) > 2 && free != nil {
		l.freeSlots(parseInt(free))
	}
	if r.number != none && (r.number > 0 || l.renumbering() || l.dialect.Lines.OkNumbered != profiles.Always) {
		a.numbered = true
		l.okFor(r.number)
		return
	}
	switch {
	case l.held():
		l.sendAgain()
	case a.swallow && s.now.Before(a.swallowUntil) && !(l.tells(r) && s.hist.asked() != nil):
		a.swallow = false
	case s.hist.inFlight() == 0 && !l.tells(r):
	case l.tells(r) && a.asked && s.hist.inFlight() > 0 && l.drops():
		l.answeredBehind(s.hist.oldest())
	case l.tells(r):
		l.anchored()
	case a.numbered:
	default:
		l.okForOldest()
	}
}

// okFor takes an acknowledgement that names its line: all before it are acknowledged too.
func (l *Link) okFor(n int64) {
	h := &l.s.hist
	if n <= h.acked || n >= h.next {
		l.suspect() // an old one, or a damaged number
		return
	}
	if n == h.acked+1 {
		h.sure = n // two numbers in a row are no accident
	}
	l.acknowledge(n)
}

// okForOldest takes a plain acknowledgement. One that cannot be meant for the oldest line, because that would be
// answered with temperatures, is one too many.
func (l *Link) okForOldest() {
	h := &l.s.hist
	if l.s.ack.telling && h.at(h.acked+1).question {
		return
	}
	l.acknowledge(h.acked + 1)
}

// acknowledge counts every line up to n.
func (l *Link) acknowledge(n int64) {
	s := &l.s
	from := min(s.hist.acked, n)
	for s.hist.acked < n {
		s.hist.acked++
		e := s.hist.at(s.hist.acked)
		if e.user != nil && s.job != nil && e.kind == userLine {
			s.job.result.Injected++
		}
		e.release(nil)
		l.dwell(e)
		if e.kind == fileLine && s.hist.acked >= s.ack.patient {
			s.ack.patient = 0
		}
		s.settling = false
		if s.ack.asks == 0 && !e.slow { // else it was lost
			s.ack.slowest = max(s.now.Sub(e.sentAt), s.ack.slowest-s.ack.slowest/64)
		}
		if s.job != nil {
			s.job.acked(e, s.now)
			s.dirty = true
		}
	}
	s.win.acknowledged(int(n-from), s.now)
	s.ack.wrongs, s.ack.person = 0, false
	s.ack.askAt, s.ack.asked, s.ack.asks = time.Time{}, false, 0
	if s.ack.unread > 0 && n >= s.ack.behind { // the firmware reads in order: what comes next is the answer
		s.ack.readBy = earlier(s.ack.readBy, s.now.Add(2*l.timing.Echo))
	}
	s.ack.bear(l)
	if e := s.hist.oldest(); e != nil {
		s.ack.rearm(l, e)
	} else {
		s.ack.doubt = false
	}
	if f := &s.ack.refusal; f.again <= s.hist.acked && l.believes(f.again) {
		f.again, f.askAt = 0, time.Time{}
	}
	if s.state == Attention && s.prompt == nil {
		s.state = Printing
	}
	l.settled()
	l.finishJob()
}

// skip takes the word that a line was received before, or that it is passed over until an older one comes.
func (l *Link) skip(n int64) {
	s := &l.s
	s.ack.asked = false
	s.ack.bear(l)
	if n == none {
		return
	}
	l.swallowNext()
	awaited := s.hist.next
	if l.held() {
		awaited = s.ack.refusal.from
	} else if s.ack.refusal.again > 0 {
		awaited = s.ack.refusal.again
	}
	if n < awaited && n > s.hist.acked {
		l.acknowledge(n)
	}
}
