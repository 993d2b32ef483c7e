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
	number    int64
	kind      kind
	slow      bool // may take minutes
	blocks    bool // nothing is read from the port until it is done
	question  bool // asks for temperatures: its answer can be told from any other
	answered  bool
	rewritten bool   // its text was changed because the printer refused it
	wire      []byte // framed, with line ending
	command   []byte
	offset    int64 // file offset behind the last file line up to this one
	sentAt    time.Time
	sends     int
	refused   int      // times it was asked for again
	user      *request // who waits for it
}

// history numbers lines and keeps the last ones. In flight is what lies in (acked, next); what lies in [next, head) has
// been asked for again.
type history struct {
	entries [historyLines]entry
	sure    int64 // the last line that the printer certainly has
	before  int64 // what was sure before the last answer to a question for temperatures
	taken   int64 // the last line that the printer has said it took
	acked   int64 // the last line that was acknowledged, as far as acknowledgements can be counted
	next    int64
	head    int64
	format  frame.Format
}

// restart goes on numbering behind line last, which the printer has.
func (h *history) restart(last int64) {
	h.sure, h.before, h.taken, h.acked, h.next, h.head = last, last, last, last, last+1, last+1
}

func (h *history) at(n int64) *entry { return &h.entries[uint64(n)%historyLines] }

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
	e.blocks, e.question, e.answered, e.rewritten = false, false, false, false
	e.command = append(e.command[:0], command...)
	e.frame(h.format)
	h.head++
	return e
}

func (e *entry) frame(f frame.Format) { e.wire = f.Append(e.wire[:0], e.number, e.command) }

// holds says whether line n can be sent again.
func (h *history) holds(n int64) bool {
	return n > 0 && n < h.head && n > h.head-historyLines
}

// asked is the oldest question for temperatures that was written and not answered, or nil.
func (h *history) asked() *entry {
	for n := h.sure + 1; n < h.next; n++ {
		if e := h.at(n); e.question && !e.answered {
			return e
		}
	}
	return nil
}
