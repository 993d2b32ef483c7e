package link

import (
	"bytes"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// refusal is a line that the printer has asked for again.
type refusal struct {
	at   time.Time // when to write it: at the ok behind the request, or now at the latest
	from int64     // the line
	more int64     // requests for it that came meanwhile

	again  int64     // the line that was written again last and whose fate is not known; 0: none
	echoes int64     // requests for it that lines written before it may still cause
	until  time.Time // when the last of those must have come
	askAt  time.Time // when to ask whether that line was taken, for such a request has come; zero when none has
	last   int64     // the line that was written again last, known or not
	lastAt time.Time
}

// held says whether nothing may be written because a refused line waits for the ok behind its refusal.
func (l *Link) held() bool { return !l.s.ack.refusal.at.IsZero() }

// again says whether a line was written again and it is not known yet whether it was taken: lines behind it would be
// refused if it was not.
func (l *Link) again() bool {
	f := &l.s.ack.refusal
	return f.again > 0 && l.s.hist.next > f.again && l.s.now.Before(f.until)
}

// againUntil is when lines behind one that was written again may follow it in any case.
func (l *Link) againUntil() time.Time {
	if !l.again() {
		return time.Time{}
	}
	return l.s.ack.refusal.until
}

// lineError waits for the resend request behind the error; where noise ate it, the ok behind it stands for it.
func (l *Link) lineError(last int64) {
	s := &l.s
	a := &s.ack
	if s.hist.inFlight() == 0 && s.hist.next == s.hist.head {
		return
	}
	a.hint = none
	if last != none && last >= s.hist.before && last < s.hist.head {
		a.hint = last + 1
	}
	if l.held() || l.dialect.Lines.ResendRepeat > 0 { // the request comes, and comes again
		return
	}
	if a.hint == none || a.hint <= s.hist.sure {
		l.swallowNext()
		l.askSoon()
		return
	}
	a.refusal.from, a.refusal.more = a.hint, -1 // the request is still to come
	a.refusal.at = s.now.Add(l.timing.ResendOk)
}

// resend obeys a request for line n, once.
func (l *Link) resend(n int64) {
	s := &l.s
	a := &s.ack
	f := &a.refusal
	answer := a.unread > 0
	a.asked = false
	a.bear(l)
	held := l.held()
	f.at = time.Time{}
	if n = l.plausible(n); l.answersLate(n) {
		l.swallowNext()
		return
	}
	a.answered(s.now.Add(2 * l.timing.Echo))
	if n != none && n > s.hist.next {
		s.hist.next = n // what was to be sent again has arrived after all
	}
	if n != none {
		s.hist.taken = max(s.hist.taken, n-1)
	}
	if answer && f.again > 0 && n > f.again {
		f.again, f.askAt = 0, time.Time{}
	}
	repeat := time.Duration(l.dialect.Lines.ResendRepeat) * time.Millisecond * 3 / 4
	switch {
	case n == none:
		l.swallowNext()
	case repeat > 0 && n == f.last && s.now.Sub(f.lastAt) < repeat:
		l.swallowNext()
	case n == f.again && f.echoes > 0 && !answer && s.now.Before(f.until):
		f.echoes--
		l.swallowNext()
		if repeat == 0 { // firmware that refuses a line forgets what has arrived behind it, this one perhaps
			f.askAt, f.until = s.now.Add(l.timing.Echo/2), s.now.Add(unreadFor)
		}
	case n == s.hist.next && n <= s.hist.head && f.again != n:
		l.swallowNext()
		l.accepted()
	default:
		if f.more++; !held || n != f.from {
			f.more = 0
		}
		f.from = n
		f.at = s.now.Add(l.timing.ResendOk)
		if l.dialect.Lines.OkAfterResend == profiles.Never {
			f.at = s.now
		}
	}
}

// answersLate says whether a request only answers a question that lay in the receive ring: it asks for the line that was
// next then, which was written behind the question and is still to be read.
func (l *Link) answersLate(n int64) bool {
	a := &l.s.ack
	if a.unread == 0 || n != a.behind+1 || n >= l.s.hist.next {
		return false
	}
	a.unread--
	return true
}

// plausible is the line that a request means: n where that can be, else what the refusal before it said, else none.
// Before the last line that the printer certainly has lies what it cannot want again; beyond what was numbered lies
// what it cannot know of.
func (l *Link) plausible(n int64) int64 {
	s := &l.s
	a := &s.ack
	if n > s.hist.sure && n <= s.hist.head && (n == s.hist.head || s.hist.holds(n)) {
		a.wrongs = 0
		return n
	}
	if n > max(s.hist.before, 1) && n <= s.hist.sure && n == a.hint && s.state != Connecting {
		s.hist.sure = s.hist.before // a report behind an acknowledgement without line ending was taken for an answer
		a.wrongs = 0
		return n
	}
	if s.restored && n > 0 && n < s.hist.head {
		return n // the printer has lost what it had planned when its supply failed
	}
	if a.hint != none && a.hint > s.hist.sure && a.hint <= s.hist.head && n != a.hint && s.state != Connecting {
		return a.hint
	}
	l.implausible(n)
	return none
}

func (l *Link) swallowNext() {
	if l.dialect.Lines.OkAfterResend == profiles.Never {
		return
	}
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
	if l.renumbering() { // its answer is still in the old numbers
		s.end = l.transmit(s.hist.at(0))
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

// sendAgain goes back to the refused line. Lines before it are in the printer: where acknowledgements come when a line
// has been executed, theirs are still to come.
func (l *Link) sendAgain() {
	s := &l.s
	f := &s.ack.refusal
	n := f.from
	f.at = time.Time{}
	if s.restored && (n <= s.hist.sure || !s.hist.holds(n)) {
		l.goBack(n)
		return
	}
	if n == s.hist.next && f.again != n {
		l.accepted()
		return
	}
	if !s.hist.holds(n) {
		return
	}
	if !l.dialect.Lines.OkAtEnd && s.hist.acked < n-1 {
		l.acknowledge(n - 1)
	}
	l.takeBack(min(n-1, s.hist.acked))
	if s.hist.acked == n-1 {
		s.ack.doubt = false
	}
	left := int64(0) // echoes still to come of what was written before
	if f.again == n && s.now.Before(f.until) {
		left = f.echoes
	}
	if f.last > 0 && s.now.Sub(f.lastAt) < 2*l.timing.Echo { // lines written again although they had arrived
		for k := f.last + 1; k < n; k++ {
			if s.hist.at(k).sends > 1 {
				left++
			}
		}
	}
	f.again, f.echoes, f.until = n, max(s.hist.next-1-n-max(f.more, 0), left), s.now.Add(2*l.timing.Echo)
	f.last, f.lastAt, f.more, f.askAt = n, s.now, 0, time.Time{}
	alone := s.hist.next-1 == n // else it may have been forgotten when a line behind it was refused
	s.hist.next = n
	s.win.rise()
	s.ack.swallow = false
	s.ack.askAt = time.Time{}
	if e := s.hist.oldest(); e != nil {
		s.ack.rearm(l, e)
	}
	e := s.hist.at(n)
	if alone || e.refused == 0 {
		e.refused++
	}
	if s.job != nil {
		s.job.noise.add(s.job.result.LinesSent)
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
	j.result.BadCable = j.result.BadCable || j.noise.within(namedRefusals, j.result.LinesSent)
	if !l.s.win.narrow && j.noise.within(doubtedRefusals, j.result.LinesSent) {
		l.overflowed() // what does not fit looks like noise: several lines at a time are given up before the cable is
		j.noise = noise{}
	}
	if j.reason == "" && j.noise.within(borneRefusals, j.result.LinesSent) {
		_ = l.cancel(BadCable, fmt.Sprintf("%d of %d lines were refused", borneRefusals, noiseLines))
	}
	switch {
	case e.refused < patience(j.refusalRate(e)):
	case l.s.win.deep && l.narrowed(e): // a receive ring that holds less than it should is likelier than a bad line
	case e.refused < fewestAlone && !e.rewritten && int64(j.refused-e.refused)+j.result.Damaged > 0:
	case j.refused-e.refused < fewRefusals && l.rewrite(e):
	case l.s.win.lines() > 1 && l.narrowed(e):
	default:
		l.giveUp(e)
	}
}

// narrowed gives a refused line another chance with nothing behind it, unless it has had that.
func (l *Link) narrowed(e *entry) bool {
	if l.s.win.narrow {
		return false
	}
	l.overflowed()
	l.s.job.refused -= e.refused
	e.refused = 0
	return true
}

// rewrite changes the text of a line that is refused again and again: what noise cannot explain lies in its bytes.
func (l *Link) rewrite(e *entry) bool {
	if e.rewritten {
		return false
	}
	text := bytes.ReplaceAll(e.command, []byte(" "), nil) // which leaves every number what it was
	if len(text) == len(e.command) || len(frame.Word(e.command)) == 0 {
		var ok bool
		if text, _, ok = frame.Rewrite(nil, e.command, len(e.command)-1, l.dialect.Lines.Forbidden); !ok {
			return false
		}
	}
	l.s.job.refused -= e.refused // not the cable's fault
	e.rewritten, e.refused = true, 0
	e.command = append(e.command[:0], text...)
	l.frame(e)
	l.s.job.result.Rewrites++
	return true
}

// giveUp ends the attempt over a line that the printer does not take. The number stands in the way of every other: what
// it held is replaced by a harmless question, and what was numbered behind it is forgotten.
func (l *Link) giveUp(e *entry) {
	s := &l.s
	j := s.job
	detail := string(e.command)
	if e.kind == fileLine {
		e.kind = hostLine
		j.result.LinesSent--
	}
	e.release(&Failure{Reason: Refused, Detail: detail})
	e.command = append(e.command[:0], l.dialect.Commands.Temperature...)
	e.question = true
	l.frame(e)
	j.refused -= e.refused
	e.refused = 0
	l.forgetBehind(e.number)
	if j.reason != "" {
		l.endJob(j.reason, j.result.Detail)
		return
	}
	reason := Refused
	if j.refused >= fewRefusals {
		reason = BadCable // others were refused as well
	}
	_ = l.cancel(reason, detail)
}

// forgetBehind drops what was numbered behind line n and has not been taken.
func (l *Link) forgetBehind(n int64) {
	s := &l.s
	for k := n + 1; k < s.hist.head; k++ {
		e := s.hist.at(k)
		e.release(&Failure{Reason: Refused, Detail: string(e.command)})
		if s.job != nil && e.kind == fileLine && e.sends > 0 {
			s.job.result.LinesSent--
		}
	}
	s.hist.head = n + 1
	s.hist.next = min(s.hist.next, s.hist.head)
}
