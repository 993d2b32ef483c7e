package mesh

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/hschendel/stl"
)

// Caps bound what Read accepts. The zero value stands for DefaultCaps.
type Caps struct {
	Bytes          int // of the file
	Triangles      int
	ASCIITriangles int // text is slow to read
}

// DefaultCaps are far above any part of this work: the largest real visor file
// we know has 100,000 triangles.
var DefaultCaps = Caps{Bytes: 160 << 20, Triangles: 2_000_000, ASCIITriangles: 100_000}

const (
	headerSize   = 84
	triangleSize = 50
	maxExtent    = 10_000    // mm: beyond it the figures are noise, not a part
	maxDistance  = 1_000_000 // mm from the origin: beyond it a float32 is coarser than a wall
)

// Read parses an STL file, binary or text, or a 3MF file, and checks it. Of a
// 3MF it takes the shape alone. A refusal is a *Problem. The bytes are sniffed
// before anything is parsed or allocated.
func Read(data []byte, caps Caps) (*Mesh, error) {
	if caps == (Caps{}) {
		caps = DefaultCaps
	}
	if p := sniff(data, caps); p != nil {
		return nil, p
	}
	m, err := parse(data, caps)
	if err != nil {
		return nil, problemOf(err)
	}
	if p := m.check(); p != nil {
		return nil, p
	}
	return m, nil
}

func parse(data []byte, caps Caps) (*Mesh, error) {
	switch {
	case isZip(data):
		return read3MF(data, caps)
	case isBinary(data):
		return readBinary(data, caps)
	}
	return readText(data, caps)
}

// problemOf keeps the promise that a refusal is a *Problem.
func problemOf(err error) error {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return NewProblem(CodeNotSTL, "is", "unknown", "detail", err)
}

func readBinary(data []byte, caps Caps) (*Mesh, error) {
	if len(data) < headerSize {
		return nil, NewProblem(CodeNotSTL, "is", "unknown")
	}
	n := uint64(announced(data))
	present := uint64(len(data)-headerSize) / triangleSize
	switch {
	case n == 0 && present == 0:
		return nil, NewProblem(CodeEmpty)
	case !plausibleBinary(data, n, present):
		return nil, NewProblem(CodeNotSTL, "is", "unknown")
	case present < n:
		return nil, NewProblem(CodeTruncated, "announced", n, "present", present)
	case uint64(len(data)) != headerSize+triangleSize*n:
		return nil, NewProblem(CodeLength, "announced", n, "present", present)
	case n > uint64(caps.Triangles):
		return nil, NewProblem(CodeTooMany, "triangles", n, "max", caps.Triangles)
	}
	c := collector{max: caps.Triangles, triangles: make([]Triangle, 0, n)} // n fits the bytes that are there
	if err := stl.CopyAll(bytes.NewReader(data), &c); err != nil {
		return nil, fmt.Errorf("read binary: %w", err)
	}
	return &Mesh{Triangles: c.triangles}, nil
}

// collector takes triangles from the reader one by one; the count a header
// announces never sizes an allocation.
type collector struct {
	triangles []Triangle
	max       int
}

func (c *collector) SetName(string)          {}
func (c *collector) SetBinaryHeader([]byte)  {}
func (c *collector) SetASCII(bool)           {}
func (c *collector) SetTriangleCount(uint32) {}

func (c *collector) AppendTriangle(t stl.Triangle) {
	if len(c.triangles) < c.max {
		c.triangles = append(c.triangles, Triangle{Vec(t.Vertices[0]), Vec(t.Vertices[1]), Vec(t.Vertices[2])})
	}
}

// check refuses what no slicer should be asked to slice.
func (m *Mesh) check() *Problem {
	if len(m.Triangles) == 0 {
		return NewProblem(CodeEmpty)
	}
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			for _, x := range v {
				if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
					return NewProblem(CodeNotFinite, "triangle", i+1)
				}
			}
		}
	}
	if p := m.Bounds().check(); p != nil {
		return p
	}
	for i := range m.Triangles {
		if m.Triangles[i].normal() != (Vec{}) {
			return nil
		}
	}
	return NewProblem(CodeNoArea)
}

func (b Bounds) check() *Problem {
	size := b.Size()
	biggest, far := max(size[0], size[1], size[2]), 0.0
	for k := range 3 {
		far = max(far, math.Abs(b.Min[k]), math.Abs(b.Max[k]))
	}
	if biggest > maxExtent || far > maxDistance {
		return NewProblem(CodeImplausible, "size_mm", fmt.Sprintf("%.4g", max(biggest, far)))
	}
	for k, axis := range []string{"x", "y", "z"} {
		if size[k] <= 1e-6 {
			return NewProblem(CodeFlat, "axis", axis)
		}
	}
	return nil
}
