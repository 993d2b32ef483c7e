package mesh_test

import (
	"archive/zip"
	"bytes"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/internal/corpus"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

const modelPart = "3D/3dmodel.model"

// seeds are the corpus's files of up to 64 KiB.
var seeds = sync.OnceValue(func() (all [][]byte) {
	for _, f := range corpus.Files() {
		if f.Large {
			continue
		}
		if data := f.Make(); len(data) <= 64<<10 {
			all = append(all, data)
		}
	}
	return all
})

// Whatever the bytes, Read answers with a mesh that it has checked or a Problem.
func FuzzRead(f *testing.F) {
	for _, data := range seeds() {
		f.Add(data)
	}
	f.Fuzz(bears)
}

// Whatever stands in a model of a 3MF, Read answers so too. The archive around it
// is sound, for a checksum keeps chance from getting past one.
func FuzzReadModel(f *testing.F) {
	for _, data := range seeds() {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			continue
		}
		r, err := z.Open(modelPart)
		if err != nil {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(r, 64<<10))
		if err == nil {
			f.Add(text)
		}
		_ = r.Close() // a damaged one says so again
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create(modelPart)
		require.NoError(t, err)
		_, err = w.Write(text)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		bears(t, b.Bytes())
	})
}

// bears reads, inspects, repairs and writes.
func bears(t *testing.T, data []byte) {
	m, err := mesh.Read(data, mesh.Caps{Bytes: 1 << 20, Triangles: 1000, ASCIITriangles: 1000})
	if err != nil {
		var p *mesh.Problem
		require.ErrorAs(t, err, &p)
		require.Contains(t, mesh.Codes(), p.Code)
		return
	}
	require.NotEmpty(t, m.Triangles)
	before := m.Inspect()
	require.NotNil(t, before.Problems)
	out, r := m.Repaired()
	require.NotEmpty(t, out.Triangles)
	after := out.Inspect()
	if before.Repairable {
		require.True(t, after.Watertight)
	}
	if before.Watertight && r.Welded+r.Degenerate+r.Duplicate == 0 {
		require.True(t, after.Watertight, "a repair tore the surface")
	}
	require.NoError(t, out.WriteSTL(io.Discard))
}
