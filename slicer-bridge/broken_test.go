package main

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// binaryModel is a binary STL of this many triangles that announces another number. The first corner of the first
// triangle is at x, mm; the part is side mm large.
func binaryModel(announced uint32, triangles int, x, side float32) []byte {
	out := binary.LittleEndian.AppendUint32(make([]byte, 80), announced)
	for i := range triangles {
		corners := [12]float32{0, 0, 1, 0, 0, 0, side, 0, 0, 0, side, side}
		if i == 0 {
			corners[3] = x
		}
		for _, c := range corners {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(c))
		}
		out = append(out, 0, 0)
	}
	return out
}

// Ensure that a broken model is refused with its reason by either command, at once, before the slicer is started, and
// that nothing is written.
func TestBrokenModelsAreRefusedBeforeTheSlicer(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	slicer := filepath.Join(t.TempDir(), "slicer")
	script := "#!/bin/sh\n[ \"$1\" = --help ] && { echo 'PrusaSlicer-2.5.0+linux-x64 based on Slic3r'; exit 0; }\ntouch " + started + "\nexit 1\n"
	require.NoError(t, os.WriteFile(slicer, []byte(script), 0o700))
	whole := binaryModel(4, 4, 0, 20)
	text := "solid x\nfacet normal 0 0 0\nouter loop\nvertex 0 0 0\nvertex 20 0 0\nvertex 0 NaN 20\nendloop\nendfacet\nendsolid x\n"
	for name, c := range map[string]struct {
		file []byte
		says string
		fits bool // inspect has nothing against it
	}{
		"empty":               {nil, "no triangle", false},
		"cut short":           {whole[:len(whole)-30], "ends too early (3 whole triangles)", false},
		"only a header":       {whole[:50], "STL", false},
		"no triangle":         {binaryModel(0, 0, 0, 0), "no triangle", false},
		"4 billion, none":     {binaryModel(math.MaxUint32, 0, 0, 0), "no STL or 3MF file", false},
		"4 billion, four":     {binaryModel(math.MaxUint32, 4, 0, 20), "ends too early (4 whole triangles)", false},
		"announces fewer":     {binaryModel(2, 4, 0, 20), "2 triangles announced", false},
		"not a number":        {binaryModel(4, 4, float32(math.NaN()), 20), "triangle 1 has a corner that is no number", false},
		"infinite":            {binaryModel(4, 4, float32(math.Inf(1)), 20), "triangle 1 has a corner that is no number", false},
		"text, not a number":  {[]byte(text), "no number", false},
		"text, cut short":     {[]byte(text[:40]), "ends too early", false},
		"a photograph":        {[]byte("\xff\xd8\xff\xe0\x00\x10JFIF" + strings.Repeat("x", 500)), "this is no STL or 3MF file (it looks like: jpeg)", false},
		"a web page":          {[]byte("<!DOCTYPE html><html>" + strings.Repeat(" ", 200)), "this is no STL or 3MF file (it looks like: html)", false},
		"a kilometre":         {binaryModel(4, 4, 0, 1e6), "check its units", false},
		"larger than the bed": {binaryModel(4, 4, 0, 240), "too big", true},
		"higher than the arm": {binaryModel(4, 4, 0, 400), "too tall", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			model, out := filepath.Join(dir, "part.stl"), filepath.Join(dir, "plate.gcode")
			require.NoError(t, os.WriteFile(model, c.file, 0o600))
			began := time.Now()
			if !c.fits {
				code, said, msg := call("inspect", model, "--json")
				require.NotZero(t, code)
				require.Empty(t, said)
				require.Contains(t, msg, c.says)
				require.Equal(t, 1, strings.Count(msg, "\n"), msg)
			}
			code, said, msg := call("slice", model, "--printer", "ender-3", "--material", "petg", "-o", out, "--cache", filepath.Join(dir, "cache"), "--slicer", slicer)
			require.NotZero(t, code)
			require.Empty(t, said)
			require.Contains(t, msg, c.says)
			require.Equal(t, 1, strings.Count(msg, "\n"), msg)
			require.Less(t, time.Since(began), 10*time.Second)
			require.NoFileExists(t, out)
			require.NoFileExists(t, started)
		})
	}
}
