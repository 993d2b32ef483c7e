package corpus

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// entry is one file of a parcel.
type entry struct {
	name string
	data string
	head zip.FileHeader // Method, Flags, sizes: what is set here is written as it is
	raw  bool           // data is packed already, and head says how
}

const (
	modelName = "3D/3dmodel.model"
	relsName  = "_rels/.rels"
	typesName = "[Content_Types].xml"
	types     = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>`
	head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<model unit="millimeter" xml:lang="en-US" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02" ` +
		`xmlns:p="http://schemas.microsoft.com/3dmanufacturing/production/2015/06">`
)

func rels(target, mode string) string {
	return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="r1" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel" Target="` + target + `"` + mode + `/></Relationships>`
}

// zipped writes the entries as they are. Writing to memory does not fail; a
// mistake in an entry shows in the test that reads the file.
func zipped(entries ...entry) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := e.head
		h.Name = e.name
		var w io.Writer
		if e.raw {
			h.CompressedSize64 = uint64(len(e.data))
			w, _ = z.CreateRaw(&h)
		} else {
			if h.Method == zip.Store && len(e.data) > 0 {
				h.Method = zip.Deflate
			}
			w, _ = z.CreateHeader(&h)
		}
		_, _ = io.WriteString(w, e.data)
	}
	_ = z.Close()
	return b.Bytes()
}

// parcel is a 3MF of one model and whatever else is in it.
func parcel(model string, more ...entry) []byte {
	return zipped(append([]entry{{name: typesName, data: types}, {name: relsName, data: rels("/"+modelName, "")}, {name: modelName, data: model}}, more...)...)
}

// meshXML is the mesh of an object, as text.
func meshXML(triangles []triangle) string {
	var corners, faces strings.Builder
	index := map[point]int{}
	for _, t := range triangles {
		var at [3]int
		for j, v := range t {
			n, ok := index[v]
			if !ok {
				n = len(index)
				index[v] = n
				fmt.Fprintf(&corners, `<vertex x="%g" y="%g" z="%g"/>`, v[0], v[1], v[2])
			}
			at[j] = n
		}
		fmt.Fprintf(&faces, `<triangle v1="%d" v2="%d" v3="%d"/>`+"\n", at[0], at[1], at[2])
	}
	return "<mesh><vertices>" + corners.String() + "</vertices>\n<triangles>" + faces.String() + "</triangles></mesh>"
}

// object wraps content, a mesh or components.
func object(id int, content string) string {
	return fmt.Sprintf(`<object id="%d" type="model">%s</object>`, id, content)
}

func item(id int, attributes string) string {
	return fmt.Sprintf(`<item objectid="%d"%s/>`, id, attributes)
}

// model is a whole document.
func model(resources, build string) string {
	return head + "<resources>" + resources + "</resources><build>" + build + "</build></model>"
}

func cubeModel() string { return model(object(1, meshXML(cube())), item(1, "")) }

