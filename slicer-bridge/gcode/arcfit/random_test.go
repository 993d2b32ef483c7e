package arcfit_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
)

// pen writes a file as a random slicer would.
type pen struct {
	t                 *rapid.T
	w                 strings.Builder
	x, y, e, dir      float64
	rate              float64 // filament per mm; 0: travel
	absolute          bool
	ending            string
	places, filaments int // decimals
}

func newPen(t *rapid.T) *pen {
	p := &pen{
		t: t, x: 100, y: 100, absolute: rapid.Bool().Draw(t, "absolute"), ending: rapid.SampledFrom([]string{"\n", "\r\n", " ; wall\n"}).Draw(t, "ending"),
		places: rapid.IntRange(2, 4).Draw(t, "places"), filaments: rapid.IntRange(5, 6).Draw(t, "filaments"), rate: 0.033,
	}
	p.put("G21")
	p.put("G90")
	p.put(map[bool]string{true: "M82", false: "M83"}[p.absolute])
	p.put("G92 E0")
	p.put("G1 X100 Y100 Z0.2 F1800")
	return p
}

func (p *pen) put(format string, args ...any) { fmt.Fprintf(&p.w, format+p.ending, args...) }

func (p *pen) draw(name string, low, high float64) float64 {
	return rapid.Float64Range(low, high).Draw(p.t, name)
}

// to moves in a straight line, with whatever noise the caller put into the place.
func (p *pen) to(x, y float64) {
	e := p.rate * math.Hypot(x-p.x, y-p.y)
	p.dir = math.Atan2(y-p.y, x-p.x)
	p.x, p.y = x, y
	p.e += e
	if p.absolute {
		e = p.e
	}
	line := fmt.Sprintf("G1 X%.*f Y%.*f", p.places, x, p.places, y)
	if p.rate > 0 {
		line += fmt.Sprintf(" E%.*f", p.filaments, e)
	}
	p.put("%s", line)
}

func (p *pen) bend(radius, sweep, step, noise, drift float64) {
	n := max(1, min(150, int(math.Abs(sweep)*radius/step)))
	normal := p.dir + math.Copysign(math.Pi/2, sweep)
	cx, cy, begin := p.x+radius*math.Cos(normal), p.y+radius*math.Sin(normal), normal+math.Pi
	for k := 1; k <= n; k++ {
		a := begin + sweep*float64(k)/float64(n)
		r := radius * (1 + drift*float64(k)/float64(n))
		p.to(cx+r*math.Cos(a)+p.draw("nx", -noise, noise), cy+r*math.Sin(a)+p.draw("ny", -noise, noise))
	}
}

func (p *pen) stroke() {
	switch rapid.IntRange(0, 8).Draw(p.t, "stroke") {
	case 0, 1, 2:
		p.bend(p.draw("radius", 0.3, 200), p.draw("sweep", -7, 7), p.draw("step", 0.02, 3), 0, 0)
	case 3: // with noise
		p.bend(p.draw("radius", 3, 80), p.draw("sweep", -4, 4), p.draw("step", 0.1, 1), p.draw("noise", 0, 0.06), 0)
	case 4: // a spiral
		p.bend(p.draw("radius", 3, 40), p.draw("sweep", -7, 7), 0.5, 0, p.draw("drift", -0.3, 0.3))
	case 5: // a straight line
		n, step := rapid.IntRange(1, 30).Draw(p.t, "n"), p.draw("step", 0.01, 5)
		for range n {
			p.to(p.x+step*math.Cos(p.dir), p.y+step*math.Sin(p.dir))
		}
	case 6: // a corner, any way
		a, l := p.draw("angle", -math.Pi, math.Pi), p.draw("length", 0.005, 20)
		p.to(p.x+l*math.Cos(a), p.y+l*math.Sin(a))
	case 7: // a wave
		a, b := p.draw("amplitude", 0.01, 5), p.draw("wave", 2, 30)
		x, y := p.x, p.y
		for k := 1; k <= 60; k++ {
			p.to(x+float64(k)*0.4, y+a*math.Sin(float64(k)*0.4*2*math.Pi/b))
		}
	case 8:
		p.between()
	}
}

