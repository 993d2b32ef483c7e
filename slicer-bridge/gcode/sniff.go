package gcode

import "bytes"

// heads are the beginnings of what people send instead of G-code.
var heads = [...]struct{ is, head string }{
	{"jpeg", "\xff\xd8\xff"}, {"png", "\x89PNG"}, {"gif", "GIF8"}, {"pdf", "%PDF"}, {"zip", "PK\x03\x04"},
	{"gzip", "\x1f\x8b"}, {"bgcode", "GCDE"}, {"utf-16", "\xff\xfe"}, {"utf-16", "\xfe\xff"}, {"elf", "\x7fELF"},
}

// sniff names what a file is whose first line with anything on it is raw; "" when it may be G-code.
func sniff(raw []byte) string {
	for _, h := range heads {
		if bytes.HasPrefix(raw, []byte(h.head)) {
			return h.is
		}
	}
	start := bytes.ToLower(bytes.TrimSpace(raw[:min(len(raw), 64)]))
	switch {
	case bytes.HasPrefix(start, []byte("<")):
		return "html"
	case bytes.HasPrefix(start, []byte("solid")):
		return "stl"
	case bytes.HasPrefix(start, []byte("{")) && bytes.ContainsAny(start, "\":"):
		return "json"
	case len(raw) > 84 && bytes.IndexByte(raw[:84], 0) > 0 && bytes.IndexByte(raw[:84], '\n') < 0:
		return "stl" // binary: 80 bytes of name, filled up with zeros, and a count
	}
	return ""
}

// placeholder tells a template that no slicer has filled in: {travel_speed}, {{ event.name }}, [bed_temperature]. Lists
// of points in brackets are none.
func placeholder(s []byte) bool {
	if bytes.ContainsAny(s, "{}") {
		return true
	}
	for i, b := range s[:len(s)-1] {
		if b == '[' && wordy(s[i+1]) {
			return true
		}
	}
	return false
}