// packages are 3MF files that are fine.
func packages() []File {
	text := func(model string, more ...entry) func() []byte {
		return func() []byte { return parcel(model, more...) }
	}
	cubeObject := object(1, meshXML(cube()))
	in := func(unit string) string { return strings.Replace(cubeModel(), "millimeter", unit, 1) }
	components := func(transforms ...string) string {
		var b strings.Builder
		for _, t := range transforms {
			fmt.Fprintf(&b, `<component objectid="1" transform="%s"/>`, t)
		}
		return "<components>" + b.String() + "</components>"
	}
	two := Facts{Triangles: 24, VolumeMM3: 16000, Shells: 2, Watertight: true}
	settings := entry{name: "Metadata/Slic3r_PE.config", data: "; post_process = /bin/sh -c 'touch /tmp/marker'\n"}
	picture := entry{name: "Metadata/thumbnail.png", data: "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x75\x30\x00\x00\x75\x30\x08\x06\x00\x00\x00"}
	return []File{
		part("3mf_cube", cubeFacts, text(cubeModel())).sliced(Made),
		part("3mf_no_relations", cubeFacts, func() []byte { return zipped(entry{name: modelName, data: cubeModel()}) }),
		part("3mf_other_case", cubeFacts, func() []byte { return zipped(entry{name: "3d/3DModel.model", data: cubeModel()}) }),
		part("3mf_other_name", cubeFacts, func() []byte {
			return zipped(entry{name: relsName, data: rels("/3D/part.model", "")}, entry{name: "3D/part.model", data: cubeModel()})
		}),
		part("3mf_inch", Facts{Triangles: 12, VolumeMM3: 8000 * 25.4 * 25.4 * 25.4, Shells: 1, Watertight: true}, text(in("inch"))),
		part("3mf_centimetre", Facts{Triangles: 12, VolumeMM3: 8e6, Shells: 1, Watertight: true}, text(in("centimeter"))),
		part("3mf_micron", Facts{Triangles: 12, VolumeMM3: 8e-6, Shells: 1, Watertight: true, Units: "m"}, text(in("micron"))).with("mesh.units_likely"),
		part("3mf_prefixed", cubeFacts, text(prefixed(cubeModel()))),
		part("3mf_two_items", two, text(model(cubeObject, item(1, "")+item(1, ` transform="1 0 0 0 1 0 0 0 1 50 0 0"`)))).with("mesh.several_bodies"),
		part("3mf_components", two, text(model(cubeObject+object(2, components("1 0 0 0 1 0 0 0 1 0 0 0", "1 0 0 0 1 0 0 0 1 50 0 0")), item(2, "")))),
		part("3mf_turned_and_doubled", Facts{Triangles: 12, VolumeMM3: 64000, Shells: 1, Watertight: true},
			text(model(cubeObject+object(2, components("0 2 0 -2 0 0 0 0 2 0 0 0")), item(2, ` transform="1 0 0 0 1 0 0 0 1 5 5 5"`)))),
		part("3mf_mirrored", cubeFacts, text(model(cubeObject, item(1, ` transform="-1 0 0 0 1 0 0 0 1 0 0 0"`)))),
		part("3mf_unprinted", cubeFacts, text(model(cubeObject, item(1, "")+item(1, ` printable="0" transform="1 0 0 0 1 0 0 0 1 50 0 0"`)))),
		part("3mf_support", cubeFacts, text(model(cubeObject+strings.Replace(object(2, meshXML(cube())), `"model"`, `"support"`, 1), item(1, "")+item(2, "")))).
			with("mesh.several_bodies"),
		part("3mf_other_part", cubeFacts, text(model(object(1, `<components><component p:path="/3D/Objects/a.model" objectid="7"/></components>`), item(1, "")),
			entry{name: "3D/Objects/a.model", data: model(object(7, meshXML(cube())), "")})),
		part("3mf_foreign_elements", cubeFacts, text(strings.Replace(cubeModel(), "</vertices>", `<p:vertex x="9" y="9" z="9"/></vertices>`, 1))),
		part("3mf_settings", cubeFacts, text(cubeModel(), settings, picture)).with("mesh.only_shape").sliced(Made),
		part("3mf_open", Facts{Triangles: 11, OpenEdges: 3, Shells: 1}, text(model(object(1, meshXML(cube()[1:])), item(1, "")))).with("mesh.open_edges"),
	}
}

// prefixed names the core's elements with a prefix.
func prefixed(text string) string {
	for _, name := range []string{"model", "resources", "build", "object", "mesh", "vertices", "vertex", "triangles", "triangle", "item"} {
		for _, end := range []string{" ", ">", "/"} {
			text = strings.ReplaceAll(text, "<"+name+end, "<c:"+name+end)
			text = strings.ReplaceAll(text, "</"+name+end, "</c:"+name+end)
		}
	}
	return strings.Replace(text, "xmlns=", "xmlns:c=", 1)
}
