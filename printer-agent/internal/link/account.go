package link

import (
	"fmt"
	"math"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
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
	now := l.s.now
	a.asks, a.asked = 0, false
	a.slack = now.Add(l.timing.Silence)
	oldest := l.s.hist.oldest()
	if oldest == nil {
		oldest = e
	}
	if oldest.slow && !a.busy {
		a.slack = now.Add(l.timing.SilenceSlow)
	}
	a.rearm(l, oldest)
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
	a.slack = s.now.Add(l.timing.Silence)
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
	a.slack = s.now.Add(l.timing.Silence)
	if r.number != none && (r.number > 0 || l.dialect.Lines.OkNumbered != profiles.Always) {
		a.numbered = true
		if r.number > s.hist.acked && r.number < s.hist.next {
			l.acknowledge(r.number)
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

// lineError waits for the resend request behind the error; where noise ate it, the ok behind it stands for it.
func (l *Link) lineError(last int64) {
	s := &l.s
	if l.held() || s.hist.inFlight() == 0 && s.hist.next == s.hist.head {
		return
	}
	n := s.hist.acked + 1
	if last != none && last+1 >= n && last+1 <= s.hist.next {
		n = last + 1
	}
	if l.dialect.Lines.ResendRepeat > 0 {
		return // the request comes, and comes again
	}
	s.ack.resendFrom = n
	s.ack.resendAt = s.now.Add(l.timing.ResendOk)
}

// resend obeys a request for line n, once.
func (l *Link) resend(n int64) {
	s := &l.s
	a := &s.ack
	a.asked = false
	a.slack = s.now.Add(l.timing.Silence)
	a.resendAt = time.Time{}
	repeat := time.Duration(l.dialect.Lines.ResendRepeat) * time.Millisecond * 3 / 4
	switch {
	case repeat > 0 && n == a.lastResend && s.now.Sub(a.lastAt) < repeat:
		l.swallowNext()
	case n == s.hist.next && n <= s.hist.head:
		l.swallowNext()
		l.accepted()
	case s.hist.holds(n) && n < s.hist.next && n > s.hist.acked-farthestBack:
		a.wrongs = 0
		a.resendFrom = n
		a.resendAt = s.now.Add(l.timing.ResendOk)
	default:
		l.swallowNext()
		l.implausible(n)
	}
}

// farthestBack is how many acknowledged lines a resend request may take back. An acknowledgement is wrongly taken for a
// line only where noise hid a refusal, which the next line brings to light; a request from farther back comes from a
// board that has lost count, and obeying it would print the beginning again.
const farthestBack = 2

func (l *Link) swallowNext() {
	l.s.ack.swallow = true
	l.s.ack.swallowUntil = l.s.now.Add(l.timing.ResendOk)
}

// implausible deals with a request for a line that cannot be meant. Asked for again, the answer is either plausible or
// the same; when it is the same, the printer has lost count, which only a reset explains.
func (l *Link) implausible(n int64) {
	s := &l.s
	a := &s.ack
	if s.state == Connecting {
		l.connect()
		return
	}
	if n == a.wrong {
		a.wrongs++
	} else {
		a.wrong, a.wrongs = n, 1
	}
	if a.wrongs >= 3 {
		l.endJob(Reset, fmt.Sprintf("asks for line %d", n))
		l.connect()
		return
	}
	if s.hist.inFlight() > 0 {
		a.askAt = s.now
	}
}

// sendAgain goes back to the refused line.
func (l *Link) sendAgain() {
	s := &l.s
	a := &s.ack
	n := a.resendFrom
	a.resendAt = time.Time{}
	if n == s.hist.next {
		l.accepted()
		return
	}
	if !s.hist.holds(n) {
		return
	}
	for s.hist.acked < n-1 {
		l.acknowledge(s.hist.acked + 1)
	}
	for ; s.hist.acked >= n; s.hist.acked-- {
		if s.job != nil {
			s.job.unacked(s.hist.at(s.hist.acked))
		}
	}
	s.hist.next = n
	a.swallow = false
	a.lastResend, a.lastAt = n, s.now
	a.askAt = time.Time{}
	e := s.hist.at(n)
	e.refused++
	if s.job != nil {
		s.job.refused++
	}
	l.judge(e)
}

// judge ends the attempt when a line is refused so often that noise cannot be the reason, or noise is past bearing.
func (l *Link) judge(e *entry) {
	j := l.s.job
	if j == nil {
		if e.refused > patience(0) && l.s.state != Connecting {
			e.release(&Failure{Reason: Refused, Detail: string(e.command)})
		}
		return
	}
	rate := j.refusalRate(e)
	if e.refused < patience(rate) {
		return
	}
	reason := Refused
	if rate > badCable {
		reason = BadCable
	}
	// The numbered line stands in the way of every other: what it held is replaced by a harmless question.
	detail := string(e.command)
	if e.kind == fileLine {
		e.kind = hostLine
		j.result.LinesSent--
	}
	e.command = append(e.command[:0], l.dialect.Commands.Temperature...)
	e.frame(l.s.hist.bare)
	e.refused = 0
	if j.reason != "" {
		l.endJob(j.reason, j.result.Detail)
		return
	}
	_ = l.cancel(reason, detail)
}

// badCable is the share of refused lines past which a connection is called bad.
const badCable = 0.10

// patience is how many refusals of the same bytes are borne when the given share of lines is refused by noise: at least
// three, and so many that noise alone would end less than one attempt in a million lines.
func patience(rate float64) int {
	const fewest, most, chance = 3, 20, 1e-6
	if rate <= 0 {
		return fewest
	}
	if rate >= 1 {
		return most
	}
	return min(max(fewest, int(math.Ceil(math.Log(chance)/math.Log(rate)))), most)
}

// skip takes the word that a line was received before.
func (l *Link) skip(n int64) {
	s := &l.s
	s.ack.asked = false
	s.ack.slack = s.now.Add(l.timing.Silence)
	if n != none && n == s.hist.acked+1 && s.hist.inFlight() > 0 && !l.held() {
		l.swallowNext()
		l.acknowledge(n)
	}
}

// accepted is called when the firmware said that it holds the lines in flight, whose acknowledgement has not come: it is
// lost, or still to come. Where it only means "read" it is lost. Else a question for temperatures is sent as the next
// line, once: its answer can be told from any other, and comes after all before it. Should that be lost too, silence
// for longer than a running command would keep decides.
func (l *Link) accepted() {
	s := &l.s
	a := &s.ack
	a.wrongs = 0
	e := s.hist.oldest()
	switch {
	case e == nil:
	case !l.dialect.Lines.OkAtEnd || l.overdue(e):
		l.acknowledge(s.hist.next - 1)
	case s.hist.inFlight() == 1 && s.hist.next == s.hist.head && string(e.command) != l.dialect.Commands.Temperature:
		question := s.hist.add(hostLine, []byte(l.dialect.Commands.Temperature), 0)
		if err := l.transmit(question); err != nil {
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
	}
	return quiet >= 7*l.timing.NoOk
}

// tickClocks watches both clocks while a line is in flight: no ok, and silence.
func (l *Link) tickClocks() {
	s := &l.s
	a := &s.ack
	if due(a.resendAt, s.now) {
		l.sendAgain()
		return
	}
	e := s.hist.oldest()
	if e == nil || s.state == Dead {
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

// ask provokes an answer that tells what became of the line in flight. Firmware that checks nothing cannot be asked.
func (l *Link) ask(e *entry) {
	s := &l.s
	a := &s.ack
	a.asks++
	a.rearm(l, e)
	if !l.dialect.Lines.Numbers || l.stopping.Load() {
		return
	}
	var question []byte
	if d := l.dialect.Lines.Duplicate; d == profiles.DuplicateSkip || d == profiles.DuplicateResend {
		question = e.wire
		e.sends++
	} else {
		question = frame.Append(nil, e.number+farAhead, []byte(l.dialect.Commands.Temperature))
	}
	if s.job != nil {
		s.job.result.Probes++
		s.job.result.BytesSent += int64(len(question))
	}
	a.asked = true
	if err := l.write(question); err != nil {
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

// restarted deals with the line printed after a reset.
func (l *Link) restarted() {
	if l.s.state == Dead {
		l.stopping.Store(false)
	}
	reason := Reset
	if l.stopping.Load() {
		reason = Stopped
		l.stopping.Store(false)
	}
	l.endJob(reason, "the board has restarted")
	l.connect()
}

// halted deals with a firmware that needs a reset.
func (l *Link) halted(r reply) {
	s := &l.s
	if s.state == Dead {
		return
	}
	reason := Halted
	switch {
	case l.stopping.Load():
		reason = Stopped
	case r.class == thermalReply:
		reason = Thermal
	}
	l.die(reason, string(r.text))
}

// die ends everything until the board is reset.
func (l *Link) die(reason Reason, detail string) {
	s := &l.s
	l.endJob(reason, detail)
	l.dropQueue(&Failure{Reason: reason, Detail: detail})
	s.hist.reset()
	s.ack = accounting{}
	s.pollAt = time.Time{}
	s.state, s.reason, s.detail = Dead, reason, detail
	s.dirty = true
}
