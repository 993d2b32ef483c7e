package mesh_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Every broken file is refused with the reason that helps its sender, and none
// panics or allocates by what a header claims.
func TestBrokenFilesAreRefusedWithTheirReason(t *testing.T) {
	cube := box(20, 20, 20)
	whole := binarySTL("cube", 12, cube)
	text := textSTL("cube", cube)
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(i*i*31 + i*7)
	}
	for name, c := range map[string]struct {
		data []byte
		code string
		args map[string]string
	}{
		"no bytes":                 {nil, mesh.CodeEmpty, nil},
		"header alone":             {whole[:84], mesh.CodeTruncated, map[string]string{"announced": "12", "present": "0"}},
		"half a header":            {whole[:60], mesh.CodeNotSTL, nil},
		"no triangles":             {binarySTL("none", 0, nil), mesh.CodeEmpty, nil},
		"truncated":                {whole[:84+50*7+20], mesh.CodeTruncated, map[string]string{"announced": "12", "present": "7"}},
		"four billion announced":   {binarySTL("giant", math.MaxUint32, cube), mesh.CodeTruncated, nil},
		"too few announced":        {binarySTL("few", 6, cube), mesh.CodeLength, nil},
		"bytes after the end":      {append(bytes.Clone(whole), "tail"...), mesh.CodeLength, nil},
		"not a number":             {binarySTL("nan", 12, with(cube, float32(math.NaN()))), mesh.CodeNotFinite, map[string]string{"triangle": "4"}},
		"infinite":                 {binarySTL("inf", 12, with(cube, float32(math.Inf(-1)))), mesh.CodeNotFinite, nil},
		"absurdly large":           {binarySTL("huge", 12, with(cube, 1e30)), mesh.CodeImplausible, nil},
		"flat":                     {binarySTL("flat", 12, box(20, 20, 0)), mesh.CodeFlat, map[string]string{"axis": "z"}},
		"a photograph":             {jpeg(), mesh.CodeNotSTL, map[string]string{"is": "jpeg"}},
		"a web page":               {[]byte("\n<!DOCTYPE html><html><body>Not found</body></html>"), mesh.CodeNotSTL, map[string]string{"is": "html"}},
		"an archive":               {[]byte("PK\x03\x04" + strings.Repeat("x", 200)), mesh.CodeNotSTL, map[string]string{"is": "zip"}},
		"noise":                    {noise, mesh.CodeNotSTL, map[string]string{"is": "unknown"}},
		"text cut in a facet":      {[]byte(text[:len(text)/2]), mesh.CodeTruncated, nil},
		"text without an end":      {[]byte(strings.TrimSuffix(textSTL("cube", cube[1:]), "endsolid cube\n")), mesh.CodeTruncated, map[string]string{"present": "11"}},
		"text with a word for one": {[]byte(strings.Replace(text, "20.000", "twenty", 1)), mesh.CodeASCII, nil},
		"text with no facet":       {[]byte("solid none\nendsolid none\n"), mesh.CodeEmpty, nil},
		"text not a number":        {[]byte(strings.Replace(text, "20.000", "nan", 1)), mesh.CodeNotFinite, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mesh.Read(c.data, mesh.Caps{})
			var p *mesh.Problem
			require.ErrorAs(t, err, &p)
			require.Equal(t, c.code, p.Code, p.Error())
			for k, v := range c.args {
				require.Equal(t, v, p.Args[k], p.Error())
			}
		})
	}
}

// The harmless variants of text that exporters write all give the same part.
func TestVariantsOfTextAreRead(t *testing.T) {
	text := textSTL("cube", box(20, 20, 20))
	for name, data := range map[string]string{
		"unix":             text,
		"windows":          strings.ReplaceAll(text, "\n", "\r\n"),
		"old mac":          strings.ReplaceAll(text, "\n", "\r"),
		"upper case":       strings.ToUpper(text),
		"byte-order mark":  "\ufeff" + text,
		"no name":          textSTL("", box(20, 20, 20)),
		"decimal commas":   strings.ReplaceAll(text, ".", ","),
		"exponents":        strings.ReplaceAll(text, "20.000", "2.0e+01"),
		"two solids":       textSTL("a", box(20, 20, 20)[:6]) + textSTL("b", box(20, 20, 20)[6:]),
		"a very long name": textSTL(strings.Repeat("x", 100_000), box(20, 20, 20)),
	} {
		t.Run(name, func(t *testing.T) {
			m, err := mesh.Read([]byte(data), mesh.Caps{})
			require.NoError(t, err)
			require.Len(t, m.Triangles, 12)
			require.InDelta(t, 8000, m.Volume(), 1e-6)
		})
	}
}

// A binary file is told by its length, whatever its header says.
func TestBinaryWithSolidInItsHeader(t *testing.T) {
	m, err := mesh.Read(binarySTL("solid from a well-known program", 12, box(10, 20, 30)), mesh.Caps{})
	require.NoError(t, err)
	require.Equal(t, [3]float64{10, 20, 30}, m.Bounds().Size())
}

func TestCapsHold(t *testing.T) {
	whole := binarySTL("cube", 12, box(20, 20, 20))
	text := []byte(textSTL("cube", box(20, 20, 20)))
	for _, c := range []struct {
		data []byte
		caps mesh.Caps
		code string
	}{
		{whole, mesh.Caps{Bytes: 100, Triangles: 100, ASCIITriangles: 100}, mesh.CodeTooLarge},
		{whole, mesh.Caps{Bytes: 1e6, Triangles: 11, ASCIITriangles: 100}, mesh.CodeTooMany},
		{text, mesh.Caps{Bytes: 1e6, Triangles: 100, ASCIITriangles: 11}, mesh.CodeASCIITooMany},
	} {
		_, err := mesh.Read(c.data, c.caps)
		var p *mesh.Problem
		require.ErrorAs(t, err, &p)
		require.Equal(t, c.code, p.Code)
	}
}