// between is what stands between moves.
func (p *pen) between() {
	switch rapid.IntRange(0, 7).Draw(p.t, "between") {
	case 0:
		p.w.WriteString(";TYPE:Perimeter\n")
	case 1:
		p.put("G1 F%d", rapid.IntRange(300, 9000).Draw(p.t, "feed"))
	case 2:
		p.put("M204 S%d", rapid.IntRange(300, 3000).Draw(p.t, "acceleration"))
	case 3:
		p.put("G92 E0")
		p.e = 0
	case 4:
		p.rate = rapid.SampledFrom([]float64{0, 0.02, 0.033, 0.034, 0.05}).Draw(p.t, "rate")
	case 5:
		p.put("G1 Z%.2f", p.draw("z", 0.2, 20))
	case 6:
		if p.absolute {
			p.e -= 0.8
			p.put("G1 E%.*f F2100", p.filaments, p.e)
		} else {
			p.put("G1 E-.8 F2100")
		}
	case 7:
		p.put("G91")
		p.put("G1 Z0.2")
		p.put("G90")
		p.put(map[bool]string{true: "M82", false: "M83"}[p.absolute])
	}
}

// Whatever is drawn, at whatever tolerance, the promise holds, and a second fit of the result finds a file that it may fit
// or leave, with the same promise.
func TestAnyPathKeepsToTheTolerance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := newPen(t)
		for range rapid.IntRange(1, 8).Draw(t, "strokes") {
			p.stroke()
		}
		o := arcfit.Options{
			ToleranceUM: rapid.Int64Range(5, 300).Draw(t, "tolerance"), MinMoves: rapid.IntRange(2, 10).Draw(t, "moves"),
			PieceUM:      rapid.SampledFrom([]int64{0, 300, 2000}).Draw(t, "piece"),
			CirclePieces: rapid.SampledFrom([]int64{0, 0, 24, 72}).Draw(t, "circle"),
			ShortestUM:   rapid.SampledFrom([]int64{0, 100, 500}).Draw(t, "shortest"),
		}
		out, _ := fitted(t, p.w.String(), o)
		fitted(t, out, o)
	})
}

// Circles of any size that a slicer cuts finely always become arcs: the fit does not hold by doing nothing.
func TestFineCirclesAlwaysBecomeArcs(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for round := range 30 {
		radius := 6 + 54*dice.Float64()
		n := int(2 * math.Pi * radius / (0.2 + 0.8*dice.Float64()))
		way := 2 * math.Pi * float64(1-round%2*2)
		text := fmt.Sprintf("G90\nM83\nG1 X%.3f Y100 F1800\n", 100+radius) + turn(radius, 0, way, n)
		_, s := fitted(t, text, arcfit.Options{})
		require.LessOrEqual(t, s.Arcs, int64(3))
		require.GreaterOrEqual(t, s.Moves, int64(n)-2)
	}
}

// No bytes make it panic, lose a line or break the promise.
func FuzzFit(f *testing.F) {
	circle := start + turn(30, 0, 2, 20)
	for _, seed := range []string{
		circle, strings.ReplaceAll(circle, "\n", "\r\n"), "M82\n" + circle, circle + "G2 X5 Y5 I1 J1 E3\n" + turn(30, 2, 3, 10),
		start + "G91\nG1 X1\nG90\n" + circle, "N1 G1 X1*3\n" + circle, "G92\nG92 X1 Y2 E3\n" + circle, "PRINT_START A=1\n" + circle,
		"g1x1y2e3\nG1 X1 Y1 (c) E1\nG1.5 X1\n", "G1 X1e5 Y--2 E..3\n\x00\rG1 X2\n", start + strings.ReplaceAll(circle, "E0.", "E-"),
	} {
		f.Add([]byte(seed), int64(50))
	}
	f.Fuzz(func(t *testing.T, data []byte, tolerance int64) {
		var out bytes.Buffer
		s, err := arcfit.Fit(&out, bytes.NewReader(data), arcfit.Options{ToleranceUM: tolerance})
		if err != nil {
			require.True(t, tolerance < 5 || tolerance > 500)
			return
		}
		require.Equal(t, s.LinesIn-s.LinesOut, s.Moves-s.Arcs)
		if s.Arcs == 0 {
			require.True(t, bytes.Equal(data, out.Bytes()))
			return
		}
		_, err = prove(data, out.Bytes(), arcfit.Options{ToleranceUM: tolerance})
		require.NoError(t, err, "%s", out.Bytes())
	})
}
