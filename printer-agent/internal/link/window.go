package link

import "time"

import "github.com/mailleur/mailleur/firmware-profiles"

// Capacity is what a board can hold of lines that it has not acknowledged yet.
type Capacity struct {
	Slots int `json:"slots"` // whole lines, the running one included (Marlin: BUFSIZE)
	Ring  int `json:"ring"`  // bytes of the receive ring (Marlin: RX_BUFFER_SIZE)
}

// window bounds how many lines may be in flight. It is the loop's alone.
type window struct {
	Capacity
	held       int       // lines that may wait in slots and not be acknowledged: none where reading a line acknowledges it
	deep       bool      // emergencies are parsed at the port, so that the receive ring may fill up as well
	most       int       // whatever the rest allows; 0: no bound
	narrow     bool      // bytes were lost: one line at a time from now on
	ramp       bool      // the slots are not filled yet: while a command is executed, all that arrives lies in the ring
	burst      int       // bytes written since the last acknowledgement
	first      bool      // no acknowledgement has come since that began
	extra      int       // lines written since, less those that it was for
	begun      time.Time // when the first of them was written
	pauseUntil time.Time // when more may be written; zero when nothing waits for that
	heard      time.Time // when it came
	wary       bool      // acknowledgements were counted twice: the ring is not filled up
}

// askBytes is room kept in the receive ring for a question about what became of the lines in it.
const askBytes = 24

// spareBytes is room for one line more than is counted: an acknowledgement may come twice, and what overruns the ring makes
// one line out of two, which every 256th checksum fits.
const spareBytes = 45

// burstPause is how long an 8-bit board takes for one command, during which it does not read its ring.
const burstPause = 6 * time.Millisecond

// lines is how many lines may be in flight if the ring is left out: one slot stays free for an emergency, which firmware
// without a parser at the port reads only when a slot is free (Marlin, queue.cpp get_serial_commands).
func (w *window) lines() int64 {
	n := int64(max(w.Slots-1, 1))
	switch {
	case w.narrow:
		n = 1
	case w.deep && !w.wary:
		n = int64(max(w.held, 1))
	}
	if w.most > 0 {
		n = min(n, int64(w.most))
	}
	return n
}

// takes says whether a line of size bytes may be written now. The lines beyond those that fit into slots must fit into
// the ring together, with the questions that have not been read yet, or with a line too many; firmware reads the ring in order, so
// that the oldest lines are the ones in slots. It reads only between two commands: until the slots have been filled once,
// no more is written than the ring holds at first, and one line more than were acknowledged then.
func (w *window) takes(h *history, unread int64, size int, now time.Time) bool {
	if h.inFlight() == 0 {
		full := !w.ramp && !now.After(w.heard) && int64(-w.extra) >= w.lines() // all slots were acknowledged at once, just now
		w.rise()
		w.ramp = !full
		return true
	}
	if !w.fits(h, unread, size) {
		w.ramp = false
		return false
	}
	if w.burst > 0 && w.burst+size > w.Ring-1 { // the rest follows when firmware has had time to read
		if w.pauseUntil = w.begun.Add(burstPause); now.Before(w.pauseUntil) {
			return false
		}
		w.burst = 0
	}
	return !w.ramp || w.extra <= 0 || w.first && w.burst+size <= w.Ring-1-askBytes
}

// rise begins to fill the slots.
func (w *window) rise() { w.ramp, w.first, w.burst, w.extra = true, true, 0, 0 }

// acknowledged begins a burst anew.
func (w *window) acknowledged(lines int, now time.Time) {
	if now.After(w.heard) {
		w.heard, w.first, w.burst, w.extra = now, false, 0, 0
	}
	w.extra -= lines
}

// wrote notes a line of size bytes.
func (w *window) wrote(size int, now time.Time) {
	if w.burst == 0 {
		w.begun = now
	}
	w.burst += size
	w.pauseUntil = time.Time{}
	w.extra++
}

// fits says whether slots and ring have room for one more line of size bytes.
func (w *window) fits(h *history, unread int64, size int) bool {
	inFlight := h.inFlight()
	if inFlight < w.lines() || w.narrow && h.next-1 <= h.taken {
		return true
	}
	if !w.deep || w.narrow || w.wary || w.most > 0 && inFlight >= int64(w.most) {
		return false
	}
	return w.free(h)-max(askBytes*int(unread), spareBytes)-size >= 0 && inFlight < historyLines/2
}

// free is how many bytes fit into the ring behind the lines that may lie in it.
func (w *window) free(h *history) int {
	free := w.Ring - 1
	for n := max(h.acked+int64(w.held), h.taken) + 1; n < h.next; n++ {
		free -= len(h.at(n).wire)
	}
	return free
}

// mayGrow says whether another line may fit, before it is known how long it is.
func (w *window) mayGrow(h *history) bool {
	return h.inFlight() < w.lines() || w.deep && !w.narrow && !w.wary || w.narrow && h.next-1 <= h.taken
}

// openWindow takes the capacity that is known: measured, else the dialect's.
func (l *Link) openWindow() {
	w := window{Capacity: l.capacity, most: l.dialect.Buffers.MaxInFlight}
	if w.Slots == 0 {
		w.Slots = l.dialect.Buffers.CommandSlots
	}
	if w.Ring == 0 {
		w.Ring = l.dialect.Buffers.ReceiveBytes
	}
	if l.dialect.Lines.OkAtEnd {
		w.held = w.Slots
	}
	w.deep = l.dialect.Lines.Numbers && l.atPort()
	l.s.win = w
}

// atPort says whether emergencies are obeyed when they arrive at the port. Then they are not acknowledged either.
func (l *Link) atPort() bool {
	c := l.dialect.Commands
	return c.Emergency == profiles.Always || c.Emergency == profiles.Maybe && l.s.id.Can(c.EmergencyCap)
}

// freeSlots learns from an acknowledgement that tells how many slots are free: the acknowledged line still has its own.
func (l *Link) freeSlots(free int64) {
	if slots := int(free) + 1; l.s.state == Connecting && l.capacity.Slots == 0 && slots > 1 && slots <= 64 {
		l.capacity.Slots = slots
	}
}

// overflowed narrows the window to one line: what was written did not fit.
func (l *Link) overflowed() {
	w := &l.s.win
	if w.narrow {
		return
	}
	w.narrow = true
	l.log.Warn("the printer has lost lines that were sent: one at a time from now on", "slots", w.Slots, "ring", w.Ring)
	if l.s.job != nil {
		l.s.job.result.Overflows++
	}
}
