package arcfit_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
)

// The proof reads both files with an interpreter of its own, shares no code with the package, and looks at what is drawn
// point by point. Lengths are mm.

// drawn is a file's head and extruder as the proof follows them.
type drawn struct {
	relative, relativeE bool
	x, y, z, e, f       float64
	used                float64 // filament pushed and drawn back
}

var parameter = regexp.MustCompile(`([A-Za-z])([-+]?(?:\d+\.?\d*|\.\d+))`)

// words reads a line's command and parameters; "" for a line without a command.
func words(text string) (command string, values map[byte]float64) {
	text, _, _ = strings.Cut(text, ";")
	text = strings.TrimLeft(text, " \t")
	if at := parameter.FindStringIndex(text); at == nil || at[0] > 0 {
		return "", nil
	}
	values = map[byte]float64{}
	for i, m := range parameter.FindAllStringSubmatch(text, -1) {
		letter := strings.ToUpper(m[1])
		if i == 0 {
			n, _ := strconv.Atoi(strings.SplitN(m[2], ".", 2)[0])
			command = letter + strconv.Itoa(n)
			continue
		}
		values[letter[0]], _ = strconv.ParseFloat(m[2], 64)
	}
	return command, values
}

// step follows a line; moved says that it is a move.
func (d *drawn) step(command string, v map[byte]float64) (moved bool) {
	switch command {
	case "G90", "G91":
		d.relative, d.relativeE = command == "G91", command == "G91"
	case "M82", "M83":
		d.relativeE = command == "M83"
	case "G92":
		d.set(v)
	case "G0", "G1", "G2", "G3":
		d.go_(v)
		return true
	}
	return false
}

func (d *drawn) set(v map[byte]float64) {
	for letter, at := range map[byte]*float64{'X': &d.x, 'Y': &d.y, 'Z': &d.z, 'E': &d.e} {
		if value, ok := v[letter]; ok {
			*at = value
		}
	}
}

func (d *drawn) go_(v map[byte]float64) {
	before := d.e
	for letter, at := range map[byte]*float64{'X': &d.x, 'Y': &d.y, 'Z': &d.z, 'E': &d.e} {
		value, ok := v[letter]
		if !ok {
			continue
		}
		if letter == 'E' && d.relativeE || letter != 'E' && d.relative {
			value += *at
		}
		*at = value
	}
	d.used += d.e - before
	if f, ok := v['F']; ok {
		d.f = f
	}
}

// inMM gives an option in mm.
func inMM(um int64) float64 { return float64(um) / 1000 }

// proof is what was measured while two files were compared.
type proof struct {
	arcs, moves       int
	deviation, pieces float64 // of true arcs, and of what a firmware makes of them
	used, usedAfter   float64 // filament
}

// prove compares a file with what became of it. Every line of it must be there unchanged and in order, but for moves that
// an arc stands for; each arc must begin and end where they do, with the same filament, feed and height, and keep to them
// within the tolerance (mm) everywhere, both as a true arc and as firmwares draw it.
func prove(before, after []byte, o arcfit.Options) (p proof, err error) {
	in, out := bytes.SplitAfter(before, []byte("\n")), bytes.SplitAfter(after, []byte("\n"))
	var a, b drawn
	at := 0
	for n, line := range out {
		if at < len(in) && bytes.Equal(line, in[at]) {
			command, v := words(string(line))
			a.step(command, v)
			b.step(command, v)
			at++
			continue
		}
		used, err := p.arc(in[at:], string(line), &a, &b, o)
		if err != nil {
			return p, fmt.Errorf("line %d, %q, for what begins at line %d: %w", n+1, line, at+1, err)
		}
		at += used
	}
	if at != len(in) {
		return p, fmt.Errorf("lines are missing from %d on", at+1)
	}
	p.used, p.usedAfter = a.used, b.used
	if math.Abs(a.used-b.used) > 1e-6 {
		return p, fmt.Errorf("%f mm of filament became %f", a.used, b.used)
	}
	return p, nil
}

