package corpus

// large are a million triangles: whole, open, and torn into single ones.
func large() []File {
	const n = 708 // 2 n² = 1,002,528
	torn := func() []byte { return stl(nudged(torus(n), 0.01)) }
	files := []File{
		part("million_torus", Facts{Triangles: 2 * n * n, VolumeMM3: 138_171, Shells: 1, Watertight: true}, func() []byte { return stl(torus(n)) }),
		part("million_open", Facts{Triangles: 2*n*n - 1, OpenEdges: 3, Shells: 1}, func() []byte { return stl(torus(n)[1:]) }).with("mesh.open_edges"),
		part("million_torn", Facts{Triangles: 2 * n * n, OpenEdges: 3_007_584, Shells: 501_069}, torn).with("mesh.open_edges"),
		refused("million_noise", "mesh.not_finite", func() []byte { return binarySTL("noise", 1<<20, nil) }),
	}
	for i := range files {
		files[i].Large = true
	}
	files[3].Make = func() []byte { return append(binarySTL("noise", 1<<20, nil), noise(50<<20)...) }
	return files
}
