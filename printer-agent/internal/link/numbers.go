package link

import "math"

// lastNumber is the highest line number that the firmware counts to.
func (l *Link) lastNumber() int64 {
	if n := l.dialect.Lines.MaxNumber; n > 0 {
		return n
	}
	return math.MaxInt32
}

// usedUp says whether there is no number left for another line.
func (l *Link) usedUp() bool { return l.s.hist.head > l.lastNumber() }

// renumber begins to count from 0 again, once everything sent has been acknowledged: a reset of line numbers that is
// still waiting to be executed would part the board's count from ours (Marlin, M110.cpp). It is nil until then.
func (l *Link) renumber() *entry {
	s := &l.s
	if s.hist.inFlight() > 0 {
		return nil
	}
	s.hist.restart(-1)
	if s.job != nil {
		s.job.past.begin(-1, s.job.offset)
	}
	if !l.dialect.Lines.Numbers {
		return l.nextEntry()
	}
	return l.number(hostLine, []byte(l.dialect.Commands.ResetLine))
}

// renumbering says whether a reset of line numbers is on its way.
func (l *Link) renumbering() bool { return l.s.hist.acked < 0 && l.s.hist.inFlight() > 0 }
