package corpus

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// textSTL writes numbers by the format, as in "%.3f".
func textSTL(name, format string, triangles []triangle) string {
	var b strings.Builder
	fmt.Fprintf(&b, "solid %s\n", name)
	for _, t := range triangles {
		b.WriteString("  facet normal 0 0 0\n    outer loop\n")
		for _, v := range t {
			fmt.Fprintf(&b, "      vertex "+format+" "+format+" "+format+"\n", v[0], v[1], v[2])
		}
		b.WriteString("    endloop\n  endfacet\n")
	}
	fmt.Fprintf(&b, "endsolid %s\n", name)
	return b.String()
}

// texts are cubes of 20 mm as text, in all the ways that programs write them.
func texts() []File {
	return append(readableTexts(), brokenTexts()...)
}

func readableTexts() []File {
	plain := textSTL("cube", "%.3f", cube())
	as := func(text string) func() []byte { return give([]byte(text)) }
	noEnd := strings.TrimSuffix(plain, "endsolid cube\n")
	return []File{
		part("ascii_lf", cubeFacts, as(plain)),
		part("ascii_crlf", cubeFacts, as(strings.ReplaceAll(plain, "\n", "\r\n"))).sliced(Made),
		part("ascii_cr", cubeFacts, as(strings.ReplaceAll(plain, "\n", "\r"))),
		part("ascii_upper", cubeFacts, as(strings.ToUpper(plain))),
		part("ascii_bom", cubeFacts, as("\ufeff"+plain)),
		part("ascii_comma", cubeFacts, as(strings.ReplaceAll(plain, ".", ","))),
		part("ascii_exp", cubeFacts, as(textSTL("cube", "%.6E", cube()))),
		part("ascii_integers", cubeFacts, as(textSTL("cube", "%.0f", cube()))),
		part("ascii_noname", cubeFacts, as(textSTL("", "%.3f", cube()))),
		part("ascii_solid_alone", cubeFacts, as("solid"+strings.TrimPrefix(plain, "solid cube"))),
		part("ascii_odd_name", cubeFacts, as(textSTL("facet of a vertex, endsolid ü 1,5", "%.3f", cube()))),
		part("ascii_longline", cubeFacts, as(textSTL(strings.Repeat("x", 100_000), "%.3f", cube()))),
		part("ascii_long_blank", cubeFacts, as(strings.ReplaceAll(plain, "outer", strings.Repeat(" ", 70_000)+"outer"))),
		part("ascii_one_line", cubeFacts, as(strings.Join(strings.Fields(plain), " "))),
		part("ascii_tabs", cubeFacts, as(strings.ReplaceAll(plain, " ", "\t"))),
		part("ascii_noend", cubeFacts, as(noEnd)).with("mesh.no_endsolid").sliced(Made),
		part("ascii_nan_normals", cubeFacts, as(strings.ReplaceAll(plain, "normal 0 0 0", "normal nan -1.#IND 1e999"))),
		part("ascii_no_normals", cubeFacts, as(strings.ReplaceAll(plain, "normal 0 0 0", "normal"))),
		part("ascii_two_solids", Facts{Triangles: 24, VolumeMM3: 16000, Shells: 2, Watertight: true},
			as(plain+textSTL("second", "%.3f", moved(cube(), point{50})))).sliced(Made),
		part("ascii_one_part_in_two_solids", cubeFacts, as(textSTL("a", "%.3f", cube()[:6])+textSTL("b", "%.3f", cube()[6:]))),
	}
}

