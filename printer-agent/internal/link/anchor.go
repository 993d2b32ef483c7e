package link

import "time"

// tells says whether an acknowledgement carries temperatures.
func (l *Link) tells(r reply) bool {
	return len(r.text) > 4 && l.dialect.Replies.TemperatureLine.Match(r.text)
}

// anchored takes the answer to a question for temperatures. It can be told from any other acknowledgement, and comes
// after all before it, so that it settles the count: lost acknowledgements are made up for, doubled ones taken back.
func (l *Link) anchored() {
	s := &l.s
	h := &s.hist
	e := h.asked()
	if e == nil {
		return
	}
	e.answered, s.settling = true, false
	s.ack.telling, s.ack.doubt, s.ack.swallow = true, false, false
	h.before, h.sure = h.sure, e.number
	l.reckon(h.acked != e.number-1, h.acked > e.number-1)
	if h.acked > e.number {
		l.takeBack(e.number)
		return
	}
	l.acknowledge(e.number)
}

// takeBack counts the lines behind n as not acknowledged.
func (l *Link) takeBack(n int64) {
	s := &l.s
	for ; s.hist.acked > n; s.hist.acked-- {
		if s.job != nil {
			s.job.unacked(s.hist.at(s.hist.acked))
		}
	}
	if e := s.hist.oldest(); e != nil {
		s.ack.rearm(l, e)
	}
}

// believes says whether an acknowledgement of line n, which was written again, can be taken for its own. Plain ones of
// lines before it may still come; a line that has been refused twice, or may have been forgotten, is not followed by others
// on their word.
func (l *Link) believes(n int64) bool {
	a := &l.s.ack
	miscounts := a.anchor > 0 && a.anchor < l.timing.Anchor
	return a.numbered || l.s.hist.sure >= n || l.s.hist.at(n).refused < 2 && (a.refusal.askAt.IsZero() || !miscounts)
}

// leastAnchor is the shortest interval of the questions that settle the count.
const leastAnchor = 250 * time.Millisecond

// The fewest and most lines between the questions that settle the count.
const (
	leastAnchorLines = 32
	mostAnchorLines  = 1024
)

// reckon asks more often where the count was found wrong, and less often again where it was right. A window that counts
// on the bytes of the receive ring needs a count that is right: once it was too high, the ring is not filled any more.
func (l *Link) reckon(wrong, over bool) {
	a := &l.s.ack
	if a.anchor == 0 {
		a.anchor = l.timing.Anchor
	}
	if wrong {
		a.anchor = max(a.anchor/4, leastAnchor)
		a.anchorAt = earlier(a.anchorAt, l.s.now.Add(a.anchor))
	} else {
		a.anchor = min(2*a.anchor, l.timing.Anchor)
	}
	a.anchorLines = min(2*a.anchorLines, mostAnchorLines)
	l.s.win.wary = l.s.win.wary || over
}

// tickAnchor sends the question that settles the count, where acknowledgements carry no numbers.
func (l *Link) tickAnchor() {
	s := &l.s
	a := &s.ack
	if s.job == nil || s.job.tail || a.numbered || s.state == Connecting {
		a.anchorAt = time.Time{}
		return
	}
	if a.anchor == 0 {
		a.anchor = l.timing.Anchor
	}
	if a.anchorAt.IsZero() {
		a.anchorAt = s.now.Add(a.anchor)
	}
	a.anchorLines = max(a.anchorLines, leastAnchorLines)
	many := s.win.deep && !s.win.wary && s.hist.head-a.anchorLine > a.anchorLines
	if !due(a.anchorAt, s.now) && !many {
		return
	}
	a.anchorAt, a.anchorLine = s.now.Add(a.anchor), s.hist.head
	if s.hist.inFlight() > 0 && s.hist.asked() == nil && !l.queued(l.dialect.Commands.Temperature) {
		s.queue = append([]*request{{command: []byte(l.dialect.Commands.Temperature), kind: hostLine}}, s.queue...)
	}
}