// arc proves one arc against the moves that it stands for, and gives their number.
func (p *proof) arc(in [][]byte, line string, a, b *drawn, o arcfit.Options) (n int, err error) {
	command, v := words(line)
	if command != "G2" && command != "G3" {
		return 0, errors.New("neither a line of the file nor an arc")
	}
	from := *b
	if math.Abs(a.x-b.x)+math.Abs(a.y-b.y)+math.Abs(a.z-b.z)+math.Abs(a.e-b.e)+math.Abs(a.f-b.f) > 1e-6 {
		return 0, errors.New("begins elsewhere")
	}
	b.step(command, v)
	path, filament := [][2]float64{{a.x, a.y}}, []float64{0}
	began := a.e
	for {
		if n == len(in) {
			return 0, errors.New("ends nowhere")
		}
		word, w := words(string(in[n]))
		if word != "G1" || a.relative {
			return 0, fmt.Errorf("swallows %q", in[n])
		}
		if _, z := w['Z']; z {
			return 0, errors.New("swallows a change of height")
		}
		before := a.e
		a.step(word, w)
		n++
		if a.f != b.f {
			return 0, fmt.Errorf("has feed %f instead of %f", b.f, a.f)
		}
		if a.e < before || (a.e > before) != (b.e > from.e) {
			return 0, errors.New("mixes travel, print and retraction")
		}
		path, filament = append(path, [2]float64{a.x, a.y}), append(filament, a.e-began)
		if math.Abs(a.x-b.x)+math.Abs(a.y-b.y)+math.Abs(a.e-b.e) < 1e-6 {
			break
		}
	}
	p.arcs++
	p.moves += n
	c := circle{cx: from.x + v['I'], cy: from.y + v['J'], fromX: from.x, fromY: from.y, toX: b.x, toY: b.y, clockwise: command == "G2"}
	return n, p.keeps(c, path, filament, o)
}

func (p *proof) keeps(c circle, path [][2]float64, filament []float64, o arcfit.Options) error {
	if sweep := math.Abs(c.sweep()); sweep > math.Pi || sweep < 1e-6 {
		return fmt.Errorf("turns by %f", sweep)
	}
	fine := apart(c.points(), path)
	coarse := apart(c.firmware(o), path)
	p.deviation, p.pieces = max(p.deviation, fine), max(p.pieces, coarse)
	if worst := max(fine, coarse); worst > inMM(cmp.Or(o.ToleranceUM, 50))+0.0005 {
		return fmt.Errorf("lies %f mm off, drawn %f mm", fine, coarse)
	}
	return spread(path, filament)
}

// spread holds the filament on the way against the length: it must lie along an arc as along the moves, within 2 percent
// either way of one filament per millimetre that all of them have, beside what rounding explains for each move and, in their
// sum, for the mean.
func spread(path [][2]float64, filament []float64) error {
	total := filament[len(filament)-1]
	if total == 0 {
		return nil
	}
	length := 0.0
	for k := 1; k < len(path); k++ {
		length += math.Hypot(path[k][0]-path[k-1][0], path[k][1]-path[k-1][1])
	}
	for k, at := 1, 0.0; k < len(path); k++ {
		at += math.Hypot(path[k][0]-path[k-1][0], path[k][1]-path[k-1][1])
		rounding := 0.0016*total/length + 0.000021
		moves := float64(min(k, len(path)-1-k)) + float64(len(path)-1)*min(at, length-at)/length
		if want := total * at / length; math.Abs(filament[k]-want) > 0.041*min(want, total-want)+moves*rounding+1e-9 {
			return fmt.Errorf("after %f of %f mm it has %f of %f mm of filament", at, length, filament[k], total)
		}
	}
	return nil
}

// circle is an arc as its line says it.
type circle struct {
	cx, cy, fromX, fromY, toX, toY float64
	clockwise                      bool
}

