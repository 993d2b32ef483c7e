package mesh

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// WriteSTL writes a binary STL with normals. The bytes depend on the triangles
// alone.
func (m *Mesh) WriteSTL(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	head := make([]byte, headerSize)
	copy(head, "binary STL, mm") // "solid" here would make some readers take it for text
	binary.LittleEndian.PutUint32(head[headerSize-4:], uint32(len(m.Triangles)))
	_, _ = b.Write(head) // b keeps the first error for Flush
	var record [triangleSize]byte
	for i := range m.Triangles {
		t := &m.Triangles[i]
		at := record[:0]
		for _, v := range [...]Vec{t.normal(), t[0], t[1], t[2]} {
			for _, x := range v {
				at = binary.LittleEndian.AppendUint32(at, math.Float32bits(x))
			}
		}
		_, _ = b.Write(record[:])
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write stl: %w", err)
	}
	return nil
}

// normal has the length 1, or 0 for a flat triangle.
func (t *Triangle) normal() Vec {
	a, b := t[1].from(t[0].f()), t[2].from(t[0].f())
	n := [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
	l := length(n)
	if l == 0 {
		return Vec{}
	}
	return Vec{float32(n[0] / l), float32(n[1] / l), float32(n[2] / l)}
}
