package slicing

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

// stray is how far outside a copy's box plastic may be laid, in mm: rounding and
// a seam, not a misplaced copy.
const stray = 0.3

// notWhole is how much of a copy's extent may be missing before it is told, in
// mm: a tip finer than a line is not drawn.
const notWhole = 1.0

// witness follows the slicer's own file and notes where it lays plastic: in
// absolute places, with relative E, a comment at each layer.
type witness struct {
	boxes  []mesh.Bounds // where each place may have plastic
	seen   []bool        // places that have some
	all    mesh.Bounds   // of all plastic
	x, y   float64
	z      float64 // of the layer
	inside bool    // of a layer, and of the part: not in start or end code
}

// watch holds the slicer's file against the layout: no plastic but where a copy
// stands, no copy without, nothing higher than the parts. What is missing at the
// edges is only told.
func watch(path string, j job) ([]mesh.Problem, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open sliced file: %w", err)
	}
	defer f.Close()
	w := newWitness(j)
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<16), 8<<20)
	for lines.Scan() {
		if p := w.line(lines.Text()); p != nil {
			return nil, p
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read sliced file: %w", err)
	}
	return w.verdict(j)
}

func newWitness(j job) *witness {
	inf := math.Inf(1)
	w := &witness{
		boxes: boxes(j.parts, j.places), seen: make([]bool, len(j.places)),
		all: mesh.Bounds{Min: [3]float64{inf, inf, inf}, Max: [3]float64{-inf, -inf, -inf}},
	}
	room := stray
	if j.request.Brim {
		room += brimWidth + 1
	}
	for i := range w.boxes {
		b := &w.boxes[i]
		for k := range 2 {
			b.Min[k], b.Max[k] = b.Min[k]-room, b.Max[k]+room
		}
		b.Max[2] += float64(j.layer) / 1000
	}
	return w
}

// boxes gives the room each place takes, in mm.
func boxes(parts []plate.Part, places []plate.Place) []mesh.Bounds {
	type turned struct {
		part  int
		angle float64
	}
	known := map[turned]mesh.Bounds{}
	out := make([]mesh.Bounds, 0, len(places))
	for _, p := range places {
		part := parts[p.Part]
		b, ok := known[turned{p.Part, p.Angle}]
		if !ok {
			b = extent(part.Mesh, p.Angle)
			known[turned{p.Part, p.Angle}] = b
		}
		b.Min[0], b.Max[0] = b.Min[0]+p.X, b.Max[0]+p.X
		b.Min[1], b.Max[1] = b.Min[1]+p.Y, b.Max[1]+p.Y
		b.Max[2] += float64(max(p.Pile, 1)-1) * part.Pitch
		out = append(out, b)
	}
	return out
}

// extent measures a normalised mesh turned by so many degrees about the centre.
func extent(m *mesh.Mesh, degrees float64) mesh.Bounds {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	b := m.Bounds()
	inf := math.Inf(1)
	b.Min[0], b.Min[1], b.Max[0], b.Max[1] = inf, inf, -inf, -inf
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			x, y := float64(v[0])*cos-float64(v[1])*sin, float64(v[0])*sin+float64(v[1])*cos
			b.Min[0], b.Max[0] = min(b.Min[0], x), max(b.Max[0], x)
			b.Min[1], b.Max[1] = min(b.Min[1], y), max(b.Max[1], y)
		}
	}
	return b
}

func (w *witness) line(s string) *mesh.Problem {
	switch {
	case strings.HasPrefix(s, ";Z:"):
		if z, err := strconv.ParseFloat(s[3:], 64); err == nil {
			w.z = z
		}
	case strings.HasPrefix(s, ";TYPE:"):
		w.inside = s != ";TYPE:Custom"
	case strings.HasPrefix(s, "G1 "):
		return w.move(s[3:])
	}
	return nil
}

func (w *witness) move(words string) *mesh.Problem {
	x, y, e := w.x, w.y, 0.0
	for word := range strings.FieldsSeq(words) {
		v, err := strconv.ParseFloat(word[1:], 64)
		if err != nil {
			break // a comment
		}
		switch word[0] {
		case 'X':
			x = v
		case 'Y':
			y = v
		case 'E':
			e = v
		}
	}
	moved := x != w.x || y != w.y
	fromX, fromY := w.x, w.y
	w.x, w.y = x, y
	if !w.inside || e <= 0 || !moved {
		return nil
	}
	if !w.at(fromX, fromY) || !w.at(x, y) {
		return mesh.NewProblem(CodeMisplaced, "x_mm", short(x), "y_mm", short(y), "z_mm", short(w.z))
	}
	return nil
}

// at notes plastic at a point of the layer; false where no copy stands.
func (w *witness) at(x, y float64) bool {
	found := false
	for i := range w.boxes {
		b := &w.boxes[i]
		if x >= b.Min[0] && x <= b.Max[0] && y >= b.Min[1] && y <= b.Max[1] && w.z <= b.Max[2] {
			w.seen[i], found = true, true
		}
	}
	for k, v := range [3]float64{x, y, w.z} {
		w.all.Min[k], w.all.Max[k] = min(w.all.Min[k], v), max(w.all.Max[k], v)
	}
	return found
}

func (w *witness) verdict(j job) ([]mesh.Problem, error) {
	missing := 0
	for _, seen := range w.seen {
		if !seen {
			missing++
		}
	}
	if missing > 0 {
		return nil, mesh.NewProblem(CodeCopyMissing, "missing", missing, "copies", len(w.seen))
	}
	want := boxes(j.parts, j.places)
	whole := want[0]
	for _, b := range want[1:] {
		for k := range 3 {
			whole.Min[k], whole.Max[k] = min(whole.Min[k], b.Min[k]), max(whole.Max[k], b.Max[k])
		}
	}
	slack := [3]float64{2 * notWhole, 2 * notWhole, 2 * float64(j.layer) / 1000}
	var warnings []mesh.Problem
	whole.Min[2], w.all.Min[2] = 0, 0
	for k, axis := range []string{"X", "Y", "Z"} {
		if got, asked := w.all.Size()[k], whole.Size()[k]; got < asked-slack[k] {
			warnings = append(warnings, *mesh.NewProblem(CodeNotWhole, "axis", axis, "got_mm", short(got), "want_mm", short(asked)))
		}
	}
	return warnings, nil
}

func short(mm float64) string { return strconv.FormatFloat(math.Round(mm*10)/10, 'f', -1, 64) }
