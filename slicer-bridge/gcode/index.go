package gcode

import (
	"io"
	"sort"
	"time"
)

const (
	maxPoints  = 4096 // kept of each kind; when there are more, every second goes
	firstPoint = 1024 // bytes between points of a small file
)

// Index knows layer, height and planned time at any byte of a file. It holds at most 200 KB whatever the file's size, is
// not changed after it was built, and may be shared.
type Index struct {
	points  []point
	layers  []layerMark
	bytes   int64
	seconds float64
	count   int64 // of layers

	stride int64 // bytes between points
	step   int64 // every so many layers are kept
	next   int64 // offset of the next point
	names  bool  // layers are those that the slicer names
	open   bool  // the layer begun last has no plastic yet
	kept   bool  // the layer taken last is among layers
}

// point is the planned time at an offset. Between two of them time runs evenly.
type point struct {
	offset  int64
	seconds float32
}

// layerMark is where a layer begins.
type layerMark struct {
	offset int64
	z      float32 // mm
}

// Place is where in a print a byte of its file lies.
type Place struct {
	Layer, Layers int64         // from 1; 0 before the first
	ZUM           int64         // height of the layer in µm
	Done, Left    time.Duration // planned: motion and dwells, without heating and pauses
}

// NewIndex reads a file to its end, as Check does, for its index alone.
func NewIndex(r io.Reader, l Limits) (*Index, error) {
	_, _, x, err := CheckIndexed(r, l)
	return x, err
}

func newIndex() *Index { return &Index{stride: firstPoint, step: 1} }

// Layers is the number of layers.
func (x *Index) Layers() int64 { return x.count }

// Total is the planned time of the whole file.
func (x *Index) Total() time.Duration { return duration(x.seconds) }

// Size is the memory that the index holds, in bytes.
func (x *Index) Size() int { return 16 * (cap(x.points) + cap(x.layers)) }

// At tells the place of the byte at offset, which is that of the next line to send: everything before it is done. An
// offset beyond the file is its end. It takes O(log n).
func (x *Index) At(offset int64) Place {
	done := x.planned(offset)
	p := Place{Layers: x.count, Done: duration(done), Left: duration(x.seconds - done)}
	i := sort.Search(len(x.layers), func(i int) bool { return x.layers[i].offset >= offset })
	if i > 0 {
		m := x.layers[i-1]
		p.Layer, p.ZUM = min(int64(i-1)*x.step+1, x.count), um(float64(m.z))
	}
	return p
}

// Layer gives the offset at which layer n, from 1, begins, or the next one kept before it; false for one that there is
// not.
func (x *Index) Layer(n int64) (offset int64, ok bool) {
	if n < 1 || n > x.count || len(x.layers) == 0 {
		return 0, false
	}
	return x.layers[min((n-1)/x.step, int64(len(x.layers)-1))].offset, true
}

func (x *Index) planned(offset int64) float64 {
	if offset >= x.bytes {
		return x.seconds
	}
	if offset <= 0 {
		return 0
	}
	i := sort.Search(len(x.points), func(i int) bool { return x.points[i].offset >= offset })
	before, after := point{}, point{x.bytes, float32(x.seconds)}
	if i > 0 {
		before = x.points[i-1]
	}
	if i < len(x.points) {
		after = x.points[i]
	}
	if after.offset <= before.offset {
		return float64(after.seconds)
	}
	part := float64(offset-before.offset) / float64(after.offset-before.offset)
	return float64(before.seconds) + part*float64(after.seconds-before.seconds)
}

// duration is at most some thirty years, whatever a file asks for.
func duration(seconds float64) time.Duration {
	return time.Duration(min(max(seconds, 0), 1e9) * float64(time.Second))
}

// pointAt is called for every move.
func (x *Index) pointAt(offset int64, p *planner) {
	if offset < x.next {
		return
	}
	x.next = offset + x.stride
	p.mark(mark{offset: offset})
}

// layerAt begins a layer. The first that has a name drops those told by their height.
func (x *Index) layerAt(offset int64, named bool, p *planner) {
	if named && !x.names {
		x.names, x.layers, x.count, x.step = true, x.layers[:0], 0, 1
		kept := p.marks[:0]
		for _, m := range p.marks {
			if !m.layer {
				kept = append(kept, m)
			}
		}
		p.marks = kept
	}
	x.open = true
	p.mark(mark{offset: offset, layer: true})
}

// height is that of the first plastic on the layer that was begun last.
func (x *Index) height(z float64, p *planner) {
	if !x.open {
		return
	}
	x.open = false
	for i := len(p.marks) - 1; i >= 0; i-- {
		if p.marks[i].layer {
			p.marks[i].z = z
			return
		}
	}
	if x.kept {
		x.layers[len(x.layers)-1].z = float32(z)
	}
}

// take stores a mark whose time is known.
func (x *Index) take(m mark, seconds float64) {
	if !m.layer {
		x.points = append(x.points, point{m.offset, float32(seconds)})
		if len(x.points) >= maxPoints {
			x.points = halve(x.points)
			x.stride *= 2
		}
		return
	}
	x.kept = x.count%x.step == 0
	if x.kept {
		x.layers = append(x.layers, layerMark{m.offset, float32(m.z)})
		if len(x.layers) >= maxPoints {
			x.layers = halve(x.layers)
			x.step *= 2
			x.kept = false // an even number of layers ends with one that goes
		}
	}
	x.count++
}

// halve keeps every second one, the first included.
func halve[T any](s []T) []T {
	for i := 0; 2*i < len(s); i++ {
		s[i] = s[2*i]
	}
	return s[:(len(s)+1)/2]
}

func (x *Index) finish(bytes int64, seconds float64) {
	x.bytes, x.seconds = bytes, seconds
}
