package printsim

import "time"

// ringSize is what an AVR build keeps for received bytes: 128, one of which
// tells full from empty.
const ringSize = 127

// wire holds the bytes that the host wrote and that have not reached the
// board yet, each with its own arrival time at the line's baud rate.
type wire struct {
	byteTime time.Duration
	bytes    []byte
	at       []time.Duration
	free     time.Duration
}

// put starts sending p at now, or when the bytes before it have gone.
func (w *wire) put(now time.Duration, p []byte) {
	w.free = max(w.free, now)
	for _, c := range p {
		w.free += w.byteTime
		w.bytes = append(w.bytes, c)
		w.at = append(w.at, w.free)
	}
}

// take removes the first byte that has arrived by now.
func (w *wire) take(now time.Duration) (byte, bool) {
	if len(w.bytes) == 0 || w.at[0] > now {
		return 0, false
	}
	c := w.bytes[0]
	w.bytes, w.at = w.bytes[1:], w.at[1:]
	return c, true
}

// next is when the board should look again: at the end of a line, or after as
// many bytes as half the ring, whichever comes first.
func (w *wire) next() time.Duration {
	for i, c := range w.bytes {
		if c == '\n' || c == '\r' || i == ringSize/2 {
			return w.at[i]
		}
	}
	if n := len(w.at); n > 0 {
		return w.at[n-1]
	}
	return never
}

// ring is the firmware's receive buffer: what does not fit is lost in silence.
type ring struct {
	bytes []byte
	lost  int
}

func (r *ring) push(c byte) {
	if len(r.bytes) >= ringSize {
		r.lost++
		return
	}
	r.bytes = append(r.bytes, c)
}

func (r *ring) pop() (byte, bool) {
	if len(r.bytes) == 0 {
		return 0, false
	}
	c := r.bytes[0]
	r.bytes = r.bytes[1:]
	return c, true
}

func (r *ring) clear() { r.bytes = nil }
