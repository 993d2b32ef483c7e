package corpus

import "math"

// surfaces are well-framed files whose surface, size or place is odd.
func surfaces() []File {
	of := func(t []triangle) func() []byte { return func() []byte { return stl(t) } }
	two := Facts{Triangles: 24, Shells: 2, Watertight: true}
	sized := func(volume float64, f Facts) Facts { f.VolumeMM3 = volume; return f }
	mended := func(n, open int) Facts { return Facts{Triangles: n, OpenEdges: open, Shells: 1, Repairable: true} }
	doubled := append(cube(), cube()[2])
	sliver := cube()[0]
	return []File{
		part("open_cube", Facts{Triangles: 10, OpenEdges: 4, Shells: 1}, of(cube()[2:])).with("mesh.open_edges").sliced(Made),
		part("one_triangle_missing", Facts{Triangles: 11, OpenEdges: 3, Shells: 1}, of(cube()[1:])).with("mesh.open_edges"),
		part("flipped", Facts{Triangles: 12, VolumeMM3: 8000, Shells: 1, Watertight: true, Repairable: true}, of(flipped(cube(), 12))).
			with("mesh.inside_out", "mesh.repairable"),
		part("one_flipped", mended(12, 0), of(flipped(cube(), 1))).with("mesh.flipped", "mesh.repairable").sliced(Made),
		part("half_flipped", mended(12, 0), of(flipped(cube(), 6))).with("mesh.flipped", "mesh.repairable"),
		part("dup_tri", mended(13, 0), of(doubled)).with("mesh.non_manifold", "mesh.duplicate", "mesh.repairable"),
		part("all_doubled", mended(24, 0), of(join(cube(), cube()))).with("mesh.non_manifold", "mesh.duplicate", "mesh.repairable"),
		part("doubled_and_flipped", mended(24, 0), of(join(cube(), flipped(cube(), 12)))).
			with("mesh.non_manifold", "mesh.duplicate", "mesh.repairable"),
		part("sliver", Facts{Triangles: 13, VolumeMM3: 8000, Shells: 1, Watertight: true}, of(append(cube(), triangle{sliver[0], sliver[0], sliver[1]}))),
		part("near_corners", Facts{Triangles: 12, OpenEdges: 36, Shells: 10, Repairable: true}, of(nudged(cube(), 1e-5))).
			with("mesh.open_edges", "mesh.repairable").sliced(Made),
		part("far_corners", Facts{Triangles: 12, OpenEdges: 36, Shells: 10}, of(nudged(cube(), 0.2))).with("mesh.open_edges"),
		part("minus_zero", cubeFacts, of(flipped(moved(flipped(cube(), 0), point{-20, -20, -20}), 0))),
		part("nonmanifold_edge", Facts{Triangles: 24, Shells: 1}, of(join(cube(), moved(cube(), point{20, 20, 0})))).with("mesh.non_manifold").sliced(Made),
		part("two_at_a_corner", Facts{Triangles: 24, VolumeMM3: 16000, Shells: 1, Watertight: true}, of(join(cube(), moved(cube(), point{20, 20, 20})))),
		part("two_bodies", sized(16000, two), of(join(cube(), moved(cube(), point{50})))),
		part("overlap", sized(16000, two), of(join(cube(), moved(cube(), point{10, 7, 3})))).with("mesh.shells_overlap").sliced(Made),
		part("inner_shell", sized(9000, two), of(join(cube(), moved(box(10, 10, 10), point{5, 5, 5})))).with("mesh.inner_shells"),
		part("cavity", sized(7000, two), of(join(cube(), flipped(moved(box(10, 10, 10), point{5, 5, 5}), 12)))).with("mesh.cavities").sliced(Made),
		part("cavity_inside_out", Facts{Triangles: 24, VolumeMM3: 7000, Shells: 2, Watertight: true, Repairable: true},
			of(flipped(join(cube(), flipped(moved(box(10, 10, 10), point{5, 5, 5}), 12)), 24))).
			with("mesh.inside_out", "mesh.repairable", "mesh.inner_shells"),
		part("far_away", cubeFacts, of(moved(cube(), point{5000, -5000, 300}))),
		part("below_bed", cubeFacts, of(moved(cube(), point{0, 0, -245.5}))).sliced(Made),
		part("too_big", Facts{Triangles: 12, VolumeMM3: 2.5e7, Shells: 1, Watertight: true}, of(box(500, 500, 100))).sliced("plate.too_big"),
		part("too_tall", Facts{Triangles: 12, VolumeMM3: 120_000, Shells: 1, Watertight: true}, of(box(20, 20, 300))).sliced("plate.too_tall"),
		part("inch_cube", Facts{Triangles: 12, VolumeMM3: 1, Shells: 1, Watertight: true, Units: "inch"}, of(box(1, 1, 1))).with("mesh.units_likely").sliced("slicing.empty_plate"),
		part("metre_visor", Facts{Triangles: 12, VolumeMM3: 0.0000125136, Shells: 1, Watertight: true, Units: "m"}, of(box(0.158, 0.018, 0.0044))).
			with("mesh.units_likely"),
		part("micro", Facts{Triangles: 12, VolumeMM3: 1e-9, Shells: 1, Watertight: true, Units: "unsure"}, of(box(1e-3, 1e-3, 1e-3))).
			with("mesh.units_uncertain").sliced("slicing.slicer_failed"),
		part("inches_twice", Facts{Triangles: 12, VolumeMM3: 1.6e9, Shells: 1, Watertight: true, Units: "mm_as_inch"}, of(box(4000, 4000, 100))).
			with("mesh.units_likely").sliced("plate.too_big"),
		part("fan", Facts{Triangles: 8000, VolumeMM3: math.Pi * 20 * 20 * 20 / 3, Shells: 1, Watertight: true}, of(cone(4000))),
		part("splinters", Facts{Triangles: 20_012, OpenEdges: 60_000, Shells: 20_001}, of(splinters(20_000))).with("mesh.open_edges"),
		part("thin_wall", Facts{Triangles: 12, VolumeMM3: 4, Shells: 1, Watertight: true}, of(box(0.01, 20, 20))),
	}
}
