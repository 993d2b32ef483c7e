package printsim

import (
	"slices"
	"time"
)

// original is a line as the host sent it, kept for the bytes of it that the
// cable hurt.
type original struct{ line []byte }

// sent is a byte on the wire; from is set where the cable hurt it or what
// stood before it.
type sent struct {
	c    byte
	from *original
	at   time.Duration // when it reaches the board
}

// wire holds the bytes that the host wrote and that have not reached the
// board yet, each with its own arrival time at the line's baud rate.
type wire struct {
	byteTime time.Duration
	window   int // the board looks at least after as many bytes
	bytes    []sent
	free     time.Duration
}

// put starts sending p at now, or when the bytes before it have gone.
func (w *wire) put(now time.Duration, p []sent) {
	w.free = max(w.free, now)
	for _, b := range p {
		w.free += w.byteTime
		b.at = w.free
		w.bytes = append(w.bytes, b)
	}
}

// take removes the first byte that has arrived by now.
func (w *wire) take(now time.Duration) (sent, bool) {
	if len(w.bytes) == 0 || w.bytes[0].at > now {
		return sent{}, false
	}
	b := w.bytes[0]
	w.bytes = w.bytes[1:]
	return b, true
}

// next is when the board should look again: at the end of a line, or after as
// many bytes as half the ring, whichever comes first.
func (w *wire) next() time.Duration {
	for i, b := range w.bytes {
		if endsLine(b.c) || i == w.window {
			return b.at
		}
	}
	if n := len(w.bytes); n > 0 {
		return w.bytes[n-1].at
	}
	return never
}

// lines counts the line ends that are under way.
func (w *wire) lines() (n int) {
	for _, b := range w.bytes {
		if b.c == '\n' {
			n++
		}
	}
	return n
}

// clear loses what is under way.
func (w *wire) clear() { w.bytes, w.free = nil, 0 }

func endsLine(c byte) bool { return c == '\n' || c == '\r' }

// ring is the firmware's receive buffer: what does not fit is lost in silence.
type ring struct {
	size  int // bytes it holds
	bytes []sent
	lost  int
	spun  int // the first bytes that an idle main loop would have taken by now
	high  int // most bytes ever held
}

// push stores a byte. A main loop that is idle takes what makes no whole line
// yet as it comes.
func (r *ring) push(b sent, idle bool) {
	if len(r.bytes)-r.spun >= r.size {
		r.lost++
		return
	}
	r.bytes = append(r.bytes, b)
	r.high = max(r.high, len(r.bytes)-r.spun)
	if idle && !endsLine(b.c) {
		r.spun = len(r.bytes)
	}
}

func (r *ring) pop() (sent, bool) {
	if len(r.bytes) == 0 {
		return sent{}, false
	}
	b := r.bytes[0]
	r.bytes = r.bytes[1:]
	r.spun = max(0, r.spun-1)
	return b, true
}

// unpop puts back what pop took.
func (r *ring) unpop(b sent) {
	r.bytes = slices.Insert(r.bytes, 0, b)
	r.spun = min(r.spun+1, len(r.bytes))
}

func (r *ring) lines() (n int) {
	for _, b := range r.bytes {
		if b.c == '\n' {
			n++
		}
	}
	return n
}

func (r *ring) clear() { r.bytes, r.spun = nil, 0 }

// packet is how many bytes a USB adapter sends to the host at once; an FTDI
// chip's packets are 64 bytes, two of which are its status.
const packet = 62

// chunk is output that reaches the host at a time.
type chunk struct {
	at   time.Duration
	text []byte
	open bool // in an adapter that waits for more
}

// adapter carries bytes from the board to the host. With a latency it keeps
// them until that long after the first came in, or until a packet is full, as
// an FTDI chip's latency timer does.
type adapter struct {
	byteTime time.Duration
	latency  time.Duration
	out      []chunk
	late     []chunk // told apart: a fault holds them back
}

// put takes a text whose last byte leaves the board at end.
func (a *adapter) put(end time.Duration, text string) {
	if a.latency == 0 {
		a.out = append(a.out, chunk{at: end, text: []byte(text)})
		return
	}
	at := end - time.Duration(len(text))*a.byteTime
	for i := range len(text) {
		at += a.byteTime
		n := len(a.out) - 1
		if n < 0 || !a.out[n].open || a.out[n].at <= at {
			a.out = append(a.out, chunk{at: at + a.latency, open: true})
			n++
		}
		c := &a.out[n]
		c.text = append(c.text, text[i])
		if len(c.text) == packet {
			c.at, c.open = at, false
		}
	}
}

// delay lets a text arrive at a later time, past what leaves meanwhile.
func (a *adapter) delay(at time.Duration, text string) {
	i := len(a.late)
	for i > 0 && a.late[i-1].at > at {
		i--
	}
	a.late = slices.Insert(a.late, i, chunk{at: at, text: []byte(text)})
}

// take removes and returns what has reached the host by now.
func (a *adapter) take(now time.Duration) []byte {
	var p []byte
	for a.next() <= now {
		from := &a.out
		if len(a.out) == 0 || len(a.late) > 0 && a.late[0].at < a.out[0].at {
			from = &a.late
		}
		p = append(p, (*from)[0].text...)
		*from = (*from)[1:]
	}
	return p
}

func (a *adapter) next() time.Duration {
	at := never
	if len(a.out) > 0 {
		at = a.out[0].at
	}
	if len(a.late) > 0 {
		at = min(at, a.late[0].at)
	}
	return at
}

// cut loses what has not reached the host.
func (a *adapter) cut() { a.out, a.late = nil, nil }
