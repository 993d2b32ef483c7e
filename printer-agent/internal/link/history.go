package link

import (
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// historyLines is how many lines back a resend request can reach.
const historyLines = 256

// kind is on whose account a line is sent.
type kind uint8

const (
	fileLine kind = iota
	hostLine      // markers, polls, the greeting
	userLine      // given to Send
)

// entry is one numbered line.
type entry struct {
	number  int64
	kind    kind
	slow    bool   // may take minutes
	wire    []byte // framed, with line ending
	command []byte
	offset  int64 // file offset behind it, for file lines
	sentAt  time.Time
	sends   int
	refused int      // times it was asked for again
	user    *request // who waits for it
}

// history numbers lines and keeps the last ones. In flight is what lies in (acked, next); what lies in [next, head) has
// been asked for again.
type history struct {
	entries [historyLines]entry
	acked   int64
	next    int64
	head    int64
	bare    bool // the dialect takes neither numbers nor checksums
}

// reset starts numbering over behind line 0.
func (h *history) reset() { h.acked, h.next, h.head = 0, 1, 1 }

func (h *history) at(n int64) *entry { return &h.entries[n%historyLines] }

// inFlight is the number of lines written and not yet acknowledged.
func (h *history) inFlight() int64 { return h.next - 1 - h.acked }

// oldest is the oldest unacknowledged line that was written, or nil.
func (h *history) oldest() *entry {
	if h.inFlight() == 0 {
		return nil
	}
	return h.at(h.acked + 1)
}

// add numbers a command; it is not written yet.
func (h *history) add(k kind, command []byte, offset int64) *entry {
	e := h.at(h.head)
	e.number, e.kind, e.offset = h.head, k, offset
	e.sends, e.refused, e.slow, e.user = 0, 0, false, nil
	e.command = append(e.command[:0], command...)
	e.frame(h.bare)
	h.head++
	return e
}

func (e *entry) frame(bare bool) {
	if bare {
		e.wire = append(append(e.wire[:0], e.command...), '\n')
		return
	}
	e.wire = frame.Append(e.wire[:0], e.number, e.command)
}

// holds says whether line n can be sent again.
func (h *history) holds(n int64) bool {
	return n >= 1 && n < h.head && n > h.head-historyLines
}
