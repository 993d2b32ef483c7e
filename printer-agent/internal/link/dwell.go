package link

import (
	"bytes"
	"strconv"
	"time"
)

// dwell notes how long the port stays shut behind a command that shuts it, where such a command is acknowledged when it is
// read: what is sent meanwhile would pile up in the receive ring (Repetier, Commands.cpp G4).
func (l *Link) dwell(e *entry) {
	if e.blocks {
		l.s.shutUntil = e.sentAt.Add(dwellOf(e.command))
	}
}

// blocked says whether the last line still keeps the printer from reading, as far as can be known: the moves before it
// end first.
func (l *Link) blocked() bool {
	e := l.s.hist.at(l.s.hist.next - 1)
	return e.blocks && l.s.now.Before(e.sentAt.Add(dwellOf(e.command)+l.timing.NoOkSlow))
}

// dwells says whether the port is shut by a dwell.
func (l *Link) dwells() bool { return l.s.now.Before(l.s.shutUntil) }

// dwellOf is how long "G4 S<seconds>" or "G4 P<milliseconds>" lasts; 0 for anything else.
func dwellOf(command []byte) time.Duration {
	for _, word := range bytes.Fields(command) {
		if unit := map[byte]time.Duration{'S': time.Second, 'P': time.Millisecond}[word[0]]; unit > 0 {
			if n, err := strconv.ParseFloat(string(word[1:]), 64); err == nil && n > 0 && n < longestDwell {
				return time.Duration(n * float64(unit))
			}
		}
	}
	return 0
}

// longestDwell bounds what is believed of a number in a file.
const longestDwell = 1e7
