package plate_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

type document struct {
	Metadata []struct {
		Name  string `xml:"name,attr"`
		Value string `xml:",chardata"`
	} `xml:"metadata"`
	Objects []struct {
		ID        int        `xml:"id,attr"`
		Name      string     `xml:"name,attr"`
		Vertices  []struct{} `xml:"mesh>vertices>vertex"`
		Triangles []struct{} `xml:"mesh>triangles>triangle"`
	} `xml:"resources>object"`
	Items []struct {
		Object    int    `xml:"objectid,attr"`
		Transform string `xml:"transform,attr"`
	} `xml:"build>item"`
}

func written(t *testing.T, parts []plate.Part, places []plate.Place) (data []byte, d document) {
	t.Helper()
	var first, second bytes.Buffer
	require.NoError(t, plate.Write3MF(&first, parts, places))
	require.NoError(t, plate.Write3MF(&second, parts, places))
	require.Equal(t, first.Bytes(), second.Bytes())
	z, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	require.NoError(t, err)
	f, err := z.Open("3D/3dmodel.model")
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, xml.Unmarshal(text, &d))
	return first.Bytes(), d
}

// The 3MF holds each part and each height of pile once, an instance for each
// place, and the mark without which the slicer would slice each instance anew.
func TestWrite3MF(t *testing.T) {
	parts := []plate.Part{{Mesh: box(20, 10, 5), Name: `a "part" & <more>`, Pitch: 5.4}, {Mesh: cone(8, 9), Name: "tip"}}
	_, d := written(t, parts, []plate.Place{
		{X: 30, Y: 40.25}, {X: 90, Y: 40, Angle: 90}, {Part: 1, X: 60, Y: 60, Angle: 30}, {X: 20, Y: 90, Pile: 3}, {X: 50, Y: 90, Pile: 1},
	})
	require.Equal(t, "slic3rpe:Version3mf", d.Metadata[0].Name)
	require.Equal(t, "1", d.Metadata[0].Value)
	require.Len(t, d.Objects, 3)
	require.Equal(t, `a "part" & <more>`, d.Objects[0].Name)
	require.Len(t, d.Objects[0].Vertices, 8)
	require.Len(t, d.Objects[0].Triangles, 12)
	require.Equal(t, "tip", d.Objects[1].Name)
	require.Len(t, d.Objects[2].Vertices, 24)
	var objects []int
	for _, i := range d.Items {
		objects = append(objects, i.Object)
	}
	require.Equal(t, []int{1, 1, 2, 3, 1}, objects)
	require.Equal(t, "1 0 0 0 1 0 0 0 1 30.000 40.250 0", d.Items[0].Transform)
	require.Equal(t, "0 1 0 -1 0 0 0 0 1 90.000 40.000 0", d.Items[1].Transform)
	require.Equal(t, "0.8660254 0.5 0 -0.5 0.8660254 0 0 0 1 60.000 60.000 0", d.Items[2].Transform)
}

// A reader that knows only the standard finds every piece where it was laid, and
// no plastic more or less, wherever the part's own origin is.
func TestWhatIsWrittenIsReadWhereItLies(t *testing.T) {
	far := &mesh.Mesh{Triangles: moved(slab(40, 6, 5), -245, 80)}
	parts := []plate.Part{{Mesh: far, Copies: 5, Pile: 2, Pitch: 5.2}, {Mesh: horseshoe(), Copies: 2}}
	places, err := plate.Lay(parts, bed)
	require.NoError(t, err)
	places[0].Angle = 30 // stays inside its old bounds and a little around them
	data, _ := written(t, parts, places)
	m, err := mesh.Read(data, mesh.Caps{})
	require.NoError(t, err)
	require.InDelta(t, 5*far.Volume()+2*parts[1].Mesh.Volume(), m.Volume(), 0.5)
	require.InDelta(t, 10.2, m.Bounds().Max[2], 1e-3)

	corners := map[[3]float64]bool{}
	for _, tr := range m.Triangles {
		for _, v := range tr {
			corners[[3]float64{math.Round(float64(v[0])*50) / 50, math.Round(float64(v[1])*50) / 50, math.Round(float64(v[2])*50) / 50}] = true
		}
	}
	for _, p := range places {
		if p.Part != 0 {
			continue
		}
		for _, c := range (bar{0, 0, 40, 6}).corners(p) {
			found := false
			for v := range corners {
				found = found || math.Hypot(v[0]-c[0], v[1]-c[1]) < 0.03 && v[2] == 0
			}
			require.True(t, found, "a corner at %v of %+v", c, p)
		}
	}
}
