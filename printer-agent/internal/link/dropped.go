package link

import "github.com/mailleur/mailleur/firmware-profiles"

// drops says whether a damaged line is lost in silence, with one line at a time in flight: the answer to a question that
// is written behind the line then tells that the line was read, or lost (RepRapFirmware, StringParser.cpp).
func (l *Link) drops() bool {
	return l.dialect.Lines.Damaged == profiles.DamagedDropped && l.dialect.Buffers.MaxInFlight == 1
}

// askBehind writes a question behind a line whose acknowledgement does not come. It has a checksum, so that it is never
// mistaken for another command, and the line's own number, which nobody compares.
func (l *Link) askBehind(e *entry) {
	a := &l.s.ack
	if a.asks == 1 {
		a.garbled = a.doubt
	}
	l.question(l.s.hist.format.Append(nil, e.number, []byte(l.dialect.Commands.Temperature)))
}

// answeredBehind takes the answer to that question, which comes in the place of the line's acknowledgement. Where a
// damaged answer came before it, that was the acknowledgement; else the line was lost.
func (l *Link) answeredBehind(e *entry) {
	a := &l.s.ack
	a.asked = false
	if a.garbled || e.question {
		a.garbled, a.doubt = false, false
		l.acknowledge(e.number)
		return
	}
	a.refusal.from = e.number
	l.sendAgain()
}
