package mesh

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

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
	maxExtent    = 10_000 // mm: beyond it the figures are noise, not a part
)

// Read parses an STL file, binary or text, and checks it. A refusal is a
// *Problem. The bytes are sniffed before anything is parsed or allocated.
func Read(data []byte, caps Caps) (*Mesh, error) {
	if caps == (Caps{}) {
		caps = DefaultCaps
	}
	if p := sniff(data, caps); p != nil {
		return nil, p
	}
	var m *Mesh
	var err error
	if isBinary(data) {
		m, err = readBinary(data, caps)
	} else {
		m, err = readText(data, caps)
	}
	if err != nil {
		return nil, err
	}
	if p := m.check(); p != nil {
		return nil, p
	}
	return m, nil
}

// sniff refuses by size and by the first bytes: people send pictures and web
// pages named .stl.
func sniff(data []byte, caps Caps) *Problem {
	if len(data) == 0 {
		return NewProblem(CodeEmpty)
	}
	if len(data) > caps.Bytes {
		return NewProblem(CodeTooLarge, "bytes", len(data), "max", caps.Bytes)
	}
	if is := otherKind(data); is != "" {
		return NewProblem(CodeNotSTL, "is", is)
	}
	return nil
}

func otherKind(data []byte) string {
	for _, k := range []struct{ magic, is string }{
		{"\xff\xd8\xff", "jpeg"}, {"\x89PNG", "png"}, {"PK\x03\x04", "zip"}, {"%PDF", "pdf"},
		{"\x1f\x8b", "gzip"}, {"GIF8", "gif"}, {"Rar!", "rar"}, {"7z\xbc\xaf", "7z"},
	} {
		if bytes.HasPrefix(data, []byte(k.magic)) {
			return k.is
		}
	}
	head := strings.ToLower(strings.TrimLeft(string(data[:min(len(data), 256)]), "\ufeff \t\r\n"))
	if strings.HasPrefix(head, "<") {
		return "html"
	}
	if strings.HasPrefix(head, "; ") || strings.HasPrefix(head, ";flavor") {
		return "gcode"
	}
	return ""
}

// isBinary goes by length first: binaries whose header begins with "solid" are
// common, and a text whose length fits 84 + 50 n by chance has no zero byte.
func isBinary(data []byte) bool {
	if len(data) < headerSize {
		return !startsSolid(data)
	}
	if n := announced(data); uint64(len(data)) == headerSize+triangleSize*uint64(n) {
		return true
	}
	return !startsSolid(data) || bytes.IndexByte(data[:min(len(data), 4096)], 0) >= 0
}

func startsSolid(data []byte) bool {
	head := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 256)], []byte("\ufeff")), " \t\r\n")
	return len(head) >= 5 && bytes.EqualFold(head[:5], []byte("solid"))
}

func announced(data []byte) uint32 { return binary.LittleEndian.Uint32(data[headerSize-4:]) }

func readBinary(data []byte, caps Caps) (*Mesh, error) {
	if len(data) < headerSize {
		return nil, NewProblem(CodeNotSTL, "is", "unknown")
	}
	n := uint64(announced(data))
	present := uint64(len(data)-headerSize) / triangleSize
	switch {
	case n == 0:
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
		return nil, NewProblem(CodeNotSTL, "is", "unknown", "detail", err)
	}
	return &Mesh{Triangles: c.triangles}, nil
}

// plausibleBinary tells a damaged STL from a file of another kind: where the
// length is wrong, the first triangles must still look like numbers in mm.
func plausibleBinary(data []byte, n, present uint64) bool {
	if uint64(len(data)) == headerSize+triangleSize*n {
		return true
	}
	if present == 0 {
		return n < 10_000_000
	}
	for i := range min(present, 4) {
		at := headerSize + triangleSize*int(i)
		for k := range 12 {
			x := math.Abs(float64(math.Float32frombits(binary.LittleEndian.Uint32(data[at+4*k:]))))
			if math.IsNaN(x) || x > 1e6 || (x != 0 && x < 1e-20) {
				return false
			}
		}
	}
	return true
}

func readText(data []byte, caps Caps) (*Mesh, error) {
	if n := bytes.Count(data, []byte("endfacet")) + bytes.Count(data, []byte("ENDFACET")); n > caps.ASCIITriangles {
		return nil, NewProblem(CodeASCIITooMany, "triangles", n, "max", caps.ASCIITriangles)
	}
	lower := bytes.ToLower(data)
	if bytes.LastIndex(lower, []byte("endsolid")) < bytes.LastIndex(lower, []byte("facet")) {
		return nil, NewProblem(CodeTruncated, "present", bytes.Count(lower, []byte("endfacet")))
	}
	c := collector{max: caps.ASCIITriangles}
	if err := stl.CopyAll(bytes.NewReader(tidyText(data)), &c); err != nil {
		line, detail := splitLine(err)
		return nil, NewProblem(CodeASCII, "line", line, "detail", detail)
	}
	return &Mesh{Triangles: c.triangles}, nil
}

// tidyText makes the harmless variants of text STL into the one form that the
// reader takes: no byte-order mark, unix line ends, lower case, one named solid,
// points for decimal commas where no point is used.
func tidyText(data []byte) []byte {
	s := strings.TrimPrefix(string(data), "\ufeff")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString("solid part\n")
	for line := range strings.Lines(s) {
		l := strings.ToLower(strings.TrimSpace(line))
		if l == "" || strings.HasPrefix(l, "solid") || strings.HasPrefix(l, "endsolid") {
			continue
		}
		if !strings.Contains(l, ".") {
			l = strings.ReplaceAll(l, ",", ".")
		}
		b.WriteString(l)
		b.WriteByte('\n')
	}
	b.WriteString("endsolid part\n")
	return []byte(b.String())
}

func splitLine(err error) (line, detail string) {
	line, detail, ok := strings.Cut(err.Error(), ": ")
	if !ok {
		return "", err.Error()
	}
	return line, detail
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
	size := m.Bounds().Size()
	for k, axis := range []string{"x", "y", "z"} {
		if size[k] <= 1e-6 {
			return NewProblem(CodeFlat, "axis", axis)
		}
	}
	if biggest := max(size[0], size[1], size[2]); biggest > maxExtent {
		return NewProblem(CodeImplausible, "size_mm", fmt.Sprintf("%.4g", biggest))
	}
	return nil
}
