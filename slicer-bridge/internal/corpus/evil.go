package corpus

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"strings"
)

// evilPackages are archives and models made to harm whoever opens them, and some
// that are only damaged.
func evilPackages() []File { return append(evilArchives(), evilModels()...) }

func evilArchives() []File {
	const unsafe, much = "mesh.threemf_unsafe", "mesh.threemf_too_much"
	with := func(more ...entry) func() []byte { return func() []byte { return parcel(cubeModel(), more...) } }
	link := entry{name: "3D/link", data: "/etc/passwd"}
	link.head.SetMode(fs.ModeSymlink | 0o777)
	huge := func(name string, announced uint64) entry {
		return entry{name: name, data: string(noise(4 << 20)), raw: true, head: zip.FileHeader{Method: zip.Deflate, UncompressedSize64: announced}}
	}
	return []File{
		refused("zip_no_model", "mesh.not_stl", func() []byte { return zipped(entry{name: "readme.txt", data: "hello"}) }),
		refused("zip_cut", "mesh.not_stl", func() []byte { b := parcel(cubeModel()); return b[:len(b)-30] }),
		refused("zip_start_alone", "mesh.not_stl", give([]byte("PK\x03\x04"+strings.Repeat("x", 200)))),
		refused("zip_empty", "mesh.not_stl", func() []byte { return zipped() }),
		refused("zip_of_zips", "mesh.not_stl", nestedZip),
		refused("zip_65535_entries", much, manyEntries),
		refused("zip_overlap", unsafe, overlapping),
		refused("zip_announces_4_gib", much, with(huge("Metadata/a.bin", 4<<30))),
		refused("zip_announces_much_in_all", much, with(huge("Metadata/a.bin", 400<<20), huge("Metadata/b.bin", 400<<20))),
		refused("zip_ratio", much, func() []byte { return parcel(head + strings.Repeat(" ", 2<<20)) }).sliced(much),
		refused("zip_announces_too_little", "mesh.threemf_unreadable", func() []byte { return lying(cubeModel(), 40) }),
		refused("zip_announces_nothing", "mesh.threemf_unreadable", func() []byte { return lying(cubeModel(), 0) }),
		refused("zip_bad_checksum", "mesh.threemf_unreadable", badChecksum),
		refused("zip_unknown_method", "mesh.threemf_unreadable", func() []byte {
			return zipped(entry{name: modelName, data: cubeModel(), raw: true, head: zip.FileHeader{Method: 99, UncompressedSize64: uint64(len(cubeModel()))}})
		}),
		refused("zip_same_twice", unsafe, with(entry{name: modelName, data: cubeModel()})),
		refused("zip_twice_by_case", unsafe, with(entry{name: "3D/3DMODEL.model", data: cubeModel()})),
		refused("zip_symlink", unsafe, with(link)),
		refused("zip_dot_dot", unsafe, with(entry{name: "../../etc/passwd", data: "x"})),
		refused("zip_absolute", unsafe, with(entry{name: "/etc/passwd", data: "x"})),
		refused("zip_drive", unsafe, with(entry{name: `C:\x`, data: "x"})),
		refused("zip_encrypted", unsafe, func() []byte {
			return zipped(entry{name: modelName, data: "secret", raw: true, head: zip.FileHeader{Method: zip.Deflate, Flags: 1, UncompressedSize64: 100}})
		}),
	}
}

func nestedZip() []byte {
	inner := zipped(entry{name: "0", data: strings.Repeat("\x00", 1<<20)})
	for range 5 {
		var all []entry
		for i := range 10 {
			all = append(all, entry{name: fmt.Sprint("lib ", i, ".zip"), data: string(inner)})
		}
		inner = zipped(all...)
	}
	return inner
}

func manyEntries() []byte {
	all := []entry{{name: modelName, data: cubeModel()}}
	for i := range 65_534 {
		all = append(all, entry{name: fmt.Sprint("a/", i)})
	}
	return zipped(all...)
}

// overlapping lets two entries of the directory point at one payload.
func overlapping() []byte {
	data := zipped(entry{name: modelName, data: cubeModel()}, entry{name: "3D/again.model", data: cubeModel()})
	last := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[last+42:], 0)
	return data
}

// lying announces another size than the model has once unpacked.
func lying(text string, size uint32) []byte {
	data := zipped(entry{name: modelName, data: text})
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[at+24:], size)
	return data
}

func badChecksum() []byte {
	data := zipped(entry{name: modelName, data: cubeModel()})
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	data[at+16] ^= 1
	return data
}

