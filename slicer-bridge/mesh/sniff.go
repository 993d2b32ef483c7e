package mesh

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf8"
)

// sniff refuses by size and by the first bytes: people send pictures and web
// pages named .stl.
func sniff(data []byte, caps Caps) *Problem {
	if len(data) == 0 {
		return NewProblem(CodeEmpty)
	}
	if len(data) > caps.Bytes {
		return NewProblem(CodeTooLarge, "bytes", len(data), "max", caps.Bytes)
	}
	if isUTF16(data) {
		return NewProblem(CodeUTF16)
	}
	if is := otherKind(data); is != "" {
		return NewProblem(CodeNotSTL, "is", is)
	}
	return nil
}

// isUTF16 knows the byte-order marks, and "so" in either order.
func isUTF16(data []byte) bool {
	for _, head := range []string{"\xff\xfe", "\xfe\xff", "s\x00o\x00", "\x00s\x00o", "S\x00O\x00", "\x00S\x00O"} {
		if bytes.HasPrefix(data, []byte(head)) {
			return true
		}
	}
	return false
}

func isZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

// otherKind names a file of another kind. A binary STL may begin with any word,
// so the weaker signs count only where the length is not that of one.
func otherKind(data []byte) string {
	head := string(data[:min(len(data), 256)])
	text := strings.ToLower(strings.TrimLeft(head, "\ufeff \t\r\n"))
	is := kindOf(head, [][2]string{
		{"\xff\xd8\xff", "jpeg"}, {"\x89PNG", "png"}, {"%PDF", "pdf"}, {"\x1f\x8b", "gzip"}, {"GIF8", "gif"}, {"Rar!", "rar"}, {"7z\xbc\xaf", "7z"},
	})
	if is == "" {
		is = kindOf(text, [][2]string{{"<svg", "svg"}, {"<?xml", "xml"}, {"<", "html"}})
	}
	if is == "" && !fitsBinary(data) {
		is = kindOf(text, [][2]string{
			{"; ", "gcode"}, {";flavor", "gcode"}, {"g28", "gcode"}, {"bm", "bmp"}, {"riff", "webp"},
			{"iso-10303-21", "step"}, {"ply\n", "ply"}, {"ply\r", "ply"}, {"off\n", "off"}, {"off\r", "off"}, {"mtllib", "obj"}, {"v ", "obj"}, {"# ", "obj"},
		})
	}
	if is == "" && !fitsBinary(data) && !startsSolid(data) && readable(head) {
		is = "text"
	}
	return is
}

// readable tells text from a binary STL, which has a zero byte in its count at
// least.
func readable(head string) bool {
	return strings.IndexFunc(head, func(r rune) bool { return r < '\t' || r == utf8.RuneError }) < 0
}

func fitsBinary(data []byte) bool {
	return len(data) >= headerSize && uint64(len(data)) == headerSize+triangleSize*uint64(announced(data))
}

func kindOf(head string, kinds [][2]string) string {
	for _, k := range kinds {
		if strings.HasPrefix(head, k[0]) {
			return k[1]
		}
	}
	return ""
}

// isBinary goes by length first: binaries whose header begins with "solid" are
// common, and a text whose length fits 84 + 50 n by chance has no zero byte.
func isBinary(data []byte) bool {
	if len(data) < headerSize {
		return !startsSolid(data)
	}
	return fitsBinary(data) || !startsSolid(data) || bytes.IndexByte(data[:min(len(data), 4096)], 0) >= 0
}

func startsSolid(data []byte) bool {
	head := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 256)], []byte("\ufeff")), " \t\r\n")
	return len(head) >= 5 && bytes.EqualFold(head[:5], []byte("solid"))
}

func announced(data []byte) uint32 { return binary.LittleEndian.Uint32(data[headerSize-4:]) }

// plausibleBinary tells a damaged STL from a file of another kind: where the
// length is wrong, the first triangles must still look like numbers in mm.
func plausibleBinary(data []byte, n, present uint64) bool {
	if fitsBinary(data) {
		return true
	}
	if present == 0 {
		return n < 10_000_000
	}
	for i := range min(present, 4) {
		at := headerSize + triangleSize*int(i)
		for k := range 12 {
			x := math.Abs(float64(math.Float32frombits(binary.LittleEndian.Uint32(data[at+4*k:]))))
			if math.IsNaN(x) || x > 1e6 || (x != 0 && x < 1e-20) {
				return false
			}
		}
	}
	return true
}
