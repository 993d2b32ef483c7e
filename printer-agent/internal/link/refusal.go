package link

import (
	"fmt"
	"math"
	"time"
)

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
	a.bear(l)
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
