package plate

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

const (
	contentTypes = `<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
 <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
 <Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
</Types>
`
	relations = `<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
 <Relationship Target="/3D/3dmodel.model" Id="rel-1" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>
</Relationships>
`
	// Without the metadata PrusaSlicer slices every instance apart, ten times as long.
	modelHead = `<?xml version="1.0" encoding="UTF-8"?>
<model unit="millimeter" xml:lang="en-US" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02" xmlns:slic3rpe="http://schemas.slic3r.org/3mf/2017/06">
 <metadata name="slic3rpe:Version3mf">1</metadata>
 <resources>
`
)

// Write3MF writes each part once, each height of pile as one object of its own,
// and an instance for every place. The bytes depend on nothing but the arguments.
func Write3MF(w io.Writer, parts []Part, places []Place) error {
	z := zip.NewWriter(w)
	for _, f := range []struct{ name, text string }{{"[Content_Types].xml", contentTypes}, {"_rels/.rels", relations}} {
		if err := member(z, f.name, func(b *bufio.Writer) { b.WriteString(f.text) }); err != nil {
			return err
		}
	}
	if err := member(z, "3D/3dmodel.model", func(b *bufio.Writer) { model(b, parts, places) }); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write 3mf: %w", err)
	}
	return nil
}

func member(z *zip.Writer, name string, write func(*bufio.Writer)) error {
	f, err := z.Create(name)
	if err != nil {
		return fmt.Errorf("write 3mf %s: %w", name, err)
	}
	b := bufio.NewWriterSize(f, 1<<16)
	write(b)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write 3mf %s: %w", name, err)
	}
	return nil
}

// body is what becomes one object: a part alone or a pile of it.
type body struct{ part, pile int }

func (p Place) body() body { return body{p.Part, max(p.Pile, 1)} }

// model leaves write errors to the final Flush of b, which keeps them.
func model(b *bufio.Writer, parts []Part, places []Place) {
	b.WriteString(modelHead)
	ids := map[body]int{}
	for _, p := range places {
		if _, ok := ids[p.body()]; !ok {
			ids[p.body()] = len(ids) + 1
			object(b, parts[p.Part], p.body().pile, len(ids))
		}
	}
	b.WriteString(" </resources>\n <build>\n")
	for _, p := range places {
		s, c := sincos(p.Angle)
		fmt.Fprintf(b, "  <item objectid=\"%d\" transform=\"%s %s 0 %s %s 0 0 0 1 %.3f %.3f 0\"/>\n",
			ids[p.body()], factor(c), factor(s), factor(-s), factor(c), p.X, p.Y)
	}
	b.WriteString(" </build>\n</model>\n")
}

// object writes the part around the origin, on the bed, and its copies above it.
func object(b *bufio.Writer, p Part, pile, id int) {
	fmt.Fprintf(b, "  <object id=\"%d\" name=\"%s\" type=\"model\">\n   <mesh>\n    <vertices>\n", id, escape(p.Name))
	box := p.Mesh.Bounds()
	at := [3]float64{(box.Min[0] + box.Max[0]) / 2, (box.Min[1] + box.Max[1]) / 2, box.Min[2]}
	corners, faces := welded(p.Mesh)
	var buf []byte
	for k := range pile {
		for _, v := range corners {
			z := float32(float64(v[2]) - at[2] + float64(k)*p.Pitch)
			buf = appendCorner(buf[:0], float32(float64(v[0])-at[0]), float32(float64(v[1])-at[1]), z)
			b.Write(buf)
		}
	}
	b.WriteString("    </vertices>\n    <triangles>\n")
	for k := range pile {
		n := k * len(corners)
		for _, f := range faces {
			fmt.Fprintf(b, "     <triangle v1=\"%d\" v2=\"%d\" v3=\"%d\"/>\n", f[0]+n, f[1]+n, f[2]+n)
		}
	}
	b.WriteString("    </triangles>\n   </mesh>\n  </object>\n")
}

// welded gives each corner once, and the triangles that have an area by number.
func welded(m *mesh.Mesh) (corners []mesh.Vec, faces [][3]int) {
	index := make(map[mesh.Vec]int, len(m.Triangles)/2+3)
	for i := range m.Triangles {
		var f [3]int
		for j, v := range m.Triangles[i] {
			n, ok := index[v]
			if !ok {
				n = len(index)
				index[v] = n
				corners = append(corners, v)
			}
			f[j] = n
		}
		if f[0] != f[1] && f[1] != f[2] && f[0] != f[2] {
			faces = append(faces, f)
		}
	}
	return corners, faces
}

func appendCorner(buf []byte, x, y, z float32) []byte {
	buf = append(buf, `     <vertex x="`...)
	buf = strconv.AppendFloat(buf, float64(x), 'f', -1, 32)
	buf = append(buf, `" y="`...)
	buf = strconv.AppendFloat(buf, float64(y), 'f', -1, 32)
	buf = append(buf, `" z="`...)
	buf = strconv.AppendFloat(buf, float64(z), 'f', -1, 32)
	return append(buf, "\"/>\n"...)
}

// sincos is exact for quarter turns.
func sincos(degrees float64) (sin, cos float64) {
	switch turn := math.Mod(math.Mod(degrees, 360)+360, 360); turn {
	case 0:
		return 0, 1
	case 90:
		return 1, 0
	case 180:
		return 0, -1
	case 270:
		return -1, 0
	default:
		return math.Sincos(turn * math.Pi / 180)
	}
}

// factor writes a factor of the transform; what it rounds off is under a
// thousandth of a millimetre on a metre.
func factor(v float64) string { return strconv.FormatFloat(math.Round(v*1e8)/1e8+0, 'f', -1, 64) }

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "part"
	}
	return b.String()
}
