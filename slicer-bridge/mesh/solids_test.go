package mesh_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// box gives twelve triangles of a closed box with outward faces.
func box(x, y, z float32) []mesh.Triangle {
	v := func(i int) mesh.Vec {
		return mesh.Vec{x * float32(i&1), y * float32(i>>1&1), z * float32(i>>2&1)}
	}
	var out []mesh.Triangle
	for _, f := range [][4]int{{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}} {
		out = append(out, mesh.Triangle{v(f[0]), v(f[1]), v(f[2])}, mesh.Triangle{v(f[0]), v(f[2]), v(f[3])})
	}
	return out
}

// binarySTL writes triangles under a header that announces n of them.
func binarySTL(header string, n uint32, triangles []mesh.Triangle) []byte {
	out := make([]byte, 80, 84+50*len(triangles))
	copy(out, header)
	out = binary.LittleEndian.AppendUint32(out, n)
	for _, t := range triangles {
		out = append(out, make([]byte, 12)...)
		for _, v := range t {
			for _, c := range v {
				out = binary.LittleEndian.AppendUint32(out, math.Float32bits(c))
			}
		}
		out = append(out, 0, 0)
	}
	return out
}

func textSTL(name string, triangles []mesh.Triangle) string {
	var b strings.Builder
	fmt.Fprintf(&b, "solid %s\n", name)
	for _, t := range triangles {
		b.WriteString("  facet normal 0 0 0\n    outer loop\n")
		for _, v := range t {
			fmt.Fprintf(&b, "      vertex %.3f %.3f %.3f\n", v[0], v[1], v[2])
		}
		b.WriteString("    endloop\n  endfacet\n")
	}
	fmt.Fprintf(&b, "endsolid %s\n", name)
	return b.String()
}

func with(triangles []mesh.Triangle, x float32) []mesh.Triangle {
	out := append([]mesh.Triangle(nil), triangles...)
	out[3][1][2] = x
	return out
}

func jpeg() []byte {
	return append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF"), bytes.Repeat([]byte{7}, 2000)...)
}
