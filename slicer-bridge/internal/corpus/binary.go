package corpus

import (
	"math"
)

// binaries are cubes of 20 mm whose frame is odd, or whose numbers are.
func binaries() []File {
	whole := stl(cube())
	odd := func(x float64) func() []byte { return func() []byte { return stl(with(cube(), x)) } }
	normals := append([]byte(nil), whole...)
	for i := range 12 {
		copy(normals[84+50*i:], "\xff\xff\xff\x7f\xff\xff\xff\x7f\xff\xff\xff\x7f")
	}
	return []File{
		part("cube_ok", cubeFacts, give(whole)).sliced(Made),
		part("solid_header_binary", cubeFacts, give(binarySTL("solid from a well-known program", 12, cube()))).sliced(Made),
		part("color_header", cubeFacts, give(binarySTL("COLOR=\xff\xff\xff\xffMATERIAL=\xff\xff", 12, cube()))),
		part("nan_normals", cubeFacts, give(normals)),
		refused("empty", "mesh.empty", give(nil)),
		refused("one_byte", "mesh.not_stl", give([]byte{0})),
		refused("header_only80", "mesh.not_stl", give(make([]byte, 80))),
		refused("header_only84", "mesh.truncated", give(whole[:84])),
		refused("count_zero", "mesh.empty", give(binarySTL("zero", 0, nil))),
		refused("count_zero_with_triangles", "mesh.length_mismatch", give(binarySTL("zero", 0, cube()))),
		refused("count_too_big", "mesh.truncated", give(binarySTL("big", 24, cube()))),
		refused("count_too_small", "mesh.length_mismatch", give(binarySTL("small", 6, cube()))),
		refused("count_giant", "mesh.truncated", give(binarySTL("giant", math.MaxUint32, cube()))),
		refused("count_giant_alone", "mesh.not_stl", give(binarySTL("giant", math.MaxUint32, nil))),
		refused("truncated", "mesh.truncated", give(whole[:84+50*7])),
		refused("truncated_in_a_triangle", "mesh.truncated", give(whole[:len(whole)-20])),
		refused("trailing", "mesh.length_mismatch", give(append(append([]byte(nil), whole...), noise(1000)...))),
		refused("trailing_triangle", "mesh.length_mismatch", give(append(append([]byte(nil), whole...), whole[84:134]...))),
		refused("nan_vertex", "mesh.not_finite", odd(math.NaN())).sliced("mesh.not_finite"),
		refused("inf_vertex", "mesh.not_finite", odd(math.Inf(1))),
		refused("minus_inf_vertex", "mesh.not_finite", odd(math.Inf(-1))),
		refused("huge_vertex", "mesh.size_implausible", odd(1e30)).sliced("mesh.size_implausible"),
		refused("largest_vertex", "mesh.size_implausible", odd(math.MaxFloat32)),
		refused("flat", "mesh.flat", func() []byte { return stl(box(20, 20, 0)) }),
		refused("a_point", "mesh.flat", func() []byte { return stl(box(0, 0, 0)) }),
		refused("zero_area", "mesh.no_area", func() []byte { return stl(needles()) }).sliced("mesh.no_area"),
		refused("very_far_away", "mesh.size_implausible", func() []byte { return stl(moved(cube(), point{1e7})) }),
		refused("ten_kilometres", "mesh.size_implausible", func() []byte { return stl(box(1e7, 20, 20)) }),
	}
}

// needles are twelve triangles without area that still span a room.
func needles() (out []triangle) {
	for i := float32(0); i < 12; i++ {
		a, b := point{i, 0, 0}, point{20, i, 20}
		out = append(out, triangle{a, b, a})
	}
	return out
}
