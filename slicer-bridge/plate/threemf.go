package plate

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
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
  <object id="1" name="%s" type="model">
   <mesh>
    <vertices>
`
)

// Write3MF writes the part once and an instance for every place. The mesh must
// be normalised: centred on X and Y, on the bed. The bytes depend on nothing but
// the arguments.
func Write3MF(w io.Writer, m *mesh.Mesh, name string, places []Place) error {
	z := zip.NewWriter(w)
	for _, f := range []struct{ name, text string }{{"[Content_Types].xml", contentTypes}, {"_rels/.rels", relations}} {
		if err := member(z, f.name, func(b *bufio.Writer) { b.WriteString(f.text) }); err != nil {
			return err
		}
	}
	if err := member(z, "3D/3dmodel.model", func(b *bufio.Writer) { model(b, m, name, places) }); err != nil {
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

// model leaves write errors to the final Flush of b, which keeps them.
func model(b *bufio.Writer, m *mesh.Mesh, name string, places []Place) {
	fmt.Fprintf(b, modelHead, escape(name))
	index := make(map[mesh.Vec]int, len(m.Triangles)/2+3)
	var buf []byte
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			if _, ok := index[v]; ok {
				continue
			}
			index[v] = len(index)
			buf = append(buf[:0], `     <vertex x="`...)
			buf = strconv.AppendFloat(buf, float64(v[0]), 'f', -1, 32)
			buf = append(buf, `" y="`...)
			buf = strconv.AppendFloat(buf, float64(v[1]), 'f', -1, 32)
			buf = append(buf, `" z="`...)
			buf = strconv.AppendFloat(buf, float64(v[2]), 'f', -1, 32)
			b.Write(append(buf, "\"/>\n"...))
		}
	}
	b.WriteString("    </vertices>\n    <triangles>\n")
	for i := range m.Triangles {
		t := m.Triangles[i]
		v1, v2, v3 := index[t[0]], index[t[1]], index[t[2]]
		if v1 == v2 || v2 == v3 || v1 == v3 {
			continue
		}
		fmt.Fprintf(b, "     <triangle v1=\"%d\" v2=\"%d\" v3=\"%d\"/>\n", v1, v2, v3)
	}
	b.WriteString("    </triangles>\n   </mesh>\n  </object>\n </resources>\n <build>\n")
	for _, p := range places {
		c, s := quarter(p.Turns)
		fmt.Fprintf(b, "  <item objectid=\"1\" transform=\"%d %d 0 %d %d 0 0 0 1 %.3f %.3f 0\"/>\n", c, s, -s, c, p.X, p.Y)
	}
	b.WriteString(" </build>\n</model>\n")
}

// quarter gives cosine and sine of quarter turns.
func quarter(turns int) (c, s int) {
	switch ((turns % 4) + 4) % 4 {
	case 1:
		return 0, 1
	case 2:
		return -1, 0
	case 3:
		return 0, -1
	}
	return 1, 0
}

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "part"
	}
	return b.String()
}