func brokenTexts() []File {
	plain := textSTL("cube", "%.3f", cube())
	as := func(text string) func() []byte { return give([]byte(text)) }
	instead := func(word string) func() []byte { return as(strings.Replace(plain, "20.000", word, 1)) }
	return []File{
		refused("ascii_trunc", "mesh.truncated", as(plain[:len(plain)/2])),
		refused("ascii_trunc_in_a_word", "mesh.truncated", as(plain[:strings.Index(plain, "vertex")+3])),
		refused("ascii_trunc_after_a_facet", "mesh.truncated", as(plain[:strings.Index(plain, "endfacet")+len("endfacet\n")])),
		refused("ascii_no_facet", "mesh.empty", as("solid none\nendsolid none\n")),
		refused("ascii_solid_only", "mesh.empty", as("solid")),
		refused("ascii_nan", "mesh.not_finite", instead("nan")).sliced("mesh.not_finite"),
		refused("ascii_inf", "mesh.not_finite", instead("-inf")),
		refused("ascii_1e39", "mesh.not_finite", instead("1e39")),
		refused("ascii_1e999", "mesh.not_finite", instead("1e999")),
		refused("ascii_word", "mesh.ascii_unreadable", instead("twenty")),
		refused("ascii_two_numbers", "mesh.ascii_unreadable", instead("")),
		refused("ascii_long_number", "mesh.ascii_unreadable", instead(strings.Repeat("1", 100_000))),
		refused("ascii_quad", "mesh.ascii_unreadable", as(strings.Replace(plain, "    endloop", "      vertex 1 1 1\n    endloop", 1))),
		refused("ascii_trailing", "mesh.ascii_unreadable", as(plain+"and then some words\n")),
		refused("ascii_prose", "mesh.ascii_unreadable", as("solid advice:\nexport the part as STL\nand send it again\n")),
		refused("ascii_comma_separated", "mesh.ascii_commas", as(strings.ReplaceAll(strings.ReplaceAll(plain, "0 0.000", "0,0.000"), "0 20.000", "0,20.000"))),
		refused("ascii_comma_thousands", "mesh.ascii_commas", instead("1,020.000")),
		refused("ascii_comma_and_point", "mesh.ascii_commas", instead("20,000")),
		refused("ascii_utf16", "mesh.ascii_utf16", give(wide("\ufeff"+plain))),
		refused("ascii_utf16_no_bom", "mesh.ascii_utf16", give(wide(plain))),
		refused("ascii_nul", "mesh.not_stl", as(strings.Replace(plain, "facet", "fac\x00et", 1))),
		refused("ascii_100001", "mesh.ascii_too_many", func() []byte {
			return []byte("solid many\n" + strings.Repeat("facet normal 0 0 0 outer loop vertex 0 0 0 vertex 1 0 0 vertex 0 1 1 endloop endfacet\n", 100_001) + "endsolid\n")
		}),
	}
}

// wide is UTF-16, little end first.
func wide(text string) (out []byte) {
	for _, c := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, c)
	}
	return out
}

// strangers are files of another kind that are named as a model.
func strangers() []File {
	const not = "mesh.not_stl"
	as := func(text string) func() []byte { return give([]byte(text)) }
	polyglot := stl(cube())
	copy(polyglot, "GIF89a")
	page := stl(cube())
	copy(page, "<html><script>")
	return []File{
		refused("garbage", not, give(noise(5000))),
		refused("jpeg_named_stl", not, give(append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF"), noise(2000)...))).sliced(not),
		refused("png", not, give(append([]byte("\x89PNG\r\n\x1a\n"), noise(200)...))),
		refused("gif", not, give(append([]byte("GIF89a"), noise(200)...))),
		refused("polyglot_gif", not, give(polyglot)),
		refused("polyglot_html", not, give(page)),
		refused("html", not, as("\n<!DOCTYPE html><html><body>Not found</body></html>")).sliced(not),
		refused("svg", not, as(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`+strings.Repeat(" ", 100))),
		refused("pdf", not, as("%PDF-1.4\n"+strings.Repeat("x", 200))),
		refused("gzip", not, give(append([]byte("\x1f\x8b\x08"), noise(200)...))),
		refused("step", not, as("ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('part'),'2;1');\n"+strings.Repeat(" ", 100))),
		refused("obj", not, as("# made by a program\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"+strings.Repeat("\n", 100))),
		refused("gcode", not, as("; generated by a slicer\nG28\nG1 X10 Y10 F3000\n"+strings.Repeat("\n", 100))),
		refused("spaces", not, as(strings.Repeat(" ", 500))),
		refused("zeros", "mesh.empty", give(make([]byte, 84))),
		refused("many_zeros", "mesh.length_mismatch", give(make([]byte, 5000))),
	}
}
