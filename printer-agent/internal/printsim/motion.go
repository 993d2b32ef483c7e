package printsim

import (
	"math"
	"time"
)

// motion is the modal state of the machine and its limits; lengths in mm,
// speeds in mm/s.
type motion struct {
	at       point // native: what G92 changes is shift
	shift    point
	relative bool
	eRel     bool
	feed     float64
	feedPct  float64
	maxFeed  point
	accel    float64
	bed      [3]float64
	homed    bool
}

func newMotion(bed [3]float64) motion {
	return motion{
		feed: 25, feedPct: 100, accel: 3000,
		maxFeed: point{300, 300, 5, 25}, bed: bed,
	}
}

const axes = "XYZE"

// logical is the position as G-code sees it.
func (m *motion) logical() point {
	var p point
	for i := range p {
		p[i] = m.at[i] + m.shift[i]
	}
	return p
}

// target is where a move command leads, held inside the bed once homed.
func (m *motion) target(c command) point {
	to := m.at
	for i := range axes {
		v, ok := c.value(axes[i])
		if !ok {
			continue
		}
		if m.relative || (i == 3 && m.eRel) {
			to[i] += v
		} else {
			to[i] = v - m.shift[i]
		}
		if i < 3 && m.homed {
			to[i] = min(max(to[i], 0), m.bed[i])
		}
	}
	if f, ok := c.value('F'); ok && f > 0 {
		m.feed = f / 60
	}
	return to
}

// duration is how long a path of length mm (of the head, or of filament when
// the head rests) from m.at to to takes, and what starting from rest adds.
func (m *motion) duration(to point, length float64) (move, ramp time.Duration) {
	if length <= 0 {
		return 0, 0
	}
	speed := m.feed * m.feedPct / 100
	for i := range to {
		share := math.Abs(to[i]-m.at[i]) / length
		if share*speed > m.maxFeed[i] {
			speed = m.maxFeed[i] / share
		}
	}
	return seconds(length / speed), seconds(speed / m.accel)
}

// line is the length of a straight move.
func (m *motion) line(to point) float64 {
	d := math.Sqrt(sq(to[0]-m.at[0]) + sq(to[1]-m.at[1]) + sq(to[2]-m.at[2]))
	if d == 0 {
		return math.Abs(to[3] - m.at[3])
	}
	return d
}

// arc is the length of a G2 (clockwise) or G3 move; false if I, J and R give
// no circle.
func (m *motion) arc(c command, to point, clockwise bool) (float64, bool) {
	i, hasI := c.value('I')
	j, hasJ := c.value('J')
	if r, ok := c.value('R'); ok {
		i, j, ok = centre(to[0]-m.at[0], to[1]-m.at[1], r, clockwise)
		if !ok {
			return 0, false
		}
	} else if !hasI && !hasJ {
		return 0, false
	}
	r := math.Hypot(i, j)
	if r == 0 {
		return 0, false
	}
	cx, cy := m.at[0]+i, m.at[1]+j
	turn := math.Atan2(to[1]-cy, to[0]-cx) - math.Atan2(-j, -i)
	if clockwise {
		turn = -turn
	}
	if turn <= 1e-9 {
		turn += 2 * math.Pi
	}
	return math.Hypot(r*turn, to[2]-m.at[2]), true
}

// centre finds the circle of radius r through both ends of a chord; a
// negative radius asks for the longer way round.
func centre(dx, dy, r float64, clockwise bool) (i, j float64, ok bool) {
	d := math.Hypot(dx, dy)
	if d == 0 || r == 0 {
		return 0, 0, false
	}
	h := math.Sqrt(max(0, sq(r)-sq(d/2)))
	if clockwise == (r > 0) {
		h = -h
	}
	return dx/2 - dy/d*h, dy/2 + dx/d*h, true
}

func sq(v float64) float64 { return v * v }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
