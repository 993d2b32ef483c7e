package gcode

import "time"

const (
	etaPrior    = 3 * time.Minute  // planned time whose weight the ratio of earlier prints has
	etaMemory   = 40 * time.Minute // planned time after which what was seen counts about a third
	etaStill    = 20 * time.Second // longer without progress is no motion
	etaMinRatio = 0.2
	etaMaxRatio = 10
)

// ETA learns how much slower than planned a machine prints, and tells what is left. Time in which nothing moves, as
// heating and pauses, is left out: what it sees is motion. It is pure: the caller passes the time in. It is not safe for
// concurrent use.
type ETA struct {
	total, done time.Duration // planned
	last        time.Time     // of the last observation; zero: motion has not been seen since
	pending     time.Duration // real time since then that may yet turn out to be motion

	real, planned float64 // seconds, fading
}

// NewETA begins a print whose planned time is total. The ratio is what Ratio gave at the end of earlier prints on this
// machine; 0 where there was none stands for 1.
func NewETA(total time.Duration, ratio float64) *ETA {
	if ratio <= 0 {
		ratio = 1
	}
	prior := etaPrior.Seconds()
	return &ETA{total: total, real: prior * min(max(ratio, etaMinRatio), etaMaxRatio), planned: prior}
}

// Observe takes how much of the planned time is done (Place.Done), as often as the caller likes. Moving is false while
// the machine is known to heat, to pause or to wait for a person.
func (e *ETA) Observe(now time.Time, done time.Duration, moving bool) {
	step := max(done-e.done, 0)
	e.done = max(e.done, done)
	if !moving {
		e.last, e.pending = time.Time{}, 0
		return
	}
	if !e.last.IsZero() && now.After(e.last) {
		e.pending += now.Sub(e.last)
	}
	first := e.last.IsZero()
	e.last = now
	if step == 0 {
		return
	}
	if !first {
		e.learn(step)
	}
	e.pending = 0
}

// learn takes planned time that has gone by, and the real time since the last that did. Real time far beyond what the
// ratio so far lets expect was a stop.
func (e *ETA) learn(step time.Duration) {
	expected := time.Duration(float64(step) * e.Ratio())
	spent := min(e.pending, 4*expected+etaStill)
	if spent < e.pending {
		spent = expected
	}
	fade := 1 / (1 + step.Seconds()/etaMemory.Seconds())
	e.real = e.real*fade + spent.Seconds()
	e.planned = e.planned*fade + step.Seconds()
}

// Ratio is the real time of a second planned, from 0.2 to 10; store it for the machine's next print.
func (e *ETA) Ratio() float64 {
	return min(max(e.real/e.planned, etaMinRatio), etaMaxRatio)
}

// Left is the time that motion will still take.
func (e *ETA) Left() time.Duration {
	return time.Duration(float64(max(e.total-e.done, 0)) * e.Ratio())
}

// Share is the part of the print that is done, from 0 to 1, by time.
func (e *ETA) Share() float64 {
	if e.total <= 0 {
		return 0
	}
	return min(float64(e.done)/float64(e.total), 1)
}
