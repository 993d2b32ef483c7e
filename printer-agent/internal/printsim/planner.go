package printsim

import "time"

// minSegment is the time below which a firmware with a draining planner
// stretches a move (M205 B20000).
const minSegment = 20 * time.Millisecond

// point is a position in mm: X, Y, Z, E.
type point [4]float64

type block struct {
	start, end time.Duration
	from, to   point
}

// planner holds the moves that were accepted and have not ended.
type planner struct {
	slots  int           // of the firmware's block buffer; one tells full from empty
	ahead  time.Duration // a firmware that plans by time holds so much motion; 0: it plans by blocks
	blocks []block
}

func (p *planner) drop(now time.Duration) {
	for len(p.blocks) > 0 && p.blocks[0].end <= now {
		p.blocks = p.blocks[1:]
	}
}

// room is when a slot is free: now or earlier if there is one already.
func (p *planner) room() time.Duration {
	if p.ahead > 0 {
		return p.end() - p.ahead
	}
	if n := len(p.blocks) - (p.slots - 1); n >= 0 {
		return p.blocks[n].end
	}
	return 0
}

// end is when the last accepted move ends, zero if there is none.
func (p *planner) end() time.Duration {
	if len(p.blocks) == 0 {
		return 0
	}
	return p.blocks[len(p.blocks)-1].end
}

// push appends a move that lasts d once it runs; ramp is what it costs to
// speed up when the machine stands still.
func (p *planner) push(now time.Duration, from, to point, d, ramp time.Duration) {
	p.drop(now)
	n := len(p.blocks)
	switch {
	case n == 0:
		d += ramp
	case p.ahead == 0 && n >= 2 && n <= p.slots/2-1 && d < minSegment:
		d += 2 * (minSegment - d) / time.Duration(n)
	}
	start := max(now, p.end())
	p.blocks = append(p.blocks, block{start: start, end: start + d, from: from, to: to})
}

// sync takes a slot with something that is no move.
func (p *planner) sync(now time.Duration) {
	p.drop(now)
	at := max(now, p.end())
	var rest point
	if n := len(p.blocks); n > 0 {
		rest = p.blocks[n-1].to
		p.blocks = append(p.blocks, block{start: at, end: at, from: rest, to: rest})
	}
}

// stop forgets all moves and returns where the machine came to rest.
func (p *planner) stop(now time.Duration) (point, bool) {
	p.drop(now)
	if len(p.blocks) == 0 {
		return point{}, false
	}
	b := p.blocks[0]
	p.blocks = nil
	share := 1.0
	if b.end > b.start {
		share = max(0, float64(now-b.start)/float64(b.end-b.start))
	}
	var at point
	for i := range at {
		at[i] = b.from[i] + share*(b.to[i]-b.from[i])
	}
	return at, true
}

// free is how many more moves fit.
func (p *planner) free() int { return max(0, p.slots-1-len(p.blocks)) }
