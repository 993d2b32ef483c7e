package gcode

import (
	"math"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// planner adds up the time of moves as a firmware with classic jerk plans them (Marlin's Planner::_populate_block): a
// trapezoid for each, joined at the speed that the axes' jerks allow.
type planner struct {
	seconds float64
	rate    float64 // of all feeds (M220); 0 stands for 1

	// reached is told the time of every mark, in their order, once the moves before it are planned.
	reached func(mark, float64)
	marks   []mark
	pushed  int64 // blocks so far

	maxSpeed, maxAccel, jerk [4]float64
	print, travel, retract   float64
	blocks                   []block
	lastSpeed                [4]float64
	lastNominal, lastSafe    float64
}

// block is one move. Speeds are mm/s along the path.
type block struct {
	length, nominal, accel float64
	entry, maxEntry, exit  float64
	safe                   float64 // from and to a stand
}

const lookAhead = 256

func newPlanner(m profiles.PrinterMotion) planner {
	p := planner{
		maxSpeed: [4]float64{float64(m.MaxSpeedX), float64(m.MaxSpeedY), float64(m.MaxSpeedZ), float64(m.MaxSpeedE)},
		maxAccel: [4]float64{float64(m.MaxAccelX), float64(m.MaxAccelY), float64(m.MaxAccelZ), float64(m.MaxAccelE)},
		jerk:     [4]float64{mm(m.JerkX), mm(m.JerkY), mm(m.JerkZ), mm(m.JerkE)},
		print:    float64(m.AccelPrint), travel: float64(m.AccelTravel), retract: float64(m.AccelRetract),
	}
	return p
}

// mark is a place in the file whose time is wanted.
type mark struct {
	offset int64
	block  int64   // the first one behind it
	z      float64 // of a layer, once something is laid on it
	layer  bool    // else a point
}

func (p *planner) mark(m mark) {
	if p.reached != nil {
		m.block = p.pushed
		p.marks = append(p.marks, m)
	}
}

// pass tells the marks that lie before the block n.
func (p *planner) pass(n int64) {
	done := 0
	for done < len(p.marks) && p.marks[done].block <= n {
		p.reached(p.marks[done], p.seconds)
		done++
	}
	p.marks = append(p.marks[:0], p.marks[done:]...)
}

// tune follows the commands that change accelerations (mm/s²), speeds (mm/s) and jerks (mm/s). A speed above the
// machine's is another firmware's mm/min, or changes nothing.
func (p *planner) tune(l *line) {
	for k, letter := range [4]byte{'X', 'Y', 'Z', 'E'} {
		v, ok := l.get(letter)
		switch {
		case !ok || v <= 0:
		case l.code == 201:
			p.maxAccel[k] = v
		case l.code == 203:
			p.maxSpeed[k] = min(p.maxSpeed[k], v)
		case l.code == 205:
			p.jerk[k] = v
		}
	}
	if l.code == 204 {
		p.acceleration(l)
	}
}

// acceleration follows M204: S and P set printing, T travel, R retraction.
func (p *planner) acceleration(l *line) {
	if v, ok := l.get('S'); ok && v > 0 {
		p.print, p.travel = v, v
	}
	if v, ok := l.get('P'); ok && v > 0 {
		p.print = v
	}
	if v, ok := l.get('T'); ok && v > 0 {
		p.travel = v
	}
	if v, ok := l.get('R'); ok && v > 0 {
		p.retract = v
	}
}

// limit follows Klipper's SET_VELOCITY_LIMIT. Its corner velocity is that of a right angle, where a jerk allows as much.
func (p *planner) limit(name []byte, v float64) {
	switch {
	case v <= 0:
	case same(name, "VELOCITY"):
		p.maxSpeed[0], p.maxSpeed[1] = min(p.maxSpeed[0], v), min(p.maxSpeed[1], v)
	case same(name, "ACCEL"):
		p.print, p.travel = v, v
	case same(name, "SQUARE_CORNER_VELOCITY"):
		p.jerk[0], p.jerk[1] = v, v
	}
}

func (p *planner) add(from, to [4]float64, feed float64) {
	var d [4]float64
	for k := range d {
		d[k] = to[k] - from[k]
	}
	length := math.Sqrt(d[0]*d[0] + d[1]*d[1] + d[2]*d[2])
	accel := p.travel
	switch {
	case length < 1e-9:
		length, accel = math.Abs(d[3]), p.retract
	case d[3] > 0:
		accel = p.print
	}
	if length < 1e-9 || feed <= 0 {
		return
	}
	b := block{length: length, nominal: p.rated(feed), accel: accel}
	for k := range d {
		if a := math.Abs(d[k]) / length; a > 1e-12 {
			p.bound(&b, k, a)
		}
	}
	p.push(b, d, d)
}

// towards is how much more than one axis alone can bear a corner that may lie any way: the mean of 1 over the larger of
// sine and cosine.
const towards = 1.122

// addArc adds an arc as one move that begins and ends along its tangents. Its firmware drives it as chords, so that the
// jerk bounds its speed; the acceleration and the speed either axis may have to bear alone.
func (p *planner) addArc(a arc, feed float64) {
	flat := math.Abs(a.sweep) * a.radius
	d := [4]float64{flat, flat, a.to[2] - a.from[2], a.to[3] - a.from[3]}
	length := math.Sqrt(flat*flat + d[2]*d[2])
	if length < 1e-9 || feed <= 0 {
		return
	}
	b := block{length: length, nominal: p.rated(feed), accel: p.travel}
	if d[3] > 0 {
		b.accel = p.print
	}
	for k := range d {
		if part := math.Abs(d[k]) / length; part > 1e-12 {
			p.bound(&b, k, part)
		}
	}
	if turn := 2 * math.Sin(min(chord/a.radius, math.Pi)/2) * flat / length; turn > 0 {
		corner := towards * min(p.jerk[0], p.jerk[1]) / turn
		b.nominal = min(b.nominal, (corner+math.Sqrt(corner*corner+b.accel*chord))/2) // faster between the corners
	}
	in, out := a.tangent(a.start), a.tangent(a.start+a.sweep)
	p.push(b, [4]float64{in[0] * flat, in[1] * flat, d[2], d[3]}, [4]float64{out[0] * flat, out[1] * flat, d[2], d[3]})
}

// rated is a feed as M220 scales it.
func (p *planner) rated(feed float64) float64 {
	if p.rate > 0 {
		return feed * p.rate
	}
	return feed
}

// bound keeps a block within what axis k bears that has this part of its way. An axis that cannot bear its part of the
// acceleration brings the whole move down to its own, as PrusaSlicer reckons; Marlin lets a slanting move have a little
// more, which is one percent of a print at most.
func (p *planner) bound(b *block, k int, part float64) {
	if p.maxSpeed[k] > 0 {
		b.nominal = min(b.nominal, p.maxSpeed[k]/part)
	}
	if p.maxAccel[k] > 0 && b.accel*part > p.maxAccel[k] {
		b.accel = p.maxAccel[k]
	}
}

// push takes a block that begins along in and ends along out.
func (p *planner) push(b block, in, out [4]float64) {
	if b.accel <= 0 || b.nominal <= 0 {
		return
	}
	now, safe := in, b.nominal
	for k := range now {
		now[k] = in[k] / b.length * b.nominal
		out[k] *= b.nominal / b.length
		if v := math.Abs(now[k]); v > p.jerk[k] {
			safe = min(safe, p.jerk[k])
		}
	}
	b.maxEntry, b.safe = safe, safe
	if p.lastNominal > 0 {
		b.maxEntry = p.junction(now, b.nominal)
		if near := 0.99 * b.maxEntry; p.lastSafe > near && safe > near {
			b.maxEntry = safe // a stop costs less than such a corner
		}
	}
	p.lastSpeed, p.lastNominal, p.lastSafe = out, b.nominal, safe
	p.blocks = append(p.blocks, b)
	p.pushed++
	if len(p.blocks) >= lookAhead {
		p.settle(lookAhead / 4)
	}
}

// junction gives the speed at which two moves may meet: no axis may jump by more than its jerk.
func (p *planner) junction(now [4]float64, nominal float64) float64 {
	meet := min(nominal, p.lastNominal)
	before, after := meet/p.lastNominal, meet/nominal
	factor := 1.0
	for k := range now {
		exit, entry := p.lastSpeed[k]*before*factor, now[k]*after*factor
		var jump float64
		switch {
		case exit > entry && (entry > 0 || exit < 0), exit <= entry && (entry < 0 || exit > 0):
			jump = math.Abs(exit - entry)
		default:
			jump = max(math.Abs(exit), math.Abs(entry))
		}
		if jump > p.jerk[k] && jump > 0 {
			factor *= p.jerk[k] / jump
		}
	}
	return meet * factor
}

// settle plans the waiting blocks and adds the time of all but the last keep.
func (p *planner) settle(keep int) {
	n := len(p.blocks)
	exit := 0.0
	if n > 0 {
		exit = p.blocks[n-1].safe
	}
	for i := n - 1; i >= 0; i-- {
		b := &p.blocks[i]
		b.exit = exit
		b.entry = min(b.maxEntry, math.Sqrt(exit*exit+2*b.accel*b.length))
		exit = b.entry
	}
	if n > 0 && p.blocks[0].entry > p.blocks[0].maxEntry {
		p.blocks[0].entry = p.blocks[0].maxEntry
	}
	for i := range n {
		b := &p.blocks[i]
		reach := math.Sqrt(b.entry*b.entry + 2*b.accel*b.length)
		if i+1 < n && p.blocks[i+1].entry > reach && reach < b.nominal {
			p.blocks[i+1].entry = reach
		}
		if i+1 < n { // the next may begin faster than this one ever is: it starts from a stand
			b.exit = min(p.blocks[i+1].entry, b.nominal)
		}
	}
	done := max(n-keep, 0)
	first := p.pushed - int64(n)
	for i := range done {
		if len(p.marks) > 0 {
			p.pass(first + int64(i))
		}
		p.seconds += p.blocks[i].duration()
	}
	if done > 0 && done < n {
		// What has been driven is fixed: the next block enters at this speed.
		p.blocks[done].maxEntry = p.blocks[done].entry
	}
	p.blocks = append(p.blocks[:0], p.blocks[done:]...)
}

func (p *planner) flush() {
	p.settle(0)
	if len(p.marks) > 0 {
		p.pass(p.pushed)
	}
	p.lastNominal, p.lastSpeed = 0, [4]float64{}
}

// duration is the time of the trapezoid, or of the triangle where the length
// does not let the move reach its speed.
func (b *block) duration() float64 {
	top := math.Sqrt((2*b.accel*b.length + b.entry*b.entry + b.exit*b.exit) / 2)
	top = max(min(top, b.nominal), b.entry, b.exit)
	up, down := (top-b.entry)/b.accel, (top-b.exit)/b.accel
	flat := b.length - (top*top-b.entry*b.entry+top*top-b.exit*b.exit)/(2*b.accel)
	if flat < 0 || top <= 0 {
		flat = 0
	}
	if top <= 0 {
		return 0
	}
	return up + down + flat/top
}
