package link

import (
	"bytes"
	"math"
	"strconv"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

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
	a.locating = false
	l.question(l.s.hist.format.Append(nil, e.number, []byte(l.dialect.Commands.Temperature)))
}

// answeredBehind takes the answer to that question, which comes in the place of the line's acknowledgement. Where a
// damaged answer came before it, that was the acknowledgement. Else the line was lost, or its acknowledgement without a
// trace: the position tells which of the two, and what is no move can be sent again.
func (l *Link) answeredBehind(e *entry) {
	a := &l.s.ack
	a.asked = false
	switch {
	case a.garbled || e.question:
		l.wasRead(e)
	case l.dialect.Commands.Position != "" && !l.s.relative && goesSomewhere(e.command):
		a.locating = true
		l.question(l.s.hist.format.Append(nil, e.number, []byte(l.dialect.Commands.Position)))
	default:
		l.wasLost(e)
	}
}

// locatedBehind takes the position that was asked for behind a move; it reports whether it was.
func (l *Link) locatedBehind(r reply) bool {
	s := &l.s
	a := &s.ack
	e := s.hist.oldest()
	if !a.locating || e == nil || !l.dialect.Replies.Position.Match(r.text) {
		return false
	}
	a.locating, a.asked = false, false
	if l.standsAt(r.text, e.command) {
		l.wasRead(e)
	} else {
		l.wasLost(e)
	}
	a.swallow, a.swallowUntil = true, s.now.Add(l.timing.ResendOk) // the acknowledgement of the question
	return true
}

// wasRead counts a line whose acknowledgement was lost.
func (l *Link) wasRead(e *entry) {
	l.s.ack.garbled, l.s.ack.doubt = false, false
	l.acknowledge(e.number)
}

// wasLost sends a line again that was not read.
func (l *Link) wasLost(e *entry) {
	l.s.ack.refusal.from = e.number
	l.sendAgain()
}

// follow notes whether moves are relative from a line on: then a position does not tell whether a move was made.
func (l *Link) follow(e *entry) {
	switch string(frame.Word(e.command)) {
	case "G90":
		l.s.relative = false
	case "G91":
		l.s.relative = true
	}
}

// axes are the words of a move whose values a position can be held against, each with the group of its value there.
var axes = [...]struct {
	word  byte
	group string
}{{'X', "x"}, {'Y', "y"}, {'Z', "z"}}

// goesSomewhere says whether a command is a move with a place to go to.
func goesSomewhere(command []byte) bool {
	switch string(frame.Word(command)) {
	case "G0", "G1", "G2", "G3":
		return bytes.ContainsAny(command, "XYZ")
	}
	return false
}

// standsAt says whether a position is where a move goes to, as near as it is printed.
func (l *Link) standsAt(position, move []byte) bool {
	const near = 0.0015 // mm
	for _, a := range axes {
		want, ok := value(move, a.word)
		if !ok {
			continue
		}
		at, err := strconv.ParseFloat(string(l.dialect.Replies.Position.Group(position, a.group)), 64)
		if err != nil || math.Abs(at-want) > near {
			return false
		}
	}
	return true
}

// value is the number behind a letter of a command.
func value(command []byte, letter byte) (float64, bool) {
	i := bytes.IndexByte(command, letter)
	if i < 0 {
		return 0, false
	}
	end := i + 1
	for end < len(command) && bytes.IndexByte([]byte("+-.0123456789"), command[end]) >= 0 {
		end++
	}
	v, err := strconv.ParseFloat(string(command[i+1:end]), 64)
	return v, err == nil
}