func evilModels() []File {
	const bad, much, unsafe = "mesh.threemf_unreadable", "mesh.threemf_too_much", "mesh.threemf_unsafe"
	text := func(s string) func() []byte { return func() []byte { return parcel(s) } }
	instead := func(old, is string) func() []byte { return text(strings.Replace(cubeModel(), old, is, 1)) }
	doctype := func(d string) func() []byte { return instead("<model", d+"<model") }
	build := func(items string) func() []byte { return text(model(object(1, meshXML(cube())), items)) }
	pointing := func(target, mode string) func() []byte {
		return func() []byte {
			return zipped(entry{name: relsName, data: rels(target, mode)}, entry{name: modelName, data: cubeModel()})
		}
	}
	elsewhere := func(path string) func() []byte { return build(`<item objectid="1" p:path="` + path + `"/>`) }
	return []File{
		refused("3mf_doctype", unsafe, doctype(`<!DOCTYPE model>`)).sliced(unsafe),
		refused("3mf_billion_laughs", unsafe, doctype(`<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`)),
		refused("3mf_external_entity", unsafe, doctype(`<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>`)),
		refused("3mf_unknown_entity", bad, instead(`x="0"`, `x="&x;"`)),
		refused("3mf_outside_path", unsafe, elsewhere("../../../etc/passwd")),
		refused("3mf_outside_host", unsafe, elsewhere("http://192.0.2.1/a.model")),
		refused("3mf_external_relation", unsafe, pointing("http://192.0.2.1/a.model", ` TargetMode="External"`)),
		refused("3mf_missing_relation", unsafe, pointing("/3D/none.model", "")),
		refused("3mf_no_xml", bad, text("this is not XML at all")),
		refused("3mf_nothing", bad, text("")),
		refused("3mf_cut", bad, text(cubeModel()[:len(cubeModel())/2])),
		refused("3mf_utf16", bad, func() []byte { return parcel(string(wide("\ufeff" + cubeModel()))) }),
		refused("3mf_latin", bad, instead("UTF-8", "ISO-8859-1")),
		refused("3mf_wrong_close", bad, instead("</vertices>", "</triangles>")),
		refused("3mf_no_corner", bad, instead(`v1="0"`, `v1="8"`)),
		refused("3mf_minus_corner", bad, instead(`v1="0"`, `v1="-1"`)),
		refused("3mf_missing_number", bad, instead(`x="0"`, ``)),
		refused("3mf_nan", "mesh.not_finite", instead(`x="0"`, `x="NaN"`)),
		refused("3mf_1e999", "mesh.not_finite", instead(`x="0"`, `x="1e999"`)),
		refused("3mf_unknown_unit", bad, instead("millimeter", "furlong")),
		refused("3mf_no_build", "mesh.empty", build("")),
		refused("3mf_nothing_printable", "mesh.empty", build(item(1, ` printable="0"`))),
		refused("3mf_no_object", bad, build(item(7, ""))),
		refused("3mf_object_twice", bad, text(model(object(1, meshXML(cube()))+object(1, ""), item(1, "")))),
		refused("3mf_short_transform", bad, build(item(1, ` transform="1 0 0"`))),
		refused("3mf_flat_transform", "mesh.flat", build(item(1, ` transform="1 0 0 0 1 0 0 0 0 0 0 0"`))),
		refused("3mf_infinite_transform", "mesh.not_finite", build(item(1, ` transform="1e308 0 0 0 1e308 0 0 0 1e308 0 0 0"`))),
		refused("3mf_holds_itself", much, text(model(object(1, `<components><component objectid="1"/></components>`), item(1, "")))),
		refused("3mf_many_objects", much, text(model(objects(30_000), item(1, "")))),
		refused("3mf_many_items", much, build(strings.Repeat(item(1, ""), 30_000)+string(hexNoise()))),
		refused("3mf_ten_to_the_ten", much, text(fan(""))),
		refused("3mf_cubes_to_the_ten", "mesh.too_many_triangles", text(fan(meshXML(torus(30))))),
		refused("3mf_deep", much, instead("<resources>", strings.Repeat("<a>", 1000)+"<resources>")),
		refused("3mf_long_text", much, func() []byte {
			return parcel(strings.Replace(cubeModel(), "<resources>", "<!--"+strings.Repeat("0123456789 and so on ", 100_000)+"-->"+string(hexNoise())+"<resources>", 1))
		}),
	}
}

// hexNoise keeps the archive from looking like a bomb by its ratio.
func hexNoise() []byte { return fmt.Appendf(nil, "%x", noise(64<<10)) }

// objects are n of nothing.
func objects(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<object id="%d"/>`, i+2)
	}
	return b.String()
}

// fan is ten objects, each ten times the one before.
func fan(first string) string {
	var b strings.Builder
	b.WriteString(object(1, first))
	for id := 2; id <= 10; id++ {
		b.WriteString(object(id, "<components>"+strings.Repeat(fmt.Sprintf(`<component objectid="%d"/>`, id-1), 10)+"</components>"))
	}
	return model(b.String(), item(10, ""))
}