func (c circle) sweep() float64 {
	turn := math.Atan2(c.toY-c.cy, c.toX-c.cx) - math.Atan2(c.fromY-c.cy, c.fromX-c.cx)
	for turn < 0 {
		turn += 2 * math.Pi
	}
	if c.clockwise {
		turn -= 2 * math.Pi
	}
	return turn
}

// points cuts the true arc so finely that the chords leave it by 0.02 µm at most.
func (c circle) points() (path [][2]float64) {
	r, begin, sweep := math.Hypot(c.fromX-c.cx, c.fromY-c.cy), math.Atan2(c.fromY-c.cy, c.fromX-c.cx), c.sweep()
	n := int(math.Ceil(math.Abs(sweep) * r / math.Sqrt(8*r*2e-5)))
	for k := range n {
		sin, cos := math.Sincos(begin + sweep*float64(k)/float64(n))
		path = append(path, [2]float64{c.cx + r*cos, c.cy + r*sin})
	}
	return append(path, [2]float64{c.toX, c.toY})
}

// firmware draws the arc as Marlin 1.1 does (plan_arc): in single precision, pieces of a millimetre or what the options
// say, small angles taken for their sines, put right every 25 pieces, the last piece straight to the end.
func (c circle) firmware(o arcfit.Options) (path [][2]float64) {
	x, y := float32(c.fromX-c.cx), float32(c.fromY-c.cy)
	sweep := float32(c.sweep())
	length := math.Abs(float64(sweep)) * math.Hypot(float64(x), float64(y))
	n := max(1, int(length/inMM(cmp.Or(o.PieceUM, 1000))))
	if fine := int(math.Abs(float64(sweep)) / 2 / math.Pi * float64(o.CirclePieces)); fine > n {
		if o.ShortestUM > 0 {
			fine = min(fine, int(length/inMM(o.ShortestUM)))
		}
		n = max(n, fine)
	}
	turn := sweep / float32(n)
	sin, cos := turn, 1-turn*turn/2
	path = append(path, [2]float64{c.fromX, c.fromY})
	for k, count := 1, 0; k < n; k++ {
		if count++; count < 25 {
			x, y = x*cos-y*sin, x*sin+y*cos
		} else {
			count = 0
			s, o := math.Sincos(float64(turn) * float64(k))
			x0, y0 := c.fromX-c.cx, c.fromY-c.cy
			x, y = float32(x0*o-y0*s), float32(x0*s+y0*o)
		}
		path = append(path, [2]float64{float64(float32(c.cx) + x), float64(float32(c.cy) + y)})
	}
	return append(path, [2]float64{c.toX, c.toY})
}

// apart gives the largest distance of two paths, looked for every 0.1 mm along each of them from the other.
func apart(a, b [][2]float64) float64 { return max(off(a, b), off(b, a)) }

// off gives how far points of a lie from b. Both run the same way, so that the nearest piece of b is looked for near
// the last one; another could only be nearer.
func off(a, b [][2]float64) (worst float64) {
	at := 0
	for k := 1; k < len(a); k++ {
		dx, dy := a[k][0]-a[k-1][0], a[k][1]-a[k-1][1]
		steps := max(1, math.Ceil(math.Hypot(dx, dy)/0.1))
		for s := 0.0; s <= steps; s++ {
			x, y := a[k-1][0]+dx*s/steps, a[k-1][1]+dy*s/steps
			near := math.Inf(1)
			for i, beyond := at, 0; i < len(b)-1 && beyond < 40; i++ {
				d := distance(x, y, b[i], b[i+1])
				beyond++
				if d < near {
					near, at, beyond = d, max(i-1, 0), 0
				}
			}
			worst = max(worst, near)
		}
	}
	return worst
}

func distance(x, y float64, a, b [2]float64) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = max(0, min(1, ((x-a[0])*dx+(y-a[1])*dy)/l))
	}
	return math.Hypot(x-a[0]-t*dx, y-a[1]-t*dy)
}
