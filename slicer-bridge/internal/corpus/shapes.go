package corpus

import (
	"encoding/binary"
	"math"
)

type point [3]float32

type triangle [3]point

// box gives twelve triangles of a closed box at the origin with outward faces.
func box(x, y, z float32) []triangle {
	v := func(i int) point { return point{x * float32(i&1), y * float32(i>>1&1), z * float32(i>>2&1)} }
	var out []triangle
	for _, f := range [][4]int{{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}} {
		out = append(out, triangle{v(f[0]), v(f[1]), v(f[2])}, triangle{v(f[0]), v(f[2]), v(f[3])})
	}
	return out
}

func cube() []triangle { return box(20, 20, 20) }

func moved(in []triangle, by point) []triangle {
	out := make([]triangle, len(in))
	for i, t := range in {
		for j, v := range t {
			for k := range v {
				out[i][j][k] = v[k] + by[k]
			}
		}
	}
	return out
}

// flipped turns the first n triangles over.
func flipped(in []triangle, n int) []triangle {
	out := append([]triangle(nil), in...)
	for i := range n {
		out[i][1], out[i][2] = out[i][2], out[i][1]
	}
	return out
}

func join(bodies ...[]triangle) (out []triangle) {
	for _, b := range bodies {
		out = append(out, b...)
	}
	return out
}

// with puts one coordinate of the fourth triangle at x.
func with(in []triangle, x float64) []triangle {
	out := append([]triangle(nil), in...)
	out[3][1][2] = float32(x)
	return out
}

// nudged moves each corner a little, another way for every triangle, so that no
// two are equal any more.
func nudged(in []triangle, by float32) []triangle {
	out := append([]triangle(nil), in...)
	for i := range out {
		for j := range out[i] {
			out[i][j][(i+j)%3] += by * float32((i*5+j*3)%7-3) / 3
		}
	}
	return out
}

// torus gives 2 n² triangles of a closed ring, 160 mm across.
func torus(n int) []triangle {
	at := func(i, j int) point {
		a, b := 2*math.Pi*float64(i%n)/float64(n), 2*math.Pi*float64(j%n)/float64(n)
		r := 70 + 10*math.Cos(b)
		return point{float32(r * math.Cos(a)), float32(r * math.Sin(a)), float32(10 * math.Sin(b))}
	}
	out := make([]triangle, 0, 2*n*n)
	for i := range n {
		for j := range n {
			a, b, c, d := at(i, j), at(i+1, j), at(i+1, j+1), at(i, j+1)
			out = append(out, triangle{a, b, c}, triangle{a, c, d})
		}
	}
	return out
}

// cone gives 2 n triangles that meet in the tip and in the middle of the base.
func cone(n int) (out []triangle) {
	at := func(i int) point {
		a := 2 * math.Pi * float64(i%n) / float64(n)
		return point{float32(20 * math.Cos(a)), float32(20 * math.Sin(a)), 0}
	}
	for i := range n {
		out = append(out, triangle{at(i), at(i + 1), {0, 0, 20}}, triangle{at(i + 1), at(i), {0, 0, 0}})
	}
	return out
}

// splinters are n triangles apart from each other in one plane, behind a cube.
func splinters(n int) []triangle {
	out := moved(cube(), point{1})
	for i := range n {
		y, z := float32(i%300)/10, float32(i/300)/10
		out = append(out, triangle{{0, y, z}, {0, y + 0.05, z}, {0, y, z + 0.05}})
	}
	return out
}

// binarySTL writes triangles under a header that announces n of them.
func binarySTL(header string, n uint32, triangles []triangle) []byte {
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

func stl(triangles []triangle) []byte {
	return binarySTL("corpus", uint32(len(triangles)), triangles)
}

// noise gives n bytes that look random and are the same every time.
func noise(n int) []byte {
	out := make([]byte, n)
	x := uint32(2463534242)
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x)
	}
	return out
}
